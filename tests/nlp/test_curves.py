"""Curves agree with scikit-learn's, weights with repetition, intervals with the plain bootstrap."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from nlp import evaluation
from nlp.curves import Curve, calibration_error, incident_figures, reliability, shown

RANDOM = np.random.default_rng(11)
TRUTH = RANDOM.random(500) < 0.3
SCORES = np.round(np.clip(RANDOM.random(500) * 0.7 + 0.3 * TRUTH, 0, 1), 2)
WEIGHTS = RANDOM.integers(1, 4, 500).astype(float)
REPEATED = np.repeat(np.arange(500), WEIGHTS.astype(int))


def test_a_weighted_curve_is_that_of_scikit_learn_with_ties() -> None:
    curve = Curve.of(TRUTH, SCORES, WEIGHTS)
    expected = average_precision_score(TRUTH, SCORES, sample_weight=WEIGHTS)
    assert curve.average_precision == pytest.approx(expected)
    precision, recall, thresholds = precision_recall_curve(TRUTH, SCORES, sample_weight=WEIGHTS)
    assert curve.scores.tolist() == thresholds[::-1].tolist()
    assert curve.precision == pytest.approx(precision[-2::-1])
    assert curve.recall == pytest.approx(recall[-2::-1])


def test_a_weight_is_as_many_posts() -> None:
    weighed = incident_figures(TRUTH, SCORES, WEIGHTS)
    repeated = incident_figures(TRUTH[REPEATED], SCORES[REPEATED])
    for name, figure in weighed.items():
        assert figure[0] == pytest.approx(repeated[name][0]), name


def precision_at(wanted: float) -> Callable[[np.ndarray, np.ndarray], float]:
    """The best precision of scikit-learn's curve where it reaches a recall."""

    def measure(truth: np.ndarray, scores: np.ndarray) -> float:
        precision, recall, _ = precision_recall_curve(truth, scores)
        return float(precision[recall >= wanted - 1e-12].max())

    return measure


def test_intervals_are_those_of_the_plain_bootstrap() -> None:
    figures = incident_figures(TRUTH, SCORES)
    for name, measure in (
        ("average_precision", evaluation.average_precision),
        ("best_f1", evaluation.best_f1),
        ("precision_at_90", precision_at(0.9)),
        ("precision_at_95", precision_at(0.95)),
        ("calibration_error", calibration_error),
    ):
        expected = evaluation.interval(measure, TRUTH, SCORES, rounds=100)
        assert figures[name] == pytest.approx(expected), name
        assert figures[name][1] < figures[name][2]


def test_weighted_intervals_draw_rows_not_weights() -> None:
    def measure(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> float:
        return Curve.of(truth, scores, weights).average_precision

    expected = evaluation.interval(measure, TRUTH, SCORES, WEIGHTS, rounds=100)
    figures = incident_figures(TRUTH, SCORES, WEIGHTS)
    assert figures["average_precision"] == pytest.approx(expected)


def test_a_threshold_is_a_point_of_the_curve() -> None:
    curve = Curve.of(TRUTH, SCORES)
    taken = SCORES >= 0.6
    precision, recall = curve.at(0.6)
    assert precision == pytest.approx(TRUTH[taken].mean())
    assert recall == pytest.approx(TRUTH[taken].sum() / TRUTH.sum())
    assert curve.at(1.1) == (0.0, 0.0)
    assert curve.at(0.0)[1] == pytest.approx(1)


def test_a_thinned_curve_runs_along_the_whole_one() -> None:
    curve = Curve.of(TRUTH, SCORES)
    points = curve.thinned(20)
    whole = set(zip(curve.recall.tolist(), curve.precision.tolist(), strict=True))
    assert 10 < len(points) <= 20
    assert set(points) < whole
    assert points == sorted(points)
    assert points[0][0] == curve.recall[0]
    assert points[-1][0] == pytest.approx(1)


def test_bins_hold_every_post_and_their_interval_the_frequency() -> None:
    bins = reliability(TRUTH, SCORES, WEIGHTS)
    assert sum(one.weight for one in bins) == pytest.approx(WEIGHTS.sum())
    assert all(one.low <= one.frequency <= one.high for one in bins)
    gap = sum(one.weight * abs(one.probability - one.frequency) for one in bins) / WEIGHTS.sum()
    assert gap == pytest.approx(calibration_error(TRUTH, SCORES, WEIGHTS))


def test_weights_are_no_more_knowledge() -> None:
    heavy = reliability(TRUTH, SCORES, np.full(500, 100.0))
    for one, other in zip(reliability(TRUTH, SCORES), heavy, strict=True):
        assert (one.low, one.high) == pytest.approx((other.low, other.high))


def test_without_incidents_there_is_no_curve() -> None:
    none = np.zeros(4, dtype=bool)
    curve = Curve.of(none, np.array([0.1, 0.9, 0.9, 0.2]))
    assert curve.thinned() == []
    assert curve.at(0.5) == (0.0, 0.0)
    assert incident_figures(none, np.full(4, 0.25))["average_precision"] == (0, 0, 0)


def test_a_figure_is_shown_with_its_interval() -> None:
    assert shown((0.91234, 0.9, 0.92)) == "0.912（0.900–0.920）"
    assert shown((8.04, 7.9, 8.2), 1) == "8.0（7.9–8.2）"
