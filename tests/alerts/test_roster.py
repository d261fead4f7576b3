"""Swaps of shifts, who is on duty soon, holidays, and the roster written as it is read."""

from datetime import date, datetime, timedelta

import pytest

from alerts.clock import holiday
from alerts.errors import AlertError
from alerts.roster import Roster, Slot, parse_roster, read_moment, write_roster
from tests.alerts.office import START, ZONE

SHIFTS = """start,end,person,role
2024-03-01 08:00,2024-03-01 20:00,甲,值班
2024-03-01 20:00,2024-03-02 08:00,乙,值班
2024-03-02 08:00,2024-03-02 20:00,甲,值班
2024-03-01 08:00,2024-03-31 08:00,丙,副班
2024-03-01 08:00,2024-03-31 08:00,丙,带班领导
2024-04-20 08:00,2024-04-21 08:00,丁,值班
"""
MORNING, EVENING = START, START + timedelta(hours=12)
NEXT = START + timedelta(hours=24)


@pytest.fixture
def roster() -> Roster:
    return parse_roster(SHIFTS.splitlines(), "r.csv")


def on_duty(roster: Roster) -> list[str]:
    return [roster.on_duty("值班", at) for at in (MORNING, EVENING, NEXT)]


def test_two_people_swap_their_shifts(roster: Roster) -> None:
    changed = roster.swapped(Slot("甲", MORNING), Slot("乙", EVENING), "乙")
    assert on_duty(roster) == ["甲", "乙", "甲"]
    assert on_duty(changed) == ["乙", "甲", "甲"]


def test_somebody_takes_a_shift_over(roster: Roster) -> None:
    changed = roster.swapped(Slot("甲", NEXT), None, "戊")
    assert on_duty(changed) == ["甲", "乙", "戊"]
    leader = roster.swapped(Slot("丙", MORNING, "带班领导"), None, "戊")
    assert leader.on_duty("带班领导", MORNING) == "戊"
    assert leader.on_duty("副班", MORNING) == "丙"


@pytest.mark.parametrize(
    ("given", "taken", "by", "told"),
    [
        (Slot("甲", EVENING), None, "乙", "没有 甲 在 03月01日 20:00 开始的班次"),
        (Slot("甲", MORNING), Slot("乙", NEXT), "乙", "没有 乙 在 03月02日 08:00 开始的班次"),
        (Slot("甲", MORNING, "副班"), None, "乙", "没有 甲 在"),
        (Slot("丙", MORNING), None, "乙", "有 2 个岗位：请写明岗位"),
    ],
)
def test_a_swap_of_what_is_not_there_is_refused(
    roster: Roster, given: Slot, taken: Slot | None, by: str, told: str
) -> None:
    with pytest.raises(AlertError, match=told):
        roster.swapped(given, taken, by)


def test_a_swap_that_puts_somebody_in_two_shifts_at_once_is_refused() -> None:
    overlapping = SHIFTS + "2024-03-01 10:00,2024-03-01 12:00,己,值班\n"
    crowded = parse_roster(overlapping.splitlines(), "r.csv")
    with pytest.raises(AlertError, match="换班之后：己 的班次与自己的另一班重叠"):
        crowded.swapped(Slot("甲", MORNING), None, "己")


def test_what_is_written_is_read_as_the_same(roster: Roster) -> None:
    again = parse_roster(write_roster(roster).splitlines(), "again.csv")
    assert set(again.shifts) == set(roster.shifts)


def test_people_of_the_next_thirty_days(roster: Roster) -> None:
    assert roster.people(MORNING) == ["甲", "丙", "乙"]
    assert roster.people(EVENING, days=1) == ["丙", "乙", "甲"]
    assert roster.people(START + timedelta(days=40)) == ["丁"]


def test_a_moment_without_a_zone_is_beijing_time() -> None:
    assert read_moment(" 2024-03-01T08:00 ", "x") == datetime(2024, 3, 1, 8, tzinfo=ZONE)
    with pytest.raises(AlertError, match="班次开始的时间“2024-02-30”有误，应如"):
        read_moment("2024-02-30", "班次开始")


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2024, 10, 1), "国庆节"),
        (date(2024, 2, 12), "春节"),
        (date(2024, 2, 18), ""),  # worked to make up for it
        (date(2024, 3, 2), ""),  # a plain Saturday
        (date(2099, 10, 1), ""),  # beyond the library's knowledge
    ],
)
def test_statutory_holidays_have_their_names(day: date, name: str) -> None:
    assert holiday(day) == name
