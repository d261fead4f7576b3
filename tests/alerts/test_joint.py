"""Joint handling: who was asked to help is called and signs for itself, for nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.errors import AlertError, Conflict
from tests.alerts.office import ORGANISATION, START, signal

WOMAN = "阳新一女子被丈夫殴打住院"
CIVIL = ORGANISATION.get("420222-民政")
WOMEN = ORGANISATION.get("420222-妇联")


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture
def case(ledger: Any, make_desk: Any, officer: Any) -> str:
    """An incident that the police have signed for."""
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    incident: str = ledger.placements(["p1"])["p1"].incident
    ledger.acknowledge(incident, officer("甲"), START)
    return incident


def helper(department: str) -> Any:
    from alerts.ledger.actions import Officer

    return Officer("丁", "测试", department)


def test_who_helps_is_called_and_climbs_its_own_ladder(
    ledger: Any, make_desk: Any, sink: Any, officer: Any, case: str
) -> None:
    desk = make_desk()
    desk.tick(START)
    before = len(sink.taken)
    row = ledger.assign(case, officer("甲"), START, to=CIVIL, wanted="今晚安排床位")
    assert (row.state, row.lead) == ("已签收", "420222-公安")
    desk.tick(START)
    (message,) = sink.taken[before:]
    assert "420222民政" in message.text
    assert "今晚安排床位" in message.text

    # Nobody of the police stops this call by signing for the case again.
    with pytest.raises(Conflict):
        ledger.acknowledge(case, officer("甲"), START + minutes(1))
    assert desk.tick(START + minutes(600)).climbed == 1
    ledger.acknowledge(case, helper(CIVIL.id), START + minutes(601))
    assert desk.tick(START + minutes(6000)).climbed == 0
    times = {row.department: row.acknowledged.median for row in ledger.times()}
    assert times[CIVIL.id] == minutes(601)


def test_the_helpers_signature_leaves_the_leads_call_alone(
    ledger: Any, make_desk: Any, officer: Any, case: str
) -> None:
    from alerts.ledger.models import Alert, Incident

    ledger.assign(case, officer("甲"), START, to=CIVIL, wanted="床位")
    ledger.assign(case, officer("甲"), START, to=WOMEN, wanted="陪同就医")
    call = Alert.objects.get(incident=case, department=CIVIL.id)
    Alert.objects.filter(id=f"{case}-1").update(state="待签收")
    Incident.objects.filter(id=case).update(state="待签收")
    ledger.acknowledge(call.id, officer("丁"), START)

    states = dict(Alert.objects.filter(incident=case).values_list("department", "state"))
    assert states == {"420222-公安": "待签收", CIVIL.id: "已签收", WOMEN.id: "待签收"}
    assert ledger.incident(case).state == "待签收"
    with pytest.raises(Conflict, match="已由 丁 于"):
        ledger.acknowledge(call.id, officer("戊"), START)
    ledger.acknowledge(case, officer("甲"), START)
    assert Alert.objects.get(incident=case, department=WOMEN.id).state == "待签收"


def test_closing_ends_what_help_was_asked_for(
    ledger: Any, make_desk: Any, officer: Any, case: str
) -> None:
    ledger.assign(case, officer("甲"), START, to=CIVIL, wanted="床位")
    ledger.close(case, officer("甲"), START, outcome="属实", reason="已安置")
    assert make_desk().tick(START + minutes(600)).climbed == 0


def test_what_cannot_be_asked(ledger: Any, officer: Any, case: str) -> None:
    ledger.assign(case, officer("甲"), START, to=CIVIL, wanted="床位")
    with pytest.raises(Conflict, match="已在协办"):
        ledger.assign(case, officer("甲"), START, to=CIVIL, wanted="床位")
    with pytest.raises(Conflict, match="已是事件"):
        police = ORGANISATION.get("420222-公安")
        ledger.assign(case, officer("甲"), START, to=police, wanted="出警")
    with pytest.raises(AlertError, match="协办要求"):
        ledger.assign(case, officer("甲"), START, to=WOMEN, wanted=" ")
    ledger.close(case, officer("甲"), START, outcome="属实", reason="已安置")
    with pytest.raises(Conflict, match="不能交办"):
        ledger.assign(case, officer("甲"), START, to=WOMEN, wanted="陪同")
