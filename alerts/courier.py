"""The courier: hands messages to channels, each channel in a thread of its own, within its budget.

A robot that hangs holds up its own messages only. Threads touch channels, never the ledger: what
came of each message is collected by the desk, which writes it down.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from alerts.channels.message import Channel, Delivered, Limit, Limited, Message, Refused

STRETCH = 1.0
"""Seconds after which a channel's thread begins no further message of its batch."""

PATIENCE = 2.0
"""Seconds that the desk waits for the threads it has just started."""

T = TypeVar("T")


class Budget:
    """What a channel may still take: a sliding window for each of its limits."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = limits
        self._spent: deque[datetime] = deque()
        self._closed_until: datetime | None = None

    def spend(self, now: datetime) -> None:
        """One message, delivered or refused, goes to the channel now."""
        self._spent.append(now)
        longest = max((limit.seconds for limit in self._limits), default=0)
        while self._spent and now - self._spent[0] >= timedelta(seconds=longest):
            self._spent.popleft()

    def close(self, until: datetime) -> None:
        """The receiver has asked to be left alone until then."""
        self._closed_until = until

    def room(self, now: datetime, *, urgent: bool) -> int | None:
        """How many messages may go now, None for any number.

        A quarter of each window that holds eight or more is kept for urgent ones.
        """
        if self._closed_until is not None and now < self._closed_until:
            return 0
        rooms = [self._left(limit, now, urgent=urgent) for limit in self._limits]
        return min(rooms) if rooms else None

    def _left(self, limit: Limit, now: datetime, *, urgent: bool) -> int:
        begin = now - timedelta(seconds=limit.seconds)
        # A clock that jumps back must not count what lies in its future for ever.
        spent = sum(begin < moment <= now for moment in self._spent)
        kept = 0 if urgent or limit.count < 8 else limit.count // 4
        return max(limit.count - kept - spent, 0)


class Lane(Generic[T]):
    """One channel with its budget and, while it is sending, its thread."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.budget = Budget(channel.limits if isinstance(channel, Limited) else ())
        self._thread: threading.Thread | None = None
        self._results: list[tuple[T, Delivered | Refused]] = []

    @property
    def busy(self) -> bool:
        """Whether results of the last batch are still to come or to be collected."""
        return self._thread is not None

    def start(self, batch: Sequence[tuple[T, Message]]) -> None:
        """Send the batch in a thread; what is not begun after a second comes back to no one."""
        self._results = []
        self._thread = threading.Thread(target=self._send, args=(batch,), daemon=True)
        self._thread.start()

    def finish(self, seconds: float) -> list[tuple[T, Delivered | Refused]] | None:
        """The results when the thread has ended within these seconds, else None."""
        if self._thread is None:
            return []
        self._thread.join(max(seconds, 0))
        if self._thread.is_alive():
            return None
        self._thread = None
        return self._results

    def _send(self, batch: Sequence[tuple[T, Message]]) -> None:
        until = time.monotonic() + STRETCH
        for token, message in batch:
            try:
                result = self._channel.send(message)
            except Exception as error:  # noqa: BLE001 - a lost thread would lose the message
                result = Refused(f"渠道程序出错（{type(error).__name__}），请报告此问题", True)
            self._results.append((token, result))
            asked_to_wait = isinstance(result, Refused) and result.pause > 0
            if asked_to_wait or time.monotonic() > until:
                return


class Courier(Generic[T]):
    """All lanes. A `T` is what the desk knows a message by."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self.lanes: dict[str, Lane[T]] = {name: Lane(channel) for name, channel in channels.items()}

    def restore(self, sent: Iterable[tuple[str, datetime]]) -> None:
        """Count (channel, time) of messages that an earlier process has sent."""
        for name, moment in sent:
            if name in self.lanes:
                self.lanes[name].budget.spend(moment)

    def free(self) -> list[str]:
        """Channels that could begin a batch now, whatever their budget."""
        return [name for name, lane in self.lanes.items() if not lane.busy]

    def start(self, batches: Mapping[str, Sequence[tuple[T, Message]]]) -> None:
        """Begin one batch for each of these channels, which must be free."""
        for name, batch in batches.items():
            self.lanes[name].start(batch)

    def collect(self, started: Iterable[str], now: datetime) -> list[tuple[T, Delivered | Refused]]:
        """Results of all threads that have ended, after a short wait for those just started."""
        waited, until = set(started), time.monotonic() + PATIENCE
        found: list[tuple[T, Delivered | Refused]] = []
        for name, lane in self.lanes.items():
            seconds = until - time.monotonic() if name in waited else 0
            results = lane.finish(seconds)
            for token, result in results or ():
                lane.budget.spend(now)
                if isinstance(result, Refused) and result.pause:
                    lane.budget.close(now + timedelta(seconds=result.pause))
                found.append((token, result))
        return found
