"""`classify`, `train` and `evaluate` as a person or a script calls them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nlp.errors import NlpError
from pipelines.cli.evaluate import evaluate
from pipelines.cli.train import train


def run(*arguments: str, given: bytes = b"", folder: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    return subprocess.run(command, input=given, capture_output=True, cwd=folder, timeout=120)


def lines(*rows: Any) -> bytes:
    texts = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    return "\n".join(texts).encode()


def test_every_line_is_answered_in_order_with_its_key(tmp_path: Path) -> None:
    given = lines(
        {"key": 1, "title": "女子被前夫当街殴打", "unknown": [1]},
        "{broken",
        {"key": {"a": 2}, "title": "", "body": ""},
        {"key": "三", "title": 3},
        {"key": None, "body": "我老公在湖北省黄石市家暴我和孩子"},
    )
    done = run("classify", given=given, folder=tmp_path)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert [answer["key"] for answer in answers] == [1, None, {"a": 2}, "三", None]
    assert ["reason" in answer for answer in answers] == [False, True, True, True, False]
    assert "有 3 条未能处理" in done.stderr.decode()
    assert answers[0]["alert"]
    assert answers[0]["categories"]["domestic_violence"] > 0.5
    assert answers[0]["victims"] == ["woman"]
    body = "我老公在湖北省黄石市家暴我和孩子"
    for span in answers[4]["evidence"] + answers[4]["places"]:
        assert span["field"] == "body"
        assert 0 <= span["start"] < span["end"] <= len(body)
    assert [place["code"] for place in answers[4]["places"]] == ["420200"]
    assert all(body[s["start"] : s["end"]] == s["text"] for s in answers[4]["evidence"])


def test_the_contract_has_every_field(tmp_path: Path) -> None:
    done = run("classify", given=lines({"key": 1, "title": "新展开幕"}), folder=tmp_path)
    assert done.returncode == 0
    (answer,) = map(json.loads, done.stdout.splitlines())
    assert set(answer) == {
        *("key", "incident", "alert", "review", "categories", "severity", "victims", "status"),
        *("scope", "setting", "risks", "vulnerability", "evidence", "places", "model"),
    }
    assert not answer["alert"]


def test_risks_and_vulnerability_are_shown_with_their_place(tmp_path: Path) -> None:
    title = "丈夫持刀威胁怀孕妻子"
    done = run("classify", given=lines({"key": 1, "title": title}), folder=tmp_path)
    (answer,) = map(json.loads, done.stdout.splitlines())
    assert answer["setting"] == "home"
    assert [risk["value"] for risk in answer["risks"]] == ["凶器", "威胁", "孕期"]
    assert answer["vulnerability"] == [
        {"value": "孕期", "field": "title", "start": 6, "end": 8, "text": "怀孕"}
    ]
    assert all(title[s["start"] : s["end"]] == s["text"] for s in answer["risks"])


def test_an_empty_input_is_a_success(tmp_path: Path) -> None:
    done = run("classify", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("--model", "9.9"), "找不到模型 9.9"), (("没有.jsonl",), "没有.jsonl")],
)
def test_what_is_missing_is_named(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = run("classify", *arguments, folder=tmp_path)
    assert done.returncode not in (0, 3)
    assert message in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def labelled() -> bytes:
    """260 made-up incidents and 260 others: enough to train on, quick to learn."""
    rows = []
    for number in range(260):
        common = {"first_seen": f"2024-{number % 12 + 1:02d}-01", "scope": "domestic"}
        rows.append(
            {
                **common,
                "title": f"女子{number}被前夫殴打",
                "incident": True,
                "categories": ["domestic_violence"],
                "victims": "woman",
                "severity": 3,
                "status": "confirmed",
            }
        )
        rows.append({**common, "title": f"第{number}届书展开幕", "incident": False})
    return lines(*rows)


def test_a_trained_model_is_used_from_the_offices_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own.jsonl"
    own.write_bytes(labelled())
    train([own], version="自训", promote=True)
    assert Path("var/models/自训/CARD.md").read_text(encoding="utf-8").startswith("# 模型")
    used = run("classify", given=lines({"title": "女子被前夫殴打"}), folder=tmp_path)
    assert json.loads(used.stdout)["model"] == "自训"
    capfdbinary.readouterr()
    evaluate([own], as_json=True)
    sys.stdout.flush()
    figures = json.loads(capfdbinary.readouterr().out)
    assert figures["kinds"]["headline"]["average_precision"][0] > 0.99


def test_a_wrong_label_stops_the_training(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_bytes(labelled().replace(b"woman", b"lady", 1))
    with pytest.raises(NlpError, match=r"own\.jsonl 第 1 行：victims 的值 'lady'"):
        train([own], into=tmp_path)
    assert not list(tmp_path.glob("*/card.json"))
