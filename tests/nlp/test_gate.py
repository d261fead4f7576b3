"""The gate: sums of weights, what it is learnt from, how it survives its file."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.gate import BITS, LEAST, Gate, learn
from nlp.registry import load

WEIGHTS = np.random.default_rng(3).integers(-20, 20, 1 << BITS).astype(np.int8)
GATE = Gate(WEIGHTS, 5)
headlines = st.lists(st.text(alphabet="女童被打网友看雪 a😀", max_size=12), min_size=1, max_size=8)


@given(headlines)
def test_a_headline_does_not_depend_on_its_batch(batch: list[str]) -> None:
    together = GATE.sums(batch)
    assert together.tolist() == [int(GATE.sums([one])[0]) for one in batch]
    assert GATE.passing(batch).tolist() == [total >= GATE.limit for total in together]


def test_a_headline_is_the_sum_of_its_characters_and_pairs() -> None:
    alone = {one: int(GATE.sums([one])[0]) for one in ("女", "童", "女童")}
    twice = int(GATE.sums(["女童女童"])[0])
    between = int(GATE.sums(["童女"])[0]) - alone["女"] - alone["童"]
    assert twice == 2 * alone["女童"] + between
    assert GATE.sums([""]).tolist() == [0]
    assert GATE.sums([]).tolist() == []


def small_world() -> tuple[list[str], int]:
    """Headlines, the cases first, and how many these are."""
    chance = random.Random(5)  # noqa: S311 - no secret
    idle = "天气电影球赛手机旅行美食音乐数码"
    calm = ["".join(chance.choices(idle, k=8)) for _ in range(40 * LEAST)]
    cases = ["".join([*chance.choices(idle, k=4), "女童被打"]) for _ in range(10 * LEAST)]
    return cases + calm, len(cases)


def test_it_learns_what_is_worth_scoring() -> None:
    known, cases = small_world()
    parts = np.arange(len(known)) % 5
    incident = np.arange(len(known)) < cases
    gate = learn(known, parts, incident, incident)
    assert gate is not None
    assert gate.incidents == cases
    assert gate.lost <= 0.01
    assert gate.passed < 0.05
    assert gate.passing(["手机女童被打", "手机音乐数码"]).tolist() == [True, False]


def test_too_few_examples_teach_no_gate() -> None:
    few = np.ones(3, bool)
    assert learn(["一", "二", "三"], np.array([0, 1, 2]), few, few) is None


def test_posts_of_one_quarter_teach_no_gate() -> None:
    known, cases = small_world()
    incident = np.arange(len(known)) < cases
    assert learn(known, np.zeros(len(known), int), incident, incident) is None
    assert learn(known, np.where(incident, 0, 1), incident, incident) is None
    calm_together = np.where(incident, np.arange(len(known)) % 5, 0)
    assert learn(known, calm_together, incident, incident) is None


def test_the_shipped_gate_stops_most_and_keeps_cases() -> None:
    gate = load().gate
    assert gate is not None
    assert gate.lost <= 0.005
    assert gate.passed < 0.35
    cases = ["女子被前夫当街殴打", "小学教师猥亵多名女童被刑拘", "3岁男童被人贩子抱走"]
    assert gate.passing(cases).all()
    assert not gate.passing(["周末去哪儿看展", "新款手机今日发布"]).any()
