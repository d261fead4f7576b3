"""The colour grade of an incident: an open sum of points, shown with its inputs. Pure.

Raising any input never lowers the sum, so it never lowers the grade. Grades are 1 红, 2 橙, 3 黄,
4 蓝: the four colours of emergency warning.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from alerts import tempo
from alerts.profile import Profile, commonest

THRESHOLDS = ((70, 1), (50, 2), (30, 3))
"""Points from which a grade is given; below the last it is 4."""

COLOURS = {1: "红", 2: "橙", 3: "黄", 4: "蓝"}

_HARM = {1: 70, 2: 50, 3: 30, 4: 10}
_VOLUME = ((3, 3), (10, 6), (30, 12), (100, 20), (300, 30))
_SPEED = ((3, 2), (10, 6), (30, 12))
_REACH = ((2, 2), (3, 4), (5, 8))
_VOICES = ((2, 2), (4, 4))
_AUTHORITY = {"people": 0, "press": 1, "official": 2}
_AUTHORITIES = ("网民", "媒体", "官方")
_FAMILY = {"domestic_violence", "marriage_family"}
_TURNING = {
    *("威胁", "凶器", "既往暴力", "分手离婚", "孕期", "孩子在场"),
    *("轻生", "扼颈", "酗酒吸毒", "跟踪纠缠"),
}
_FRAIL = {"残疾", "精神障碍", "留守", "流动", "单亲", "困境", "孕期", "老年"}
_SHOWN = 6
_OFFICIAL = {"公职人员", "干部", "民警", "教师", "老师", "校长", "医生", "园长", "村干部", "辅警"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the grade is made of.

    `severity` 1–4 as labelled, `cues` the names of risk cues, `frail` those of vulnerability,
    `official` whether an official or institution is accused, `turning` whether a family quarrel may
    turn into a crime (民转刑). `speed` counts the posts of the last 6 hours, each weighed against
    what is usual for its source at its hour (alerts.tempo). `reach` is the number of platforms,
    `voices` that of independent sources, `authority` the weight of the gravest source: 0 anybody,
    1 press, 2 an authority.
    """

    severity: int
    child: bool
    cues: tuple[str, ...]
    frail: tuple[str, ...]
    volume: int
    speed: int
    reach: int
    voices: int
    authority: int
    official: bool
    turning: bool


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
        (f"风险线索：{'、'.join(inputs.cues[:_SHOWN])}", min(2 * len(inputs.cues), 8)),
        (f"处境脆弱：{'、'.join(inputs.frail[:_SHOWN])}", min(2 * len(inputs.frail), 4)),
        ("民转刑风险", 8 if inputs.turning else 0),
        ("涉及公职人员或机构", 4 if inputs.official else 0),
        (f"相关帖子 {inputs.volume} 条", _step(inputs.volume, _VOLUME)),
        (f"六小时内折合 {inputs.speed} 条（按来源和时段的常态）", _step(inputs.speed, _SPEED)),
        (f"传播平台 {inputs.reach} 个", _step(inputs.reach, _REACH)),
        (f"独立来源 {inputs.voices} 个", _step(inputs.voices, _VOICES)),
        (f"最高来源：{_AUTHORITIES[inputs.authority]}", 2 * inputs.authority),
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
    platforms = {origin.split("/", 1)[0] for origin in profile.origins}
    cues = commonest(profile.cues)
    return Inputs(
        severity=_severity(profile),
        child="child" in profile.victims,
        cues=tuple(cue for cue in cues if cue not in _FRAIL),
        frail=tuple(cue for cue in cues if cue in _FRAIL),
        volume=profile.posts,
        speed=_speed(profile, now),
        reach=len(platforms),
        voices=len(profile.voices),
        authority=max((_AUTHORITY[tempo.kind(name)] for name in platforms), default=0),
        official=any(role in _OFFICIAL for role in profile.roles),
        turning=is_turning(profile),
    )


def _speed(profile: Profile, now: datetime) -> int:
    hour = int(now.timestamp()) // 3600
    weighed = 0.0
    for key, count in profile.hours.items():
        at, platform = key.split("/", 1)
        if hour - 6 < int(at) <= hour:
            moment = datetime.fromtimestamp(int(at) * 3600, UTC)
            weighed += count * tempo.weight(platform, moment)
    return int(weighed)


def is_turning(profile: Profile) -> bool:
    """民转刑: a quarrel of a family or former couple with two signs that it may end in a crime."""
    signs = _TURNING.intersection(profile.cues)
    return len(signs) > 1 and any(name in _FAMILY for name in profile.categories)


def verification(profile: Profile) -> str:
    """未核实, 多源印证, 已证实 or 已辟谣.

    Sources corroborate when they speak in words of their own; reposts are no sources. A voice that
    is new after a refutation opens the question again.
    """
    counts = profile.statuses
    if counts.get("refuted", 0) > counts.get("confirmed", 0):
        return "未核实" if profile.reopened else "已辟谣"
    if any(counts.get(status) for status in ("confirmed", "judicial", "followup")):
        return "已证实"
    return "多源印证" if len(profile.voices) > 1 else "未核实"


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
