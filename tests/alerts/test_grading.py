"""The grade: golden cases, and that raising an input never lowers it."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from alerts.grading import Inputs, grade, inputs_of, is_urgent, verification
from alerts.profile import Profile, joined, profile_of
from tests.alerts.office import START, signal

PLAIN = Inputs(
    severity=3, child=False, cues=(), volume=1, speed=1, reach=1, official=False, turning=False
)
FOUR = ("威胁", "凶器", "孕期", "残疾")

GOLDEN = [
    ({"severity": 1}, 1),
    ({"severity": 2}, 2),
    ({"severity": 3}, 3),
    ({"severity": 4}, 4),
    ({"severity": 4, "volume": 30, "speed": 10, "reach": 3}, 3),
    ({"severity": 3, "volume": 30, "speed": 10, "reach": 3}, 2),
    ({"severity": 3, "volume": 300, "speed": 30, "reach": 5}, 1),
    ({"severity": 2, "volume": 100}, 1),
    ({"severity": 2, "child": True, "cues": FOUR, "official": True, "reach": 3}, 1),
    ({"severity": 2, "child": True}, 2),
    ({"severity": 3, "child": True, "cues": FOUR, "official": True}, 3),
    ({"severity": 4, "child": True, "cues": FOUR * 2, "official": True, "reach": 5}, 3),
    ({"severity": 4, "child": True, "cues": FOUR}, 4),
    ({"severity": 3, "child": True, "cues": FOUR, "turning": True}, 2),
    ({"severity": 3, "turning": True}, 3),
]


@pytest.mark.parametrize(("changes", "level"), GOLDEN)
def test_golden_cases(changes, level) -> None:
    decided = grade(replace(PLAIN, **changes))
    assert decided.level == level
    assert decided.total == sum(points for _, points in decided.points)


INPUTS = some.builds(
    Inputs,
    severity=some.integers(1, 4),
    child=some.booleans(),
    cues=some.lists(some.sampled_from(FOUR), max_size=20).map(tuple),
    volume=some.integers(1, 2000),
    speed=some.integers(0, 200),
    reach=some.integers(1, 12),
    official=some.booleans(),
    turning=some.booleans(),
)


@given(INPUTS, INPUTS)
def test_raising_an_input_never_lowers_the_grade(first: Inputs, second: Inputs) -> None:
    worse = {}
    for name in (field.name for field in fields(Inputs)):
        pick = min if name == "severity" else max
        key = len if name == "cues" else None
        worse[name] = pick(getattr(first, name), getattr(second, name), key=key)
        raised = replace(first, **{name: worse[name]})
        assert grade(raised).total >= grade(first).total
        assert grade(raised).level <= grade(first).level
    assert grade(Inputs(**worse)).level <= min(grade(first).level, grade(second).level)


def profile(*signals) -> Profile:
    grown = profile_of(signals[0])
    for one in signals[1:]:
        grown = joined(grown, one)
    return grown


def test_inputs_are_counted_from_the_profile() -> None:
    grown = profile(
        signal("a", "一女子被打", severity=3),
        signal("b", "女子被打后续", severity=3, platform="zhihu", roles=("民警",), cues=("孕期",)),
        signal("c", "旧帖", severity=3, first_seen=START - timedelta(hours=7)),
    )
    assert inputs_of(grown, START) == Inputs(3, False, ("孕期",), 3, 2, 2, True, False)


@pytest.mark.parametrize(
    ("categories", "cues", "turning"),
    [
        (("domestic_violence",), ("威胁", "凶器"), True),
        (("marriage_family",), ("分手离婚", "跟踪纠缠"), True),
        (("domestic_violence",), ("威胁", "残疾"), False),
        (("school_bullying",), ("威胁", "凶器"), False),
        (("domestic_violence",), (), False),
    ],
)
def test_a_family_quarrel_that_may_turn_into_a_crime(categories, cues, turning) -> None:
    grown = profile(signal("a", "一女子被打", categories=categories, cues=cues))
    decided = grade(inputs_of(grown, START))
    assert ("民转刑风险" in dict(decided.points)) is turning
    assert all(name in str(decided.points) for name in cues)


def test_one_misread_post_among_many_does_not_turn_an_incident_red() -> None:
    calm = [signal(f"p{number}", "一女子被打", severity=3) for number in range(5)]
    assert inputs_of(profile(*calm, signal("x", "误读", severity=1)), START).severity == 3
    assert inputs_of(profile(signal("x", "致死", severity=1), calm[0]), START).severity == 1


@pytest.mark.parametrize(
    ("signals", "state"),
    [
        ([signal("a", "网传女子被打")], "未核实"),
        ([signal("a", "网传女子被打"), signal("b", "网传女子被打")], "未核实"),
        ([signal("a", "网传女子被打"), signal("b", "女子称遭殴打", platform="x")], "多源印证"),
        ([signal("a", "警方通报女子被打", status="confirmed")], "已证实"),
        ([signal("a", "女子被打"), signal("b", "警方辟谣", status="refuted")], "已辟谣"),
    ],
)
def test_verification_counts_independent_sources(signals, state) -> None:
    assert verification(profile(*signals)) == state


def test_only_harm_to_a_minor_takes_the_fast_lane() -> None:
    assert is_urgent(
        profile(signal("a", "幼儿被虐", victims=("child",), categories=("child_abuse",)))
    )
    assert not is_urgent(profile(signal("a", "女子被打")))
    assert not is_urgent(
        profile(signal("a", "学校饭菜变质", victims=("child",), categories=("school_safety",)))
    )
