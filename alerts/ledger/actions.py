"""What officers do to an incident: one transaction and one event of who, when, from where.

The incident is locked for the length of an action, so of two officers acting at once the second
meets the state that the first left, and is told so by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from alerts.clock import ACCEPTANCE, acknowledge_by, moment, told_at
from alerts.errors import AlertError, Conflict
from alerts.ledger import chain, labels
from alerts.ledger.guard import writing
from alerts.ledger.models import Alert, Deadline, Incident, OutboxMessage, SignalRow
from alerts.loop import BY_HAND, FINISHED, Action, State, after
from alerts.organisation import Department

VISIT_DAYS = 30
"""Days after closing until the visit is due, unless the officer says another number."""

COMMENT = "留言"


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts, and from where: a console address, "终端", a link; an id of the organisation."""

    name: str
    origin: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """An action about to be taken: `data` goes into its event."""

    action: Action
    officer: Officer
    now: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def find(identifier: str, *, lock: bool = False) -> Incident:
    """The incident with this id, or of the alert with this id, after all merges.

    Raises AlertError when neither exists.
    """
    rows = Incident.objects.select_for_update() if lock else Incident.objects.all()
    incident = rows.filter(id=identifier).first()
    if incident is None:
        incident = rows.filter(alerts__id=identifier).first()
    if incident is None:
        raise AlertError(
            f"没有编号为 {identifier} 的事件或预警：用 shengyuan alerts list 查看现有编号"
        )
    while incident.merged_into_id is not None:
        incident = rows.get(id=incident.merged_into_id)
    return incident


def acknowledge(identifier: str, officer: Officer, now: datetime) -> Incident:
    """签收: stops the ladder and every pending message of the incident's alerts.

    What a department was called to help with (交办) is signed for apart: by one of its officers, or
    by the id of that alert, which then signs for nothing else. Raises Conflict naming who was first
    when nothing is left to acknowledge.
    """
    with writing():
        incident = find(identifier, lock=True)
        raised = incident.alerts.filter(state=State.RAISED)
        helping = incident.alerts.filter(id=identifier, reason=Action.ASSIGN).exists()
        if helping:
            waiting = raised.filter(id=identifier)
        else:
            waiting = raised.exclude(
                Q(reason=Action.ASSIGN) & ~Q(department=officer.department or None)
            )
        state = State(incident.state)
        numbers = list(waiting.values_list("id", flat=True))
        if not numbers and (helping or state not in {State.RAISED, State.RECORDED}):
            raise Conflict(_already(incident, identifier if helping else ""))
        pending = OutboxMessage.objects.filter(
            alert__incident=incident, state=OutboxMessage.PENDING
        ).exclude(alert__in=raised.exclude(id__in=numbers))
        pending.update(state=OutboxMessage.CANCELLED, finished_at=now)
        incident.alerts.filter(id__in=numbers).update(
            state=State.ACKNOWLEDGED,
            acknowledged_at=now,
            acknowledged_by=officer.name,
            next_step_at=None,
        )
        if helping:
            return _finish(incident, Deed(Action.ACKNOWLEDGE, officer, now, {"预警": numbers}))
        if state in {State.RAISED, State.RECORDED, State.HANDED_OVER}:
            incident.state = State.ACKNOWLEDGED
        incident.acknowledged_at = incident.acknowledged_at or now
        incident.acknowledged_by = incident.acknowledged_by or officer.name
        return _finish(incident, Deed(Action.ACKNOWLEDGE, officer, now, {"预警": numbers}))


def assess(identifier: str, officer: Officer, now: datetime, note: str) -> Incident:
    """研判: what the officer makes of the case; `note` must say something."""
    deed = Deed(Action.ASSESS, officer, now, {"研判意见": _said(note, "研判意见")})
    return _act(identifier, deed, {})


def hand_over(
    identifier: str, officer: Officer, now: datetime, to: Department, reason: str
) -> Incident:
    """转办: another department takes the lead; the desk's next tick calls it to acknowledge."""
    said = _said(reason, "转办理由")
    with writing():
        incident = find(identifier, lock=True)
        if incident.lead == to.id:
            raise Conflict(f"事件 {incident.id} 的主责部门已经是{to.name}")
        before = incident.lead
        incident.state = after(Action.HAND_OVER, State(incident.state), incident.id)
        incident.lead, incident.lead_division = to.id, to.division
        incident.rule, incident.route_reason = BY_HAND, said
        call = _call(incident, Action.HAND_OVER, to, said, now)
        data = {
            "原主责部门": before,
            "新主责部门": to.id,
            "理由": said,
            "预警": call,
        }
        return _finish(incident, Deed(Action.HAND_OVER, officer, now, data))


def assign(
    identifier: str, officer: Officer, now: datetime, to: Department, wanted: str
) -> Incident:
    """交办: another department helps while the lead stays; the desk calls it to acknowledge.

    Raises Conflict when it leads or helps already.
    """
    said = _said(wanted, "协办要求")
    with writing():
        incident = find(identifier, lock=True)
        incident.state = after(Action.ASSIGN, State(incident.state), incident.id)
        if incident.lead == to.id:
            raise Conflict(f"{to.name}已是事件 {incident.id} 的主责部门，无需交办")
        if to.id in helpers(incident):
            raise Conflict(f"{to.name}已在协办事件 {incident.id}：补充要求请留言")
        call = _call(incident, Action.ASSIGN, to, said, now)
        data = {"协办部门": to.id, "要求": said, "预警": call}
        return _finish(incident, Deed(Action.ASSIGN, officer, now, data))


def helpers(incident: Incident) -> list[str]:
    """The ids of the departments that were asked to help, in the order of the asking."""
    calls = incident.alerts.filter(reason=Action.ASSIGN).order_by("raised_at", "id")
    return list(calls.values_list("department", flat=True))


def _call(incident: Incident, reason: Action, to: Department, said: str, now: datetime) -> str:
    """Have the desk call a department; returns the alert's id."""
    number = incident.alerts_raised = incident.alerts_raised + 1
    alert = Alert.objects.create(
        id=f"{incident.id}-{number}",
        incident=incident,
        post="",
        reason=reason,
        detail=said[:200],
        grade=incident.grade,
        department=to.id,
        raised_at=now,
        acknowledge_by=acknowledge_by(incident.grade, now),
        next_step_at=now,
    )
    return alert.id


def handle(identifier: str, officer: Officer, now: datetime, note: str) -> Incident:
    """处置: what was done on the spot."""
    deed = Deed(Action.HANDLE, officer, now, {"处置情况": _said(note, "处置情况")})
    return _act(identifier, deed, {})


def record_statement(
    identifier: str, officer: Officer, now: datetime, link: str, text: str
) -> Incident:
    """发声: the public statement, by link or text; stops the clocks that wait for it."""
    if not link.strip() and not text.strip():
        raise AlertError("发声须填写链接或正文：请补上权威发布的网址或内容")
    changes = {
        "statement_link": link.strip(),
        "statement_text": text.strip(),
        "voiced_at": now,
    }
    deed = Deed(Action.VOICE, officer, now, {"链接": link.strip(), "正文": text.strip()})
    return _act(identifier, deed, changes)


def close(
    identifier: str,
    officer: Officer,
    now: datetime,
    outcome: str,
    reason: str,
    visit_in: int = VISIT_DAYS,
) -> Incident:
    """办结 with outcome and reason, both needed; stops every clock and message.

    The outcome becomes a label of the posts that raised the incident's alerts. A visit (回访) is
    due `visit_in` days later, and the department is reminded of it as of any other clock.
    """
    if visit_in < 1:
        raise AlertError("回访应在办结之后：天数至少为 1")
    changes = {
        "outcome": _said(outcome, "办理结果")[:100],
        "close_reason": _said(reason, "办结理由"),
        "closed_at": now,
    }
    said = {"结果": outcome, "理由": reason, "回访": f"{visit_in} 天后"}
    deed = Deed(Action.CLOSE, officer, now, said)
    with writing():
        incident = _act(identifier, deed, changes)
        _schedule_visit(incident, now, now + timedelta(days=visit_in))
        raised = incident.alerts.exclude(post="").values_list("post", flat=True)
        rows = SignalRow.objects.filter(post__in=list(raised)).order_by("id")
        latest = {row.post: row for row in rows}
        head = {"at": now, "actor": officer.name, "origin": officer.origin}
        chain.append(labels.of_closing(latest.values(), outcome.strip(), head, incident.id))
    return incident


def visit(identifier: str, officer: Officer, now: datetime, note: str) -> Incident:
    """回访 after closing."""
    deed = Deed(Action.VISIT, officer, now, {"回访情况": _said(note, "回访情况")})
    return _act(identifier, deed, {})


def archive(identifier: str, officer: Officer, now: datetime) -> Incident:
    """归档: nothing more is expected."""
    return _act(identifier, Deed(Action.ARCHIVE, officer, now), {})


def comment(identifier: str, officer: Officer, now: datetime, text: str) -> Incident:
    """A word for the colleagues; it changes nothing else and is possible in every state."""
    said = {"留言": _said(text, "留言")}
    with writing():
        incident = find(identifier)
        entry = chain.Entry(now, officer.name, COMMENT, incident.id, "", officer.origin, said)
        chain.append([entry])
    return incident


def _schedule_visit(incident: Incident, now: datetime, due: datetime) -> None:
    # Half of the time is no news to anybody: words come at 80 % and when it is over.
    Deadline.objects.update_or_create(
        incident=incident,
        kind=Action.VISIT,
        defaults={
            "start": now,
            "due": due,
            "basis": "办结时约定的回访",
            "stage": 1,
            "next_at": told_at(now, due, 1),
            "met_at": None,
        },
    )


def _act(identifier: str, deed: Deed, changes: Mapping[str, Any]) -> Incident:
    with writing():
        incident = find(identifier, lock=True)
        incident.state = after(deed.action, State(incident.state), incident.id)
        for name, value in changes.items():
            setattr(incident, name, value)
        return _finish(incident, deed)


def _finish(incident: Incident, deed: Deed) -> Incident:
    incident.save()
    _stop_clocks(incident, deed)
    if deed.action is Action.VOICE or incident.state in FINISHED:
        OutboxMessage.objects.filter(incident=incident, state=OutboxMessage.PENDING).update(
            state=OutboxMessage.CANCELLED, finished_at=deed.now
        )
    if incident.state in FINISHED:
        incident.alerts.filter(next_step_at__isnull=False).update(next_step_at=None)
        # A closed case asks nobody to sign for it any more.
        incident.alerts.filter(state=State.RAISED).update(state=incident.state)
    chain.append(
        [
            chain.Entry(
                at=deed.now,
                actor=deed.officer.name,
                origin=deed.officer.origin,
                kind=deed.action,
                incident=incident.id,
                data=deed.data,
            )
        ]
    )
    return incident


def _stop_clocks(incident: Incident, deed: Deed) -> None:
    """A measure meets the clock of acceptance, a statement the others, an end all.

    The visit after closing is met by a visit or by the archive only.
    """
    running = Deadline.objects.filter(incident=incident, met_at=None)
    if deed.action not in {Action.VISIT, Action.ARCHIVE}:
        running = running.exclude(kind=Action.VISIT)
    if incident.state not in FINISHED:
        if deed.action is Action.HANDLE:
            running = running.filter(kind=ACCEPTANCE)
        elif deed.action is Action.VOICE:
            running = running.exclude(kind=ACCEPTANCE)
        else:
            return
    running.update(met_at=deed.now, next_at=None)


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise AlertError(f"请填写{what}，不能为空")
    return text.strip()


def _already(incident: Incident, alert: str) -> str:
    signed = incident.alerts.exclude(acknowledged_at=None)
    signed = signed.filter(id=alert) if alert else signed
    last = signed.order_by("-acknowledged_at").first()
    if last is None:
        return f"事件 {incident.id} 现为“{incident.state}”，没有待签收的预警"
    when = moment(last.acknowledged_at or incident.opened_at)
    return f"事件 {incident.id} 已由 {last.acknowledged_by} 于 {when} 签收，无需重复签收"
