"""handoff: the last stage. Posts of all sources are gathered and analysed a batch at a time.

Analysis runs in one thread of its own, so that fetching goes on meanwhile. Nothing is spilled to
disk: a post that was not finished when the process ends is fetched again, since only finished
posts are known to the store.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, cast

from alerts.errors import AlertError
from crawlers.items import Post
from pipelines.dedupe import Finished, Memory, unfinished
from pipelines.stores.protocol import StoreError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

log = logging.getLogger(__name__)

AWAY = (StoreError, AlertError, OSError)
"""What says that the store or the ledger cannot take the batch now: it is offered again."""

WAITING_BATCHES = 4
"""Batches that may wait before the crawl is held up."""


class Analysing(Protocol):
    """What a batch is handed to."""

    def analyse(self, posts: Sequence[Post]) -> "Outcome": ...


class Outcome(Protocol):
    """What the gatherer must know of an analysed batch: id and reason of each refused post."""

    @property
    def refused(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """A batch is handed on at so many posts or after so many seconds, whichever comes first."""

    posts: int = 500
    seconds: float = 1.0
    retry_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where what is worth telling, and what cannot be processed, goes."""

    tell: Callable[[str], None]
    set_aside: Callable[[Post, str], None]


class Handoff:
    """The one gatherer of a process. `counts` holds per source: posts, new, refused.

    `analyst` and `store` are used in the gatherer's own thread only.
    """

    def __init__(
        self, analyst: Analysing, store: Finished, outlets: Outlets, limits: Limits
    ) -> None:
        self.memory = Memory()
        self.counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._analyst = analyst
        self._store = store
        self._outlets = outlets
        self._limits = limits
        self._waiting: list[Post] = []
        self._busy = 0
        self._changed = asyncio.Condition()
        self._hurry = False
        self._closing = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="analyse")
        self._gatherer: asyncio.Task[None] | None = None

    def start(self, ended: Callable[[], None] = lambda: None) -> None:
        """Begin to gather; call it in the running event loop.

        `ended` is called when gathering is over, for whatever reason; `close` then raises it.
        """
        self._gatherer = asyncio.get_running_loop().create_task(self._gather())
        self._gatherer.add_done_callback(lambda _: ended())

    async def put(self, post: Post) -> None:
        """Take a post; waits while too many are waiting."""
        async with self._changed:
            room = self._limits.posts * WAITING_BATCHES
            await self._changed.wait_for(lambda: self._closing or len(self._waiting) < room)
            if self._closing:
                return
            self._waiting.append(post)
            self.counts[post.source]["posts"] += 1
            self._changed.notify_all()

    async def drain(self) -> bool:
        """Wait until all that was taken is finished; False when the gatherer is closing."""
        async with self._changed:
            self._hurry = True
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self._closing or not (self._waiting or self._busy))
            return not (self._waiting or self._busy)

    async def finished(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Content hashes of the finished ones among `ids`; none while the store is away."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._store.finished, list(ids))
        except StoreError:
            return {}

    async def close(self) -> None:
        """Finish what is waiting if that goes at once, and stop."""
        async with self._changed:
            self._hurry = self._closing = True
            self._changed.notify_all()
        if self._gatherer is not None:
            await self._gatherer
        self._thread.shutdown(wait=True)

    async def _gather(self) -> None:
        while True:
            batch = await self._next_batch()
            if not batch:
                return
            done = await self._finish(batch)
            async with self._changed:
                self._busy = 0
                if not done:
                    left = len(batch) + len(self._waiting)
                    self._waiting.clear()
                    self._outlets.tell(f"有 {left} 条帖子未处理完，下次启动会重新抓取")
                self._changed.notify_all()

    async def _next_batch(self) -> list[Post]:
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting or self._closing)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.seconds):
                    await self._changed.wait_for(self._is_due)
            batch = self._waiting[: self._limits.posts]
            del self._waiting[: len(batch)]
            self._busy = len(batch)
            self._hurry = self._hurry and bool(self._waiting)
            self._changed.notify_all()
            return batch

    def _is_due(self) -> bool:
        return self._hurry or self._closing or len(self._waiting) >= self._limits.posts

    async def _finish(self, batch: list[Post]) -> bool:
        """Analyse one batch, again and again while the store or the ledger is away."""
        loop = asyncio.get_running_loop()
        wait, told = min(1.0, self._limits.retry_seconds), False
        while True:
            try:
                await loop.run_in_executor(self._thread, self._analyse, batch)
            except AWAY as error:
                if not told:
                    self._outlets.tell(f"分析暂停，恢复后自动继续：{error}")
                    told = True
                if not await self._pause(wait):
                    return False
                wait = min(wait * 2, self._limits.retry_seconds)
            else:
                if told:
                    self._outlets.tell("分析已恢复")
                return True

    async def _pause(self, seconds: float) -> bool:
        """Wait before the next try; False when the process is closing."""
        async with self._changed:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait_for(lambda: self._closing)
            return not self._closing

    def _analyse(self, batch: Sequence[Post]) -> None:
        fresh = unfinished(batch, self._store)
        if fresh:
            self._analyse_fresh(fresh)
        self.memory.remember(batch)

    def _analyse_fresh(self, posts: Sequence[Post]) -> None:
        """Analyse; a batch that cannot be is halved until the post at fault is alone."""
        try:
            analysed = self._analyst.analyse(posts)
        except AWAY:
            raise
        except Exception as error:
            # The edge of the thread: whatever one post does to analysis, the others go on.
            if len(posts) == 1:
                log.exception("post %s cannot be analysed", posts[0].id)
                self._refuse(posts[0], f"分析失败（{type(error).__name__}：{error}）")
                return
            middle = len(posts) // 2
            self._analyse_fresh(posts[:middle])
            self._analyse_fresh(posts[middle:])
            return
        by_id = {post.id: post for post in posts}
        for post_id, reason in analysed.refused.items():
            self._refuse(by_id[post_id], reason)
        for post in posts:
            self.counts[post.source]["new"] += 1

    def _refuse(self, post: Post, reason: str) -> None:
        self.counts[post.source]["refused"] += 1
        self._outlets.set_aside(post, reason)


class HandoffPipeline:
    """Hands every post to the process's gatherer; at the end of a visit waits until all is done."""

    def __init__(self, handoff: Handoff) -> None:
        self._handoff = handoff

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        return cls(cast("SourceCrawler", crawler).handoff)

    async def process_item(self, item: Post) -> Post:
        await self._handoff.put(item)
        return item

    async def close_spider(self) -> None:
        await self._handoff.drain()


class SourceCrawler(Protocol):
    """A Scrapy crawler that knows where its posts go."""

    handoff: Handoff
