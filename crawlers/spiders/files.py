"""The spider of archives: files of posts (JSONL) and of whole replies (WARC)."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawlers.decode import decode
from crawlers.errors import CrawlError
from crawlers.extract import extract_article
from crawlers.items import Post
from crawlers.spiders.archive import parse_time, read_rows, row_to_post
from crawlers.spiders.base import SourceSpider

_LARGEST = 10_000_000


class ArchiveSpider(SourceSpider):
    """Posts of files: each start URL is a path, relative to the working folder, or file://…"""

    name = "archive"
    known_options = frozenset[str]()

    async def start(self) -> AsyncIterator[Any]:
        for address in self.source.start_urls:
            path = _path(address)
            reader = self._from_warc if ".warc" in path.suffixes else self._from_rows
            try:
                for post in reader(path):
                    yield post
            except CrawlError as error:
                self.incomplete = True
                self.report(str(error))

    def _from_rows(self, path: Path) -> Iterator[Post]:
        for number, row in read_rows(path):
            try:
                if isinstance(row, CrawlError):
                    raise row
                yield row_to_post(row, self.source.name, self.author_hash_key)
            except CrawlError as error:
                self.set_aside_content(str(error), repr(row).encode(), f"{path}:{number}")

    def _from_warc(self, path: Path) -> Iterator[Post]:
        for url, body, content_type, moment in read_warc(path):
            article = extract_article(decode(body, content_type)[0], url, now=moment)
            try:
                yield self.post(
                    first_seen=moment,
                    title=article.title,
                    body=article.text,
                    url=url,
                    published=article.published,
                    author=article.author,
                )
            except CrawlError as error:
                self.set_aside_content(str(error), body, url)


def read_warc(path: Path) -> Iterator[tuple[str, bytes, str, datetime]]:
    """Address, body, content type and time of each HTML reply. Raises CrawlError."""
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                # Any text passes for a record of the older ARC format.
                if record.format != "warc":
                    raise CrawlError(f"{path} 不是 WARC 文件，请检查文件")
                if record.rec_type != "response" or record.http_headers is None:
                    continue
                content_type = record.http_headers.get_header("Content-Type") or ""
                moment = parse_time(record.rec_headers.get_header("WARC-Date") or "")
                body = record.content_stream().read(_LARGEST)
                if "html" in content_type and moment is not None:
                    url = record.rec_headers.get_header("WARC-Target-URI") or ""
                    yield url, body, content_type, moment
    except OSError as error:
        raise CrawlError(f"读不了文件 {path}：{error.strerror}，请检查路径和权限") from error
    except ArchiveLoadFailed as error:
        raise CrawlError(f"{path} 不是完好的 WARC 文件：{error}") from error


def _path(address: str) -> Path:
    parts = urlsplit(address)
    return Path(unquote(parts.path)) if parts.scheme == "file" else Path(address)
