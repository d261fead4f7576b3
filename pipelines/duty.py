"""The duty desk's process: one tick after another, and the store told what the desk decided."""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import files
from pipelines.errors import PipelineError
from pipelines.stores.protocol import Standing, StoreUnavailable

if TYPE_CHECKING:
    from alerts.desk import Desk, TickReport
    from alerts.ledger import Ledger
    from pipelines.stores.protocol import PostStore

log = logging.getLogger(__name__)


class StandingsFeed:
    """Brings the ledger's decisions to the store's documents, at least once and in order.

    The cursor lies in a file and moves only after the store has taken the change. When the file is
    lost or damaged, everything is told again, which changes nothing twice.
    """

    def __init__(self, ledger: "Ledger", store: "PostStore", cursor_file: Path) -> None:
        self._ledger = ledger
        self._store = store
        self._file = cursor_file
        self._cursor = _read_cursor(cursor_file)

    def catch_up(self) -> int:
        """Pass on what changed; returns how many posts. Raises StoreUnavailable."""
        cursor, changed = self._ledger.changed_since(self._cursor)
        if changed:
            self._store.stand(
                {
                    post: Standing(
                        incident=placement.incident,
                        grade=placement.grade,
                        state=placement.state,
                        lead=placement.lead,
                        acknowledged=placement.acknowledged,
                        written=cursor,
                    )
                    for post, placement in changed.items()
                }
            )
        if cursor != self._cursor:
            self._cursor = cursor
            files.replace(self._file, str(cursor))
        return len(changed)


@contextmanager
def one_desk(var: Path) -> Iterator[None]:
    """Hold the desk's lock of this office while inside; it goes with the process, however it ends.

    Raises PipelineError when another desk holds it: two would send every message twice.
    """
    var.mkdir(parents=True, exist_ok=True)
    with (var / "duty.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PipelineError(
                f"这个办公室的值班台已在运行（{var / 'duty.lock'}）：同一台账只能运行一个"
            ) from error
        yield


def keep_watch(
    desk: "Desk",
    feed: StandingsFeed,
    clock: Callable[[], datetime],
    stop: threading.Event,
    tick_seconds: float,
    told: Callable[["TickReport"], None],
) -> None:
    """Tick until `stop` is set. A ledger or store that is away is waited for and reported once."""
    from alerts.ledger import LedgerUnavailable

    away: set[str] = set()
    while not stop.is_set():
        try:
            told(desk.tick(clock()))
            away.discard("ledger")
        except LedgerUnavailable as error:
            _once(away, "ledger", f"值班台暂停：{error}")
        try:
            feed.catch_up()
            away.discard("store")
        except StoreUnavailable as error:
            _once(away, "store", f"帖子库暂不可用，预警照常发送：{error}")
        stop.wait(tick_seconds)


def _read_cursor(path: Path) -> int:
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return 0


def _once(away: set[str], part: str, message: str) -> None:
    if part not in away:
        log.error(message)
        away.add(part)
