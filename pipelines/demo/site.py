"""The public site of the demo: a real HTTP server on loopback that serves made-up posts."""

import hashlib
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from crawlers.dates import CHINA
from pipelines.demo import pages
from pipelines.demo.content import BOARDS, Entry, load_schedule

ROBOTS: Final = "User-agent: *\nDisallow: /admin/\nDisallow: /bbs/member.php\nAllow: /\n"
_HTML: Final = "text/html; charset=utf-8"
_GBK: Final = "text/html; charset=gbk"
_ROUTES: Final = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"/(?:news/)?", "news_list"),
        (r"/news/index_(\d+)\.html", "news_list"),
        (r"/(?:news|fabu|daily|hot)/(\d{4,})\.html", "article"),
        (r"/bbs/forum-(\d+)-(\d+)\.html", "board"),
        (r"/bbs/thread-(\d+)-1-1\.html", "thread"),
        (r"/feed/rss\.xml", "rss"),
        (r"/feed/atom\.xml", "atom"),
        (r"/hot/board\.json", "hot_board"),
        (r"/robots\.txt", "robots"),
    )
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer of the site; `changed` is when its newest part was published."""

    body: bytes
    content_type: str
    changed: datetime

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@dataclass(frozen=True, slots=True)
class Request:
    """One request that the site answered, for tests of politeness."""

    path: str
    status: int
    user_agent: str


class DemoSite:
    """Serves the schedule: what has appeared by `clock()`, dates relative to the first start."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        schedule: Iterable[Entry] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._clock = clock
        self._schedule = tuple(load_schedule() if schedule is None else schedule)
        self._by_id = {entry.id: entry for entry in self._schedule}
        self._address = (host, port)
        self._started: datetime | None = None
        self._server: ThreadingHTTPServer | None = None
        self.base_url = ""
        self.requests: deque[Request] = deque(maxlen=10_000)

    def start(self) -> str:
        """Serve in a thread of its own; returns the base URL. Raises OSError if the port is taken.

        Stopped and started again, the site goes on at the same address with the same dates.
        """
        self._started = self._started or self._clock().astimezone(CHINA).replace(microsecond=0)
        self._server = _Server(self._address, self)
        self._address = (self._address[0], self._server.server_address[1])
        self.base_url = f"http://{self._address[0]}:{self._address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return self.base_url

    def stop(self) -> None:
        """Stop serving; harmless when not started."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def truth(self) -> Mapping[str, str | None]:
        """The planted incident of each post by its URL, None for a near-miss."""
        return MappingProxyType({self.base_url + e.path: e.incident for e in self._schedule})

    def answer(self, path: str) -> Reply | None:
        """The page at this path as of now, None when there is none."""
        for pattern, name in _ROUTES:
            if match := pattern.fullmatch(path):
                numbers = [int(group) for group in match.groups() if group]
                reply: Reply | None = getattr(self, f"_{name}")(*numbers)
                return reply
        return None

    def missing(self) -> Reply:
        """What stands where there is no page."""
        return self._reply("没有这个页面", "text/plain; charset=utf-8")

    def _visible(self, channel: str = "", board: str = "") -> list[Entry]:
        """What has appeared, newest first."""
        seconds = (self._clock() - self._start).total_seconds()
        found = [
            entry
            for entry in self._schedule
            if entry.appears <= seconds
            and channel in ("", entry.channel)
            and board in ("", entry.board)
        ]
        return sorted(found, key=lambda entry: entry.published(self._start), reverse=True)

    @property
    def _start(self) -> datetime:
        if self._started is None:
            raise RuntimeError("演示站点尚未启动：先调用 start()")
        return self._started

    def _reply(self, text: str, content_type: str, entries: Iterable[Entry] = ()) -> Reply:
        encoding = "gb18030" if content_type == _GBK else "utf-8"
        changed = max((e.published(self._start) for e in entries), default=self._start)
        return Reply(text.encode(encoding), content_type, changed)

    def _entry(self, number: int) -> Entry | None:
        entry = self._by_id.get(number)
        return entry if entry in self._visible() else None

    def _others(self, entry: Entry) -> list[Entry]:
        """Titles to put around a page; fixed, so that a page does not change when others appear."""
        rest = [e for e in self._schedule if e.id != entry.id and not e.appears]
        offset = entry.id * 7 % max(len(rest), 1)
        return rest[offset:] + rest[:offset]

    def _robots(self) -> Reply:
        return self._reply(ROBOTS, "text/plain; charset=utf-8")

    def _news_list(self, page: int = 1) -> Reply | None:
        entries = self._visible("news")
        if page > pages.page_count(entries):
            return None
        return self._reply(pages.news_list(entries, page, self._start), _HTML, entries)

    def _article(self, number: int) -> Reply | None:
        entry = self._entry(number)
        if entry is None or entry.channel == "forum":
            return None
        return self._reply(pages.article(entry, self._others(entry), self._start), _HTML, [entry])

    def _board(self, number: int, page: int) -> Reply | None:
        name = next((name for name, board in BOARDS.items() if board == number), None)
        if name is None:
            return None
        entries = self._visible("forum", name)
        if page > pages.page_count(entries):
            return None
        return self._reply(pages.board(name, entries, page, self._start), _GBK, entries)

    def _thread(self, number: int) -> Reply | None:
        entry = self._entry(number)
        if entry is None or entry.channel != "forum":
            return None
        return self._reply(pages.thread(entry, self._others(entry), self._start), _GBK, [entry])

    def _rss(self) -> Reply:
        entries = self._visible("rss")
        text = pages.rss(entries, self.base_url, self._start)
        return self._reply(text, "application/rss+xml; charset=utf-8", entries)

    def _atom(self) -> Reply:
        entries = self._visible("atom")
        text = pages.atom(entries, self.base_url, self._start)
        return self._reply(text, "application/atom+xml; charset=utf-8", entries)

    def _hot_board(self) -> Reply:
        entries = self._visible("hot")
        text = pages.hot_board(entries, self.base_url)
        return self._reply(text, "application/json; charset=utf-8", entries)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], site: DemoSite) -> None:
        self.site = site
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve(with_body=True)

    def do_HEAD(self) -> None:
        self._serve(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Silent: the site's own list of requests is its log."""

    def _serve(self, *, with_body: bool) -> None:
        path = urlsplit(self.path).path
        reply = self.server.site.answer(path)
        if reply is None:
            status = HTTPStatus.NOT_FOUND
            reply = self.server.site.missing()
        else:
            status = HTTPStatus.NOT_MODIFIED if self._is_known(reply) else HTTPStatus.OK
        self.server.site.requests.append(
            Request(path, status, self.headers.get("User-Agent", "") or "")
        )
        self.send_response(status)
        self.send_header("ETag", reply.etag)
        self.send_header("Last-Modified", self.date_time_string(int(reply.changed.timestamp())))
        if status == HTTPStatus.NOT_MODIFIED:
            self.end_headers()
            return
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(reply.body)

    def _is_known(self, reply: Reply) -> bool:
        """Whether the client has this version: by ETag, else by date (RFC 9110 §13.2.2)."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return reply.etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except (TypeError, ValueError):
            return False
        return since.tzinfo is not None and reply.changed <= since
