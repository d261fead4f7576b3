"""What is held back, by whom and until when; and that no case of a minor ever is."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.clock import Clocks, Quiet, parse_quiet
from alerts.errors import AlertError
from alerts.silences import Silence, Subject, check, hold
from tests.alerts.office import START, ZONE, signal

WOMAN = "阳新一女子被丈夫殴打住院"
CHILD = {"categories": ("child_abuse",), "victims": ("child",), "severity": 1}


@pytest.fixture
def silencing(ledger: Any) -> Any:
    from alerts.ledger import silencing

    return silencing


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def wanted(**changes: Any) -> Silence:
    given = Silence("甲", "演练", START, START + hours(5), place="420222")
    return replace(given, **changes)


SUBJECT = Subject("i", ["domestic_violence"], "420222", 3, False)


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, True),
        ({"place": "420200"}, True),
        ({"place": "420281"}, False),
        ({"place": "", "category": "domestic_violence"}, True),
        ({"category": "trafficking"}, False),
        ({"incident": "i"}, True),
        ({"incident": "other"}, False),
        ({"end": START}, False),
        ({"start": START + hours(1)}, False),
    ],
)
def test_a_silence_holds_what_all_its_conditions_speak_of(changes, held: bool) -> None:
    found = hold(SUBJECT, [wanted(**changes)], None, START)
    assert bool(found) is held
    assert not held or (found.by.startswith("静默 0（甲：演练，至 ") and found.until > START)


def test_nothing_holds_back_what_concerns_a_minor() -> None:
    always = Quiet(START.time(), (START + hours(1)).time())
    assert hold(replace(SUBJECT, urgent=True), [wanted()], always, START) is None


@pytest.mark.parametrize(
    ("text", "hour", "ends"),
    [
        ("22:00-07:00", 23, (2, 7)),
        ("22:00-07:00", 22, (2, 7)),
        ("22:00-07:00", 3, (1, 7)),
        ("22:00-07:00", 7, None),
        ("22:00-07:00", 12, None),
        ("12:30-14:00", 13, (1, 14)),
        ("12:30-14:00", 12, None),
    ],
)
def test_quiet_hours_span_midnight(text: str, hour: int, ends) -> None:
    quiet = parse_quiet(text)
    assert quiet is not None
    until = quiet.until(START.replace(hour=hour))
    assert until == (ends and datetime(2024, 3, ends[0], ends[1], tzinfo=ZONE))
    assert (hold(replace(SUBJECT, grade=2), [], quiet, START.replace(hour=hour))) is None


@pytest.mark.parametrize("text", ["22-7", "25:00-07:00", "22:00-22:00", "夜里"])
def test_quiet_hours_that_mean_nothing_are_refused(text: str) -> None:
    assert parse_quiet("") is None
    with pytest.raises(AlertError, match=r"应如 22:00-07:00"):
        parse_quiet(text)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reason": " "}, "必须写明理由"),
        ({"end": START}, "结束时间已过"),
        ({"end": START + timedelta(days=8)}, "最长 7 天"),
        ({"place": ""}, "必须限定范围"),
        ({"place": "42"}, "应为六位"),
        ({"category": "nonsense"}, "nonsense 不认识"),
        ({"category": "child_abuse"}, "涉及未成年人，不能静默"),
        ({"category": "school_bullying"}, "涉及未成年人，不能静默"),
    ],
)
def test_a_silence_that_nobody_could_answer_for_is_refused(changes, told: str) -> None:
    check(wanted())
    with pytest.raises(AlertError, match=told):
        check(wanted(**changes))


def holds(ledger, incident: str) -> list[str]:
    return [event.data["原因"] for event in ledger.log(incident) if event.kind == "暂缓"]


def test_a_silenced_alert_names_what_holds_it_and_is_sent_at_the_end(
    ledger, make_desk, sink, officer, silencing
) -> None:
    from alerts.ledger.models import Notice

    kept = silencing.silence(wanted(), officer("甲"))
    ledger.append_signals([signal("p1", WOMAN)], {})
    for hour in (0, 1, 4.9):
        make_desk().tick(START + hours(hour))
    incident = ledger.placements(["p1"])["p1"].incident
    assert sink.keys == []
    assert holds(ledger, incident) == [kept.name]
    assert silencing.running(START + hours(1)) == [kept]
    for hour in (5, 5, 5.1):
        make_desk().tick(START + hours(hour))
    told = ("公安", "妇联", "民政")
    assert sink.keys == [f"{incident}-1:420222-{kind}:0" for kind in told]
    assert "03月01日 15:00 前签收" in sink.taken[0].text
    (notice,) = Notice.objects.filter(key__startswith="silence-end")
    assert kept.name in notice.text and "已到期" in notice.text
    assert silencing.running(START + hours(5)) == []


def test_lifted_early_it_lets_all_go_at_once(ledger, make_desk, sink, officer, silencing) -> None:
    kept = silencing.silence(wanted(), officer("甲"))
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    silencing.lift(kept.number, officer("乙"), START + hours(1))
    make_desk().tick(START + hours(1))
    assert len(sink.keys) == 3
    with pytest.raises(AlertError, match="没有正在生效的静默"):
        silencing.lift(kept.number, officer("乙"), START + hours(1))


def test_reminders_wait_for_the_end_of_a_silence_and_come_once(
    ledger, make_desk, sink, officer, silencing
) -> None:
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    incident = ledger.placements(["p1"])["p1"].incident
    ledger.acknowledge(incident, officer("甲"), START)
    silencing.silence(wanted(start=START + hours(23), end=START + hours(30)), officer("甲"))
    before = len(sink.keys)
    for hour in (24, 26, 29):
        make_desk().tick(START + hours(hour))
    assert len(sink.keys) == before
    for hour in (30, 31):
        make_desk().tick(START + hours(hour))
    assert sink.keys[before:] == [f"{incident}:回应:0"]


def test_a_minors_case_is_told_through_every_silence(
    ledger, make_desk, sink, officer, silencing
) -> None:
    silencing.silence(wanted(), officer("甲"))
    ledger.append_signals([signal("p1", "阳新某幼儿园教师扎伤幼儿", **CHILD)], {})
    make_desk(clocks=Clocks(quiet=parse_quiet("00:00-23:59"))).tick(START)
    assert sink.keys
    case = ledger.placements(["p1"])["p1"].incident
    for changes in ({}, {"incident": case, "place": ""}):
        with pytest.raises(AlertError, match=f"会盖住涉未成年人的事件 {case}"):
            silencing.silence(wanted(**changes), officer("甲"))


def test_what_turns_out_to_concern_a_minor_waits_no_longer(
    ledger, make_desk, sink, officer, silencing
) -> None:
    silencing.silence(wanted(), officer("甲"))
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    assert sink.keys == []
    ledger.append_signals([signal("p2", WOMAN, victims=("child",), platform="x")], {})
    make_desk().tick(START + hours(1))
    incident = ledger.placements(["p2"])["p2"].incident
    assert f"{incident}-1:420222-公安:0" in sink.keys


def test_quiet_hours_hold_yellow_and_not_orange(ledger, make_desk, sink) -> None:
    desk = make_desk(clocks=Clocks(quiet=parse_quiet("07:00-09:00")))
    ledger.append_signals([signal("p1", WOMAN)], {})
    desk.tick(START)
    incident = ledger.placements(["p1"])["p1"].incident
    assert holds(ledger, incident) == ["免打扰时段（至 03月01日 09:00）"]
    assert sink.keys == []
    grave = signal("p2", "大冶一妇女遭强奸", categories=("sexual_assault",), severity=2)
    ledger.append_signals([grave], {})
    desk.tick(START + hours(0.5))
    assert sink.keys and not [key for key in sink.keys if key.startswith(incident)]
    desk.tick(START + hours(1))
    assert [key for key in sink.keys if key.startswith(incident)]
