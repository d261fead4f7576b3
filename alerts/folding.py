"""Which incident a signal belongs to. Pure: candidates and the moment are given.

Titles are short and generic, so no similarity threshold will do: evidence of several kinds is
added up (alerts.evidence), and what contradicts (place, age, sex, country, "one more case") is a
veto. Two families in one file are worse than two files of one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Literal

from alerts.evidence import Candidate, evidence, weighed
from alerts.organisation import chain
from alerts.profile import Profile, sketch
from alerts.signal import COMMON_NAME, Signal

JOIN, SUGGEST = 0.6, 0.45
"""Evidence from which a signal joins, and from which an officer is asked."""

MAX_CANDIDATES = 50
MAX_NOUN_KEYS, KEY_WEIGHT = 24, 0.2
"""Most strings that a signal is looked up by, and how distinctive one must be for that."""

AGAIN, ABROAD = "又一", "境外:"
"""What nlp.facts puts among the nouns of one more case of a kind, and before a country's name."""

_GIRL = frozenset(("女童", "女孩", "女婴", "女儿", "继女", "少女"))
_BOY = frozenset(("男童", "男孩", "男婴", "儿子", "继子", "少年"))
_COUNTED = frozenset("刀孩")
_BANDS = 16
_MASK, _MIX = (1 << 61) - 1, 0x9E3779B97F4A7C15


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
    best = Fold("new", "", "没有相近的事件")
    for candidate in candidates:
        if conflict(signal, candidate.profile):
            continue
        parts = evidence(signal, candidate, seen)
        score = round(sum(points for _, points in parts), 3)
        if score > best.score:
            reason = "、".join(name for name, points in parts if points > 0)
            kind: Literal["same", "suggested"] = "same" if score >= JOIN else "suggested"
            best = Fold(kind, candidate.incident, reason, score)
    if best.score < SUGGEST:
        return Fold("new", "", "没有相近的事件", best.score)
    return best


def conflict(signal: Signal, profile: Profile) -> str:
    """What contradicts the signal's being about this incident, empty when nothing does."""
    places = [place.code for place in signal.places]
    if places and profile.places and not _places_agree(places, profile.places):
        return "地点不同"
    if signal.ages and profile.ages and not _ages_agree(signal, profile):
        return "年龄不同"
    if _other_sex(signal.roles, profile.roles):
        return "受害人性别不同"
    if _other_number(signal.institutions, profile.institutions):
        return "机构不同"
    if _other_count(signal.nouns, profile.nouns):
        return "数目不同"
    if AGAIN in signal.nouns and AGAIN not in profile.nouns:
        return "另一起"
    mine = {noun for noun in signal.nouns if noun.startswith(ABROAD)}
    theirs = {noun for noun in profile.nouns if noun.startswith(ABROAD)}
    if mine and theirs and not mine & theirs:
        return "国家不同"
    if bool(mine) != bool(theirs) and (profile.places if mine else places):
        return "国家不同"
    return ""


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


def _places_agree(codes: Sequence[str], known: Mapping[str, int]) -> bool:
    """Whether some place is the same or within the other; a province only while no city is known.

    Two cities of one province are two places even where both posts name the province as well.
    """
    fine = [code for code in known if code[2:] != "0000"]
    mine = [code for code in codes if code[2:] != "0000"]
    pairs = (mine, fine) if mine and fine else (codes, known)
    return any(
        one == other or one in chain(other) or other in chain(one)
        for one in pairs[0]
        for other in pairs[1]
    )


def _ages_agree(signal: Signal, profile: Profile) -> bool:
    # Reports differ by a year (虚岁, a birthday in between), and people grow older.
    older = max(0, (signal.first_seen - profile.first_seen).days) // 365
    return any(
        int(other) - 1 <= age <= int(other) + 1 + older
        for age in signal.ages
        for other in profile.ages
    )


def _other_number(institutions: Iterable[str], known: Iterable[str]) -> bool:
    """Whether both name a school or hospital by its number (第49中), and never the same."""
    mine = {name for name in institutions if name.startswith("第")}
    theirs = {name for name in known if name.startswith("第")}
    kinds = {name.lstrip("第0123456789") for name in mine}
    return not mine & theirs and any(name.lstrip("第0123456789") in kinds for name in theirs)


def _other_count(nouns: Iterable[str], known: Iterable[str]) -> bool:
    """Whether both count wounds or children (23刀, 6孩), and differ in all of them."""
    mine = {noun for noun in nouns if noun[-1:] in _COUNTED and noun[:-1].isdecimal()}
    theirs = {noun for noun in known if noun[-1:] in _COUNTED and noun[:-1].isdecimal()}
    units = {noun[-1] for noun in mine} & {noun[-1] for noun in theirs}
    return bool(units) and not mine & theirs


def _other_sex(roles: Iterable[str], known: Mapping[str, int]) -> bool:
    """Whether one speaks of girls only and the other of boys only."""
    mine = set(roles)
    girls, boys = mine & _GIRL, mine & _BOY
    known_girls, known_boys = known.keys() & _GIRL, known.keys() & _BOY
    if girls and not boys:
        return bool(known_boys) and not known_girls
    return bool(boys) and not girls and bool(known_girls) and not known_boys
