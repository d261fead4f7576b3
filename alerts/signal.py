"""Signal: what analysis tells the desk about one post.

Strings, numbers and codes only, all masked: nothing in it names a victim.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

COMMON_NAME = "~"
"""Begins the key of a name that is only a surname (王某): many people share it."""


@dataclass(frozen=True, slots=True)
class SignalPlace:
    """A scene of the event: six-digit division code, its full Chinese name, confidence 0–1."""

    code: str
    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Signal:
    """One version of one post, as far as the desk may know it.

    (`post`, `version`) is unique: the same signal appended twice changes nothing. `level` says
    whether it may open an incident ("alert") or only join one or wait for a person ("review").
    `people` are keyed hashes of names, those of COMMON_NAME marked. `weights` say how distinctive
    each of `nouns` is, 0 to 1, in the same order; without any, each is fully distinctive.
    `shingles` are 32-bit hashes of the normalised text's character trigrams (sorted, at most 512):
    their Jaccard coefficient is the similarity of texts. `exact` is a hash of the normalised text:
    equal for verbatim reposts. `joins` is the incident that an officer put the post into.
    """

    post: str
    version: str
    level: Literal["alert", "review"]
    platform: str
    source: str
    url: str
    first_seen: datetime
    title: str
    excerpt: str
    probability: float
    categories: tuple[str, ...]
    severity: int
    victims: tuple[str, ...]
    status: str
    scope: str
    setting: str
    places: tuple[SignalPlace, ...]
    people: tuple[str, ...]
    ages: tuple[int, ...]
    roles: tuple[str, ...]
    deed: str
    nouns: tuple[str, ...]
    institutions: tuple[str, ...]
    cues: tuple[str, ...]
    exact: str
    shingles: tuple[int, ...]
    evidence: tuple[str, ...]
    model: str
    weights: tuple[float, ...] = ()
    joins: str = ""
