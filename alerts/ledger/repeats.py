"""重复警情: other incidents of the same people or institution, found by masked keys alone."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from alerts.ledger.models import Incident, IncidentKey

_PERSON, _INSTITUTION = "n:", "i:"
_COMMON = 20
"""A key that leads to more incidents than this is a famous name, no household."""

_MOST = 20


@dataclass(frozen=True, slots=True)
class Repeat:
    """Another incident and what it shares with the one asked about: 同一人, 同一机构 or both."""

    incident: Incident
    shared: tuple[str, ...]


def repeats(incident: Incident, among: QuerySet[Incident]) -> list[Repeat]:
    """Other incidents of the same people or institution, those `among` only, newest first."""
    own = IncidentKey.objects.filter(incident=incident)
    keys = [
        key for key in own.values_list("key", flat=True) if key.startswith((_PERSON, _INSTITUTION))
    ]
    holders = IncidentKey.objects.filter(key__in=keys).exclude(incident=incident)
    counted = holders.order_by().values("key").annotate(holders=Count("id"))
    rare = [row["key"] for row in counted if row["holders"] <= _COMMON]
    shared: dict[str, set[str]] = {}
    for other, key in holders.filter(key__in=rare).values_list("incident_id", "key"):
        kind = "同一人" if key.startswith(_PERSON) else "同一机构"
        shared.setdefault(other, set()).add(kind)
    found = among.filter(id__in=shared).order_by("-last_seen")[:_MOST]
    return [Repeat(row, tuple(sorted(shared[row.id]))) for row in found]
