"""Spiders by kind: a page, a feed or a file that they are handed becomes posts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawlers.spiders.base import SourceSpider


def spider_class(kind: str) -> "type[SourceSpider]":
    """The spider of this kind, one of `crawlers.sources.SPIDERS`."""
    from crawlers.spiders import feed, files, forum, hotlist, news

    spiders: tuple[type[SourceSpider], ...] = (
        feed.FeedSpider,
        news.NewsSpider,
        forum.ForumSpider,
        hotlist.HotlistSpider,
        files.ArchiveSpider,
    )
    return next(spider for spider in spiders if spider.name == kind)
