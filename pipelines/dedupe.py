"""dedupe: what has been finished with the same content is not analysed again."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self, cast

from crawlers.items import Post

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from pipelines.handoff import SourceCrawler

REMEMBERED = 50_000
"""Finished versions that one process remembers: about a day of a large office's sources."""


class Finished(Protocol):
    """The part of a post store that knows what is done."""

    def finished(self, ids: Sequence[str]) -> Mapping[str, str]: ...


class Memory:
    """Which posts this process knows to be finished, the least recently seen forgotten first.

    It spares the store the question for the posts that a board shows again at every visit.
    """

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._limit = limit
        self._versions: OrderedDict[str, str] = OrderedDict()

    def knows(self, post: Post) -> bool:
        """Whether this version was finished; False also when that was forgotten."""
        if self._versions.get(post.id) != post.content_hash:
            return False
        self._versions.move_to_end(post.id)
        return True

    def remember(self, posts: Sequence[Post]) -> None:
        """Note finished posts."""
        for post in posts:
            self._versions[post.id] = post.content_hash
            self._versions.move_to_end(post.id)
        while len(self._versions) > self._limit:
            self._versions.popitem(last=False)


class DedupePipeline:
    """Drops what this process has finished already; the store is asked later, a batch at a time."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        return cls(cast("SourceCrawler", crawler).handoff.memory)

    def process_item(self, item: Post) -> Post:
        if self._memory.knows(item):
            from scrapy.exceptions import DropItem

            raise DropItem(f"已处理过：{item.id}", log_level="DEBUG")
        return item


def unfinished(posts: Sequence[Post], store: Finished) -> list[Post]:
    """The versions that the store has not finished, each once, in order.

    Every version of an edited post is kept: the first may have been the one that called for help.
    Asks the store once for all. Raises StoreError when it cannot answer.
    """
    versions: dict[tuple[str, str], Post] = {}
    for post in posts:
        # One that comes again comes last: it is how the post reads now.
        versions.pop((post.id, post.content_hash), None)
        versions[post.id, post.content_hash] = post
    done = store.finished(list({post.id for post in versions.values()}))
    return [post for post in versions.values() if done.get(post.id) != post.content_hash]
