"""`evaluate` as a person or a script calls it, and the page that it writes."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.pipelines.test_cli import shengyuan

DANGER = "<script>alert('x')</script>&amp; \" <img src=x onerror=alert(1)>"
PHONE = "13812345678"
FIRST = date(2024, 3, 1)


def labelled(number: int, **more: Any) -> dict[str, Any]:
    day = FIRST + timedelta(days=number % 20)
    return {"first_seen": str(day), "platform": f"weibo{DANGER}", "scope": "domestic", **more}


def rows() -> list[dict[str, Any]]:
    """Titles and accounts; among the worst mistakes markup and a phone number."""
    harm = {"categories": ["domestic_violence"], "victims": "woman", "severity": 3}
    harm |= {"incident": True, "status": "confirmed"}
    found = []
    for number in range(30):
        found.append(labelled(number, title=f"女子{number}被前夫殴打", **harm))
        found.append(labelled(number, title=f"第{number}届书展开幕", incident=False))
        found.append(labelled(number, body=f"我老公喝醉了就打我，第{number}次了", **harm))
        found.append(labelled(number, body=f"求推荐第{number}家自习室", incident=False))
    found.append(labelled(1, title=f"油价{DANGER}，联系{PHONE}", **harm))
    found.append(labelled(2, title=f"女子遭丈夫家暴殴打致重伤，联系{PHONE}", incident=False))
    return found


def jsonl(lines: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What `evaluate` prints as JSON, and the page."""
    folder = tmp_path_factory.mktemp("evaluate")
    (folder / "own.jsonl").write_bytes(jsonl(rows()))
    stream = [
        {"first_seen": str(FIRST + timedelta(days=day)), "title": f"{what}{'，' * day}"}
        for day in range(25)
        for what in ("降雪", "女子被前夫家暴殴打致重伤", "车展")
    ]
    (folder / "stream.jsonl").write_bytes(jsonl(stream))
    options = ("--stream", "stream.jsonl", "--html", "out.html", "--json")
    done = shengyuan("evaluate", "own.jsonl", *options, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout, (folder / "out.html").read_text("utf-8")


def test_the_page_needs_nothing_from_outside(made: tuple[str, str]) -> None:
    page = html.document_fromstring(made[1])
    assert not page.xpath("//script | //link | //img | //iframe | //object | //base")
    references = page.xpath("//@src | //@href | //@action | //@*[starts-with(name(), 'on')]")
    assert references == []
    (style,) = page.xpath("//style/text()")
    assert "url(" not in style and "@import" not in style
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert page.get("lang") == "zh-CN"
    assert page.xpath("//meta[@name='viewport']")


def test_markup_in_a_post_is_shown_not_run(made: tuple[str, str]) -> None:
    page = html.document_fromstring(made[1])
    titles = [one.text_content() for one in page.xpath("//li/p[@class='title']")]
    assert f"油价{DANGER}，联系〔手机号〕" in titles
    assert "女子遭丈夫家暴殴打致重伤，联系〔手机号〕" in titles
    assert any(DANGER in one.text_content() for one in page.xpath("//li/p[@class='label']"))
    assert "<script" not in made[1]
    assert "<img" not in made[1]


def test_what_is_private_is_on_no_page(made: tuple[str, str]) -> None:
    assert PHONE not in made[1]
    assert PHONE not in made[0]


def test_evidence_is_marked_in_the_worst_mistakes(made: tuple[str, str]) -> None:
    page = html.document_fromstring(made[1])
    (item,) = [li for li in page.xpath("//li") if "标注：非事件" in li.text_content()][:1]
    assert "殴打" in "".join(item.xpath(".//mark/text()"))
    assert re.search(r"支持：.*殴打 \+\d", item.text_content())


def test_every_part_is_there(made: tuple[str, str]) -> None:
    page = html.document_fromstring(made[1])
    assert [one.text for one in page.xpath("//h2")] == [
        *("与目标对照", "怎样读这些数字", "各类文本", "精度与召回", "校准", "各类别的召回", "各年"),
        *("严重程度", "其他标签", "真实数据流的一天", "最严重的错误"),
        "数据流中未标注而概率最高的帖子",
    ]
    # Two kinds of text: two squares each; bars of categories, three of years, one of months.
    assert len(page.xpath("//svg[@class='square']")) == 4
    assert len(page.xpath("//svg[@class='bars']")) == 5
    assert all(svg.xpath("./title") and svg.get("viewbox") for svg in page.xpath("//svg"))
    rows_of_goals = page.xpath("//section[1]//tbody/tr")
    assert len(rows_of_goals) == 15
    assert "标题：AP" in rows_of_goals[0].text_content()
    assert "按数据流加权" in page.xpath("//section[3]")[0].text_content()


def test_the_false_alerts_of_a_day_are_those_of_the_stream(made: tuple[str, str]) -> None:
    figures = json.loads(made[0])
    # On every day that is labelled the stream has one alert; the labels have a false one in all.
    assert figures["stream"]["days"] == 20
    assert figures["stream"]["false_alerts"][0] == pytest.approx(1.05)
    assert figures["stream"]["labelled_false"][0] == pytest.approx(0.05)
    assert figures["goals"]["数据流中每天误报，条"] == "达到目标"
    assert figures["years"]["2024"]["posts"] == 122
    (row,) = html.document_fromstring(made[1]).xpath("//tr[th = '误报']")
    assert row.xpath("td")[0].text_content().startswith("1.1（1.0–")


def test_the_terminal_tells_of_a_day_of_the_stream(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_bytes(jsonl(rows()))
    (tmp_path / "stream.jsonl").write_bytes(
        jsonl([{"first_seen": str(FIRST), "title": "女子被前夫家暴殴打致重伤"}])
    )
    done = shengyuan("evaluate", "own.jsonl", "--stream", "stream.jsonl", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    day = next(line for line in done.stdout.splitlines() if line.startswith("数据流的一天"))
    # Only one day has a stream: two posts of each of four sorts are labelled, one is not.
    assert "帖子 9 条" in day
    assert "误报 0.0（0.0–0.0） 条，把未标注的都算作误报则为 1.0（1.0–1.0） 条" in day


def test_a_stream_whose_incidents_have_no_label_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_bytes(jsonl(rows()))
    stream = [{"first_seen": str(FIRST), "title": f"书展{number}"} for number in range(500)]
    (tmp_path / "stream.jsonl").write_bytes(jsonl(stream))
    options = ("--stream", "stream.jsonl", "--html", "out.html")
    done = shengyuan("evaluate", "own.jsonl", *options, folder=tmp_path)
    message = "标注的事件只占数据流的 0.79 %，少于通常的 1.5 %"
    assert message in done.stdout
    assert message in (tmp_path / "out.html").read_text("utf-8")


def test_without_a_stream_the_page_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_bytes(jsonl(rows()))
    done = shengyuan("evaluate", "own.jsonl", "--html", "out.html", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    page = html.document_fromstring((tmp_path / "out.html").read_text("utf-8"))
    text = page.text_content()
    assert "没有给出数据流" in text
    assert "真实数据流的一天" not in text
    # On the terminal the goals stand beside the figures, before the card.
    first, *lines = done.stdout.splitlines()
    assert first.split() == ["指标", "基线", "底线", "目标", "本模型", "结论"]
    assert lines[0].startswith("标题：AP") and lines[14].endswith("未测")
    assert "# 模型" in done.stdout


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (rows()[:4], ("--html", "none/out.html"), "目录 none 不存在"),
        ([], (), "没有一条标注"),
        (rows()[:4], ("--stream", "none.xz"), "none.xz"),
    ],
)
def test_what_cannot_be_done_is_said_in_chinese(
    content: list[dict[str, Any]],
    options: tuple[str, ...],
    message: str,
    tmp_path: Path,
) -> None:
    (tmp_path / "own.jsonl").write_bytes(jsonl(content))
    done = shengyuan("evaluate", "own.jsonl", *options, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_few_posts_are_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_bytes(jsonl(rows()[1:2]))
    done = shengyuan("evaluate", "own.jsonl", "--html", "out.html", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "未测" in (tmp_path / "out.html").read_text("utf-8")
