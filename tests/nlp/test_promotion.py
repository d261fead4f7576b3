"""The promotion gate refuses what would cost a protected category, and says why."""

from dataclasses import replace
from datetime import date

import pytest

from nlp.assessment import Assessment
from nlp.labelled import LabelledPost
from nlp.promotion import Measured, Recall, judge
from nlp.taxonomy import PROTECTED, Category, Scope

RECALL = {category.value: Recall(0.98, 500) for category in PROTECTED}
CALIBRATION = {"headline": (0.010, 0.008, 0.015), "account": (0.020, 0.012, 0.032)}
OLD = Measured(RECALL, CALIBRATION)


def losing(category: Category, share: float, posts: int = 500) -> Measured:
    return Measured(RECALL | {category.value: Recall(share, posts)}, CALIBRATION)


def test_an_equal_model_passes_with_every_category_told() -> None:
    verdict = judge([(OLD, OLD, "同一批标注")])
    assert verdict.passed
    assert verdict.refusals == []
    assert [one.subject for one in verdict.findings] == [
        *(category.value for category in PROTECTED),
        "calibration:headline",
        "calibration:account",
    ]


@pytest.mark.parametrize("category", PROTECTED)
def test_more_than_one_point_of_recall_is_refused_for_each_category(category: Category) -> None:
    assert judge([(OLD, losing(category, 0.97), "卡片")]).passed
    verdict = judge([(OLD, losing(category, 0.9699), "卡片")])
    assert not verdict.passed
    (reason,) = verdict.refusals
    assert "0.980 → 0.970" in reason
    assert "下降 1.0 个百分点，超过允许的 1 个" in reason


def test_a_category_that_is_not_protected_may_lose() -> None:
    old = Measured(RECALL | {"privacy_online": Recall(0.9, 100)}, CALIBRATION)
    new = Measured(RECALL | {"privacy_online": Recall(0.1, 100)}, CALIBRATION)
    assert judge([(old, new, "卡片")]).passed


@pytest.mark.parametrize(("error", "passed"), [(0.014, True), (0.016, False)])
def test_calibration_is_worse_above_the_interval_of_the_model_in_use(
    error: float, passed: bool
) -> None:
    new = Measured(RECALL, CALIBRATION | {"headline": (error, 0.01, 0.02)})
    verdict = judge([(OLD, new, "卡片")])
    assert verdict.passed is passed
    assert [("标题：校准误差" in reason) for reason in verdict.refusals] == [True] * (not passed)


def test_what_cannot_be_compared_is_not_taken_for_granted() -> None:
    bare = Measured({}, {})
    verdict = judge([(bare, OLD, "卡片")])
    assert not verdict.passed
    assert len(verdict.refusals) == len(PROTECTED) + 1
    assert all("没有可以比较" in reason and "--on" in reason for reason in verdict.refusals)


def test_too_few_posts_leave_the_decision_to_the_cards() -> None:
    few = {"trafficking": Recall(1.0, 8)}
    old, new = (Measured(RECALL | few, CALIBRATION) for _ in range(2))
    new = Measured(new.recall | {"trafficking": Recall(0.875, 8)}, CALIBRATION)
    assert judge([(old, new, "同一批标注"), (OLD, OLD, "模型卡片")]).passed
    worse = losing(Category.TRAFFICKING, 0.9, posts=0)
    assert "模型卡片" in judge([(old, new, "同一批标注"), (OLD, worse, "模型卡片")]).refusals[0]
    assert "同一批标注，8 条" in judge([(old, new, "同一批标注")]).refusals[0]


def test_the_figures_of_a_card_are_read() -> None:
    figures = {
        "recall": {"trafficking": [0.95, 0.94, 0.96]},
        "kinds": {
            "headline": {"calibration_error": [0.01, 0.008, 0.015], "posts": 100},
            "article": {"posts": 3},
        },
    }
    assert Measured.of_card(figures) == Measured(
        {"trafficking": Recall(0.95, 0)}, {"headline": (0.01, 0.008, 0.015)}
    )
    assert Measured.of_card({}) == Measured({}, {})


def test_a_labelled_file_is_measured_at_the_products_own_decision() -> None:
    said = Assessment(0.9, True, False, (), 4, (), "", "domestic", (), "甲")
    answers = [said, replace(said, alert=False, review=True), replace(said, alert=False)]
    post = LabelledPost(
        "女童被拐走", "", "", date(2024, 5, 1), True, Scope.DOMESTIC, (Category.TRAFFICKING,)
    )
    other = replace(post, incident=False, categories=())
    posts = [post] * 30 + [other] * 30
    quiet = replace(said, alert=False, incident=0.1)
    measured = Measured.of(posts, answers * 10 + [quiet] * 30)
    assert measured.recall == {"trafficking": Recall(pytest.approx(2 / 3), 30)}
    value, low, high = measured.calibration["headline"]
    assert value == pytest.approx(0.1)
    assert low <= value <= high
    assert set(measured.calibration) == {"headline"}
