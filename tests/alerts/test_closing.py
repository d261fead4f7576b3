"""After closing: the visit that was agreed, words for colleagues, the archive."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.errors import AlertError, Conflict
from tests.alerts.office import START, signal

WOMAN = "阳新一女子被丈夫殴打住院"


@pytest.fixture
def closed(ledger: Any, make_desk: Any, officer: Any) -> str:
    """The id of an incident that was closed at START, a visit due in ten days."""
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    incident: str = ledger.placements(["p1"])["p1"].incident
    ledger.acknowledge(incident, officer("甲"), START)
    ledger.close(incident, officer("甲"), START, outcome="属实", reason="已安置", visit_in=10)
    return incident


def visit_clock(ledger: Any, incident: str) -> Any:
    return ledger.incident(incident).deadlines.get(kind="回访")


def test_the_visit_is_reminded_of_at_80_percent_and_when_it_is_over(
    ledger: Any, make_desk: Any, closed: str
) -> None:
    desk = make_desk()
    assert visit_clock(ledger, closed).due == START + timedelta(days=10)
    days = (1, 7, 8, 9, 10, 11)
    words = [desk.tick(START + timedelta(days=day)).reminded for day in days]
    assert words == [0, 0, 1, 0, 1, 0]
    told = [event.data["阶段"] for event in ledger.log(closed) if event.kind in {"提醒", "超时"}]
    assert told == ["时限已过八成", "已超时限"]


def test_a_visit_in_time_is_not_reminded_of(
    ledger: Any, make_desk: Any, officer: Any, closed: str
) -> None:
    later = START + timedelta(days=3)
    ledger.visit(closed, officer("乙"), later, "生活平稳")
    assert visit_clock(ledger, closed).met_at == later
    assert make_desk().tick(START + timedelta(days=20)).reminded == 0


def test_closing_stops_the_other_clocks_only(ledger: Any, closed: str) -> None:
    clocks = {row.kind: row.met_at for row in ledger.incident(closed).deadlines.all()}
    assert clocks.pop("回访") is None
    assert set(clocks.values()) == {START}


def test_the_archive_ends_the_loop(ledger: Any, make_desk: Any, officer: Any, closed: str) -> None:
    ledger.archive(closed, officer("甲"), START)
    assert make_desk().tick(START + timedelta(days=20)).reminded == 0
    with pytest.raises(Conflict, match="已归档"):
        ledger.visit(closed, officer("甲"), START, "再去一次")
    ledger.comment(closed, officer("丙"), START, "卷宗在三号柜")
    last = ledger.log(closed)[-1]
    assert (last.kind, last.actor, last.origin) == ("留言", "丙", "测试")
    assert last.data == {"留言": "卷宗在三号柜"}


def test_what_cannot_be(ledger: Any, officer: Any, closed: str) -> None:
    with pytest.raises(AlertError, match="留言，不能为空"):
        ledger.comment(closed, officer("甲"), START, "  ")
    with pytest.raises(AlertError, match="天数至少为 1"):
        ledger.close(closed, officer("甲"), START, outcome="x", reason="y", visit_in=0)
