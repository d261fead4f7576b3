"""How the stream moves away from what a model learned, month by month. Pure.

Three signs: more words that the model does not know, another distribution of its probabilities
(population stability index), and another volume.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from math import log
from typing import Final

from nlp.assessment import Assessment
from nlp.model import Model

EDGES: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9)
"""Borders of the bins of probability: most posts of a stream are nearly surely no incidents."""

FEWEST: Final = 500
"""A month with fewer posts is told but not judged: chance alone would move it."""

WATCH: Final = 0.1
SHIFTED: Final = 0.25
"""Stability index from which a distribution is called moving, and moved: the usual borders."""

UNKNOWN_RISE: Final = 1.5
"""Times the reference's share of unknown words from which the vocabulary has moved."""

VOLUME_CHANGE: Final = 3.0
"""Times more or fewer posts a day than in the reference."""

_SMOOTHING: Final = 0.5


@dataclass(slots=True)
class Tally:
    """What was counted of one period; `histogram` has a bin between each two edges."""

    posts: int = 0
    words: int = 0
    unknown: int = 0
    alerts: int = 0
    reviews: int = 0
    days: set[str] = field(default_factory=set)
    histogram: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 1))

    def add(self, day: str, assessment: Assessment, words: Sequence[str], known: Set[str]) -> None:
        """Count one post of a day."""
        self.posts += 1
        self.days.add(day)
        self.words += len(words)
        self.unknown += sum(word not in known for word in words)
        self.alerts += assessment.alert
        self.reviews += assessment.review
        self.histogram[sum(assessment.incident >= edge for edge in EDGES)] += 1

    @property
    def unknown_share(self) -> float:
        return self.unknown / self.words if self.words else 0.0

    @property
    def daily(self) -> float:
        """Posts on a day on which there were any."""
        return self.posts / len(self.days) if self.days else 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One month against the reference. `signs` says in Chinese what has moved; () is steady."""

    month: str
    posts: int
    daily: float
    unknown: float
    stability: float
    alerts: float
    reviews: float
    signs: tuple[str, ...]


Judged = tuple[str, Assessment, Sequence[str]]
"""The day of a post (YYYY-MM-DD), what the model says, and the post's words."""


def known_words(model: Model) -> frozenset[str]:
    """The single words that the model has a weight for."""
    return frozenset(word for word in model.vocabulary.words if " " not in word)


def tally(judged: Iterable[Judged], known: Set[str]) -> dict[str, Tally]:
    """Counts by month (YYYY-MM). Holds no posts."""
    months: dict[str, Tally] = {}
    for day, assessment, words in judged:
        months.setdefault(day[:7], Tally()).add(day, assessment, words, known)
    return months


def stability_index(reference: Sequence[int], observed: Sequence[int]) -> float:
    """Population stability index of two histograms: 0 for equal shapes, whatever their sizes."""
    total = 0.0
    sizes = [sum(one) + _SMOOTHING * len(one) for one in (reference, observed)]
    for expected, seen in zip(reference, observed, strict=True):
        p, q = (expected + _SMOOTHING) / sizes[0], (seen + _SMOOTHING) / sizes[1]
        total += (q - p) * log(q / p)
    return total


def reference_month(months: Mapping[str, Tally]) -> str:
    """The first month with enough posts to compare with; "" if there is none."""
    return next((month for month in sorted(months) if months[month].posts >= FEWEST), "")


def against(reference: Tally, months: Mapping[str, Tally]) -> list[Row]:
    """Every month beside the reference, in order."""
    return [_row(month, months[month], reference) for month in sorted(months)]


def _row(month: str, seen: Tally, reference: Tally) -> Row:
    stability = stability_index(reference.histogram, seen.histogram)
    return Row(
        month=month,
        posts=seen.posts,
        daily=seen.daily,
        unknown=seen.unknown_share,
        stability=stability,
        alerts=seen.alerts / seen.posts,
        reviews=seen.reviews / seen.posts,
        signs=tuple(_signs(seen, reference, stability)) if seen.posts >= FEWEST else ("条数太少",),
    )


def _signs(seen: Tally, reference: Tally, stability: float) -> Iterable[str]:
    if stability >= SHIFTED:
        yield "分数分布已偏移"
    elif stability >= WATCH:
        yield "分数分布在变化"
    if seen.unknown_share >= UNKNOWN_RISE * reference.unknown_share and seen.unknown:
        yield "生词增多"
    ratio = seen.daily / reference.daily if reference.daily else 1.0
    if ratio >= VOLUME_CHANGE:
        yield "数量大增"
    elif ratio <= 1 / VOLUME_CHANGE:
        yield "数量大减"
