"""The gatherer with a real store, driven by its own event loop."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.items import Post, make_post
from pipelines.handoff import Handoff, Limits, Outlets
from pipelines.stores import open_store
from pipelines.stores.protocol import PostStore, StoreUnavailable
from tests.crawling import Analysed, IndexingAnalyst

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def post(number: int) -> Post:
    return make_post(platform="a", source="s", first_seen=NOW, title=f"题目{number}")


class Sometimes:
    """An analyst whose store is away for the first calls."""

    def __init__(self, store: PostStore, away: int) -> None:
        self._analyst = IndexingAnalyst(store)
        self.away = away
        self.batches: list[int] = []

    def analyse(self, posts: Sequence[Post]) -> Analysed:
        self.batches.append(len(posts))
        if self.away:
            self.away -= 1
            raise StoreUnavailable("帖子库连不上")
        return self._analyst.analyse(posts)


def opened(folder: Path) -> PostStore:
    store = open_store(f"sqlite:///{folder / 'posts.db'}")
    store.ensure()
    return store


def gatherer(analyst: Sometimes, store: PostStore, said: list[str], limits: Limits) -> Handoff:
    return Handoff(analyst, store, Outlets(said.append, lambda *_: None), limits)


def test_batches_are_full_and_the_rest_goes_at_drain(tmp_path: Path) -> None:
    store = opened(tmp_path)
    analyst = Sometimes(store, 0)

    async def run() -> bool:
        handoff = gatherer(analyst, store, [], Limits(posts=10, seconds=60))
        handoff.start()
        for number in range(25):
            await handoff.put(post(number))
        drained = await handoff.drain()
        await handoff.put(post(3))
        await handoff.drain()
        await handoff.close()
        assert handoff.memory.knows(post(24))
        assert handoff.counts["s"] == {"posts": 26, "new": 25}
        return drained

    assert asyncio.run(run())
    assert sorted(analyst.batches) == [5, 10, 10]
    assert len(store.finished([post(n).id for n in range(25)])) == 25


def test_a_store_that_is_away_is_waited_for_and_told_once(tmp_path: Path) -> None:
    store = opened(tmp_path)
    analyst = Sometimes(store, 2)
    said: list[str] = []

    async def run() -> None:
        limits = Limits(posts=10, seconds=0.01, retry_seconds=0.01)
        handoff = gatherer(analyst, store, said, limits)
        handoff.start()
        await handoff.put(post(1))
        assert await handoff.drain()
        await handoff.close()

    asyncio.run(run())
    assert said == ["分析暂停，恢复后自动继续：帖子库连不上", "分析已恢复"]
    assert store.finished([post(1).id])


def test_a_stop_does_not_wait_for_a_store_that_is_away(tmp_path: Path) -> None:
    store = opened(tmp_path)
    analyst = Sometimes(store, 1_000_000)
    said: list[str] = []

    async def run() -> bool:
        handoff = gatherer(analyst, store, said, Limits(posts=2, seconds=0.01))
        handoff.start()
        for number in range(5):
            await handoff.put(post(number))
        draining = asyncio.ensure_future(handoff.drain())
        await handoff.close()
        return await draining

    assert not asyncio.run(run())
    assert "有 5 条帖子未处理完，下次启动会重新抓取" in said
    assert not store.finished([post(n).id for n in range(5)])


def test_a_gatherer_that_fails_says_so(tmp_path: Path) -> None:
    store = opened(tmp_path)

    def gone(_: str) -> None:
        raise BrokenPipeError

    async def run() -> None:
        limits = Limits(posts=1, seconds=0.01, retry_seconds=0.01)
        handoff = Handoff(Sometimes(store, 1), store, Outlets(gone, lambda *_: None), limits)
        ended = asyncio.Event()
        handoff.start(ended.set)
        await handoff.put(post(1))
        async with asyncio.timeout(10):
            await ended.wait()
        await handoff.close()

    with pytest.raises(BrokenPipeError):
        asyncio.run(run())
