"""Times of departments: from the log alone, and the same each time it is read."""

from datetime import timedelta
from typing import Any

from alerts.times import Happened, Spread, length, times
from tests.alerts.office import DAYE, ORGANISATION, START, signal

WOMAN = "阳新一女子被丈夫殴打住院"


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def test_each_department_is_told_by_what_it_led(ledger: Any, make_desk: Any, officer: Any) -> None:
    ledger.append_signals([signal("p1", WOMAN, first_seen=START)], {})
    desk = make_desk()
    desk.tick(START)
    case = ledger.placements(["p1"])["p1"].incident
    ledger.acknowledge(case, officer("甲"), START + minutes(10))
    to = ORGANISATION.get("420222-民政")
    ledger.hand_over(case, officer("甲"), START + minutes(20), to=to, reason="需安置")
    desk.tick(START + minutes(20))
    ledger.acknowledge(case, officer("乙"), START + minutes(20 + 600))
    ledger.record_statement(case, officer("乙"), START + minutes(700), text="通报")
    ledger.record_statement(case, officer("乙"), START + minutes(9000), text="续报")

    police, civil = ledger.times()
    assert (police.department, police.called) == ("420222-公安", 1)
    assert police.acknowledged == Spread(1, minutes(10), minutes(10), 1)
    assert police.voiced.count == 0
    assert (civil.department, civil.called) == ("420222-民政", 1)
    assert civil.acknowledged == Spread(1, minutes(600), minutes(600), 0)
    assert civil.voiced == Spread(1, minutes(700), minutes(700), 1)


def test_what_nobody_has_signed_for_is_called_only(ledger: Any, make_desk: Any) -> None:
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    (police,) = ledger.times()
    assert (police.called, police.acknowledged) == (1, Spread(0, None, None, 0))
    assert ledger.times(START + minutes(1)) == []
    assert ledger.times(until=START) == []
    assert len(ledger.times(START, START + minutes(1))) == 1


def test_after_a_merge_the_call_of_the_other_file_is_still_known(
    ledger: Any, make_desk: Any, officer: Any
) -> None:
    titles = {"p1": WOMAN, "p2": "大冶一女童疑被继父虐待"}
    ledger.append_signals([signal("p1", WOMAN), signal("p2", titles["p2"], places=(DAYE,))], {})
    make_desk().tick(START)
    placed = ledger.placements(["p1", "p2"])
    first, second = placed["p1"].incident, placed["p2"].incident
    assert first != second
    ledger.merge(second, first, officer("甲"), START + minutes(5), reason="同案")
    ledger.acknowledge(first, officer("甲"), START + minutes(30))
    taken = {row.department: row.acknowledged.count for row in ledger.times()}
    assert sum(taken.values()) == 2


def test_a_split_off_file_calls_the_department_of_the_old_one(
    ledger: Any, make_desk: Any, officer: Any
) -> None:
    ledger.append_signals([signal("p1", WOMAN), signal("p2", WOMAN)], {})
    make_desk().tick(START)
    case = ledger.placements(["p1"])["p1"].incident
    new = ledger.split(case, ["p2"], officer("甲"), START + minutes(60), reason="另一家")
    ledger.acknowledge(new.id, officer("甲"), START + minutes(75))
    (police,) = ledger.times()
    assert police.called == 2
    assert police.acknowledged == Spread(1, minutes(15), minutes(15), 1)


def test_median_ninth_decile_and_share_in_time() -> None:
    events = [Happened(START, "定级派单", "i", {"主责": "公安", "等级": "红"})]
    for number in range(1, 11):
        alert = f"i-{number}"
        events.append(Happened(START, "预警", "i", {"预警": alert, "原因": "新事件"}))
        events.append(Happened(START + minutes(number * 3), "签收", "i", {"预警": [alert]}))
    (police,) = times(events)
    # A red alert must be signed for within fifteen minutes.
    assert police.acknowledged == Spread(10, timedelta(minutes=16.5), minutes(27), 5)


def test_durations_as_officers_read_them() -> None:
    assert [length(minutes(number)) for number in (0, 59, 61, 2879, 2940)] == [
        "0 分",
        "59 分",
        "1 小时 1 分",
        "47 小时 59 分",
        "2 天 1 小时",
    ]
    assert length(None) == "—"
