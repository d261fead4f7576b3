"""What every spider of a source shares: polite requests, posts, and how it says what went wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.selector import Selector
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.decode import decode
from crawlers.errors import CrawlError
from crawlers.extraction.tree import parse, text_of
from crawlers.items import Post, make_post
from crawlers.sources import Source
from crawlers.validators import Validators

MAX_PAGES = 5
"""List pages that one visit follows at most, unless the source says otherwise."""

Finished = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
"""Ids → content hash of the finished version of those that are finished."""

SetAside = Callable[[str, bytes, str], None]
"""Reason, content, name: what cannot be processed is kept for a person."""

_GONE = {404, 410}
_CAUSES = {
    "CannotResolveHostError": "域名无法解析，请检查网址和本机 DNS",
    "DownloadConnectionRefusedError": "对方拒绝连接，请确认网站仍在运行",
    "DownloadTimeoutError": "对方超时未应答",
    "DownloadCancelledError": "页面过大，已停止下载（[crawl] max_response_bytes）",
    "ResponseDataLossError": "对方的应答不完整",
}


class SourceSpider(Spider):
    """A spider of one source.

    `known_options` are the option keys that a subclass understands; another one is a CrawlError.
    `set_aside` takes what cannot be processed; `finished` is asked before a page is fetched again.
    After a visit, `problems` say what went wrong, `stopped_because` why it was broken off, and
    `incomplete` that something must be fetched again.
    """

    known_options: frozenset[str] = frozenset()

    def __init__(
        self,
        source: Source,
        author_hash_key: bytes,
        clock: Callable[[], datetime],
        finished: Finished,
        set_aside: SetAside,
        validators: Validators | None = None,
    ) -> None:
        super().__init__()
        unknown = sorted(set(source.options) - self.known_options)
        if unknown:
            raise CrawlError(
                f"来源 {source.name}：{self.name} 爬虫没有选项 {unknown[0]}，"
                f"可用 {'、'.join(sorted(self.known_options))}"
            )
        self.source = source
        self.clock = clock
        self.finished = finished
        self.validators = validators or Validators(None)
        self.problems: list[str] = []
        self.stopped_because = ""
        self.resume_at: datetime | None = None
        self.incomplete = False
        self.author_hash_key = author_hash_key
        self.set_aside_content = self._reporting(set_aside)
        self._seen: set[str] = set()
        self._closing: asyncio.Future[None] | None = None

    async def start(self) -> AsyncIterator[Any]:
        for url in self.source.start_urls:
            yield self.request(url, self.visit, revalidate=True)

    def visit(self, response: Response) -> Any:
        """Parse a start page: posts and further requests."""
        raise NotImplementedError

    def option(self, key: str, default: Any = "") -> Any:
        """A source's option; its type must be that of the default. Raises CrawlError."""
        value = self.source.options.get(key, default)
        if type(value) is not type(default):
            raise CrawlError(f"来源 {self.source.name}：选项 {key} 的类型不对：{value!r}")
        return value

    def request(
        self, url: str, callback: Callable[..., Any], *, revalidate: bool = False, **kwargs: Any
    ) -> Request:
        """A request whose failure is reported; `revalidate` asks only for what has changed."""
        return Request(
            url,
            callback=callback,
            errback=self.failed,
            # Whether a page was seen in this visit is decided by `unseen`; the dupe filter would
            # drop a redirect to a known page without a word.
            dont_filter=True,
            meta={"revalidate": revalidate},
            cb_kwargs=kwargs,
        )

    def unseen(self, url: str) -> bool:
        """Whether this visit comes upon the address for the first time."""
        first = url not in self._seen
        self._seen.add(url)
        return first

    def link(self, response: Response, href: str) -> str:
        """The absolute http(s) address of a link on the source's own sites, else ""."""
        url = urljoin(response.url, href.strip()).partition("#")[0]
        try:
            parts = urlsplit(url)
        except ValueError:
            return ""
        return url if parts.scheme in {"http", "https"} and self._own(parts.hostname) else ""

    def _own(self, host: str | None) -> bool:
        domains = self.source.options.get("domains") or [
            h.removeprefix("www.") for h in self.source.hosts
        ]
        return host is not None and any(host == d or host.endswith("." + d) for d in domains)

    def post(self, **fields: Any) -> Post:
        """A post of this source seen now. Raises CrawlError when it has no text."""
        return make_post(
            platform=self.source.platform,
            source=self.source.name,
            place=self.source.place,
            author_hash_key=self.author_hash_key,
            **({"first_seen": self.clock()} | fields),
        )

    def set_aside(self, reason: str, response: Response) -> None:
        """Keep a page that could not be turned into posts, with the reason, and report it."""
        self.set_aside_content(reason, response.body, response.url)

    def _reporting(self, set_aside: SetAside) -> SetAside:
        def keep(reason: str, content: bytes, name: str) -> None:
            self.report(f"{name}：{reason}")
            set_aside(reason, content, name)

        return keep

    def report(self, problem: str) -> None:
        """Count a problem of this visit; it ends up in the source's state and in the log."""
        self.problems.append(problem)
        self.logger.warning("%s %s", self.source.name, problem)

    def stop(self, reason: str, resume_at: datetime | None = None) -> None:
        """End this visit; the first reason given is the one that counts."""
        if self.stopped_because:
            return
        self.stopped_because = reason
        self.resume_at = resume_at
        self.report(reason)
        self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    def failed(self, failure: Failure) -> None:
        """Report why a page was not fetched, in words."""
        reason = cause(failure.value)
        if not reason or reason == self.stopped_because:
            return
        if not (isinstance(failure.value, HttpError) and failure.value.response.status in _GONE):
            self.incomplete = True
        self.report(f"{failure.request.url}：{reason}")  # type: ignore[attr-defined] # Scrapy adds it


def cause(error: BaseException | None) -> str:
    """Why a request failed, in Chinese; "" when there is nothing to report."""
    if isinstance(error, HttpError):
        return f"对方返回 HTTP {error.response.status}"
    if isinstance(error, CrawlError):
        return str(error)
    if isinstance(error, IgnoreRequest):
        text = str(error)
        if text.startswith("Forbidden by robots.txt"):
            return "robots.txt 不允许抓取，已跳过"
        if text.startswith("Ignored response"):
            return "页面解压后过大，已丢弃（[crawl] max_response_bytes）"
        if text.startswith("max redirections"):
            return "重定向次数过多，已放弃"
        return text
    name = type(error).__name__
    return _CAUSES.get(name, f"下载失败（{name}：{error}）")


def address_of(response: Response) -> str:
    """The address that was asked for: a redirect must not change a post's id."""
    redirected = response.meta.get("redirect_urls")
    return str(redirected[0]) if redirected else response.url


def text_of_page(response: Response) -> str:
    """The page's text, decoded by what it declares and what its bytes are."""
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return decode(response.body, content_type)[0]


def selector_of(response: Response) -> Selector:
    """The page as a selector over its properly decoded text."""
    return Selector(text=text_of_page(response) or "<html></html>", type="html")


def plain_text(markup: str) -> str:
    """The text of a piece of HTML with its line breaks; text without markup comes back as it is."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    root = parse(f"<div>{markup}</div>")
    return "" if root is None else text_of(root)
