"""Deadlines, reminders and the working calendar. Pure: every function takes its moment.

国办发〔2016〕61号 and 80号: in grave and exceptionally grave matters authoritative information is
out within 5 hours and a press conference is held within 24; other public matters are answered
within 48 hours. Grades Ⅰ and Ⅱ count as such matters. Labour inspection decides within five working
days whether it takes a complaint up (《关于实施〈劳动保障监察条例〉若干规定》第十八条).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from alerts.errors import AlertError

ZONE = timezone(timedelta(hours=8), "北京时间")

_GRAVE = "国办发〔2016〕61号：重大突发事件 5 小时内发布权威信息、24 小时内举行新闻发布会"
_OTHER = "国办发〔2016〕80号：政务舆情 48 小时内回应"
_LABOUR = "《关于实施〈劳动保障监察条例〉若干规定》第十八条：接到投诉 5 个工作日内受理"
_LABOUR_KINDS = {"employment_discrimination", "child_labour"}
_LABOUR_DAYS = 5

ACCEPTANCE = "受理"
"""The clock that a measure stops, not a statement."""

_ACKNOWLEDGE = {1: 15, 2: 30, 3: 120, 4: 480}
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_SHARES = (0.5, 0.8, 1.0)

BREACH = 2
"""The stage of the word that a time limit has run out."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One legal time limit: what is due when, counted from `start`, by which document."""

    kind: str
    start: datetime
    due: datetime
    basis: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of every day in Beijing in which alerts of grades 黄 and 蓝 wait; may span midnight."""

    start: time
    end: time

    def until(self, now: datetime) -> datetime | None:
        """When the quiet hours that run now end; None outside them."""
        here = now.astimezone(ZONE)
        ends = datetime.combine(here.date(), self.end, ZONE)
        if self.start > self.end and here.time() >= self.start:
            ends += timedelta(days=1)
        begins = datetime.combine(ends.date(), self.start, ZONE)
        if self.start > self.end:
            begins -= timedelta(days=1)
        return ends if begins <= here < ends else None


@dataclass(frozen=True, slots=True)
class Clocks:
    """When legal clocks start: when the post was first seen, or when the alert was raised.

    `quiet` are the office's quiet hours.
    """

    start: Literal["first_seen", "alerted"] = "first_seen"
    quiet: Quiet | None = None


def clocks(grade: int, start: datetime, categories: Sequence[str] = ()) -> tuple[Clock, ...]:
    """The time limits of an incident of this grade; the first of its categories counts."""
    found = (
        (
            Clock("权威发布", start, start + timedelta(hours=5), _GRAVE),
            Clock("新闻发布会", start, start + timedelta(hours=24), _GRAVE),
        )
        if grade <= 2
        else (Clock("回应", start, start + timedelta(hours=48), _OTHER),)
    )
    if _LABOUR_KINDS.isdisjoint(categories[:1]):
        return found
    return (*found, Clock(ACCEPTANCE, start, _end_of_working_days(start, _LABOUR_DAYS), _LABOUR))


def told_at(start: datetime, due: datetime, stage: int) -> datetime | None:
    """When the next word is due after `stage` words: at 50 %, 80 % and the end; then None."""
    if stage >= len(_SHARES):
        return None
    return start + (due - start) * _SHARES[stage]


def told_before(start: datetime, due: datetime, now: datetime) -> int:
    """How many words were due before now: a clock that starts late says only the latest of them."""
    return sum(start + (due - start) * share <= now for share in _SHARES)


def parse_quiet(text: str) -> Quiet | None:
    """The hours "22:00-07:00"; nothing for an empty text. Raises AlertError."""
    if not text:
        return None
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise AlertError(f"免打扰时段 {text} 有误：应如 22:00-07:00")
    hours = [int(part) for part in found.groups()]
    try:
        start, end = time(hours[0], hours[1]), time(hours[2], hours[3])
    except ValueError as error:
        raise AlertError(f"免打扰时段 {text} 有误：应如 22:00-07:00") from error
    if start == end:
        raise AlertError(f"免打扰时段 {text} 有误：应如 22:00-07:00，起止不能相同")
    return Quiet(start, end)


def stage_name(stage: int) -> str:
    """What the word of this stage says."""
    return ("时限过半", "时限已过八成", "已超时限")[stage]


def acknowledge_by(grade: int, raised: datetime) -> datetime:
    """Until when an alert of this grade must be acknowledged: 15, 30, 120, 480 minutes."""
    return raised + timedelta(minutes=_ACKNOWLEDGE[grade])


def is_working_day(day: date) -> bool:
    """Whether the day is worked, statutory holidays and make-up days considered.

    For years that the calendar library does not know yet, Monday to Friday.
    """
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def holiday(day: date) -> str:
    """The statutory holiday that this day belongs to, empty on any other day."""
    import chinese_calendar

    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    return chinese_calendar.Holiday(name).chinese if off and name else ""


def add_working_days(day: date, count: int) -> date:
    """The day that lies `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def calendar_until() -> date:
    """The last day whose holidays and make-up days the calendar library knows."""
    from chinese_calendar.constants import holidays

    return date(max(holidays).year, 12, 31)


def _end_of_working_days(start: datetime, count: int) -> datetime:
    """Midnight after the `count`th working day that follows the day of `start`, in Beijing."""
    last = add_working_days(start.astimezone(ZONE).date(), count)
    return datetime.combine(last + timedelta(days=1), time(), ZONE)


def moment(at: datetime) -> str:
    """A moment as officers read it: Beijing time to the minute."""
    return f"{at.astimezone(ZONE):%m月%d日 %H:%M}"
