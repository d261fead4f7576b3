import os
import re
from pathlib import Path

import pytest

from crawlers.decode import decode

TEXT = "孩子在学校被同学欺负，家长希望有关部门处理。"
TRADITIONAL = "臺灣學生在學校裡發生意外，家長要求校方說明。"
FEEDS = Path(os.environ.get("DATA", Path(__file__).parents[3] / "shared/data")) / "feeds"


@pytest.mark.parametrize("declared", ["", "text/html; charset=gb2312", "text/html; charset=utf-8"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_the_bytes_win_over_a_wrong_declaration(encoding: str, declared: str) -> None:
    assert decode(TEXT.encode(encoding), declared) == (TEXT, encoding)


def test_characters_beyond_gb2312_survive_that_declaration() -> None:
    page = f"<meta charset=gb2312><p>朱镕基 㐂 {TEXT}</p>"
    assert decode(page.encode("gb18030")) == (page, "gb18030")


def test_a_short_word_that_is_valid_in_both_keeps_the_declared_charset() -> None:
    assert decode("联通".encode("gbk"), "text/html; charset=gbk")[0] == "联通"


@pytest.mark.parametrize("declared", ["", "text/html; charset=big5"])
def test_big5_is_read_declared_or_not(declared: str) -> None:
    assert decode(TRADITIONAL.encode("big5"), declared) == (TRADITIONAL, "big5hkscs")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_cut_in_mid_character_loses_only_that(encoding: str) -> None:
    text, used = decode((TEXT * 5).encode(encoding)[:-1], f"text/html; charset={encoding}")
    assert used == encoding
    assert text.startswith(TEXT * 4)


def test_a_byte_order_mark_is_taken_off() -> None:
    assert decode(b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=gbk") == (TEXT, "utf-8")


@pytest.mark.parametrize("label", ["x-unknown", "utf-7\x00", "'gb2312'"])
def test_odd_labels_do_no_harm(label: str) -> None:
    assert decode(TEXT.encode("gb18030"), f"text/html; charset={label}")[0] == TEXT


def test_any_bytes_give_text() -> None:
    assert isinstance(decode(bytes(range(256)) * 3)[0], str)
    assert decode(b"") == ("", "utf-8")


def test_the_feeds_with_encoding_traps() -> None:
    if not FEEDS.is_dir():
        pytest.skip(f"no shared data at {FEEDS}: set DATA=path")
    used = {}
    for path in FEEDS.glob("*.xml"):
        body = path.read_bytes()
        header = re.search(rb"Header:\s*Content-type:\s*(.*)", body)
        used[path.stem] = decode(body, header[1].decode().strip() if header else "")[1]
    assert used == {name: "big5hkscs" if "big5" in name else "gb18030" for name in used}
    assert len(used) == 6
