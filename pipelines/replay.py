"""Posts from files through the crawl's own path, the desk's clock simulated by `first_seen`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import orjson

if TYPE_CHECKING:
    from alerts.desk import Desk
    from alerts.ledger import Ledger
    from crawlers.items import Post
    from pipelines.analysis import Analyst
    from pipelines.duty import StandingsFeed
    from pipelines.stores.protocol import PostStore

_Item = TypeVar("_Item")

BATCH = 500
SPAN = timedelta(hours=12)
"""A batch holds at most so many lines, of at most so much simulated time: the desk looks at its
queue and its clocks after each."""


@dataclass(frozen=True, slots=True)
class Line:
    """One input line: its caller's key, and the post it became or the reason why it became none.

    `raw` and `name`, what the line was and in which file, are there only with a reason.
    """

    key: object
    post: "Post | None"
    reason: str = ""
    raw: bytes = b""
    name: str = ""


class SimulatedClock:
    """A clock that shows the time of the post that is being replayed; it never runs backwards."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, moment: datetime) -> None:
        self.now = max(self.now, moment)


@dataclass(slots=True)
class Summary:
    """What a replay did; `counts` by posts, new, set_aside, alert, review.

    `refused` are the posts that the store would not keep, by id, with the reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    refused: dict[str, str] = field(default_factory=dict)


class Replay:
    """Replays lines into a store and a ledger.

    `spool` is a scratch file that remembers one short row per input line, so that memory stays
    flat however long the input is and the incidents can be reported after all merges.
    """

    def __init__(
        self,
        analyst: "Analyst",
        store: "PostStore",
        desk: "Desk",
        feed: "StandingsFeed",
        clock: SimulatedClock,
        spool: Path,
    ) -> None:
        self._analyst = analyst
        self._store = store
        self._desk = desk
        self._feed = feed
        self._clock = clock
        self._spool = spool
        self.summary = Summary()

    def run(self, lines: Iterable[Line], done: Callable[[int], None]) -> Summary:
        """Replay all lines; `done` is told the number of lines after each batch."""
        with self._spool.open("wb") as spool:
            for batch in _batches(lines, _fits):
                self._batch([line.post for line in batch if line.post is not None])
                for line in batch:
                    post = line.post.id if line.post is not None else None
                    spool.write(orjson.dumps([line.key, post, line.reason]) + b"\n")
                    self.summary.counts["set_aside"] += line.post is None
                done(len(batch))
        self._feed.catch_up()
        return self.summary

    def outcome(self, ledger: "Ledger") -> Iterator[dict[str, object]]:
        """One object per input line in order: key, post, incident, grade, lead, alerts."""
        reported: set[str] = set()
        for rows in _batches(_read_spool(self._spool), lambda batch, row: len(batch) < BATCH):
            placements = ledger.placements([post for _, post, _ in rows if post])
            for key, post, reason in rows:
                placement = placements.get(post) if post else None
                line: dict[str, object] = {
                    "key": key,
                    "post": post,
                    "incident": placement.incident or None if placement else None,
                    "grade": placement.grade or None if placement else None,
                    "lead": placement.lead or None if placement else None,
                    "alerts": [],
                }
                if post and placement and post not in reported:
                    line["alerts"] = list(placement.alerts)
                    reported.add(post)
                if reason:
                    line["reason"] = reason
                yield line

    def _batch(self, posts: "list[Post]") -> None:
        from pipelines.clean import clean
        from pipelines.dedupe import unfinished

        if not posts:
            return
        counts = self.summary.counts
        counts["posts"] += len(posts)
        self.summary.first = self.summary.first or posts[0].first_seen
        self.summary.last = posts[-1].first_seen
        fresh = unfinished([clean(post) for post in posts], self._store)
        counts["new"] += len(fresh)
        self._clock.advance(posts[-1].first_seen)
        if fresh:
            analysed = self._analyst.analyse(fresh)
            counts["alert"] += analysed.alerts
            counts["review"] += analysed.reviews
            counts["set_aside"] += len(analysed.refused)
            self.summary.refused |= analysed.refused
        self._desk.tick(self._clock.now)
        self._feed.catch_up()


def _fits(batch: list[Line], line: Line) -> bool:
    """Whether the line still belongs to this batch."""
    first = next((seen.post for seen in batch if seen.post is not None), None)
    if first is None or line.post is None:
        return len(batch) < BATCH
    return len(batch) < BATCH and line.post.first_seen - first.first_seen < SPAN


def _batches(
    items: Iterable[_Item], fits: Callable[[list[_Item], _Item], bool]
) -> Iterator[list[_Item]]:
    batch: list[_Item] = []
    for item in items:
        if batch and not fits(batch, item):
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def _read_spool(path: Path) -> Iterator[tuple[object, str | None, str]]:
    with path.open("rb") as file:
        for line in file:
            key, post, reason = orjson.loads(line)
            yield key, post, reason
