"""An incident and an alert as the terminal shows them: fields for scripts, lines for people."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.clock import BREACH, moment
from alerts.grading import COLOURS

if TYPE_CHECKING:
    from alerts.ledger.book import Ledger
    from alerts.ledger.models import Alert, Incident


def incident_fields(incident: "Incident") -> dict[str, Any]:
    names = ("id", "title", "state", "grade", "categories", "victims", "place", "place_name")
    rest = ("lead", "informed", "rule", "basis", "verification", "posts", "first_seen", "last_seen")
    ends = ("acknowledged_by", "acknowledged_at", "statement_link", "outcome", "close_reason")
    return {name: getattr(incident, name) for name in (*names, *rest, *ends)}


def whole(ledger: "Ledger", incident: "Incident") -> dict[str, Any]:
    """All that `show` tells of an incident: its posts, alerts, clocks and log, too."""
    from alerts.ledger.codec import unpack
    from alerts.ledger.repeats import repeats

    return {
        **incident_fields(incident),
        "excerpt": incident.excerpt,
        "points": incident.points,
        "reason": incident.route_reason,
        "alerts": [alert_fields(alert) for alert in incident.alerts.order_by("id")],
        "deadlines": [
            {
                "kind": row.kind,
                "start": row.start,
                "due": row.due,
                "basis": row.basis,
                "reminded": row.stage,
                "met": row.met_at,
                "breached": row.stage > BREACH or (row.met_at or row.start) > row.due,
            }
            for row in incident.deadlines.all()
        ],
        "posts": [
            {"id": row.post, "title": unpack(row.payload).title, "fold": row.reason}
            for row in incident.signals.order_by("id")
        ],
        "attachments": [
            {
                "number": row.id,
                "name": row.name,
                "size": row.size,
                "sha256": row.digest,
                "added_at": row.added_at,
                "added_by": row.added_by,
            }
            for row in incident.attachments.defer("sealed")
        ],
        "repeats": [
            {"id": repeat.incident.id, "shared": repeat.shared}
            for repeat in repeats(incident, ledger.incidents())
        ],
        "log": [
            {
                "number": event.number,
                "at": event.at,
                "actor": event.actor,
                "origin": event.origin,
                "kind": event.kind,
                "data": event.data,
            }
            for event in ledger.log(incident.id)
        ],
    }


def progress(clock: dict[str, Any]) -> str:
    """How a clock has ended, if it has."""
    met = f"，{moment(clock['met'])} 停止计时" if clock["met"] else ""
    return f"{met}，已超时" if clock["breached"] else met


def alert_fields(alert: "Alert") -> dict[str, Any]:
    return {
        "id": alert.id,
        "incident": alert.incident_id,
        "reason": alert.reason,
        "detail": alert.detail,
        "grade": alert.grade,
        "state": alert.state,
        "department": alert.department,
        "raised_at": alert.raised_at,
        "acknowledge_by": alert.acknowledge_by,
        "acknowledged_by": alert.acknowledged_by,
        "acknowledged_at": alert.acknowledged_at,
    }


def incident_line(incident: "Incident") -> str:
    place = incident.place_name or "地点待核"
    head = f"{incident.id} {COLOURS[incident.grade]} {incident.state}"
    return f"{head} {place} {incident.lead} {incident.title}"


def alert_line(alert: "Alert") -> str:
    head = f"{alert.id} {COLOURS[alert.grade]} {alert.state} {alert.department}"
    return f"{head} {moment(alert.acknowledge_by)} 前签收 {alert.incident.title}"


def given(file: Path) -> bytes:
    """The content of a file that is to be attached. Raises ConfigError when it cannot be read."""
    from pipelines.errors import ConfigError

    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"读不了文件 {file}：{error.strerror}，请检查路径和权限") from error
