"""Figures agree with scikit-learn's and with hand-made cases."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from nlp.evaluation import (
    average_precision,
    best_f1,
    calibration_error,
    interval,
    lower_bound,
    recall_threshold,
    share,
)

RANDOM = np.random.default_rng(7)
TRUTH = RANDOM.random(400) < 0.3
SCORES = np.round(RANDOM.random(400) + 0.4 * TRUTH, 2)


def test_average_precision_is_that_of_scikit_learn_with_ties() -> None:
    assert average_precision(TRUTH, SCORES) == pytest.approx(average_precision_score(TRUTH, SCORES))


def test_best_f1_follows_the_curve() -> None:
    precision, recall, _ = precision_recall_curve(TRUTH, SCORES)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    assert best_f1(TRUTH, SCORES) == pytest.approx(f1.max())


def test_without_positives_every_figure_is_zero() -> None:
    none = np.zeros(5, dtype=bool)
    scores = np.arange(5.0)
    assert average_precision(none, scores) == best_f1(none, scores) == 0
    assert share(np.zeros(0, bool)) == 0


def test_calibration_error_is_the_gap_of_a_constant_guess() -> None:
    truth = np.array([True, False, False, False])
    assert calibration_error(truth, np.full(4, 0.25)) == pytest.approx(0)
    assert calibration_error(truth, np.full(4, 0.75)) == pytest.approx(0.5)
    weights = np.array([3.0, 1.0, 1.0, 1.0])
    assert calibration_error(truth, np.full(4, 0.5), weights) == pytest.approx(0)


def test_an_interval_holds_the_figure_and_repeats_itself() -> None:
    first = interval(average_precision, TRUTH, SCORES)
    assert first[1] < first[0] < first[2]
    assert first == interval(average_precision, TRUTH, SCORES)


def test_the_lower_bound_rises_with_the_evidence() -> None:
    assert lower_bound(0, 0) == 0
    assert lower_bound(19, 20) < lower_bound(190, 200) < 0.95


def test_the_recall_threshold_keeps_its_promise_by_a_bound_not_by_the_mean() -> None:
    positives = np.sort(np.random.default_rng(3).random(300))
    threshold = recall_threshold(positives, 0.9)
    kept = int((positives >= threshold).sum())
    assert lower_bound(kept, 300) >= 0.9
    assert lower_bound(kept - 1, 300) < 0.9
    assert recall_threshold(positives[:5], 0.9) == positives[0]
    assert recall_threshold(positives[:0], 0.9) == 1
