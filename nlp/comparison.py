"""Two models on the same posts: whose decision changes, which way, and how far. Pure."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, Literal

from nlp.assessment import Assessment

Level = Literal["alert", "review", "none"]

LEVELS: Final[Mapping[Level, str]] = {"alert": "预警", "review": "复核", "none": "不提示"}
"""What the product does with a post, most urgent first."""


def level_of(assessment: Assessment) -> Level:
    """What the product does with the post."""
    if assessment.alert:
        return "alert"
    return "review" if assessment.review else "none"


@dataclass(frozen=True, slots=True)
class Change:
    """A post that the models decide differently. `category` is "" where neither names one."""

    key: str
    title: str
    body: str
    before: Level
    after: Level
    probability_before: float
    probability_after: float
    category: str

    @property
    def distance(self) -> float:
        """How far apart the probabilities are."""
        return abs(self.probability_after - self.probability_before)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`kinds` counts changes by (before, after), `categories` by the category of the change."""

    posts: int
    kinds: Mapping[tuple[Level, Level], int]
    categories: Mapping[str, int]
    largest: tuple[Change, ...]

    @property
    def changed(self) -> int:
        return sum(self.kinds.values())


Judged = tuple[str, tuple[str, str], Assessment, Assessment]
"""Key, (title, body), and what the old and the new model say."""


def compare(judged: Iterable[Judged], largest: int) -> Comparison:
    """Count the changes and keep the largest. Holds no more than those, however many posts."""
    posts = 0
    kinds: Counter[tuple[Level, Level]] = Counter()
    categories: Counter[str] = Counter()
    kept: list[tuple[float, int, Change]] = []
    order = count(0, -1)
    for key, text, before, after in judged:
        posts += 1
        was, is_now = level_of(before), level_of(after)
        if was == is_now:
            continue
        change = Change(
            key, *text, was, is_now, before.incident, after.incident, _category(before, after)
        )
        kinds[was, is_now] += 1
        categories[change.category] += 1
        # Of equal distances the earlier post stays.
        item = (change.distance, next(order), change)
        if len(kept) < largest:
            heapq.heappush(kept, item)
        elif kept:
            heapq.heappushpop(kept, item)
    ranked = sorted(kept, key=lambda one: one[:2], reverse=True)
    return Comparison(posts, kinds, categories, tuple(change for _, _, change in ranked))


def changed_figures(
    before: Mapping[str, Any], after: Mapping[str, Any], least: float = 0.0005
) -> Iterator[tuple[str, float | None, float | None]]:
    """The figures of two cards that differ by at least so much: dotted name, old, new value.

    A figure that only one card has is told with None for the other.
    """
    old, new = dict(_flat(before)), dict(_flat(after))
    for name in dict.fromkeys((*old, *new)):
        first, second = old.get(name), new.get(name)
        if first is None or second is None or abs(first - second) >= least:
            yield name, first, second


def _category(before: Assessment, after: Assessment) -> str:
    """The first category by the model that takes the post more seriously."""
    graver = after if after.incident >= before.incident else before
    found = graver.categories or before.categories or after.categories
    return found[0][0] if found else ""


def _flat(figures: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Every number by its dotted name; of a value with its interval, the value."""
    for name, figure in figures.items():
        if isinstance(figure, Mapping):
            yield from _flat(figure, f"{prefix}{name}.")
        elif isinstance(figure, list | tuple) and len(figure) == 3:
            yield f"{prefix}{name}", float(figure[0])
        elif isinstance(figure, int | float) and not isinstance(figure, bool):
            yield f"{prefix}{name}", float(figure)
