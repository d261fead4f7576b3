"""Labels on their way: out as a spreadsheet, in against the manual, weighed and doubted."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlp.labelled import FIELDS
from nlp.taxonomy import Category, Victim
from tests.nlp.test_training import POSTS
from tests.pipelines.test_bad_input import jsonl
from tests.pipelines.test_cli import shengyuan
from tests.pipelines.test_models_cli import labelled_row

FORMULA = '=HYPERLINK("http://127.0.0.1","点我")'
OUT = [
    {"key": "a1", "title": "女子求助，电话13900010027", "first_seen": "2026-03-01T08:00+08:00"},
    {"key": "0012", "title": FORMULA, "body": "-1+2\n第二行", "first_seen": "2026-03-02"},
    {"key": "a3", "title": "女子求助,电话13900010027", "first_seen": "2026-03-03"},
    {"key": "a4", "title": "新展开幕", "first_seen": "2026-04-01"},
]
LABELS = {
    "incident": "是",
    "scope": "国内",
    "categories": "家庭暴力;虐待儿童",
    "victims": "妇女",
    "severity": "3",
    "status": "网传待核",
}
LABELLED = {
    "incident": True,
    "scope": "domestic",
    "categories": ["domestic_violence", "child_abuse"],
    "victims": "woman",
    "severity": 3,
    "status": "alleged",
}


def table(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "表格软件要靠 BOM 认出 UTF-8"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def save(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_posts_go_out_masked_and_come_back_labelled(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_bytes(jsonl(*OUT))
    export = ("label", "export", "posts.jsonl", "--until", "2026-03-31", "--out", "out.csv")
    assert shengyuan(*export, folder=tmp_path).returncode == 0
    rows = table(tmp_path / "out.csv")
    assert list(rows[0]) == list(FIELDS)
    assert [row["key"] for row in rows] == ["a1", "'0012"]
    assert rows[0]["title"] == "女子求助，电话〔手机号〕"
    assert (rows[1]["title"], rows[1]["body"]) == (f"'{FORMULA}", "'-1+2\n第二行")
    save(tmp_path / "out.csv", [rows[0], rows[1] | LABELS])
    arguments = ("label", "import", "out.csv", "--annotator", "王", "--out", "in.jsonl")
    done = shengyuan(*arguments, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 行还没有标注，已略过" in done.stderr
    (row,) = lines((tmp_path / "in.jsonl").read_text("utf-8"))
    assert row == OUT[1] | {"annotator": "王"} | LABELLED
    assert [name for name in FIELDS if name in row] == list(row)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_bytes(jsonl(*OUT))
    (tmp_path / "mine.csv").write_text("三天的工作")
    done = shengyuan("label", "export", "posts.jsonl", "--out", "mine.csv", folder=tmp_path)
    assert done.returncode == 2
    assert "mine.csv 已存在" in done.stderr
    assert (tmp_path / "mine.csv").read_text() == "三天的工作"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.csv", "posts.jsonl"]


def test_posts_of_the_store_are_exported_by_time(tmp_path: Path) -> None:
    rows = [row | {"platform": "weibo"} for row in (*OUT[:2], OUT[3])]
    (tmp_path / "posts.jsonl").write_bytes(jsonl(*rows))
    shengyuan("replay", "posts.jsonl", "--into", "kept", folder=tmp_path)
    (tmp_path / "shengyuan.toml").write_text('[store]\nurl = "sqlite:///kept/posts.db"\n')
    arguments = ("label", "export", "--since", "2026-03-01", "--until", "2026-03-31")
    done = shengyuan(*arguments, folder=tmp_path)
    found = lines(done.stdout)
    assert [row["title"] for row in found] == [FORMULA, "女子求助，电话〔手机号〕"]
    assert found[0]["body"] == "-1+2\n第二行"
    assert all(row["key"] and row["first_seen"] for row in found)
    done = shengyuan("label", "export", "--query", "新展", folder=tmp_path)
    assert [row["title"] for row in lines(done.stdout)] == ["新展开幕"]


def test_every_fault_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    good = {"key": 1, "title": "女子求助", **LABELLED}
    bad = (good | {"categories": ["robbery"]}, b"{cut", good | {"severity": 7})
    (tmp_path / "in.jsonl").write_bytes(jsonl(good, *bad))
    done = shengyuan("label", "import", "in.jsonl", "--out", "out.jsonl", folder=tmp_path)
    assert done.returncode == 2
    assert "3 行不合标注手册，没有写入任何文件" in done.stderr
    assert "in.jsonl 第 2 行：categories 的值 'robbery' 不在标注手册里" in done.stderr
    assert "in.jsonl 第 3 行不是有效的 JSON" in done.stderr
    assert "in.jsonl 第 4 行：severity 的值 7" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_two_labels_of_one_post_are_named(tmp_path: Path) -> None:
    good = {"key": 1, "title": "女子求助", **LABELLED}
    (tmp_path / "in.jsonl").write_bytes(jsonl(good, good, good | {"severity": 2}))
    done = shengyuan("label", "import", "in.jsonl", "--out", "out.jsonl", folder=tmp_path)
    assert done.returncode == 2
    assert "第 1 行 和 in.jsonl 第 3 行 是同一条" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_corrections_replace_labels_of_the_corpus_and_keep_its_text(tmp_path: Path) -> None:
    corpus = [{"key": at, "title": f"女子求助{at}", **LABELLED} for at in (1, 2, 4)]
    (tmp_path / "corpus.jsonl").write_bytes(jsonl(*corpus))
    better = corpus[1] | {"title": "〔姓名〕求助2", "severity": 2}
    plain = {"incident": False, "scope": "domestic"}
    new = {"key": 3, "title": "新展开幕", **plain}
    wrong = {"key": 4, "title": "女子求助4", **plain}
    (tmp_path / "better.jsonl").write_bytes(jsonl(better, new, wrong))
    arguments = ("label", "import", "better.jsonl", "--update", "corpus.jsonl")
    done = shengyuan(*arguments, folder=tmp_path)
    assert lines(done.stdout) == [corpus[0], corpus[1] | {"severity": 2}, wrong, new]
    assert "2 条的标注改了，新增 1 条" in done.stderr


def test_the_queue_leaves_out_what_is_labelled(tmp_path: Path) -> None:
    posts = [{"key": at, "title": p.title, "body": p.body} for at, p in enumerate(POSTS)]
    (tmp_path / "posts.jsonl").write_bytes(jsonl(*posts))
    known = [labelled_row(post, at) for at, post in enumerate(POSTS[:200])]
    (tmp_path / "known.jsonl").write_bytes(jsonl(*known))
    queue = ("label", "queue", "posts.jsonl", "--known", "known.jsonl", "--size", "12")
    done = shengyuan(*queue, "--random", "4", "--out", "queue.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = table(tmp_path / "queue.csv")
    assert [row["why"] for row in rows] == ["模型拿不准"] * 8 + ["随机抽取"] * 4
    keys = [int(row["key"]) for row in rows]
    assert len(set(keys)) == 12
    assert not {posts[key]["title"] for key in keys} & {row["title"] for row in known}
    small = shengyuan(*queue, folder=tmp_path)
    assert small.returncode == 0, small.stderr
    too_many = shengyuan(*queue, "--random", "13", folder=tmp_path)
    assert too_many.returncode == 2
    assert "--random" in too_many.stderr


def test_two_annotators_are_compared_and_a_third_decides(tmp_path: Path) -> None:
    first = [labelled_row(post, at) for at, post in enumerate(POSTS[:60])]
    second = [dict(row) for row in first[:50]]
    second[0]["severity"] = 4
    second[1] |= {"categories": ["trafficking"]}
    plain = {"key": 20, "title": first[20]["title"], "incident": False, "scope": "domestic"}
    second[20] = plain if first[20]["incident"] else plain | LABELLED
    (tmp_path / "甲.jsonl").write_bytes(jsonl(*first))
    (tmp_path / "乙.jsonl").write_bytes(jsonl(*second))
    files = ("甲.jsonl", "乙.jsonl")
    done = shengyuan("label", "agreement", *files, "--json", folder=tmp_path)
    found = {row["label"]: row for row in lines(done.stdout)}
    assert "两人都标注的 50 条；只有 甲 标注的 10 条，只有 乙 标注的 0 条" in done.stderr
    assert found["incident"]["posts"] == 50
    assert found["incident"]["only_first"] + found["incident"]["only_second"] == 1
    assert 0.9 < found["incident"]["kappa"] < 1
    people = shengyuan("label", "agreement", *files, folder=tmp_path)
    assert "仅甲" in people.stdout and "类别：虐待儿童" in people.stdout
    arguments = ("label", "adjudicate", *files, "--out", "third.csv", "--agreed", "agreed.jsonl")
    assert shengyuan(*arguments, folder=tmp_path).returncode == 0
    third = table(tmp_path / "third.csv")
    assert [row["key"] for row in third] == ["0", "1", "20"]
    assert third[0]["first"].startswith("事件：") and not third[0]["incident"]
    save(tmp_path / "third.csv", [row | LABELS for row in third])
    arguments = ("label", "import", "agreed.jsonl", "third.csv", "--out", "all.jsonl")
    assert shengyuan(*arguments, folder=tmp_path).returncode == 0
    merged = lines((tmp_path / "all.jsonl").read_text("utf-8"))
    assert sorted(int(row["key"]) for row in merged) == list(range(50))


def test_files_of_different_posts_are_refused(tmp_path: Path) -> None:
    for name, begin in (("a.jsonl", 0), ("b.jsonl", 10)):
        rows = [labelled_row(post, at + begin) for at, post in enumerate(POSTS[:5])]
        (tmp_path / name).write_bytes(jsonl(*rows))
    done = shengyuan("label", "agreement", "a.jsonl", "b.jsonl", folder=tmp_path)
    assert done.returncode == 2
    assert "没有共同的帖子" in done.stderr


def test_a_wrong_label_is_suspected_and_none_is_changed(tmp_path: Path) -> None:
    posts = list(POSTS)
    at = next(i for i, post in enumerate(posts) if "球队" in post.title and i > 200)
    posts[at] = replace(
        posts[at],
        incident=True,
        categories=(Category.TRAFFICKING,),
        victims=frozenset({Victim.CHILD}),
        severity=1,
        status="alleged",
    )
    rows = [labelled_row(post, number) for number, post in enumerate(posts)]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_bytes(jsonl(*rows))
    before = corpus.read_bytes()
    done = shengyuan("label", "suspects", "corpus.jsonl", "--out", "list.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "训练：是否事件" in done.stderr
    first = table(tmp_path / "list.csv")[0]
    assert (first["key"], first["doubt"], first["incident"]) == (str(at), "是否事件", "true")
    assert float(first["probability"]) < 0.2
    assert corpus.read_bytes() == before
    arguments = ("label", "import", "list.csv", "--update", "corpus.jsonl", "--out", "c.jsonl")
    assert shengyuan(*arguments, folder=tmp_path).returncode == 0
    assert lines((tmp_path / "c.jsonl").read_text("utf-8")) == [
        {name: value for name, value in row.items() if value != ""} for row in rows
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "标注太少：事件 0 条、非事件 0 条，各需要至少"),
        (jsonl({"title": "求助", **LABELLED, "status": "heard"}), "第 1 行：status 的值 'heard'"),
        (jsonl({"title": "求助", **LABELLED}) + b"{", "第 2 行不是有效的 JSON"),
        (jsonl({"title": "求助"}), "第 1 行没有标注"),
        ("标题\n".encode("gb18030"), "第 1 行不是 UTF-8 编码"),
    ],
)
@pytest.mark.parametrize("command", ["train", "suspects"])
def test_nothing_is_learned_from_a_file_with_faults(
    tmp_path: Path, command: str, content: bytes, message: str
) -> None:
    (tmp_path / "坏.jsonl").write_bytes(content)
    arguments = ("train",) if command == "train" else ("label", "suspects")
    done = shengyuan(*arguments, "坏.jsonl", folder=tmp_path)
    assert done.returncode == 2, done.stderr
    if command == "train" or "没有标注" not in message:
        assert message in done.stderr
    assert not list(tmp_path.rglob("*.npz"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for arguments in (("train",), ("evaluate",), ("label", "import"), ("label", "suspects")):
        done = shengyuan(*arguments, "none.jsonl", folder=tmp_path)
        assert done.returncode == 2
        assert "读不了标注文件 none.jsonl：文件或目录不存在" in done.stderr
