"""Bad input at the command line: one clear Chinese message, the right exit code, nothing lost."""

import json
import socket
from pathlib import Path

import pytest

from tests.pipelines.test_cli import shengyuan

POST = {"key": 1, "platform": "weibo", "first_seen": "2026-03-01", "title": "女子被前夫当街殴打"}


def jsonl(*rows: object) -> bytes:
    return b"".join(
        (row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()) + b"\n"
        for row in rows
    )


def quarantined(folder: Path) -> list[tuple[str, bytes]]:
    """(reason, content) of all that lies in the quarantine below `folder`."""
    notes = sorted((folder / "var/quarantine").glob("*/*.json"))
    return [
        (json.loads(note.read_text("utf-8"))["reason"], note.with_suffix(".bin").read_bytes())
        for note in notes
    ]


@pytest.mark.parametrize("command", ["classify", "mask"])
def test_bad_lines_are_answered_in_place_and_kept(command: str, tmp_path: Path) -> None:
    given = jsonl(
        POST, b"{broken", {"key": 3, "title": "", "body": ""}, {"key": 4, "title": 5}, POST
    )
    done = shengyuan(command, "-", folder=tmp_path, given=given)
    assert done.returncode == 3
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [("reason" in answer, answer["key"]) for answer in answers] == [
        (False, 1),
        (True, None),
        (True, 3),
        (True, 4),
        (False, 1),
    ]
    assert "有 3 条未能处理" in done.stderr and "第 2 行不是有效的 JSON" in done.stderr
    kept = quarantined(tmp_path)
    assert {content for _, content in kept} == set(given.splitlines(keepends=True)[1:4])
    assert all(reason for reason, _ in kept)


def test_an_empty_input_is_all_done(tmp_path: Path) -> None:
    done = shengyuan("classify", "-", folder=tmp_path, given=b"")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("command", ["classify", "extract", "replay", "models drift"])
def test_an_absent_file_is_named_in_chinese(tmp_path: Path, command: str) -> None:
    done = shengyuan(*command.split(), "none.jsonl", folder=tmp_path)
    assert done.returncode == 2
    assert not (tmp_path / "var").exists()
    assert "读不了文件 none.jsonl：文件或目录不存在" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_another_encoding_is_named_not_guessed(tmp_path: Path) -> None:
    line = json.dumps(POST, ensure_ascii=False).encode("gb18030") + b"\n"
    done = shengyuan("classify", "-", folder=tmp_path, given=line)
    assert done.returncode == 3
    assert "不是 UTF-8 编码" in done.stderr


def test_a_post_without_date_or_text_is_set_aside_by_replay(tmp_path: Path) -> None:
    rows = (POST, {"key": 2, "title": "没有时间"}, {"key": 3, "first_seen": "2026-03-01"})
    (tmp_path / "in.jsonl").write_bytes(jsonl(*rows))
    done = shengyuan("replay", "in.jsonl", "--out", "-", folder=tmp_path)
    assert done.returncode == 3
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["key"] for line in out] == [1, 2, 3]
    assert out[0]["incident"] and not out[1]["post"] and not out[2]["post"]
    assert "in.jsonl 第 2 行" in out[1]["reason"] and "in.jsonl 第 3 行" in out[2]["reason"]
    assert len(quarantined(tmp_path)) == 2


def test_what_lies_in_quarantine_can_be_replayed_when_mended(tmp_path: Path) -> None:
    rows = (POST | {"first_seen": "三月一日"},)
    first = shengyuan("replay", "-", folder=tmp_path, given=jsonl(*rows))
    assert first.returncode == 3
    (kept,) = [content for _, content in quarantined(tmp_path)]
    mended = kept.replace("三月一日".encode(), b"2026-03-01")
    again = shengyuan("replay", "-", "--out", "-", folder=tmp_path, given=mended)
    assert again.returncode == 0
    assert json.loads(again.stdout)["incident"]


def test_an_unreadable_page_is_answered_in_place(tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_bytes(b"<html></html>")
    (tmp_path / "folder.html").mkdir()
    done = shengyuan("extract", "folder.html", "empty.html", folder=tmp_path)
    assert done.returncode == 3
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["file"] for answer in answers] == ["folder.html", "empty.html"]
    assert all(answer["reason"] for answer in answers)


def test_a_port_in_use_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "shengyuan.toml").write_text(f"[console]\nport = {port}\n")
        done = shengyuan("console", folder=tmp_path)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr and "[console]" in done.stderr


def test_a_database_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/posts.db").write_bytes(b"no database, just text" * 100)
    done = shengyuan("search", "家暴", folder=tmp_path)
    assert done.returncode == 1
    assert "posts.db" in done.stderr and "备份" in done.stderr


def test_a_malformed_query_points_at_its_character(tmp_path: Path) -> None:
    done = shengyuan("search", "家暴 等级:九", folder=tmp_path)
    assert done.returncode == 2
    assert "第 7 个字符" in done.stderr and "^" in done.stderr


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    done = shengyuan("classify", "-", "--model", "1999.1", folder=tmp_path)
    assert done.returncode == 2
    assert "1999.1" in done.stderr


def test_an_absurd_date_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = (
        POST,
        POST | {"key": 2, "first_seen": "9999-12-31"},
        POST | {"first_seen": "0001-01-01"},
    )
    done = shengyuan("replay", "-", "--out", "-", folder=tmp_path, given=jsonl(*rows))
    assert done.returncode == 3
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert [bool(line["incident"]) for line in out] == [True, False, False]
    assert "不合情理" in out[1]["reason"]


def test_half_an_emoji_costs_one_character_not_the_post(tmp_path: Path) -> None:
    given = '{"key":"k","title":"\\ud83d女子被家暴"}\n'.encode()
    done = shengyuan("mask", "-", folder=tmp_path, given=given)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["key"], answer["title"]) == ("k", "\ufffd女子被家暴")


def test_a_line_of_many_megabytes_is_one_line(tmp_path: Path) -> None:
    long = b'{"title":"' + b"a" * 21_000_000 + b'"}\n'
    done = shengyuan("replay", "-", "--out", "-", folder=tmp_path, given=long + jsonl(POST))
    assert done.returncode == 3
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["reason"] and second["incident"]


def test_a_replay_into_the_office_at_work_is_refused(tmp_path: Path) -> None:
    done = shengyuan("replay", "-", "--into", "var", folder=tmp_path, given=jsonl(POST))
    assert done.returncode == 2
    assert "正在使用" in done.stderr


def test_what_is_set_aside_is_private(tmp_path: Path) -> None:
    shengyuan("mask", "-", folder=tmp_path, given=b"{broken")
    for path in (tmp_path / "var/quarantine").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
