"""What is due at the desk: rungs of the ladder and words on clocks."""

from collections.abc import Sequence
from datetime import datetime

from alerts.ledger.models import Alert, Deadline
from alerts.loop import State

DESK = "值班台"


def due_alerts(now: datetime, limit: int = 500) -> list[Alert]:
    """Alerts whose next rung is due, locked, the earliest first.

    Due at once is also what was held back before it turned out to concern harm to a minor.
    """
    alerts = Alert.objects.select_for_update(of=("self",)).select_related("incident")
    held = alerts.filter(
        state=State.RAISED, step=0, next_step_at__gt=now, incident__urgent=True
    ).order_by("id")[:limit]
    due = alerts.filter(next_step_at__lte=now).order_by("next_step_at", "id")[:limit]
    return [*held, *due]


def due_deadlines(now: datetime, limit: int = 500) -> list[Deadline]:
    """Clocks of which a word is due, locked, the earliest first."""
    return list(
        Deadline.objects.select_for_update(of=("self",))
        .filter(next_at__lte=now)
        .select_related("incident")
        .order_by("next_at", "id")[:limit]
    )


def running(incidents: Sequence[str]) -> dict[str, list[Deadline]]:
    """The clocks of each of these incidents that are not met."""
    found: dict[str, list[Deadline]] = {}
    for row in Deadline.objects.filter(incident_id__in=incidents, met_at=None).order_by("due"):
        found.setdefault(row.incident_id, []).append(row)
    return found
