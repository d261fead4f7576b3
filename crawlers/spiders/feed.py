"""RSS, Atom and JSON feeds."""

import io
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import fastfeedparser
import feedparser
from scrapy.http import Response

from crawlers.dates import parse_date
from crawlers.errors import CrawlError
from crawlers.extract import extract_article
from crawlers.items import Post, post_id
from crawlers.spiders.base import SourceSpider, plain_text, text_of_page

_DECLARATION = re.compile(r"^[\s\ufeff]*<\?xml[^>]{0,200}\?>")
_HTML = re.compile(r"^\s*(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<html[\s>])", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, its text without markup."""

    id: str
    title: str
    url: str
    text: str
    author: str
    published: datetime | None


class FeedSpider(SourceSpider):
    """Posts of a feed. With `follow`, each new item's page is fetched for its whole text."""

    name = "feed"
    known_options = frozenset({"follow", "domains", "body", "title", "time", "author", "drop"})

    async def visit(self, response: Response) -> AsyncIterator[Any]:
        try:
            entries = read_feed(text_of_page(response), response.url, self.clock())
        except CrawlError as error:
            self.set_aside(str(error), response)
            self.stop(str(error))
            return
        follow = self.option("follow", False)
        ids = {entry: post_id(self.source.platform, url=entry.url) for entry in entries}
        known = await self.finished(list(ids.values())) if follow else {}
        for entry in entries:
            url = self.link(response, entry.url) if follow and entry.url else ""
            if not url:
                yield self._post(entry, response)
            elif ids[entry] not in known and self.unseen(url):
                yield self.request(url, self.read_page, entry=entry)

    def read_page(self, response: Response, entry: Entry) -> Iterator[Post]:
        """The whole text behind an item; what the feed said where the page says nothing."""
        rule = {k: str(v) for k, v in self.source.options.items() if k not in {"follow", "domains"}}
        article = extract_article(
            text_of_page(response), response.url, now=self.clock(), rule=rule, hint=entry.text
        )
        yield self.post(
            title=entry.title or article.title,
            body=article.text or entry.text,
            url=entry.url,
            published=entry.published or article.published,
            author=entry.author or article.author,
        )

    def _post(self, entry: Entry, response: Response) -> Post | None:
        try:
            return self.post(
                title=entry.title,
                body=entry.text,
                url=entry.url,
                native_id="" if entry.url else entry.id,
                published=entry.published,
                author=entry.author,
            )
        except CrawlError as error:
            self.report(f"{response.url}：{error}")
            return None


def read_feed(text: str, url: str, now: datetime) -> list[Entry]:
    """The entries of a feed. Raises CrawlError when it is none: a web page, say, or broken off."""
    if _HTML.match(text):
        raise CrawlError("这不是订阅源而是网页：网站可能已停用订阅或改了地址，请更新 start_urls")
    # Both parsers fetch or open what they are given when it looks like an address or a file name;
    # bytes and a stream are never taken for one.
    body = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    try:
        items = fastfeedparser.parse(body).get("entries", [])
    except (ValueError, KeyError, TypeError, AttributeError):
        items = []
    if not items:
        parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False)
        if not parsed.get("version"):
            raise CrawlError("不是 RSS、Atom 或 JSON 订阅源，请检查 start_urls")
        items = parsed.get("entries", [])
    return [_entry(item, now) for item in items]


def _entry(item: Mapping[str, Any], now: datetime) -> Entry:
    contents = [
        str(c.get("value", "")) for c in item.get("content") or [] if isinstance(c, Mapping)
    ]
    texts = [plain_text(text) for text in (*contents, _said(item, "description", "summary"))]
    return Entry(
        id=_said(item, "id", "guid"),
        title=plain_text(_said(item, "title")),
        url=_said(item, "link"),
        text=max(texts, key=len),
        author=_said(item, "author"),
        published=parse_date(_said(item, "published", "updated"), now),
    )


def _said(item: Mapping[str, Any], *keys: str) -> str:
    return next((str(item[key]).strip() for key in keys if item.get(key)), "")
