"""The review queue: what waits for a person, and what a person makes of it.

A verdict is an event, ends the waiting of all versions of its post, and, when it says incident,
hands the desk a signal in the officer's words: only the desk opens and joins incidents.
"""

from dataclasses import replace
from datetime import UTC, datetime

from django.db.models import QuerySet

from alerts.clock import moment
from alerts.errors import AlertError, Conflict
from alerts.ledger import bulk, chain
from alerts.ledger.actions import Officer, find
from alerts.ledger.codec import pack, unpack
from alerts.ledger.guard import writing
from alerts.ledger.labels import INCIDENT, JOINED, KIND, NO_INCIDENT, Labels, entry
from alerts.ledger.models import Event, SignalRow

WAITING = ("waiting", "suggested")
JUDGED = "judged"


def waiting() -> QuerySet[SignalRow]:
    """What waits for a person's look, the oldest first."""
    return SignalRow.objects.filter(fold__in=WAITING).order_by("id")


def judge(row: int, labels: Labels, officer: Officer, now: datetime, joins: str = "") -> str:
    """Record a verdict on the signal of this row; returns the id of the incident it is to join.

    `joins` is an incident's or alert's id, empty for the desk to decide where the post belongs.
    Raises Conflict naming who was first when it no longer waits, AlertError when there is no such
    signal or incident, or when labels are missing.
    """
    if not labels.complete:
        raise AlertError("判定为事件须选定类别、受害人、严重程度和阶段")
    if joins and not labels.incident:
        raise AlertError("不是事件的线索不能并入事件")
    with writing():
        found = SignalRow.objects.select_for_update().filter(id=row).first()
        if found is None:
            raise AlertError(f"没有编号为 {row} 的待审线索")
        if found.fold not in WAITING:
            raise Conflict(_already(found.post))
        target = find(joins).id if joins else ""
        signal = unpack(found.payload)
        conclusion = JOINED if target else INCIDENT if labels.incident else NO_INCIDENT
        waiting().filter(post=found.post).update(fold=JUDGED, reason=f"{conclusion}（人工判定）")
        if labels.incident and (target or labels.scope != "foreign"):
            told = replace(
                signal,
                version=f"verdict-{row}",
                level="alert",
                scope=labels.scope,
                categories=labels.categories,
                victims=labels.victims,
                severity=labels.severity,
                status=labels.status,
                joins=target,
            )
            bulk.insert(
                [
                    SignalRow(
                        post=told.post,
                        version=told.version,
                        level=told.level,
                        first_seen=told.first_seen,
                        appended_at=datetime.now(UTC),
                        payload=pack(told),
                    )
                ]
            )
        head = {"at": now, "actor": officer.name, "origin": officer.origin}
        chain.append([entry(signal, labels, conclusion, head, target)])
    return target


def _already(post: str) -> str:
    last = Event.objects.filter(kind=KIND, post=post).order_by("-number").first()
    if last is None:
        return "这条线索不在待审队列中"
    return f"这条线索已由 {last.actor} 于 {moment(last.at)} 判定：{last.data['结论']}"
