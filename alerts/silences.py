"""What keeps an alert from being told now: silences with an owner, the office's quiet hours. Pure.

Neither ever holds back what concerns suspected harm to a minor; quiet hours only 黄 and 蓝.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.clock import Quiet, moment
from alerts.errors import AlertError
from alerts.organisation import stem
from alerts.routing import CATEGORIES

LONGEST = timedelta(days=7)
_OF_MINORS = frozenset(
    {
        *("child_sexual_abuse", "child_abuse", "abandonment_neglect", "school_bullying"),
        *("child_labour", "school_safety"),
    }
)
_QUIET_GRADES = (3, 4)


@dataclass(frozen=True, slots=True)
class Subject:
    """An incident as silences see it."""

    incident: str
    categories: Sequence[str]
    place: str
    grade: int
    urgent: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """Until `end` nothing is told of what it covers; each condition that is given must hold.

    `place` is a division code and covers all below it.
    """

    owner: str
    reason: str
    start: datetime
    end: datetime
    incident: str = ""
    category: str = ""
    place: str = ""
    number: int = 0

    def covers(self, subject: Subject) -> bool:
        """Whether its conditions speak of this incident."""
        return (
            (not self.incident or self.incident == subject.incident)
            and (not self.category or self.category in subject.categories[:1])
            and (not self.place or subject.place.startswith(stem(self.place)))
        )

    @property
    def name(self) -> str:
        """What a suppressed alert says of it."""
        return f"静默 {self.number}（{self.owner}：{self.reason}，至 {moment(self.end)}）"


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now: `until` when, and the name of what holds it back."""

    until: datetime
    by: str


def hold(
    subject: Subject, silences: Iterable[Silence], quiet: Quiet | None, now: datetime
) -> Hold | None:
    """What keeps word of this incident back now, the longest of all; never a minor's case."""
    if subject.urgent:
        return None
    holds = [
        Hold(silence.end, silence.name)
        for silence in silences
        if silence.start <= now < silence.end and silence.covers(subject)
    ]
    ends = quiet.until(now) if quiet and subject.grade in _QUIET_GRADES else None
    if ends:
        holds.append(Hold(ends, f"免打扰时段（至 {moment(ends)}）"))
    return max(holds, key=lambda item: item.until, default=None)


def check(silence: Silence) -> None:
    """Raise AlertError for a silence that nobody answers for, that never ends, or hits minors."""
    if not silence.reason.strip():
        raise AlertError("静默必须写明理由")
    if silence.end <= silence.start:
        raise AlertError("静默的结束时间已过：请写一个将来的时间")
    if silence.end - silence.start > LONGEST:
        raise AlertError(f"静默最长 {LONGEST.days} 天：请缩短，到期后可以再设")
    if not (silence.incident or silence.category or silence.place):
        raise AlertError("静默必须限定范围：事件、类别或地区至少写一项")
    if silence.category and silence.category not in CATEGORIES:
        raise AlertError(f"类别 {silence.category} 不认识；可用：{'、'.join(CATEGORIES)}")
    if silence.place and not re.fullmatch(r"\d{6}", silence.place):
        raise AlertError(f"地区 {silence.place} 应为六位行政区划代码，例如 420222")
    if silence.category in _OF_MINORS:
        raise AlertError(
            f"类别 {silence.category} 涉及未成年人，不能静默（《未成年人保护法》第十一条）"
        )
