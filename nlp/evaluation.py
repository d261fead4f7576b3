"""How good a model is: figures for one label or for the whole decision, with intervals."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nlp.curves import Curve
from nlp.curves import calibration_error as calibration_error
from nlp.intervals import wilson

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def average_precision(truth: Bools, scores: Floats) -> float:
    """Area under precision over recall, as a step function; 0 without positives."""
    return Curve.of(truth, scores).average_precision


def best_f1(truth: Bools, scores: Floats) -> float:
    """The F1 at the best threshold; 0 without positives."""
    return Curve.of(truth, scores).best_f1


def interval(
    measure: Callable[..., float], *columns: NDArray[np.generic], rounds: int = 200
) -> tuple[float, float, float]:
    """The measure of the columns and its 95 % bootstrap interval over rows. Deterministic."""
    random = np.random.default_rng(0)
    size = len(columns[0])
    drawn = []
    for _ in range(rounds):
        rows = random.integers(0, size, size)
        drawn.append(measure(*(column[rows] for column in columns)))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return measure(*columns), float(low), float(high)


def share(flags: Bools) -> float:
    """The share of true flags; 0 of none."""
    return float(np.mean(flags)) if len(flags) else 0.0


def lower_bound(successes: int, total: int, z: float = 1.645) -> float:
    """Wilson's lower bound of a share (one-sided 95 %); 0 of none."""
    return wilson(successes / total, total, z)[0] if total else 0.0


def recall_threshold(positives: Floats, target: float) -> float:
    """The highest threshold at which Wilson's lower bound of the recall is at least `target`.

    `positives` are the held-out probabilities of the true posts. A target recall met on held-out
    data falls short on new data, hence the bound. Where too few posts let no threshold pass, all of
    them must pass the threshold; without posts nothing is asked, and the threshold is 1.
    """
    ordered = np.sort(positives)
    total = len(ordered)
    for missed in range(total - 1, 0, -1):
        if lower_bound(total - missed, total) >= target:
            return float(ordered[missed])
    return float(ordered[0]) if total else 1.0
