"""What speaks for and against a signal's being about one incident, in points. Pure.

Titles are short and generic: each kind of evidence is weak alone, and what every case of a kind
shares (stages of a trial, the deed, the city) never joins two posts without something of the text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.organisation import chain
from alerts.profile import Profile, sketch
from alerts.signal import COMMON_NAME, Signal

CONTENT = 0.3
"""Evidence of the text itself (wording, names, distinctive strings) without which nothing joins:
in one county two cases of one kind in one day are no rarity. Doubled when kind or victim differ."""

CITY, COUNTY = 0.3, 0.4
"""Points of the same city, and of the same county."""

SAME_DAY = 1.5
"""Days within which one kind of case in one county is one case, unless something contradicts."""

SAME_AGE = 0.2

BURST_CONTENT, BURST_DAYS = 0.07, 3.0
"""Within the first days of a case, in one city, with one role in it, so little will do."""

MARK, MARKS_AT_MOST = 0.45, 1.1
"""Evidence of one fully distinctive string that both hold, and of all of them together."""

RARE = 0.7
"""Weight from which a string is distinctive by itself; what is less fades after the burst."""

COVERED = 0.5
"""Evidence of a signal all of whose strings the incident holds already."""

WORDING = 0.3
"""Points of wording from which it speaks of the case itself."""

NEAR_DUPLICATE = 0.45
"""Jaccard coefficient from which wording counts in full; below, it is mostly words of the trade."""

DOUBTFUL = 0.3
"""Probability of an incident below which place and day alone join nothing."""

COMMON = 20
"""A key that leads to this many incidents tells nothing of any of them."""

HELD_BACK = 0.55
"""The most that context can bring a signal to when the text does not say enough."""

HOT = 3
"""Posts within three days that make a case the talk of its city: the next one there is of it."""

ONLY_PLACE_DAYS = 30.0
"""How long a title that names nothing but the place is taken for the one open case there."""

STALE_DAYS, AFRESH = 21.0, -0.5
"""A first report so long after the last word is rather of another case."""

OTHER_NAMES = -0.35
"""Relatives and lawyers have names too: a doubt, no veto."""

OTHER_BRAND = -0.5
"""Another company, chain or university."""

BRAND = 4
"""Characters of the longest brand; names with a kind behind them (某小学) are longer."""

_ANYBODY = frozenset(("女子", "女孩", "女童", "男童", "男孩", "儿童", "少女", "少年", "学生"))
"""Roles that say no more than that somebody was there."""

ONLY_CASE = 0.35
"""What a court or an official says of a deed in a place where one case of it is known."""

_LATER = frozenset(("judicial", "followup"))
_FRESH = frozenset(("alleged", "confirmed"))
_RELATED = (
    frozenset(("trafficking", "homicide_injury", "abandonment_neglect", "illegal_detention")),
    frozenset(("domestic_violence", "homicide_injury", "child_abuse")),
    frozenset(("child_sexual_abuse", "child_abuse", "school_safety", "school_bullying")),
    frozenset(("sexual_assault", "sexual_harassment", "homicide_injury")),
    frozenset(("school_safety", "homicide_injury", "school_bullying")),
    frozenset(("privacy_online", "sexual_assault", "sexual_harassment")),
)
"""Kinds that one case passes through as more becomes known: missing, then found dead."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incident that shares look-up keys with the signal; `shared` maps them to how many
    incidents carry each."""

    incident: str
    profile: Profile
    shared: Mapping[str, int]


def evidence(signal: Signal, candidate: Candidate, seen: datetime) -> list[tuple[str, float]]:
    """What speaks for and against, as (name, points)."""
    profile = candidate.profile
    days = abs((seen - profile.last_seen).total_seconds()) / 86400
    if profile.first_seen <= seen <= profile.last_seen:
        days = 0.0
    place = _same_place(signal, profile)
    named = _rare("n:", candidate.shared, (1.0, 0.6, 0.3), 1.2)
    marks, covered = _marks(signal, candidate, days)
    alike = _alike(signal, profile, days)
    same_age = _shared(map(str, signal.ages), profile.ages)
    content = [
        ("文字相同", _exact(signal, candidate, days)),
        ("文字相近", alike),
        ("人物相同", named),
        ("姓氏相同", _rare("s:", candidate.shared, (0.3, 0.2, 0.1), 0.5) * (1 if place else 0.5)),
        (
            "机构相同",
            _rare("i:", candidate.shared, (0.6, 0.4, 0.2), 0.9) * (1 if days <= 30 else 0.6),
        ),
        ("案情用词相同", marks),
        ("用词多已见", covered),
    ]
    same_deed = bool(signal.deed) and signal.deed in profile.deeds
    same_roles = _shared(signal.roles, profile.roles)
    only = place >= CITY and _only_case(candidate)
    if only and signal.status in _LATER and same_deed:
        content.append(("当地仅此一案", ONLY_CASE))
    context = [
        ("地点相同", place * _freshness(days)),
        ("类别", _same_category(signal, profile)),
        ("年龄相同", SAME_AGE if same_age else 0.0),
        ("行为相同", 0.15 if same_deed else 0.0),
        ("角色相同", 0.1 if same_roles else 0.0),
        ("受害人", -0.1 if _other_victim(signal, profile) else 0.0),
        ("时间", max(0.0, _near(days)) if named >= RARE else _near(days)),
    ]
    if _other_brand(signal, profile):
        context.append(("机构另有其名", OTHER_BRAND))
    if not named and _other_names(signal, profile):
        context.append(("人物另有其名", OTHER_NAMES))
    told = sum(points for _, points in content)
    known = sum(points for _, points in context)
    # Few shared trigrams are those of the place's name and of the trade: no word of the case.
    said = told - (alike if alike < WORDING else 0.0)
    if place >= COUNTY and same_age:
        said += SAME_AGE
    doubts = _doubts(signal, profile)
    if named < RARE and days > STALE_DAYS and signal.status in _FRESH:
        context.append(("隔久又是初报", AFRESH))
    if said < _needed(signal, candidate, days, place, doubts):
        context.append(("缺少案情依据", min(0.0, HELD_BACK - told - known)))
    return [part for part in [*content, *context] if part[1]]


def _needed(
    signal: Signal, candidate: Candidate, days: float, place: float, doubts: float
) -> float:
    """How much the text must say for the signal to join at all.

    Loose links are for the first days, one city, nothing that speaks against: same day and county,
    same deed, or the talk of the city.
    """
    profile = candidate.profile
    mine, theirs = set(signal.roles) - _ANYBODY, profile.roles.keys() - _ANYBODY
    others = bool(mine) and bool(theirs) and not mine & theirs
    # What is itself in doubt (a question of law, a joke) never joins by place and day alone.
    if doubts >= 1 or place < CITY or signal.probability < DOUBTFUL:
        return CONTENT * (1 + doubts)
    same_deed = bool(signal.deed) and signal.deed in profile.deeds
    same_deed = same_deed and _shared(signal.categories[:1], profile.categories)
    # Where both name a deed, it must be one: a county has a camera and a groping in one day.
    kinds, known = set(signal.categories), set(profile.categories)
    silent = (
        not (signal.deed and profile.deeds) and 2 * len(kinds & known) >= len(kinds | known) > 0
    )
    same_day = days <= SAME_DAY and place >= COUNTY and (same_deed or silent)
    if days <= BURST_DAYS and not others and (same_day or same_deed or _heat(profile) >= HOT):
        return 0.0
    if days <= BURST_DAYS and (same_deed or _shared(signal.roles, profile.roles)):
        return BURST_CONTENT
    alone = _only_case(candidate)
    if days <= ONLY_PLACE_DAYS and alone and not (signal.deed or signal.roles or signal.ages):
        # 某县事件: the place is all that the case is called by, and one case there answers to it.
        return 0.0
    return CONTENT


def _only_case(candidate: Candidate) -> bool:
    """Whether no other incident of this kind is known in one of the signal's cities or counties."""
    return any(number == 1 for key, number in candidate.shared.items() if key.startswith("p:"))


def _heat(profile: Profile) -> int:
    """How many of the posts came within the last three days of the incident."""
    since = int(profile.last_seen.timestamp()) // 3600 - 72
    return sum(
        count for hour, count in profile.hours.items() if int(hour.partition("/")[0]) >= since
    )


def weighed(signal: Signal) -> Iterable[tuple[str, float]]:
    """Each noun with its weight; a signal without weights holds distinctive ones only."""
    return zip(signal.nouns, signal.weights or (1.0,) * len(signal.nouns), strict=True)


def jaccard(a: Iterable[int], b: Iterable[int]) -> float:
    """The Jaccard coefficient of two sketches: exact for short texts, an estimate for long ones."""
    first, second = set(a), set(b)
    if not first or not second:
        return 0.0
    both = len(first & second)
    return both / (len(first) + len(second) - both)


def _exact(signal: Signal, candidate: Candidate, days: float) -> float:
    if f"x:{signal.exact[:60]}" not in candidate.shared:
        return 0.0
    return 1.0 if days <= 30 else 0.4


def _alike(signal: Signal, profile: Profile, days: float) -> float:
    mine = sketch(signal)
    best = max((jaccard(mine, text) for text in profile.texts), default=0.0)
    if best < 0.1:
        return 0.0
    if best < NEAR_DUPLICATE:
        return best * (1.6 if days <= 7 else 0.8)
    return best * (2.4 if days <= 7 else 2.0 if days <= 30 else 1.5)


def _rare(prefix: str, shared: Mapping[str, int], points: tuple[float, ...], most: float) -> float:
    total = 0.0
    for key, incidents in shared.items():
        if key.startswith(prefix) and incidents < COMMON:
            total += points[0] if incidents <= 1 else points[1] if incidents <= 6 else points[2]
    return min(total, most)


def _marks(signal: Signal, candidate: Candidate, days: float) -> tuple[float, float]:
    """Points of shared strings, and of how many of the signal's strings the incident holds."""
    profile = candidate.profile
    mass = held = points = 0.0
    both = 0
    for noun, weight in weighed(signal):
        mass += weight
        count = profile.nouns.get(noun, 0)
        if not count or not weight:
            continue
        held += weight
        both += 1
        incidents = candidate.shared.get(f"w:{noun[:60]}", 1)
        known = 1.0 if incidents <= 6 else 0.5 if incidents < COMMON else 0.0
        # What one of many posts said in passing is no mark of the case.
        core = 1.0 if count > 1 or profile.posts <= 4 else 0.6
        fresh = 1.0 if weight >= RARE or days <= 14 else 0.5
        points += weight * known * core * fresh
    covered = COVERED * held / max(mass, 1.5) if both > 1 else 0.0
    return min(MARK * points, MARKS_AT_MOST), covered if days <= 30 else covered / 2


def _same_place(signal: Signal, profile: Profile) -> float:
    best = 0.0
    for place in signal.places:
        for other in profile.places:
            if place.code == other:
                level = 0.1 if other.endswith("0000") else 0.3 if other.endswith("00") else 0.4
            elif place.code in chain(other) or other in chain(place.code):
                level = 0.1 if "0000" in (place.code[2:], other[2:]) else 0.3
            else:
                continue
            best = max(best, level)
    return best


def _freshness(days: float) -> float:
    # In one county the next case of the same kind is a matter of days or weeks.
    return 1.0 if days <= 3 else 0.6 if days <= 14 else 0.4


def _same_category(signal: Signal, profile: Profile) -> float:
    if _shared(signal.categories, profile.categories):
        return 0.15
    if not signal.categories or not profile.categories:
        return 0.0
    return 0.0 if _related(signal, profile) else -0.3


def _related(signal: Signal, profile: Profile) -> bool:
    return any(
        _shared(signal.categories, dict.fromkeys(group, 1))
        and _shared(profile.categories, dict.fromkeys(group, 1))
        for group in _RELATED
    )


def _other_victim(signal: Signal, profile: Profile) -> bool:
    # Readers differ on whether a girl of seventeen is a child: a doubt, not a veto.
    return bool(profile.victims) and not _shared(signal.victims, profile.victims)


def _doubts(signal: Signal, profile: Profile) -> float:
    """How many of kind and victim differ: the more do, the more the text must say.

    A kind that the case may have become is half a doubt.
    """
    kind = _same_category(signal, profile)
    known = bool(signal.categories) and bool(profile.categories)
    other_kind = 1.0 if kind < 0 else 0.5 if known and not kind else 0.0
    return other_kind + _other_victim(signal, profile)


def _other_brand(signal: Signal, profile: Profile) -> bool:
    """Whether both name a company, and none is shared; longer names are never cut for sure."""
    mine = {name for name in signal.institutions if _is_brand(name)}
    known = {name for name in profile.institutions if _is_brand(name)}
    return bool(mine) and bool(known) and not mine & known


def _is_brand(institution: str) -> bool:
    return len(institution) <= BRAND and institution[0] != "第"


def _other_names(signal: Signal, profile: Profile) -> bool:
    """Whether the case goes by a name, and the signal by another."""
    mine = {name for name in signal.people if not name.startswith(COMMON_NAME)}
    known = [count for name, count in profile.people.items() if not name.startswith(COMMON_NAME)]
    return bool(mine) and max(known, default=0) >= max(2.0, 0.4 * profile.posts)


def _near(days: float) -> float:
    if days <= 3:
        return 0.2
    if days <= 14:
        return 0.1
    return 0.0 if days <= 60 else -0.15


def _shared(values: Iterable[str], known: Mapping[str, int]) -> bool:
    return any(value in known for value in values)
