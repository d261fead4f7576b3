"""A real local web server with one page for each nastiness that a crawl can meet."""

import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Reply:
    """One answer; `body` may be a function of how often the path was asked before."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answer = Reply | Callable[[int], Reply]


class Site:
    """Serves `pages` by path on loopback; counts requests and keeps their headers."""

    def __init__(self, pages: dict[str, Answer] | None = None) -> None:
        self.pages: dict[str, Answer] = pages or {}
        self.asked: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}
        self.order: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self)
        self.netloc = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.netloc}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        self.site = site
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        site, path = self.server.site, urlsplit(self.path).path
        with site.lock:
            before = site.asked[path]
            site.asked[path] += 1
            site.headers[path] = dict(self.headers.items())
            site.order.append(path)
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
        answer = site.pages.get(path, Reply(b"nothing here", "text/plain", 404))
        self._send(answer if isinstance(answer, Reply) else answer(before))
        with site.lock:
            site.at_once -= 1

    def _send(self, reply: Reply) -> None:
        etag = reply.headers.get("ETag")
        known = etag is not None and self.headers.get("If-None-Match") == etag
        self.send_response(304 if known else reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if known:
            self.end_headers()
            return
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Silent."""


def page(text: str, encoding: str = "utf-8", **headers: str) -> Reply:
    """An HTML page in this encoding, declared."""
    declared = f"text/html; charset={encoding}"
    return Reply(text.encode(encoding), declared, headers={k: v for k, v in headers.items()})


def article(title: str, body: str, when: str = "2026-11-20 09:30") -> Reply:
    """A news page."""
    paragraphs = "".join(f"<p>{line}</p>" for line in body.split("\n"))
    return page(
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<div class='info'>发布时间：{when}</div><div class='content'>{paragraphs}</div>"
        "</body></html>"
    )


def links(*pairs: tuple[str, str], following: str = "") -> Reply:
    """A list page with links (path, title)."""
    items = "".join(f"<li><a href='{path}'>{title}</a></li>" for path, title in pairs)
    more = f"<a href='{following}'>下一页</a>" if following else ""
    return page(f"<html><body><ul class='list'>{items}</ul>{more}</body></html>")


def board(rows: list[dict[str, object]]) -> Reply:
    """A hot board."""
    body = json.dumps({"data": {"realtime": rows}}, ensure_ascii=False)
    return Reply(body.encode(), "application/json")


def redirect(location: str) -> Reply:
    return Reply(status=302, headers={"Location": location})


def bomb(megabytes: int) -> Reply:
    """A page that is small on the wire and `megabytes` after decompression."""
    # One member repeated: gzip readers go on to the next (RFC 1952 §2.2).
    member = gzip.compress(b"<p>" + b"x" * 9_999_997)
    return Reply(member * (megabytes // 10), headers={"Content-Encoding": "gzip"})


def robots(rules: str) -> Reply:
    return Reply(rules.encode(), "text/plain")
