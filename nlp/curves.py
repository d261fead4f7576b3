"""Precision over recall, and frequency over probability: of rows that may carry weights.

A row's weight is how many posts it stands for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp.intervals import wilson

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Figure = tuple[float, float, float]
"""A value and its 95 % bootstrap interval."""

BINS: Final = 15
"""Bins of equal width for the calibration error."""

ROUNDS: Final = 100
"""Bootstrap samples of a set of figures."""


def shown(figure: Sequence[float], digits: int = 3) -> str:
    """A figure with its interval, as text."""
    value, low, high = figure
    return f"{value:.{digits}f}（{low:.{digits}f}–{high:.{digits}f}）"


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall at each distinct score, from the highest down; empty without positives.

    `scores` are the thresholds: whoever scores as much or more is taken.
    """

    precision: Floats
    recall: Floats
    scores: Floats

    @classmethod
    def of(cls, truth: Bools, scores: Floats, weights: Floats | None = None) -> Self:
        """The curve of rows in any order."""
        ranked = _Ranked.of(truth, scores, weights)
        return cls(*ranked.curve(ranked.weights), ranked.scores)

    @property
    def average_precision(self) -> float:
        """Area under precision over recall, as a step function; 0 without positives."""
        return _area(self.precision, self.recall)

    @property
    def best_f1(self) -> float:
        """The F1 at the best threshold; 0 without positives."""
        return _best_f1(self.precision, self.recall)

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall of taking every row that scores at least the threshold."""
        taken = int(np.count_nonzero(self.scores >= threshold))
        if not taken:
            return 0.0, 0.0
        return float(self.precision[taken - 1]), float(self.recall[taken - 1])

    def thinned(self, size: int = 160) -> list[tuple[float, float]]:
        """At most `size` points (recall, precision) evenly spread over the recall, for drawing."""
        if not len(self.recall):
            return []
        at = np.searchsorted(self.recall, np.linspace(self.recall[0], 1.0, size) - 1e-12)
        points = np.unique(np.minimum(at, len(self.recall) - 1))
        return list(zip(self.recall[points].tolist(), self.precision[points].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Bin:
    """Posts of like probability: their mean, how many came true (95 % interval), their weight."""

    probability: float
    frequency: float
    low: float
    high: float
    weight: float


def reliability(truth: Bools, probabilities: Floats, weights: Floats | None = None) -> list[Bin]:
    """The bins of the calibration error that hold anything."""
    mass = np.ones(len(truth)) if weights is None else weights
    at = _bin_of(probabilities)
    total = np.bincount(at, mass, BINS)
    # Weighted rows know less than as many rows of weight 1 (Kish's effective size).
    size = total**2 / np.maximum(np.bincount(at, mass**2, BINS), 1e-300)
    mean = np.bincount(at, mass * probabilities, BINS) / np.maximum(total, 1e-300)
    share = np.bincount(at, mass * truth, BINS) / np.maximum(total, 1e-300)
    rows = np.column_stack((mean, share, size, total))[np.flatnonzero(total)].tolist()
    return [Bin(p, found, *wilson(found, known), posts) for p, found, known, posts in rows]


def calibration_error(truth: Bools, probabilities: Floats, weights: Floats | None = None) -> float:
    """Expected calibration error: mean distance of probability and frequency over the bins."""
    mass = np.ones(len(truth)) if weights is None else weights
    gaps = np.bincount(_bin_of(probabilities), mass * (truth - probabilities), BINS)
    return float(np.abs(gaps).sum() / mass.sum())


def incident_figures(
    truth: Bools, probabilities: Floats, weights: Floats | None = None
) -> dict[str, Figure]:
    """The figures of one decision with their intervals over rows. Deterministic.

    average_precision, best_f1, precision_at_90, precision_at_95, calibration_error.
    """
    ranked = _Ranked.of(truth, probabilities, weights)
    drawn = np.array([ranked.figures(counts) for counts in ranked.resampled()])
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0).tolist()
    values = ranked.figures(ranked.weights)
    return {
        name: (value, low[at], high[at])
        for at, (name, value) in enumerate(zip(_NAMES, values, strict=True))
    }


_NAMES: Final = (
    *("average_precision", "best_f1", "precision_at_90", "precision_at_95", "calibration_error"),
)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Rows from the highest score down, sorted once however often they are weighed anew.

    `place` is where each row of the caller's order stands, `last` the last row of each distinct
    score, `scores` those scores.
    """

    truth: Bools
    probabilities: Floats
    weights: Floats
    place: NDArray[np.int64]
    last: NDArray[np.int64]
    scores: Floats

    @classmethod
    def of(cls, truth: Bools, scores: Floats, weights: Floats | None) -> Self:
        mass = np.ones(len(truth)) if weights is None else weights
        order = np.argsort(-scores, kind="stable")
        ordered = scores[order]
        last = np.flatnonzero(np.append(np.diff(ordered) != 0, len(ordered) > 0))
        if not truth.any():
            last = last[:0]
        return cls(truth[order], ordered, mass[order], np.argsort(order), last, ordered[last])

    def curve(self, weights: Floats) -> tuple[Floats, Floats]:
        if not len(self.last):
            return np.zeros(0), np.zeros(0)
        hits = np.cumsum(weights * self.truth)
        taken = np.cumsum(weights)[self.last]
        total = hits[-1]
        hits = hits[self.last]
        return hits / np.maximum(taken, 1e-300), hits / max(total, 1e-300)

    def resampled(self) -> Iterator[Floats]:
        """The weights of bootstrap samples."""
        random = np.random.default_rng(0)
        size = len(self.truth)
        for _ in range(ROUNDS):
            rows = self.place[random.integers(0, size, size)]
            yield np.bincount(rows, minlength=size) * self.weights

    def figures(self, weights: Floats) -> list[float]:
        precision, recall = self.curve(weights)
        return [
            _area(precision, recall),
            _best_f1(precision, recall),
            _precision_at(precision, recall, 0.9),
            _precision_at(precision, recall, 0.95),
            calibration_error(self.truth, self.probabilities, weights),
        ]


def _area(precision: Floats, recall: Floats) -> float:
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def _best_f1(precision: Floats, recall: Floats) -> float:
    return float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12), initial=0))


def _precision_at(precision: Floats, reached: Floats, recall: float) -> float:
    return float(np.max(precision[reached >= recall - 1e-12], initial=0))


def _bin_of(probabilities: Floats) -> NDArray[np.int64]:
    return np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
