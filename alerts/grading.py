"""The colour grade of an incident: an open sum of points, shown with its inputs. Pure.

Raising any input never lowers the sum, so it never lowers the grade. Grades are 1 红, 2 橙, 3 黄,
4 蓝: the four colours of emergency warning.
"""

from dataclasses import dataclass
from datetime import datetime

from alerts.profile import Profile

THRESHOLDS = ((70, 1), (50, 2), (30, 3))
"""Points from which a grade is given; below the last it is 4."""

COLOURS = {1: "红", 2: "橙", 3: "黄", 4: "蓝"}

_HARM = {1: 70, 2: 50, 3: 30, 4: 10}
_VOLUME = ((3, 3), (10, 6), (30, 12), (100, 20), (300, 30))
_SPEED = ((3, 2), (10, 6), (30, 12))
_REACH = ((2, 2), (3, 4), (5, 8))
_OFFICIAL = {"公职人员", "干部", "民警", "教师", "老师", "校长", "医生", "园长", "村干部", "辅警"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the grade is made of. `severity` 1–4 as labelled, `speed` is posts in the last 6 hours,
    `reach` the number of platforms, `cues` of risk and vulnerability cues, `official` whether an
    official or institution is accused."""

    severity: int
    child: bool
    cues: int
    volume: int
    speed: int
    reach: int
    official: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade with its explanation: [(input, points)]."""

    level: int
    points: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """The sum of all points."""
        return sum(number for _, number in self.points)


def grade(inputs: Inputs) -> Grade:
    """The colour grade and how it came about."""
    points = [
        (f"危害程度{COLOURS[inputs.severity]}", _HARM[inputs.severity]),
        ("涉及未成年人", 4 if inputs.child else 0),
        (f"风险线索 {inputs.cues} 项", min(2 * inputs.cues, 8)),
        ("涉及公职人员或机构", 4 if inputs.official else 0),
        (f"相关帖子 {inputs.volume} 条", _step(inputs.volume, _VOLUME)),
        (f"六小时内 {inputs.speed} 条", _step(inputs.speed, _SPEED)),
        (f"传播平台 {inputs.reach} 个", _step(inputs.reach, _REACH)),
    ]
    kept = tuple((name, number) for name, number in points if number)
    total = sum(number for _, number in kept)
    level = next((level for least, level in THRESHOLDS if total >= least), 4)
    return Grade(level, kept)


def inputs_of(profile: Profile, now: datetime) -> Inputs:
    """What a profile says to the formula.

    The severity is the gravest that at least a third of the posts carry: one misread post does not
    turn an incident red.
    """
    hour = int(now.timestamp()) // 3600
    recent = sum(count for at, count in profile.hours.items() if hour - 6 < int(at) <= hour)
    return Inputs(
        severity=_severity(profile),
        child="child" in profile.victims,
        cues=len(profile.cues),
        volume=profile.posts,
        speed=recent,
        reach=len({origin.split("/", 1)[0] for origin in profile.origins}),
        official=any(role in _OFFICIAL for role in profile.roles),
    )


def verification(profile: Profile) -> str:
    """未核实, 多源印证, 已证实 or 已辟谣; reposts of one source are no second source."""
    if profile.statuses.get("refuted", 0) > profile.statuses.get("confirmed", 0):
        return "已辟谣"
    if any(profile.statuses.get(status) for status in ("confirmed", "judicial", "followup")):
        return "已证实"
    return "多源印证" if len(profile.origins) > 1 and len(profile.texts) > 1 else "未核实"


_MINOR_HARM = {
    "child_sexual_abuse",
    "child_abuse",
    "trafficking",
    "homicide_injury",
    "sexual_assault",
    "illegal_detention",
    "domestic_violence",
    "forced_prostitution",
    "abandonment_neglect",
    "school_bullying",
}


def is_urgent(profile: Profile) -> bool:
    """Suspected harm to a minor: no batching, no quiet hours (未成年人保护法 第十一条)."""
    return "child" in profile.victims and any(name in _MINOR_HARM for name in profile.categories)


def _severity(profile: Profile) -> int:
    carried = 0
    for level in (1, 2, 3, 4):
        carried += profile.severities.get(str(level), 0)
        if carried * 3 >= profile.posts:
            return level
    return 4


def _step(value: int, steps: tuple[tuple[int, int], ...]) -> int:
    return max((points for least, points in steps if value >= least), default=0)
