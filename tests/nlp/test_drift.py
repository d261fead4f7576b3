"""Drift is told by month: words, scores and volume, each by its own sign."""

from datetime import date, timedelta

import numpy as np
import pytest

from nlp.assessment import Assessment
from nlp.drift import (
    EDGES,
    FEWEST,
    Judged,
    against,
    reference_month,
    stability_index,
    tally,
)

KNOWN = frozenset({"女童", "失联", "回应"})


def month(begin: date, probabilities: list[float], words: tuple[str, ...] = ()) -> list[Judged]:
    """Posts spread over four weeks."""
    return [
        (
            str(begin + timedelta(days=at % 28)),
            Assessment(p, p >= 0.5, 0.1 <= p < 0.5, (), 4, (), "", "domestic", (), "甲"),
            words or ("女童", "失联", "回应", "某"),
        )
        for at, p in enumerate(probabilities)
    ]


JANUARY = month(date(2026, 1, 1), [0.0001] * 900 + [0.2] * 90 + [0.8] * 10)


def test_a_steady_stream_has_no_signs() -> None:
    months = tally([*JANUARY, *month(date(2026, 2, 1), [0.0001] * 905 + [0.2] * 95)], KNOWN)
    assert reference_month(months) == "2026-01"
    first, second = against(months["2026-01"], months)
    assert (first.month, first.posts, first.alerts, first.reviews) == ("2026-01", 1000, 0.01, 0.09)
    assert first.unknown == 0.25
    assert first.daily == pytest.approx(1000 / 28)
    assert first.stability == 0
    assert (second.signs, first.signs) == ((), ())
    assert 0 < second.stability < 0.1


@pytest.mark.parametrize(
    ("later", "sign"),
    [
        (month(date(2026, 2, 1), [0.0001] * 700 + [0.2] * 200 + [0.8] * 100), "分数分布已偏移"),
        (month(date(2026, 2, 1), [0.0001] * 770 + [0.2] * 210 + [0.8] * 20), "分数分布在变化"),
        (month(date(2026, 2, 1), [0.0001] * 900 + [0.2] * 100, ("女童", "某")), "生词增多"),
        (month(date(2026, 2, 1), ([0.0001] * 900 + [0.2] * 100) * 3), "数量大增"),
        (month(date(2026, 2, 1), [0.0001] * 10), "条数太少"),
    ],
)
def test_each_movement_has_its_sign(later: list[Judged], sign: str) -> None:
    months = tally([*JANUARY, *later], KNOWN)
    assert against(months["2026-01"], months)[1].signs == (sign,)


def test_a_dried_up_stream_is_told() -> None:
    big = month(date(2026, 1, 1), [0.0001] * 4 * FEWEST)
    months = tally([*big, *month(date(2026, 2, 1), [0.0001] * FEWEST)], KNOWN)
    assert against(months["2026-01"], months)[1].signs == ("数量大减",)


def test_the_stability_index_is_the_definition() -> None:
    random = np.random.default_rng(2)
    p, q = random.integers(50, 500, len(EDGES) + 1), random.integers(50, 500, len(EDGES) + 1)
    shares = [(one + 0.5) / (one.sum() + 0.5 * len(one)) for one in (p, q)]
    expected = ((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum()
    assert stability_index(p.tolist(), q.tolist()) == pytest.approx(expected)
    assert stability_index(p.tolist(), (10 * p).tolist()) < 0.001
    assert stability_index([10, 0], [0, 10]) > 1


def test_no_month_with_enough_posts_is_no_reference() -> None:
    assert reference_month(tally(month(date(2026, 1, 1), [0.1] * 20), KNOWN)) == ""
