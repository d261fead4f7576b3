"""What officers decide about posts, kept as events and read back as labels for training."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.ledger.chain import Entry
from alerts.ledger.codec import unpack
from alerts.ledger.guard import guarded
from alerts.ledger.models import Event, SignalRow
from alerts.signal import Signal

KIND = "判定"
"""The events that are labels, one for each post and decision."""

_CHUNK = 500
JOINED = "并入其他事件"
INCIDENT, NO_INCIDENT = "是事件", "不是事件"


@dataclass(frozen=True, slots=True)
class Labels:
    """What an officer says of one post, in the codes of the annotation manual.

    `categories` have the most important first. All but the first two are empty (severity 0) unless
    `incident`.
    """

    incident: bool
    scope: str
    categories: tuple[str, ...] = ()
    victims: tuple[str, ...] = ()
    severity: int = 0
    status: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that a labelled post must have."""
        said = self.categories and self.victims and self.severity and self.status
        return bool(self.scope and (said or not self.incident))


@dataclass(frozen=True, slots=True)
class Given:
    """The latest decision about a post; `signal` is the version that was decided about."""

    at: datetime
    officer: str
    labels: Labels
    signal: Signal


def labels_of(signal: Signal) -> Labels:
    """The machine's own labels of a post, taken as those of an incident."""
    return Labels(
        True, signal.scope, signal.categories, signal.victims, signal.severity, signal.status
    )


def entry(
    signal: Signal, labels: Labels, conclusion: str, head: Mapping[str, Any], incident: str = ""
) -> Entry:
    """The event of one decision; `head` are the Entry's at, actor and origin."""
    data: dict[str, Any] = {"结论": conclusion, "版本": signal.version, "范围": labels.scope}
    if labels.incident:
        data |= {
            "类别": list(labels.categories),
            "受害人": list(labels.victims),
            "严重程度": labels.severity,
            "阶段": labels.status,
        }
    return Entry(**head, kind=KIND, incident=incident, post=signal.post, data=data)


def given(since: datetime | None = None, until: datetime | None = None) -> Iterator[Given]:
    """The latest decision about each post, of decisions from `since` to before `until`, by post.

    Raises LedgerUnavailable.
    """
    with guarded():
        events = Event.objects.filter(kind=KIND).order_by("number")
        if since is not None:
            events = events.filter(at__gte=since)
        if until is not None:
            events = events.filter(at__lt=until)
        latest = {event.post: event for event in events.iterator(chunk_size=2000)}
    decided = sorted(latest)
    for start in range(0, len(decided), _CHUNK):
        posts = decided[start : start + _CHUNK]
        with guarded():
            rows = list(SignalRow.objects.filter(post__in=posts).order_by("id"))
        signals = {(row.post, row.version): unpack(row.payload) for row in rows}
        for post in posts:
            event = latest[post]
            signal = signals.get((post, event.data["版本"]))
            if signal is not None:
                yield Given(event.at, event.actor, _labels(event.data), signal)


def of_closing(
    rows: Iterable[SignalRow], outcome: str, head: Mapping[str, Any], incident: str
) -> list[Entry]:
    """What the outcome of a closed incident says of the posts that raised its alerts.

    A false alarm (误报) was none; any other of OUTCOMES confirms what the machine said of the post:
    a claim that proves untrue was reported as an incident all the same. Free words say nothing.
    """
    if outcome not in OUTCOMES:
        return []
    entries = []
    for row in rows:
        signal = unpack(row.payload)
        false_alarm = outcome == FALSE_ALARM
        labels = Labels(False, signal.scope) if false_alarm else labels_of(signal)
        if labels.complete:
            conclusion = INCIDENT if labels.incident else NO_INCIDENT
            entries.append(entry(signal, labels, conclusion, head, incident))
    return entries


FALSE_ALARM = "误报，不是侵害事件"
OUTCOMES: Sequence[str] = (
    "属实，已处置",
    "部分属实，已处置",
    "不属实",
    "无法核实",
    "不属本地管辖，已移交",
    "重复",
    FALSE_ALARM,
)
"""The outcomes that the console offers when an incident is closed."""


def _labels(data: Mapping[str, Any]) -> Labels:
    return Labels(
        incident=data["结论"] != NO_INCIDENT,
        scope=data["范围"],
        categories=tuple(data.get("类别", ())),
        victims=tuple(data.get("受害人", ())),
        severity=data.get("严重程度", 0),
        status=data.get("阶段", ""),
    )
