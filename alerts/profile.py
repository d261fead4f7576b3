"""Profile: what is known of one incident, grown by every signal that joins it. Pure.

Bounded: however many posts an incident gathers, its profile stays small.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.signal import Signal

MAX_TEXTS, MAX_SKETCH, MAX_NAMES, MAX_NOUNS = 16, 96, 48, 192
_REPOST = 0.5
"""Jaccard coefficient from which a text is a repost of another."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What folding compares and grading counts.

    The mappings count signals by value: `places` by division code, `hours` by hour since 1970
    and platform, "473352/weibo" (newest 48). `texts` are sketches of the first distinct wordings,
    `severities` counts levels as strings "1" to "4". `origins` are platform and source of every
    post, `voices` those of posts in words of their own: who only reposts is no voice. `reopened`
    counts the voices that first spoke after the latest refutation.
    """

    first_seen: datetime
    last_seen: datetime
    posts: int
    texts: tuple[tuple[int, ...], ...]
    categories: Mapping[str, int]
    victims: Mapping[str, int]
    settings: Mapping[str, int]
    statuses: Mapping[str, int]
    severities: Mapping[str, int]
    places: Mapping[str, int]
    place_names: Mapping[str, str]
    people: Mapping[str, int]
    ages: Mapping[str, int]
    roles: Mapping[str, int]
    deeds: Mapping[str, int]
    nouns: Mapping[str, int]
    institutions: Mapping[str, int]
    cues: Mapping[str, int]
    origins: Mapping[str, int]
    hours: Mapping[str, int]
    voices: Mapping[str, int]
    reopened: int

    def pack(self) -> dict[str, Any]:
        """As JSON values."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        fields["first_seen"] = self.first_seen.isoformat()
        fields["last_seen"] = self.last_seen.isoformat()
        return fields


def unpack(fields: Mapping[str, Any]) -> Profile:
    """The profile that `pack` wrote."""
    values = dict(fields)
    values["first_seen"] = datetime.fromisoformat(values["first_seen"])
    values["last_seen"] = datetime.fromisoformat(values["last_seen"])
    values["texts"] = tuple(tuple(text) for text in values["texts"])
    return Profile(**values)


def sketch(signal: Signal) -> tuple[int, ...]:
    """The smallest shingles of the signal's text: enough to tell near duplicates."""
    return signal.shingles[:MAX_SKETCH]


def profile_of(signal: Signal) -> Profile:
    """The profile of an incident that this signal alone makes known."""
    nothing: dict[str, Any] = {name: {} for name in Profile.__slots__[4:-1]}
    empty = Profile(
        signal.first_seen,
        signal.first_seen,
        posts=0,
        texts=(),
        reopened=0,
        **nothing,
    )
    return joined(empty, signal)


def joined(profile: Profile, signal: Signal) -> Profile:
    """The profile after one more signal."""
    hour = f"{int(signal.first_seen.timestamp()) // 3600}/{signal.platform}"
    text = sketch(signal)
    texts = profile.texts
    if text and len(texts) < MAX_TEXTS and text not in texts:
        texts = (*texts, text)
    places = tuple(place.code for place in signal.places)
    origin = f"{signal.platform}/{signal.source}"
    voice = () if _is_repost(text, profile.texts) else (origin,)
    return Profile(
        first_seen=min(profile.first_seen, signal.first_seen),
        last_seen=max(profile.last_seen, signal.first_seen),
        posts=profile.posts + 1,
        texts=texts,
        categories=_count(profile.categories, signal.categories),
        victims=_count(profile.victims, signal.victims),
        settings=_count(profile.settings, _given(signal.setting)),
        statuses=_count(profile.statuses, _given(signal.status)),
        severities=_count(profile.severities, (str(signal.severity),)),
        places=_count(profile.places, places),
        place_names={**profile.place_names, **{p.code: p.name for p in signal.places}},
        people=_count(profile.people, signal.people),
        ages=_count(profile.ages, map(str, signal.ages)),
        roles=_count(profile.roles, signal.roles),
        deeds=_count(profile.deeds, _given(signal.deed)),
        nouns=_count(profile.nouns, signal.nouns, MAX_NOUNS),
        institutions=_count(profile.institutions, signal.institutions),
        cues=_count(profile.cues, signal.cues),
        origins=_count(profile.origins, (origin,)),
        hours=_newest(_count(profile.hours, (hour,))),
        voices=_count(profile.voices, voice),
        reopened=_reopened(profile, signal.status, voice),
    )


def merged(into: Profile, other: Profile) -> Profile:
    """The profile of two incidents that an officer declared one."""
    counted = {
        name: _add(getattr(into, name), getattr(other, name))
        for name in Profile.__slots__
        if name not in {"first_seen", "last_seen", "posts", "texts", "place_names", "reopened"}
    }
    return Profile(
        first_seen=min(into.first_seen, other.first_seen),
        last_seen=max(into.last_seen, other.last_seen),
        posts=into.posts + other.posts,
        texts=tuple(dict.fromkeys((*into.texts, *other.texts)))[:MAX_TEXTS],
        place_names={**other.place_names, **into.place_names},
        reopened=into.reopened + other.reopened,
        **{**counted, "hours": _newest(counted["hours"])},
    )


def commonest(counts: Mapping[str, int]) -> list[str]:
    """The values, most frequent first, earliest first among equals."""
    return sorted(counts, key=lambda value: -counts[value])


def _is_repost(text: tuple[int, ...], texts: Iterable[tuple[int, ...]]) -> bool:
    mine = set(text)
    return any(len(mine.intersection(known)) >= _REPOST * len(mine.union(known)) for known in texts)


def _reopened(profile: Profile, status: str, voice: Iterable[str]) -> int:
    if status == "refuted":
        return 0
    return profile.reopened + sum(origin not in profile.voices for origin in voice)


def _given(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _count(
    counts: Mapping[str, int], values: Iterable[str], most: int = MAX_NAMES
) -> Mapping[str, int]:
    grown: dict[str, int] | None = None
    for value in dict.fromkeys(values):
        if grown is None:
            grown = dict(counts)
        if value in grown or len(grown) < most:
            grown[value] = grown.get(value, 0) + 1
    return counts if grown is None else grown


def _add(counts: Mapping[str, int], others: Mapping[str, int]) -> Mapping[str, int]:
    total = dict(counts)
    for value, number in others.items():
        if value in total or len(total) < MAX_NAMES:
            total[value] = total.get(value, 0) + number
    return total


def _newest(hours: Mapping[str, int]) -> Mapping[str, int]:
    if len(hours) < MAX_NAMES:
        return hours
    return {hour: hours[hour] for hour in sorted(hours, key=_since_1970)[1 - MAX_NAMES :]}


def _since_1970(hour: str) -> int:
    return int(hour.split("/", 1)[0])
