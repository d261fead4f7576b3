"""What the desk writes about an incident: opened, joined, graded, routed, alerted, reminded.

Puts decisions of the pure modules into the working set; writes nothing itself and sends nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts import messages
from alerts.clock import (
    BREACH,
    ZONE,
    acknowledge_by,
    clocks,
    stage_name,
    told_at,
    told_before,
)
from alerts.escalation import Pending, next_step
from alerts.folding import Fold
from alerts.grading import COLOURS, grade, inputs_of, is_urgent, verification
from alerts.ledger.agenda import DESK
from alerts.ledger.cases import Arrival, Case, Cases
from alerts.ledger.chain import Entry
from alerts.ledger.models import Alert, Deadline, Incident, Notice, OutboxMessage
from alerts.ledger.silencing import Silences, subject
from alerts.loop import BY_HAND, FINISHED, Action, State
from alerts.office import Office
from alerts.organisation import NATION, Department
from alerts.profile import commonest, joined, profile_of
from alerts.routing import Case as RoutingCase
from alerts.routing import Routing, route
from alerts.silences import hold

VOLUME_STEPS = (50, 500, 5000)
"""Numbers of posts at which an incident is told of again."""


class Docket:
    """Writes incidents into a working set."""

    def __init__(self, office: Office, cases: Cases) -> None:
        self._office = office
        self._cases = cases
        self._silences = Silences()

    def open(self, arrival: Arrival, fold: Fold, now: datetime) -> None:
        """Open an incident; a suggested fold is kept for an officer to confirm."""
        signal = arrival.signal
        row = Incident(
            id=incident_id(signal.post, signal.first_seen),
            title=signal.title or signal.excerpt[:60],
            excerpt=signal.excerpt,
            grade=4,
            first_seen=signal.first_seen,
            last_seen=signal.first_seen,
            opened_at=now,
        )
        case = Case(row, profile_of(signal), is_new=True)
        self._cases.add(case)
        self._cases.place(arrival, "new", fold.reason, case, fold.incident)
        self._log(now, "立案", case, signal.post, {"理由": fold.reason, "疑似": fold.incident})
        self._judge(case, signal.post, now)

    def join(self, case: Case, arrival: Arrival, reason: str, now: datetime) -> None:
        """Put a signal into an incident and see whether that changes what must be told."""
        case.profile = joined(case.profile, arrival.signal)
        self._cases.place(arrival, "same", reason, case, "")
        self._log(now, "归并", case, arrival.signal.post, {"理由": reason})
        self._judge(case, arrival.signal.post, now)

    def edit(self, case: Case, arrival: Arrival, now: datetime) -> None:
        """A newer version of a post stays where its first one is and counts no second time."""
        posts = case.profile.posts
        case.profile = replace(joined(case.profile, arrival.signal), posts=posts)
        self._cases.place(arrival, "edit", "同一帖子的新版本", case, "")
        self._log(now, "修订", case, arrival.signal.post, {"版本": arrival.signal.version})
        self._judge(case, arrival.signal.post, now)

    def climb(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Put the messages of the rung that is due into the outbox, for each alert.

        What quiet hours or a silence hold back waits until they end, and says so in the log.
        """
        self._silences.refresh()
        self._cases.notices += self._silences.ended(now)
        for alert in alerts:
            held = self._held(alert.incident, "预警", alert.id, now)
            if held is None:
                self._climb(alert, alert.incident, now)
            else:
                alert.next_step_at = held

    def remind(self, deadlines: Sequence[Deadline], now: datetime) -> None:
        """Every word of a clock that is due, each once, late ones after an outage included."""
        for deadline in deadlines:
            held = self._held(deadline.incident, "时限", deadline.kind, now)
            if held is not None:
                deadline.next_at = held
                continue
            while (then := told_at(deadline.start, deadline.due, deadline.stage)) and then <= now:
                self._remind(deadline, deadline.incident, deadline.stage, now)
                deadline.stage += 1
            deadline.next_at = then

    def _held(self, row: Incident, what: str, name: str, now: datetime) -> datetime | None:
        """Until when word of this must wait; the log names what holds it back."""
        silences, quiet = self._silences.known(), self._office.clocks.quiet
        held = hold(subject(row), silences, quiet, now)
        if held is None:
            return None
        data = {what: name, "原因": held.by, "至": held.until.isoformat()}
        self._cases.entries.append(Entry(now, DESK, "暂缓", row.id, data=data))
        return held.until

    def _judge(self, case: Case, post: str, now: datetime) -> None:
        row, profile = case.row, case.profile
        before = (row.grade, row.place, row.lead, row.posts)
        decided = grade(inputs_of(profile, now))
        row.grade, row.points = decided.level, [list(part) for part in decided.points]
        if not case.is_new:
            # A grade, once given, is lowered by people only.
            row.grade = min(before[0], decided.level)
        row.posts, row.last_seen = profile.posts, profile.last_seen
        row.categories, row.victims = commonest(profile.categories), commonest(profile.victims)
        row.setting = next(iter(commonest(profile.settings)), "")
        row.status = next(iter(commonest(profile.statuses)), "")
        row.verification, row.urgent = verification(profile), is_urgent(profile)
        routing = self._route(case, now)
        reasons = self._reasons(case, routing, before)
        if (row.grade, row.place, row.lead) != before[:3]:
            self._log(now, "定级派单", case, "", _routing_data(row))
        if reasons and self._may_alert(row, routing, first=case.is_new):
            self._raise(case, post, reasons, now)
        elif case.is_new:
            row.state = State.RECORDED
        case.is_new = False

    def _route(self, case: Case, now: datetime) -> Routing:
        row, profile = case.row, case.profile
        places = _scenes(case)
        routing = route(
            RoutingCase(
                categories=tuple(row.categories),
                victims=tuple(row.victims),
                setting=row.setting,
                places=places,
                grade=row.grade,
                institution=next(iter(commonest(profile.institutions)), ""),
            ),
            self._office.organisation,
            self._office.rules,
        )
        row.place = places[0] if places else ""
        row.place_name = "、".join(profile.place_names[code] for code in places[:3])[:100]
        if row.rule == BY_HAND:
            return routing
        row.lead, row.lead_division = routing.lead.id, routing.lead.division
        row.informed = [department.id for department in routing.informed]
        row.rule, row.basis, row.route_reason = routing.rule, routing.basis, routing.reason
        if routing.notice:
            self._cases.notices.append(
                Notice(key=f"route:{row.id}:{row.rule}", at=now, text=routing.notice, incident=row)
            )
        return routing

    def _reasons(
        self, case: Case, routing: Routing, before: tuple[int, str, str, int]
    ) -> list[tuple[str, str]]:
        row = case.row
        if case.is_new:
            return [("新事件", row.route_reason)]
        reasons = []
        if row.grade < before[0]:
            reasons.append(("等级上升", f"由{COLOURS[before[0]]}升为{COLOURS[row.grade]}"))
        if row.place != before[1] and row.lead != before[2]:
            reasons.append(("新地点", f"地点明确为{row.place_name}，主责改为{routing.lead.name}"))
        for step in VOLUME_STEPS:
            if before[3] < step <= row.posts:
                reasons.append(("热度上升", f"相关帖子已达 {step} 条"))
        return reasons

    def _may_alert(self, row: Incident, routing: Routing, *, first: bool) -> bool:
        if routing.outside and row.grade != 1:
            return False
        return first or row.verification != "已辟谣"

    def _raise(
        self, case: Case, post: str, reasons: Sequence[tuple[str, str]], now: datetime
    ) -> None:
        row = case.row
        row.alerts_raised += 1
        alert = Alert(
            id=f"{row.id}-{row.alerts_raised}",
            incident=row,
            post=post,
            reason=reasons[0][0],
            detail="；".join(detail for _, detail in reasons)[:200],
            grade=row.grade,
            department=row.lead,
            raised_at=now,
            acknowledge_by=acknowledge_by(row.grade, now),
            next_step_at=now,
        )
        if row.state in FINISHED or row.state == State.RECORDED:
            row.state = State.RAISED
        self._cases.alerts.append(alert)
        self._log(now, "预警", case, post, {"预警": alert.id, "原因": alert.reason})
        self._start_clocks(row, now)

    def _start_clocks(self, row: Incident, now: datetime) -> None:
        start = row.first_seen if self._office.clocks.start == "first_seen" else now
        for clock in clocks(row.grade, start, row.categories):
            stage = max(told_before(clock.start, clock.due, now) - 1, 0)
            self._cases.deadlines.append(
                Deadline(
                    incident=row,
                    kind=clock.kind,
                    start=clock.start,
                    due=clock.due,
                    basis=clock.basis,
                    stage=stage,
                    next_at=told_at(clock.start, clock.due, stage),
                )
            )

    def _climb(self, alert: Alert, row: Incident, now: datetime) -> None:
        lead, helping = self._called(row, alert), alert.reason == Action.ASSIGN
        informed = () if helping else tuple(self._department(name) for name in row.informed)
        step = next_step(
            Pending(alert.grade, alert.step, lead, informed),
            self._office.roster,
            self._office.organisation,
            now,
        )
        if not step.name:
            self._cases.notices.append(
                Notice(
                    key=f"unanswered:{alert.id}",
                    at=now,
                    incident=row,
                    text=f"预警 {alert.id} 逐级上报后仍无人签收：请电话联系{lead.name}",
                )
            )
        if alert.step == 0 and step.then is not None:
            alert.acknowledge_by = step.then
        matter = self._matter(row, alert)
        for receiver in step.receivers:
            leads = receiver.id == lead.id or alert.step > 0
            self._cases.messages.append(
                OutboxMessage(
                    key=f"{alert.id}:{receiver.id}:{alert.step}",
                    alert=alert,
                    incident=row,
                    recipient=receiver.id,
                    step=step.name,
                    channels=list(receiver.channels or self._office.channels),
                    subject=messages.subject(matter, step.name),
                    text=messages.text(matter, step.name, receiver.name, step.person, leads=leads),
                    link=matter.link,
                    urgent=row.urgent,
                    created_at=now,
                    next_attempt=now,
                )
            )
        if alert.step:
            entry = Entry(
                now,
                DESK,
                step.name or "无人签收",
                row.id,
                data={"预警": alert.id, "原因": step.reason},
            )
            self._cases.entries.append(entry)
        alert.step, alert.next_step_at = alert.step + 1, step.then

    def _remind(self, deadline: Deadline, row: Incident, stage: int, now: datetime) -> None:
        lead = self._department(row.lead)
        matter = self._matter(row, None)
        what = f"{stage_name(stage)}：{deadline.kind}"
        said = {"时限": deadline.kind, "阶段": stage_name(stage), "到期": deadline.due.isoformat()}
        kind = "超时" if stage == BREACH else "提醒"
        self._cases.entries.append(Entry(now, DESK, kind, row.id, data=said))
        self._cases.messages.append(
            OutboxMessage(
                key=f"{row.id}:{deadline.kind}:{stage}",
                incident=row,
                recipient=lead.id,
                step=what,
                channels=list(lead.channels or self._office.channels),
                subject=messages.subject(matter, what),
                text=messages.reminder(matter, deadline.kind, deadline.due, stage_name(stage)),
                link=matter.link,
                urgent=row.urgent,
                created_at=now,
                next_attempt=now,
            )
        )

    def _matter(self, row: Incident, alert: Alert | None) -> messages.Matter:
        due = [(item.kind, item.due) for item in self._cases.clocks(row.id)]
        target = alert.id if alert is not None else row.id
        return messages.Matter(
            alert=target,
            grade=row.grade,
            categories=row.categories,
            place=row.place_name,
            title=row.title,
            excerpt=row.excerpt,
            posts=row.posts,
            verification=row.verification,
            lead=self._called(row, alert).name,
            reason=alert.detail or alert.reason if alert is not None else "",
            grounds=[name for name, _ in row.points],
            basis=row.basis,
            acknowledge_by=alert.acknowledge_by if alert is not None else row.opened_at,
            due=due,
            urgent=row.urgent,
            link=f"{self._office.public_url}/alerts/{target}",
        )

    def _called(self, row: Incident, alert: Alert | None) -> Department:
        """Whoever must acknowledge: the lead, or the department that was asked to help."""
        helping = alert is not None and alert.reason == Action.ASSIGN
        return self._department(alert.department if alert is not None and helping else row.lead)

    def _department(self, identifier: str) -> Department:
        found = self._office.organisation.get(identifier)
        return found or Department(identifier, identifier, "", NATION)

    def _log(
        self, now: datetime, kind: str, case: Case, post: str, data: dict[str, object]
    ) -> None:
        self._cases.entries.append(Entry(now, DESK, kind, case.row.id, post, data=data))
        self._cases.touch(case)


def incident_id(post: str, first_seen: datetime) -> str:
    """The id of the incident that this post opens: its day and a digest, the same every time."""
    digest = hashlib.sha256(post.encode()).hexdigest()[:8]
    return f"{first_seen.astimezone(ZONE):%Y%m%d}-{digest}"


def _scenes(case: Case) -> tuple[str, ...]:
    """Places that at least a third as many posts name as the most named one."""
    places = case.profile.places
    most = max(places.values(), default=0)
    return tuple(code for code in commonest(places) if places[code] * 3 >= most)


def _routing_data(row: Incident) -> dict[str, object]:
    return {
        "等级": COLOURS[row.grade],
        "评分": row.points,
        "主责": row.lead,
        "知会": row.informed,
        "规则": row.rule,
        "依据": row.basis,
        "理由": row.route_reason,
    }
