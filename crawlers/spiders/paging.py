"""List pages with links to posts: which are fetched, and when a visit has seen enough."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy.http import Response
from scrapy.selector import Selector

from crawlers.errors import CrawlError
from crawlers.items import post_id
from crawlers.spiders.base import MAX_PAGES, SourceSpider, selector_of

NEXT_PAGE = re.compile(r"^\s*(?:下一页|下页|后一页|下一頁|next|›|»|>+)\s*[>»›]*\s*$", re.IGNORECASE)


class PagingSpider(SourceSpider):
    """Follows the links of list pages, newest first, and stops where everything is finished.

    `links` selects the links to posts (CSS), `next` the link to the next list page (by default the
    one that says so), `pages` bounds the list pages of a visit. `recheck` is how many finished
    posts at the top of the first page are fetched again, to notice edits.
    """

    default_links = ""
    known_options = frozenset({"links", "link_pattern", "next", "pages", "recheck", "domains"})

    async def visit(self, response: Response, page: int = 1) -> AsyncIterator[Any]:
        selector = selector_of(response)
        links = list(self._links(response, selector))
        if not links and page == 1:
            reason = "列表页上没有找到帖子链接：网站可能改版，请更新选项 links"
            self.set_aside(reason, response)
            self.stop(f"{response.url}：{reason}")
            return
        known = await self.finished([self._id(url) for url, _ in links])
        fresh = [(url, title) for url, title in links if self._id(url) not in known]
        again = [pair for pair in links if self._id(pair[0]) in known]
        if page == 1:
            fresh += again[: self.option("recheck", 0)]
        for url, title in fresh:
            if self.unseen(url):
                yield self.request(url, self.read_post, title=title)
        if len(again) < len(links) and page < self.option("pages", MAX_PAGES):
            following = self._next(response, selector)
            if following and self.unseen(following):
                yield self.request(following, self.visit, page=page + 1)

    def read_post(self, response: Response, title: str) -> Iterator[Any]:
        """The posts of one page; `title` is what the link to it said."""
        raise NotImplementedError

    def _id(self, url: str) -> str:
        return post_id(self.source.platform, url=url)

    def _links(self, response: Response, selector: Selector) -> Iterator[tuple[str, str]]:
        pattern = re.compile(self.option("link_pattern"))
        seen = set()
        for anchor in self._select(selector, self.option("links", self.default_links) or "a[href]"):
            url = self.link(response, anchor.attrib.get("href", ""))
            if url and url != response.url and url not in seen and pattern.search(url):
                seen.add(url)
                title = anchor.attrib.get("title") or "".join(anchor.css("*::text").getall())
                yield url, title.strip()

    def _next(self, response: Response, selector: Selector) -> str:
        if chosen := self.option("next"):
            anchors = self._select(selector, chosen)
        else:
            anchors = [a for a in selector.css("a[href]") if NEXT_PAGE.match(_words(a))]
        return self.link(response, anchors[0].attrib.get("href", "")) if anchors else ""

    def _select(self, selector: Selector, css: str) -> list[Selector]:
        try:
            return list(selector.css(css))
        except ValueError as error:
            raise CrawlError(f"来源 {self.source.name}：选择器写错了：{css}（{error}）") from error


def _words(anchor: Selector) -> str:
    return "".join(anchor.css("*::text").getall())
