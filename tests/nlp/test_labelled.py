"""Rows survive the spreadsheet exactly; what is wrong with a file is said with its line."""

import csv
import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp.errors import NlpError
from nlp.labelled import FIELDS, LabelError, LabelledRow, read_labelled, read_rows, text_key
from nlp.spreadsheet import from_cells, guarded, restored, to_cells

GOOD: dict[str, Any] = {
    "key": "8812",
    "platform": "weibo",
    "first_seen": "2024-05-01T08:00+08:00",
    "source": "campus/board",
    "annotator": "甲",
    "title": "女童被拐走",
    "body": "第一行，\n“第二行”",
    "incident": True,
    "scope": "domestic",
    "categories": ["trafficking", "child_abuse"],
    "victims": "both",
    "severity": 1,
    "status": "alleged",
}
OTHER = {"title": "新展开幕", "incident": False, "scope": "domestic"}


def spreadsheet(path: Path, *rows: dict[str, Any], columns: tuple[str, ...] = FIELDS) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(to_cells(row) for row in rows)
    return path


def only(path: Path) -> LabelledRow:
    (row,) = read_rows(path)
    assert isinstance(row, LabelledRow), row
    return row


@example("'=1+1")
@given(st.text() | st.text("=+-@'\t\r\n0123456789.eE＝", max_size=16))
def test_every_cell_is_given_back_and_none_runs(cell: str) -> None:
    shown = guarded(cell)
    assert restored(shown) == cell
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("number", ["0071", "202405010001", "12e4567890", "1.50"])
def test_what_spreadsheets_would_reformat_is_made_text(number: str) -> None:
    assert guarded(number) == f"'{number}"


def test_what_people_type_with_an_apostrophe_stays() -> None:
    assert restored("'小明'被打") == "'小明'被打"


def test_a_row_survives_the_spreadsheet(tmp_path: Path) -> None:
    rows = GOOD, OTHER, GOOD | {"title": "=HYPERLINK(1)", "key": "0012", "victims": "child"}
    path = spreadsheet(tmp_path / "a.csv", *rows)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [row.fields for row in read_rows(path) if isinstance(row, LabelledRow)] == list(rows)


@pytest.mark.parametrize("opened", [open, gzip.open, lzma.open])
def test_lines_are_read_from_compressed_files_too(tmp_path: Path, opened: Any) -> None:
    path = tmp_path / {open: "a.jsonl", gzip.open: "a.jsonl.gz", lzma.open: "a.jsonl.xz"}[opened]
    with opened(path, "wb") as file:
        file.write(b"\xef\xbb\xbf" + json.dumps(GOOD, ensure_ascii=False).encode())
    assert only(path).fields == GOOD


def test_people_may_type_chinese(tmp_path: Path) -> None:
    typed = {
        "title": "女童被拐走",
        "incident": "是",
        "scope": "国内",
        "categories": "拐卖妇女儿童；虐待儿童",
        "victims": "儿童、妇女",
        "severity": "红",
        "status": "网传待核",
        "first_seen": "2024/5/1 8:00",
    }
    row = from_cells(typed)
    assert row["first_seen"] == "2024-05-01 8:00"
    path = spreadsheet(tmp_path / "a.csv", row)
    labels = ("incident", "scope", "categories", "victims", "severity", "status")
    assert {name: only(path).fields[name] for name in labels} == {
        name: GOOD[name] for name in labels
    }


def test_a_row_that_nobody_has_labelled_is_known_as_such(tmp_path: Path) -> None:
    bare = {"title": "女童被拐走", "key": 7}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(bare) + "\n", encoding="utf-8")
    row = only(path)
    assert (row.post, row.fields, row.key) == (None, bare | {}, "7")
    with pytest.raises(LabelError, match="第 1 行没有标注"):
        list(read_labelled(path))


def test_a_post_without_a_key_is_known_by_its_text(tmp_path: Path) -> None:
    path = spreadsheet(tmp_path / "a.csv", OTHER, columns=("title", "incident", "scope"))
    assert only(path).key == text_key("新展开幕", "")
    assert text_key("a", "") != text_key("", "a")


def test_lines_are_named_as_the_editor_and_as_the_spreadsheet_counts(tmp_path: Path) -> None:
    path = spreadsheet(tmp_path / "a.csv", GOOD, GOOD | {"severity": 9}, OTHER | {"scope": "月球"})
    first, second, third = read_rows(path)
    assert isinstance(first, LabelledRow)
    assert "a.csv 第 4 行（表格第 3 行）：severity 的值 9" in str(second)
    assert "第 6 行（表格第 4 行）：scope" in str(third)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("标题,事件\n女童,是\n".encode(), "第 1 行应为列名"),
        ("title,incident\n女童被拐走,是\n".encode("gb18030"), "第 2 行不是 UTF-8 编码，请在表格"),
        (b'title,incident\n"a,true\nb,true\n', "不是有效的 CSV"),
        ("title,incident,scope,categories\n新展,否,国内,拐卖妇女儿童\n".encode(), "却填了"),
        ("title,incident,scope\n新展,也许,国内\n".encode(), "第 2 行：incident 应为 是 或 否"),
    ],
)
def test_what_is_wrong_with_a_spreadsheet_is_named(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "坏.csv"
    path.write_bytes(content)
    with pytest.raises(NlpError, match=r"坏\.csv 第 \d 行") as caught:
        list(read_labelled(path))
    assert message in str(caught.value)


def test_a_compressed_file_cut_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.xz"
    path.write_bytes(lzma.compress(json.dumps(GOOD).encode() * 100)[:60])
    with pytest.raises(NlpError, match=r"a\.jsonl\.xz 的压缩不完整"):
        list(read_labelled(path))


def test_a_sheet_filled_in_chinese_without_a_scope_is_about_this_country(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "title,incident,scope,categories,victims,severity,status\n"
        "女童被拐走,是,,拐卖妇女儿童,儿童,红,网传待核\n新展,否,,,,,\n",
        encoding="utf-8",
    )
    assert [post.scope for post in read_labelled(path)] == ["domestic", "domestic"]
