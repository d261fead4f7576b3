"""How long departments take to acknowledge and to speak, from the event log alone. Pure.

Whoever reads the log again finds the same figures: nothing else goes into them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import Any

from alerts.clock import acknowledge_by, clocks
from alerts.grading import COLOURS

KINDS = ("立案", "定级派单", "预警", "转办", "交办", "拆案", "签收", "发声")
"""The events that times are made of."""

_LEVELS = {colour: level for level, colour in COLOURS.items()}


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the log."""

    at: datetime
    kind: str
    incident: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spread:
    """`count` durations: their median and ninth decile, None without any; how many in time."""

    count: int
    median: timedelta | None
    ninth_decile: timedelta | None
    in_time: int


@dataclass(frozen=True, slots=True)
class Times:
    """One department: `called` alerts, those acknowledged, and incidents that it spoke of.

    An acknowledgement counts from the alert to its due time, a statement from the opening of the
    incident to its first legal clock.
    """

    department: str
    called: int
    acknowledged: Spread
    voiced: Spread


@dataclass(slots=True)
class _File:
    """What the log has told of one incident so far."""

    opened: datetime | None = None
    lead: str = ""
    level: int = 4
    voiced: bool = False


@dataclass(slots=True)
class _Tally:
    called: int = 0
    acknowledged: list[tuple[timedelta, bool]] = field(default_factory=list)
    voiced: list[tuple[timedelta, bool]] = field(default_factory=list)


def times(
    events: Iterable[Happened], since: datetime | None = None, until: datetime | None = None
) -> list[Times]:
    """Each department's times, those called most often first.

    Counted are alerts raised and incidents opened from `since` to before `until`; `events` must
    begin with the log's first.
    """
    reader = _Reader(since, until)
    for event in events:
        reader.read(event)
    found = [
        Times(name, tally.called, _spread(tally.acknowledged), _spread(tally.voiced))
        for name, tally in reader.tallies.items()
    ]
    return sorted(found, key=lambda item: (-item.called, item.department))


class _Reader:
    """Goes through the log once and keeps no more than what is still open."""

    def __init__(self, since: datetime | None, until: datetime | None) -> None:
        self.tallies: dict[str, _Tally] = defaultdict(_Tally)
        self._since, self._until = since, until
        self._files: dict[str, _File] = defaultdict(_File)
        self._calls: dict[str, tuple[str, datetime, int]] = {}

    def read(self, event: Happened) -> None:
        case, data = self._files[event.incident], event.data
        if event.kind == "立案":
            case.opened = event.at
        elif event.kind == "定级派单":
            case.lead, case.level = data["主责"], _LEVELS[data["等级"]]
        elif event.kind == "预警":
            self._call(data["预警"], event)
        elif event.kind == "转办":
            case.lead = data["新主责部门"]
            self._call(data.get("预警", f"{event.incident}-{event.at}"), event)
        elif event.kind == "交办":
            self._call(data["预警"], event, data["协办部门"])
        elif event.kind == "拆案" and "拆自" in data:
            old = self._files[data["拆自"]]
            case.opened, case.lead, case.level = event.at, old.lead, old.level
            self._call(f"{event.incident}-1", event)
        elif event.kind == "签收":
            for alert in data["预警"]:
                self._acknowledge(alert, event.at)
        elif event.kind == "发声":
            self._voice(case, event.at)

    def _call(self, alert: str, event: Happened, helper: str = "") -> None:
        case = self._files[event.incident]
        called = helper or case.lead
        self._calls[alert] = (called, event.at, case.level)
        if self._counted(event.at):
            self.tallies[called].called += 1

    def _acknowledge(self, alert: str, at: datetime) -> None:
        called = self._calls.pop(alert, None)
        if called is not None and self._counted(called[1]):
            department, raised, level = called
            in_time = at <= acknowledge_by(level, raised)
            self.tallies[department].acknowledged.append((at - raised, in_time))

    def _voice(self, case: _File, at: datetime) -> None:
        if case.voiced or case.opened is None:
            return
        case.voiced = True
        if self._counted(case.opened):
            due = clocks(case.level, case.opened)[0].due
            self.tallies[case.lead].voiced.append((at - case.opened, at <= due))

    def _counted(self, at: datetime) -> bool:
        return (self._since is None or at >= self._since) and (
            self._until is None or at < self._until
        )


def _spread(taken: Sequence[tuple[timedelta, bool]]) -> Spread:
    if not taken:
        return Spread(0, None, None, 0)
    lengths = sorted(length.total_seconds() for length, _ in taken)
    return Spread(
        count=len(taken),
        median=timedelta(seconds=median(lengths)),
        ninth_decile=timedelta(seconds=lengths[ceil(0.9 * len(lengths)) - 1]),
        in_time=sum(in_time for _, in_time in taken),
    )


def length(taken: timedelta | None) -> str:
    """A duration as officers read it, "—" when there is none."""
    if taken is None:
        return "—"
    minutes = round(taken.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} 分"
    hours = minutes // 60
    return (
        f"{hours} 小时 {minutes % 60} 分" if hours < 48 else f"{hours // 24} 天 {hours % 24} 小时"
    )
