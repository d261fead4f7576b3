"""Forums: boards of threads. The defaults are those of Discuz!, which most local forums run."""

from collections.abc import Iterator
from typing import Any

from scrapy.http import Response
from scrapy.selector import Selector

from crawlers.dates import parse_date
from crawlers.errors import CrawlError
from crawlers.extraction.tree import text_of
from crawlers.spiders.base import address_of, selector_of
from crawlers.spiders.paging import PagingSpider

_DISCUZ = {
    "title": "#thread_subject, h1.ts, h1",
    "body": ".t_f, .pcb .t_fsz, .postmessage, .message",
    "author": ".authi a.xw1, .authi a, .postauthor a, cite",
    "time": ".authi em, .authi span[title], .postinfo em",
}


class ForumSpider(PagingSpider):
    """One post a thread: its opening post. title, body, author and time are selectors (CSS).

    With `replies` = N, each reply of at least N characters is a post of its own.
    """

    name = "forum"
    known_options = PagingSpider.known_options | set(_DISCUZ) | {"replies"}
    default_links = "a.xst, a.s.xst, .threadlist a.subject, a[href*='thread-']"

    def read_post(self, response: Response, title: str) -> Iterator[Any]:
        selector = selector_of(response)
        found = {
            key: self._select(selector, self.option(key, default))
            for key, default in _DISCUZ.items()
        }
        bodies = [text_of(body.root) for body in found["body"]]
        subject = text_of(found["title"][0].root) if found["title"] else ""
        try:
            yield self.post(
                title=title or subject,
                body=bodies[0] if bodies else "",
                url=address_of(response),
                published=self._time(found["time"], 0),
                author=_text(found["author"], 0),
            )
        except CrawlError as error:
            self.set_aside(f"帖子页上没有正文：{error}", response)
            return
        if not bodies:
            self.set_aside("帖子页上没有找到正文（可能需要登录或改版），只留下标题", response)
        shortest = self.option("replies", 0)
        if shortest:
            yield from self._replies(response, bodies, found, shortest)

    def _replies(
        self,
        response: Response,
        bodies: list[str],
        found: dict[str, list[Selector]],
        shortest: int,
    ) -> Iterator[Any]:
        for position, body in enumerate(bodies[1:], 1):
            if len(body) < shortest:
                continue
            mark = found["body"][position].attrib.get("id") or str(position)
            yield self.post(
                body=body,
                url=f"{address_of(response)}#{mark}",
                native_id=f"{address_of(response)}#{mark}",
                published=self._time(found["time"], position),
                author=_text(found["author"], position),
            )

    def _time(self, places: list[Selector], position: int) -> Any:
        if position >= len(places):
            return None
        place = places[position]
        return parse_date(place.attrib.get("title") or _text(places, position), self.clock())


def _text(places: list[Selector], position: int) -> str:
    return text_of(places[position].root) if position < len(places) else ""
