"""What the duty office writes into the log about itself: channel tests, swaps, handovers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.channels.message import Delivered, Refused
from alerts.ledger import chain
from alerts.ledger.actions import Officer
from alerts.ledger.guard import guarded, writing
from alerts.ledger.models import Alert, Deadline, Event, Incident, User
from alerts.loop import FINISHED, State

_TEST, _SWAP, _HANDOVER = "渠道测试", "换班", "交接班"
_REMEMBERED = 1000
"""Channel tests that are looked at: the newest."""


@dataclass(frozen=True, slots=True)
class Test:
    """The latest test of a channel; `problem` is empty when the message was taken."""

    channel: str
    at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may be on duty; `department` is an id of the organisation."""

    username: str
    name: str
    department: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the next shift takes over."""

    waiting: int
    open: int
    next_due: tuple[str, str, datetime] | None


@dataclass(frozen=True, slots=True)
class Handover:
    """The note of the shift before."""

    at: datetime
    actor: str
    to: str
    note: str


def record_tests(
    results: Mapping[str, Delivered | Refused], officer: Officer, now: datetime
) -> None:
    """Keep what each channel answered to its test message."""
    _append(
        [
            (_TEST, {"渠道": name, "问题": "" if isinstance(one, Delivered) else one.reason})
            for name, one in results.items()
        ],
        officer,
        now,
    )


def tests() -> dict[str, Test]:
    """The latest test of each channel by name."""
    with guarded():
        events = Event.objects.filter(kind=_TEST).order_by("-number")[:_REMEMBERED]
        return {
            event.data["渠道"]: Test(event.data["渠道"], event.at, event.data["问题"])
            for event in reversed(events)
        }


def members() -> list[Member]:
    """All who may log in."""
    with guarded():
        rows = User.objects.filter(is_active=True).values_list(
            "username", "first_name", "department"
        )
        return [Member(*row) for row in rows]


def record_swap(told: str, officer: Officer, now: datetime) -> None:
    """Keep that shifts were swapped, in words."""
    _append([(_SWAP, {"内容": told})], officer, now)


def hand_over(note: str, to: str, officer: Officer, now: datetime) -> Standing:
    """Keep the note for the next shift with the state of the desk; returns that state."""
    standing = state_of_desk()
    data = {"说明": note, "接班": to, "待签收": standing.waiting, "未办结": standing.open}
    _append([(_HANDOVER, data)], officer, now)
    return standing


def last_handover() -> Handover | None:
    """The newest note, if there is one."""
    with guarded():
        event = Event.objects.filter(kind=_HANDOVER).order_by("-number").first()
    if event is None:
        return None
    return Handover(event.at, event.actor, event.data["接班"], event.data["说明"])


def state_of_desk() -> Standing:
    """Alerts to be acknowledged, open incidents, and the clock that runs out first."""
    with guarded():
        first = Deadline.objects.filter(met_at=None).order_by("due").first()
        return Standing(
            Alert.objects.filter(state=State.RAISED).count(),
            Incident.objects.filter(merged_into=None).exclude(state__in=FINISHED).count(),
            (first.incident_id, first.kind, first.due) if first else None,
        )


def _append(
    told: Sequence[tuple[str, Mapping[str, object]]], officer: Officer, now: datetime
) -> None:
    with writing():
        chain.append(
            [
                chain.Entry(now, officer.name, kind, origin=officer.origin, data=data)
                for kind, data in told
            ]
        )
