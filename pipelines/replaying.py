"""The throw-away office of a replay: own store, own ledger, channels that send nothing."""

import gc
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from pipelines import wiring
from pipelines.config import Config, Ledger, Store, create_secrets
from pipelines.duty import StandingsFeed
from pipelines.replay import Line, Replay, SimulatedClock

if TYPE_CHECKING:
    from alerts.ledger import Ledger as LedgerBook

LOCAL_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+08:00")

Window = tuple[datetime | None, datetime | None]


@dataclass(slots=True)
class ReplayOffice:
    """A replay with the ledger it writes."""

    replay: Replay
    ledger: "LedgerBook"
    started: float

    def lines(
        self, files: Sequence[str], window: Window, limit: int, speed: float
    ) -> Iterator[Line]:
        """The lines of all files inside the window; `speed` is seconds of history a second."""
        taken = 0
        pace = _Pace(speed)
        for name in files:
            for line in _read(name):
                if line.post is not None:
                    moment = line.post.first_seen
                    if window[0] is not None and moment < window[0]:
                        continue
                    if window[1] is not None and moment >= window[1]:
                        continue
                    pace.keep(moment)
                yield line
                taken += 1
                if limit and taken >= limit:
                    return

    def figures(self) -> dict[str, str]:
        """What the summary says beyond the counts: incidents, alerts, rate and memory."""
        seconds = time.monotonic() - self.started
        posts = self.replay.summary.counts["posts"]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {
            **self.ledger.totals(),
            "用时": f"{seconds:.1f} 秒（{posts / max(seconds, 1e-9):.0f} 条/秒）",
            "内存峰值": f"{peak:.0f} MB",
        }


class _Pace:
    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._origin: tuple[float, datetime] | None = None

    def keep(self, moment: datetime) -> None:
        """Wait until `moment` is due."""
        if not self._speed:
            return
        if self._origin is None:
            self._origin = (time.monotonic(), moment)
        due = self._origin[0] + (moment - self._origin[1]).total_seconds() / self._speed
        time.sleep(max(0.0, due - time.monotonic()))


@contextmanager
def replay_office(config: Config, into: Path | None, scratch: Path) -> Iterator[ReplayOffice]:
    """A replay office whose store and ledger lie in `into`, or in `scratch` when that is None."""
    from pipelines.analysis import Analyst

    folder = scratch if into is None else into.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    create_secrets(folder)
    own = config.model_copy(
        update={
            "var": folder,
            "store": Store(url=f"sqlite:///{folder / 'posts.db'}"),
            "ledger": Ledger(url=f"sqlite:///{folder / 'ledger.db'}"),
        }
    )
    started = time.monotonic()
    clock = SimulatedClock(LOCAL_EPOCH)
    store = wiring.open_store(own)
    ledger = wiring.open_ledger(own)
    classifier = wiring.open_classifier(config)
    screening = wiring.open_screening(config, None)
    analyst = Analyst(classifier, store, ledger, own.secret("author-hash"), clock, screening)
    desk = wiring.open_desk(own, ledger, sending=False)
    feed = StandingsFeed(ledger, store, folder / "standings.cursor")
    try:
        # What was loaded stays: the collector need not walk the vocabulary again and again.
        gc.collect()
        gc.freeze()
        replay = Replay(analyst, store, desk, feed, clock, scratch / "lines.spool")
        yield ReplayOffice(replay, ledger, started)
    finally:
        store.close()


def _read(name: str) -> Iterator[Line]:
    from crawlers.errors import CrawlError
    from crawlers.spiders.archive import read_rows, row_to_post

    for number, row in read_rows(name):
        if isinstance(row, CrawlError):
            yield Line(None, None, str(row), row.content, name)
            continue
        try:
            yield Line(row.get("key"), row_to_post(row, source="replay", key=b""))
        except CrawlError as error:
            shown = "标准输入" if name == "-" else name
            reason = f"{shown} 第 {number} 行：{error}"
            yield Line(row.get("key"), None, reason, orjson.dumps(row), name)
