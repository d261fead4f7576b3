"""Rows of posts in files: JSONL, plain or packed as .xz or .gz."""

import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import orjson

from crawlers.dates import CHINA
from crawlers.errors import CrawlError
from crawlers.items import Post, make_post

_BROKEN = (OSError, EOFError, lzma.LZMAError, zlib.error)
_LONGEST = 10_000_000
"""Bytes of one line; a longer one is no post."""

Row = tuple[int, "dict[str, Any] | CrawlError"]


def read_rows(source: "str | Path | IO[bytes]") -> Iterator[Row]:
    """Line number and object of each line; a bad line is yielded as its error, never raised.

    `source` is a file (plain, .xz or .gz, recognised by its first bytes), "-" for standard input,
    or an open binary stream. Raises CrawlError when the file cannot be opened; a file that breaks
    off or is damaged yields what could be read and then its error.
    """
    with ExitStack() as stack:
        name, stream = _open(source, stack)
        number = 0
        try:
            for number, line in enumerate(_lines(stream), 1):
                if line.strip():
                    yield number, _row(line, name, number)
        except _BROKEN as error:
            yield number + 1, CrawlError(f"{name} 第 {number} 行之后损坏，后面的读不出：{error}")


def row_to_post(row: Mapping[str, Any], source: str, key: bytes) -> Post:
    """The post of one row: platform, first_seen, title, body, url, id, published, author, place.

    `key` hashes the author. Raises CrawlError when a field has the wrong type, or the row has no
    text or no first_seen.
    """
    fields = {name: _text(row, name) for name in ("platform", "title", "body", "url", "id")}
    first_seen = parse_time(_text(row, "first_seen"))
    if first_seen is None:
        given = row.get("first_seen")
        raise CrawlError(f"first_seen 缺失或不是时间：{given!r}，应如 2024-03-01T08:00+08:00")
    return make_post(
        platform=fields["platform"] or source,
        source=source,
        first_seen=first_seen,
        title=fields["title"],
        body=fields["body"],
        url=fields["url"],
        native_id=fields["id"],
        published=parse_time(_text(row, "published")),
        author=_text(row, "author"),
        author_hash_key=key,
        place=_text(row, "place"),
    )


def parse_time(text: str) -> datetime | None:
    """An ISO date or time; Chinese time (+08:00) when it names no zone. None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if name == "id" and isinstance(value, int):
        return str(value)
    raise CrawlError(f"{name} 应为文字，实为 {type(value).__name__}：{str(value)[:40]}")


def _open(source: "str | Path | IO[bytes]", stack: ExitStack) -> tuple[str, IO[bytes]]:
    if source == "-":
        return "标准输入", _uncompressed(sys.stdin.buffer, stack)
    if not isinstance(source, str | Path):
        return str(getattr(source, "name", "输入")), _uncompressed(source, stack)
    try:
        file = Path(source).open("rb")  # noqa: SIM115 - closed by the stack
    except OSError as error:
        raise CrawlError(f"读不了文件 {source}：{error.strerror}，请检查路径和权限") from error
    return str(source), _uncompressed(stack.enter_context(file), stack)


def _uncompressed(file: IO[bytes], stack: ExitStack) -> IO[bytes]:
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast(Any, file))
    start = buffered.peek(6)[:6]
    if start == b"\xfd7zXZ\x00":
        return stack.enter_context(lzma.open(buffered, "rb"))
    if start[:2] == b"\x1f\x8b":
        return cast(IO[bytes], stack.enter_context(gzip.open(buffered, "rb")))
    return buffered


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(_LONGEST):
        if len(line) == _LONGEST and not line.endswith(b"\n"):
            # The rest of an over-long line belongs to it; no JSON parser will take its beginning.
            while (rest := stream.readline(_LONGEST)) and not rest.endswith(b"\n"):
                pass
        yield line


def _row(line: bytes, name: str, number: int) -> "dict[str, Any] | CrawlError":
    try:
        value = orjson.loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
    except orjson.JSONDecodeError as error:
        return CrawlError(
            f"{name} 第 {number} 行不是有效的 JSON（第 {error.colno} 个字符附近）", line
        )
    if not isinstance(value, dict):
        return CrawlError(f"{name} 第 {number} 行不是 JSON 对象", line)
    return value
