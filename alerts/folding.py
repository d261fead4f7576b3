"""Which incident a signal belongs to. Pure: candidates and the moment are given.

Titles are short and generic, so no similarity threshold will do: evidence of several kinds is
added up, and what contradicts (place, age) is a veto. Two families in one file are worse
than two files of one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Literal

from alerts.organisation import chain
from alerts.profile import Profile, sketch
from alerts.signal import COMMON_NAME, Signal

JOIN, SUGGEST = 0.65, 0.5
"""Evidence from which a signal joins, and from which an officer is asked."""

CONTENT = 0.3
"""Evidence of the text itself (wording, names, distinctive strings) without which nothing joins:
in one county two cases of one kind in one day are no rarity. Doubled when kind or victim differ."""

MARK, MARKS_AT_MOST = 0.45, 1.1
"""Evidence of one fully distinctive string that both hold, and of all of them together."""

MAX_CANDIDATES = 50
MAX_NOUN_KEYS, KEY_WEIGHT = 24, 0.2
"""Most strings that a signal is looked up by, and how distinctive one must be for that."""

COMMON = 20
"""A key that leads to this many incidents tells nothing of any of them."""

_BANDS = 16
_MASK, _MIX = (1 << 61) - 1, 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incident that shares look-up keys with the signal; `shared` maps them to how many
    incidents carry each."""

    incident: str
    profile: Profile
    shared: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fold:
    """The decision. `incident` is empty for "new"; `reason` is for the log and the officer."""

    kind: Literal["same", "suggested", "new"]
    incident: str
    reason: str
    score: float = 0.0


def decide(signal: Signal, candidates: Sequence[Candidate], now: datetime) -> Fold:
    """The incident that the signal joins or may belong to, else new.

    `now` bounds how far a signal's own time is trusted: a post dated in the future counts as now.
    """
    seen = min(signal.first_seen, now + timedelta(days=1))
    best, runner_up = Fold("new", "", "没有相近的事件"), 0.0
    for candidate in candidates:
        if conflict(signal, candidate.profile):
            continue
        parts = evidence(signal, candidate, seen)
        score = round(sum(points for _, points in parts), 3)
        if score > best.score:
            runner_up = best.score
            reason = "、".join(name for name, points in parts if points > 0)
            kind: Literal["same", "suggested"] = "same" if score >= JOIN else "suggested"
            best = Fold(kind, candidate.incident, reason, score)
        else:
            runner_up = max(runner_up, score)
    if best.score < SUGGEST:
        return Fold("new", "", "没有相近的事件", best.score)
    return best


def conflict(signal: Signal, profile: Profile) -> str:
    """What contradicts the signal's being about this incident, empty when nothing does."""
    places = [place.code for place in signal.places]
    if places and profile.places and not _places_agree(places, profile.places):
        return "地点不同"
    if signal.ages and profile.ages and not _ages_agree(signal.ages, profile.ages):
        return "年龄不同"
    return ""


def evidence(signal: Signal, candidate: Candidate, seen: datetime) -> list[tuple[str, float]]:
    """What speaks for and against, as (name, points)."""
    profile = candidate.profile
    days = abs((seen - profile.last_seen).total_seconds()) / 86400
    if profile.first_seen <= seen <= profile.last_seen:
        days = 0.0
    place = _same_place(signal, profile)
    content = [
        ("文字相同", _exact(signal, candidate, days)),
        ("文字相近", _alike(signal, profile, days)),
        ("人物相同", _rare("n:", candidate.shared, (0.9, 0.6, 0.3), 1.2)),
        ("姓氏相同", _rare("s:", candidate.shared, (0.3, 0.2, 0.1), 0.5) * (1 if place else 0.5)),
        ("机构相同", _rare("i:", candidate.shared, (0.6, 0.4, 0.2), 0.9)),
        ("案情用词相同", _marks(signal, candidate)),
    ]
    context = [
        ("地点相同", place * _freshness(days)),
        ("类别", _same_category(signal, profile)),
        ("年龄相同", 0.2 if _shared(map(str, signal.ages), profile.ages) else 0.0),
        ("行为相同", 0.15 if signal.deed and signal.deed in profile.deeds else 0.0),
        ("角色相同", 0.1 if _shared(signal.roles, profile.roles) else 0.0),
        ("受害人", -0.1 if _other_victim(signal, profile) else 0.0),
        ("时间", _near(days)),
    ]
    told = sum(points for _, points in content)
    known = sum(points for _, points in context)
    if told < CONTENT * (1 + _doubts(signal, profile)):
        context.append(("缺少案情依据", min(0.0, JOIN - 0.05 - told - known)))
    return [part for part in [*content, *context] if part[1]]


def keys(signal: Signal) -> tuple[str, ...]:
    """What the signal's incident can be looked up by: at most 72, of 80 characters."""
    found = [f"x:{signal.exact[:60]}"]
    found += [f"b:{band:x}" for band in bands(sketch(signal))]
    codes = {
        code for place in signal.places for code in chain(place.code)[:2] if code[2:] != "0000"
    }
    found += [
        f"p:{code}:{category}" for code in sorted(codes)[:6] for category in signal.categories[:2]
    ]
    found += [
        f"s:{name}" if name.startswith(COMMON_NAME) else f"n:{name}" for name in signal.people[:8]
    ]
    found += [f"i:{name[:60]}" for name in signal.institutions[:6]]
    rare = [noun for noun, weight in weighed(signal) if weight >= KEY_WEIGHT]
    found += [f"w:{noun[:60]}" for noun in rare[:MAX_NOUN_KEYS]]
    return tuple(dict.fromkeys(found))


def bands(shingles: Sequence[int]) -> tuple[int, ...]:
    """Keys of which texts of Jaccard 0.4 share one at 94 %, those of 0.6 at 99.9 %."""
    if not shingles:
        return ()
    lowest = [min([(a * s + b) & _MASK for s in shingles]) for a, b in _functions()]
    return tuple(
        ((band << 40) ^ lowest[2 * band] * _MIX ^ lowest[2 * band + 1]) & _MASK
        for band in range(_BANDS)
    )


@cache
def _functions() -> tuple[tuple[int, int], ...]:
    random = Random(20240101)  # noqa: S311 - fixed mixing constants, no secret
    return tuple((random.getrandbits(60) | 1, random.getrandbits(60)) for _ in range(2 * _BANDS))


def jaccard(a: Sequence[int], b: Sequence[int]) -> float:
    """The Jaccard coefficient of two sketches: exact for short texts, an estimate for long ones."""
    if not a or not b:
        return 0.0
    first, second = set(a), set(b)
    both = len(first & second)
    return both / (len(first) + len(second) - both)


def _places_agree(codes: Sequence[str], known: Mapping[str, int]) -> bool:
    return any(
        mine == theirs or mine in chain(theirs) or theirs in chain(mine)
        for mine in codes
        for theirs in known
    )


def _ages_agree(ages: Sequence[int], known: Mapping[str, int]) -> bool:
    # Reports differ by a year (虚岁, a birthday in between).
    return any(abs(age - int(other)) <= 1 for age in ages for other in known)


def _exact(signal: Signal, candidate: Candidate, days: float) -> float:
    if f"x:{signal.exact[:60]}" not in candidate.shared:
        return 0.0
    return 1.0 if days <= 30 else 0.4


def _alike(signal: Signal, profile: Profile, days: float) -> float:
    mine = sketch(signal)
    best = max((jaccard(mine, text) for text in profile.texts), default=0.0)
    if best < 0.1:
        return 0.0
    return best * (2.4 if days <= 7 else 2.0 if days <= 30 else 1.5)


def _rare(prefix: str, shared: Mapping[str, int], points: tuple[float, ...], most: float) -> float:
    total = 0.0
    for key, incidents in shared.items():
        if key.startswith(prefix) and incidents < COMMON:
            total += points[0] if incidents <= 2 else points[1] if incidents <= 6 else points[2]
    return min(total, most)


def _marks(signal: Signal, candidate: Candidate) -> float:
    total = 0.0
    for noun, weight in weighed(signal):
        if noun in candidate.profile.nouns:
            incidents = candidate.shared.get(f"w:{noun[:60]}", 1)
            total += weight * (1 if incidents <= 6 else 0.5 if incidents < COMMON else 0)
    return min(MARK * total, MARKS_AT_MOST)


def weighed(signal: Signal) -> Iterable[tuple[str, float]]:
    """Each noun with its weight; a signal without weights holds distinctive ones only."""
    return zip(signal.nouns, signal.weights or (1.0,) * len(signal.nouns), strict=True)


def _same_place(signal: Signal, profile: Profile) -> float:
    best = 0.0
    for place in signal.places:
        for other in profile.places:
            if place.code == other:
                level = 0.1 if other.endswith("0000") else 0.3 if other.endswith("00") else 0.4
            elif place.code in chain(other) or other in chain(place.code):
                level = 0.1 if "0000" in (place.code[2:], other[2:]) else 0.25
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
    return -0.3 if signal.categories and profile.categories else 0.0


def _other_victim(signal: Signal, profile: Profile) -> bool:
    # Readers differ on whether a girl of seventeen is a child: a doubt, not a veto.
    return bool(profile.victims) and not _shared(signal.victims, profile.victims)


def _doubts(signal: Signal, profile: Profile) -> int:
    """How many of kind and victim differ: the more do, the more the text must say."""
    other_kind = bool(signal.categories and profile.categories) and not _shared(
        signal.categories, profile.categories
    )
    return other_kind + _other_victim(signal, profile)


def _near(days: float) -> float:
    if days <= 3:
        return 0.2
    if days <= 14:
        return 0.1
    return 0.0 if days <= 60 else -0.15


def _shared(values: Iterable[str], known: Mapping[str, int]) -> bool:
    return any(value in known for value in values)
