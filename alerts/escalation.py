"""The ladder of an alert nobody acknowledges: which rung is next, and when. Pure.

Rungs: 0 the departments, 1 the deputy on duty, 2 the leader on duty, 3 the department above; then
an operator's notice. Each is climbed at the exact minute at which the one before ran out.
"""

from dataclasses import dataclass
from datetime import datetime

from alerts.clock import acknowledge_by
from alerts.organisation import COORDINATOR, Department, Organisation
from alerts.roster import Roster

RUNGS = ("预警", "催签收", "报带班领导", "报上级部门")


@dataclass(frozen=True, slots=True)
class Pending:
    """An alert as the ladder sees it; `step` is the next rung."""

    grade: int
    step: int
    lead: Department
    informed: tuple[Department, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now. `receivers` get the message, `person` is named in it, `then` is when the
    next rung is due; None ends the ladder."""

    name: str
    receivers: tuple[Department, ...]
    person: str
    reason: str
    then: datetime | None


def next_step(alert: Pending, roster: Roster, organisation: Organisation, now: datetime) -> Step:
    """The rung that is due now."""
    then = acknowledge_by(alert.grade, now)
    if alert.step == 0:
        person = roster.on_duty("值班", now)
        return Step(RUNGS[0], (alert.lead, *alert.informed), person, "新预警", then)
    if alert.step == 1:
        person = roster.on_duty("副班", now)
        return Step(RUNGS[1], (alert.lead,), person, "到期无人签收", then)
    if alert.step == 2:
        person = roster.on_duty("带班领导", now)
        office = organisation.find(COORDINATOR, organisation.division)
        receivers = (alert.lead,) if office is None else (alert.lead, office)
        return Step(RUNGS[2], tuple(dict.fromkeys(receivers)), person, "催签收后仍无人签收", then)
    if alert.step == 3:
        superior = organisation.superior(alert.lead)
        receivers = (alert.lead,) if superior is None else (superior,)
        return Step(RUNGS[3], receivers, "", "带班领导未签收", then)
    return Step("", (), "", "全部层级均未签收", None)
