"""Silences in the log: set, lifted, and read again without reading the whole log each time."""

from datetime import datetime

from alerts.errors import AlertError
from alerts.ledger import chain
from alerts.ledger.actions import Officer, find
from alerts.ledger.guard import guarded, writing
from alerts.ledger.models import Alert, Chain, Deadline, Event, Incident, Notice
from alerts.loop import FINISHED, State
from alerts.silences import Silence, Subject, check

_SET, _LIFTED = "静默", "解除静默"
_FIELDS = ("owner", "reason", "incident", "category", "place")


def subject(row: Incident) -> Subject:
    """The incident as silences see it."""
    return Subject(row.id, row.categories, row.place, row.grade, row.urgent)


class Silences:
    """All silences of the ledger, kept up to date by reading what was appended since."""

    def __init__(self) -> None:
        self._read = 0
        self._known: dict[int, Silence] = {}
        self._ended: set[int] = set()

    def refresh(self) -> None:
        """Read what was appended to the log since the last time."""
        row = Chain.objects.first()
        count = row.count if row else 0
        if count > self._read:
            events = Event.objects.filter(
                number__gt=self._read, number__lte=count, kind__in=[_SET, _LIFTED]
            )
            for event in events.order_by("number"):
                if event.kind == _SET:
                    self._known[event.number] = _silence(event)
                else:
                    self._known.pop(event.data["静默"], None)
            self._read = count

    def known(self) -> list[Silence]:
        """Every silence that was not lifted, ended ones included, oldest first."""
        return list(self._known.values())

    def ended(self, now: datetime) -> list[Notice]:
        """One notice for each silence that has come to its end; the ledger keeps each once."""
        over = [item for item in self.known() if item.end <= now and item.number not in self._ended]
        self._ended.update(item.number for item in over)
        return [
            Notice(
                key=f"silence-end:{item.number}",
                at=now,
                text=f"{item.name}已到期：其间压下的预警现在发出",
            )
            for item in over
        ]


def silence(wanted: Silence, officer: Officer) -> Silence:
    """Keep word of something back for a while; `start` of `wanted` is now.

    Raises AlertError for one that `alerts.silences.check` refuses, or that would cover an open case
    of suspected harm to a minor.
    """
    check(wanted)
    with writing():
        if wanted.incident:
            find(wanted.incident)
        urgent = Incident.objects.filter(urgent=True, merged_into=None).exclude(state__in=FINISHED)
        for row in urgent.defer("profile").iterator():
            if wanted.covers(subject(row)):
                raise AlertError(f"这项静默会盖住涉未成年人的事件 {row.id}：不能设置，请缩小范围")
        data = {name: getattr(wanted, name) for name in _FIELDS}
        data |= {"start": wanted.start.isoformat(), "end": wanted.end.isoformat()}
        entry = chain.Entry(
            wanted.start, officer.name, _SET, wanted.incident, origin=officer.origin, data=data
        )
        chain.append([entry])
        return _silence(Event.objects.order_by("-number")[0])


def lift(number: int, officer: Officer, now: datetime) -> Silence:
    """End a silence before its time: what it held back is told at the next tick.

    Raises AlertError when no such silence runs.
    """
    with writing():
        found = next((item for item in _known() if item.number == number), None)
        if found is None or found.end <= now:
            raise AlertError(f"没有正在生效的静默 {number}：用 shengyuan silences list 查看")
        chain.append(
            [
                chain.Entry(
                    now,
                    officer.name,
                    _LIFTED,
                    found.incident,
                    origin=officer.origin,
                    data={"静默": number},
                )
            ]
        )
        Alert.objects.filter(state=State.RAISED, next_step_at=found.end).update(next_step_at=now)
        Deadline.objects.filter(met_at=None, next_at=found.end).update(next_at=now)
        return found


def running(now: datetime) -> list[Silence]:
    """The silences in effect, oldest first."""
    with guarded():
        return [item for item in _known() if item.start <= now < item.end]


def _known() -> list[Silence]:
    silences = Silences()
    silences.refresh()
    return silences.known()


def _silence(event: Event) -> Silence:
    fields = {name: event.data[name] for name in _FIELDS}
    start, end = (datetime.fromisoformat(event.data[name]) for name in ("start", "end"))
    return Silence(**fields, start=start, end=end, number=event.number)
