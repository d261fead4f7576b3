"""News sites and notice boards: list pages whose links lead to articles."""

from collections.abc import Iterator
from typing import Any

from scrapy.http import Response

from crawlers.errors import CrawlError
from crawlers.extract import extract_article
from crawlers.spiders.base import address_of, text_of_page
from crawlers.spiders.paging import PagingSpider

_RULE = frozenset({"body", "title", "time", "author", "drop"})


class NewsSpider(PagingSpider):
    """Posts of a list of articles; the options body, title, time, author and drop are selectors."""

    name = "news"
    known_options = PagingSpider.known_options | _RULE

    def read_post(self, response: Response, title: str) -> Iterator[Any]:
        rule = {key: self.option(key) for key in _RULE & set(self.source.options)}
        article = extract_article(
            text_of_page(response), response.url, now=self.clock(), rule=rule or None
        )
        try:
            yield self.post(
                title=article.title or title,
                body=article.text,
                url=address_of(response),
                published=article.published,
                author=article.author,
            )
        except CrawlError as error:
            self.set_aside(f"页面上没有正文：{error}", response)
