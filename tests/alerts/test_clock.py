"""Deadlines, stages, the working calendar, the ladder and the words of messages."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.clock import (
    acknowledge_by,
    add_working_days,
    calendar_until,
    clocks,
    is_working_day,
    told_at,
    told_before,
)
from alerts.escalation import Pending, next_step
from alerts.messages import MAX_BYTES, Matter, subject, text
from tests.alerts.office import ORGANISATION, ROSTER, START, ZONE


@pytest.mark.parametrize("grade", [1, 2, 3, 4])
def test_each_grade_has_the_limits_of_its_documents(grade: int) -> None:
    hours = [(clock.due - START) / timedelta(hours=1) for clock in clocks(grade, START)]
    assert hours == ([5, 24] if grade <= 2 else [48])
    assert all("国办发〔2016〕" in clock.basis for clock in clocks(grade, START))


def test_words_are_due_at_half_at_four_fifths_and_at_the_end() -> None:
    due = START + timedelta(hours=10)
    moments = [told_at(START, due, stage) for stage in range(4)]
    assert moments == [START + timedelta(hours=5), START + timedelta(hours=8), due, None]


@pytest.mark.parametrize(
    ("hours", "words"), [(0, 0), (4.9, 0), (5, 1), (7.9, 1), (8, 2), (9.9, 2), (10, 3), (90, 3)]
)
def test_a_clock_that_starts_late_knows_how_many_words_were_due(hours: float, words: int) -> None:
    due = START + timedelta(hours=10)
    assert told_before(START, due, START + timedelta(hours=hours)) == words


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (datetime(2024, 3, 1, 8, 0, tzinfo=ZONE), datetime(2024, 3, 9, tzinfo=ZONE)),
        # Eight days of Spring Festival lie between, and a Sunday that is worked.
        (datetime(2024, 2, 8, 23, 0, tzinfo=ZONE), datetime(2024, 2, 22, tzinfo=ZONE)),
        # 18:00 in UTC is the next day in Beijing.
        (datetime(2024, 3, 1, 18, 0, tzinfo=UTC), datetime(2024, 3, 9, tzinfo=ZONE)),
    ],
)
def test_labour_inspection_has_five_working_days(start: datetime, due: datetime) -> None:
    (_, clock) = clocks(4, start, ["employment_discrimination", "health_rights"])
    assert (clock.kind, clock.due) == ("受理", due)
    assert "5 个工作日" in clock.basis
    assert [one.kind for one in clocks(2, start, ["child_labour"])][-1] == "受理"
    assert [one.kind for one in clocks(4, start, ["health_rights", "child_labour"])] == ["回应"]


def test_the_calendar_says_how_far_it_reaches() -> None:
    assert calendar_until().month == 12
    assert calendar_until().year >= 2026


def test_graver_alerts_must_be_acknowledged_sooner() -> None:
    minutes = [
        (acknowledge_by(grade, START) - START) / timedelta(minutes=1) for grade in (1, 2, 3, 4)
    ]
    assert minutes == [15, 30, 120, 480]


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2024, 2, 12), False),  # Spring Festival, a Monday
        (date(2024, 2, 18), True),  # a Sunday made up for it
        (date(2024, 3, 4), True),
        (date(2024, 3, 2), False),
        (date(2099, 3, 2), True),  # beyond the library's knowledge: Monday to Friday
        (date(2099, 3, 1), False),
    ],
)
def test_holidays_and_make_up_days_are_known(day: date, worked: bool) -> None:
    assert is_working_day(day) is worked


def test_working_days_step_over_a_holiday() -> None:
    assert add_working_days(date(2024, 2, 9), 1) == date(2024, 2, 18)


LEAD, INFORMED = ORGANISATION.get("420222-公安"), ORGANISATION.get("420222-妇联")


@pytest.mark.parametrize(
    ("step", "receivers", "person"),
    [
        (0, ["420222-公安", "420222-妇联"], "甲"),
        (1, ["420222-公安"], "乙"),
        (2, ["420222-公安", "420200-妇联"], "丙"),
        (3, ["420200-公安"], ""),
        (4, [], ""),
    ],
)
def test_the_rungs_of_the_ladder(step: int, receivers: list[str], person: str) -> None:
    rung = next_step(Pending(2, step, LEAD, (INFORMED,)), ROSTER, ORGANISATION, START)
    assert [receiver.id for receiver in rung.receivers] == receivers
    assert rung.person == person
    assert rung.then == (None if step == 4 else START + timedelta(minutes=30))


def matter(**changes: object) -> Matter:
    values = {
        "alert": "i-1",
        "grade": 1,
        "categories": ["child_abuse"],
        "place": "湖北省黄石市阳新县",
        "title": "某幼儿园教师扎伤幼儿",
        "excerpt": "",
        "posts": 3,
        "verification": "未核实",
        "lead": "阳新县公安局",
        "reason": "新事件",
        "grounds": ["危害程度红", "风险线索：威胁、凶器"],
        "basis": "《未成年人保护法》第十一条",
        "acknowledge_by": START,
        "due": [("权威发布", START + timedelta(hours=5))],
        "urgent": True,
        "link": "https://office.example/alerts/i-1",
    }
    return Matter(**{**values, **changes})


def test_a_message_says_who_must_do_what_by_when() -> None:
    lead = text(matter(), "预警", "阳新县公安局", "甲", leads=True)
    assert "请阳新县公安局（甲）于 03月01日 08:00 前签收" in lead
    assert "权威发布期限：03月01日 13:00" in lead
    assert "定级理由：危害程度红；风险线索：威胁、凶器" in lead
    assert lead.endswith("处理：https://office.example/alerts/i-1")
    told = text(matter(), "预警", "阳新县妇联", "甲", leads=False)
    assert "主责：阳新县公安局；知会阳新县妇联" in told
    assert subject(matter(), "预警") == "【红】预警：虐待儿童·湖北省黄石市阳新县"


def test_a_long_message_is_cut_but_never_its_link() -> None:
    long = text(matter(title="长" * 900, excerpt="文" * 3000), "预警", "某局", "", leads=True)
    assert len(long.encode()) <= MAX_BYTES
    assert long.endswith("/alerts/i-1")
