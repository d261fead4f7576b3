"""Versions of an office's organisation and routing table: each that took effect, in the log."""

from dataclasses import dataclass
from datetime import datetime

from alerts.ledger import chain
from alerts.ledger.actions import Officer
from alerts.ledger.guard import guarded, writing
from alerts.ledger.models import Event, Incident
from alerts.rehearsal import Texts
from alerts.routing import Case

_KIND = "启用派单表"


@dataclass(frozen=True, slots=True)
class Version:
    """Texts that took effect: when, by whom, and the reason given where the check was overruled."""

    number: int
    at: datetime
    actor: str
    texts: Texts
    reason: str


def history(limit: int) -> list[Version]:
    """The newest versions, newest first."""
    with guarded():
        events = Event.objects.filter(kind=_KIND).order_by("-number")[:limit]
        return [
            Version(
                event.number,
                event.at,
                event.actor,
                Texts(event.data["组织"], event.data["规则"]),
                event.data["理由"],
            )
            for event in events
        ]


def adopt(texts: Texts, officer: Officer, now: datetime, reason: str = "") -> None:
    """Write down that these texts are in effect from now on."""
    data = {"版本": texts.digest, "组织": texts.organisation, "规则": texts.rules, "理由": reason}
    with writing():
        chain.append([chain.Entry(now, officer.name, _KIND, origin=officer.origin, data=data)])


def cases_since(since: datetime) -> list[Case]:
    """What routing looked at for each incident in which something was posted since then."""
    with guarded():
        rows = Incident.objects.filter(last_seen__gte=since, merged_into=None)
        return [
            Case(tuple(categories), tuple(victims), setting, (place,) if place else (), grade)
            for categories, victims, setting, place, grade in rows.values_list(
                "categories", "victims", "setting", "place", "grade"
            )
        ]
