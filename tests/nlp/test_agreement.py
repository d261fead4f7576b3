"""Kappa agrees with scikit-learn's; disagreements reach a third person, agreements the corpus."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from nlp.agreement import (
    Agreement,
    adjudication_row,
    agreed_row,
    agreements,
    kappa,
    name_of,
    pair,
)
from nlp.labelled import LabelError, LabelledRow, read_rows
from tests.nlp.test_training import written

INCIDENT: dict[str, Any] = {
    "title": "女童被拐走",
    "incident": True,
    "scope": "domestic",
    "categories": ["trafficking", "child_abuse"],
    "victims": "child",
    "severity": 1,
    "status": "alleged",
}
OTHER: dict[str, Any] = {"title": "新展开幕", "incident": False, "scope": "domestic"}


def rows(path: Path, *given: dict[str, Any]) -> list[LabelledRow]:
    keyed = [{"key": at} | row for at, row in enumerate(given)]
    return [row for row in read_rows(written(path, *keyed)) if isinstance(row, LabelledRow)]


def test_kappa_is_scikit_learns() -> None:
    random = np.random.default_rng(3)
    for values in (2, 4):
        first = random.integers(0, values, 300).tolist()
        second = [a if random.random() < 0.7 else int(random.integers(0, values)) for a in first]
        assert kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_kappa_says_nothing_where_chance_alone_makes_them_agree() -> None:
    assert kappa([True] * 5, [True] * 5) is None
    assert kappa([], []) is None
    assert kappa([True, False], [False, True]) == -1.0
    assert kappa([1, 2, 3], [1, 2, 3]) == 1.0


def test_every_label_is_counted(tmp_path: Path) -> None:
    first = rows(tmp_path / "a.jsonl", INCIDENT, INCIDENT, INCIDENT, OTHER, OTHER)
    changed = INCIDENT | {"categories": ["trafficking"], "severity": 2}
    second = rows(tmp_path / "b.jsonl", INCIDENT, changed, OTHER | INCIDENT_TEXT, OTHER)
    paired = pair(first, second)
    assert (len(paired.pairs), paired.only_first, paired.only_second) == (4, 1, 0)
    found = {one.label: one for one in agreements(paired.pairs)}
    assert found["incident"] == Agreement("incident", 4, 2, 1, 0, 0.75, 0.5)
    assert found["category:child_abuse"] == Agreement("category:child_abuse", 2, 1, 1, 0, 0.5, 0.0)
    assert found["severity"] == Agreement("severity", 2, 1, None, None, 0.5, 0.0)
    assert found["category:trafficking"].kappa is None
    assert {name_of(label) for label in found} >= {"是否事件", "类别：拐卖妇女儿童", "受害人：儿童"}


INCIDENT_TEXT = {"title": INCIDENT["title"]}


def test_a_third_person_sees_what_both_said_and_no_label(tmp_path: Path) -> None:
    named = INCIDENT | {"annotator": "甲"}
    second = OTHER | INCIDENT_TEXT
    (disputed,) = pair(rows(tmp_path / "a.jsonl", named), rows(tmp_path / "b.jsonl", second)).pairs
    assert not disputed.agreed
    assert adjudication_row(disputed) == {
        "key": 0,
        "title": "女童被拐走",
        "first": "事件：拐卖妇女儿童、虐待儿童，儿童，1 级（红），网传待核",
        "second": "非事件",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"categories": ["child_abuse", "trafficking"]},
        {"victims": "both"},
        {"severity": 2},
        {"status": "confirmed"},
        {"scope": "foreign"},
    ],
)
def test_any_label_may_be_disputed(tmp_path: Path, change: dict[str, Any]) -> None:
    first, second = rows(tmp_path / "a.jsonl", INCIDENT), rows(tmp_path / "b.jsonl", INCIDENT)
    assert pair(first, second).pairs[0].agreed
    assert not pair(first, rows(tmp_path / "c.jsonl", INCIDENT | change)).pairs[0].agreed


def test_what_both_agree_on_names_both(tmp_path: Path) -> None:
    first = rows(tmp_path / "a.jsonl", INCIDENT | {"annotator": "甲"})
    second = rows(tmp_path / "b.jsonl", INCIDENT | {"annotator": "乙", "title": "女童 被拐走！"})
    (agreed,) = pair(first, second).pairs
    assert agreed_row(agreed) == {"key": 0, "annotator": "甲+乙", **INCIDENT}


def test_a_key_of_two_texts_and_a_key_twice_are_named(tmp_path: Path) -> None:
    first = rows(tmp_path / "a.jsonl", INCIDENT)
    with pytest.raises(LabelError, match=r"a\.jsonl 第 1 行 和 .*b\.jsonl 第 1 行 的 key 都是 0"):
        pair(first, rows(tmp_path / "b.jsonl", OTHER))
    with pytest.raises(LabelError, match="第 2 行 是同一条（1）"):
        pair(rows(tmp_path / "c.jsonl", INCIDENT | {"key": 1}, INCIDENT), first)
