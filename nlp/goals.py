"""What a model must reach: goals, floors and a plain baseline, to print beside its own figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nlp.curves import Figure, shown


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing to reach.

    `where` are the keys that lead to it in the figures of a report. `baseline` is what jieba,
    TF-IDF and logistic regression reach on the same kind of posts; None where that has no answer.
    `most` tells that lower is better.
    """

    name: str
    where: tuple[str, ...]
    baseline: float | None
    floor: float
    goal: float
    most: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model stands to a goal; `figure` is None where the posts at hand cannot tell."""

    goal: Goal
    figure: Figure | None

    @property
    def verdict(self) -> str:
        """In Chinese: whether the value reaches goal or floor."""
        if self.figure is None:
            return "未测"
        value = self.figure[0]
        sign = -1 if self.goal.most else 1
        if sign * value >= sign * self.goal.goal:
            return "达到目标"
        return "达到底线" if sign * value >= sign * self.goal.floor else "未到底线"


GOALS: Final = (
    Goal("标题：AP", ("kinds", "headline", "average_precision"), 0.892, 0.91, 0.97),
    Goal("标题：最佳 F1", ("kinds", "headline", "best_f1"), 0.828, 0.84, 0.95),
    Goal("标题加正文：最佳 F1", ("kinds", "article", "best_f1"), 0.78, 0.82, 0.95),
    Goal("标题：召回 0.90 时的精度", ("kinds", "headline", "precision_at_90"), 0.72, 0.77, 0.95),
    Goal("标题：召回 0.95 时的精度", ("kinds", "headline", "precision_at_95"), 0.62, 0.66, 0.90),
    Goal("自述帖：AP", ("kinds", "account", "average_precision"), 0.775, 0.83, 0.97),
    Goal("自述帖：最佳 F1", ("kinds", "account", "best_f1"), 0.74, 0.78, 0.93),
    Goal("性侵未成年人：预警或复核的召回", ("recall", "child_sexual_abuse"), None, 0.95, 0.98),
    Goal("家庭暴力：预警或复核的召回", ("recall", "domestic_violence"), None, 0.95, 0.98),
    Goal("拐卖妇女儿童：预警或复核的召回", ("recall", "trafficking"), None, 0.95, 0.98),
    Goal("首位类别在标注之中", ("first_category",), None, 0.85, 0.93),
    Goal("严重程度完全一致", ("severity_exact",), None, 0.70, 0.85),
    Goal("严重程度相差不超过一级", ("severity_within_one",), None, 0.92, 0.98),
    Goal("校准误差", ("calibration_error",), None, 0.03, 0.01, most=True),
    Goal("数据流中每天误报，条", ("stream", "false_alerts"), None, 8.0, 2.0, most=True),
)
"""In the order of a report. Throughput is measured by benchmarks/classify.py, not here."""

HEADER: Final = ("指标", "基线", "底线", "目标", "本模型", "结论")


def standings(figures: Mapping[str, Any]) -> list[Standing]:
    """Every goal with the figure of a report that answers it."""
    return [Standing(goal, _found(figures, goal.where)) for goal in GOALS]


def cells(standing: Standing) -> tuple[str, ...]:
    """A standing as a row below `HEADER`."""
    goal = standing.goal
    digits = 1 if goal.goal > 1 else 2
    sign = "≤ " if goal.most else "≥ "
    return (
        goal.name,
        "–" if goal.baseline is None else f"{goal.baseline:.3f}".rstrip("0"),
        f"{sign}{goal.floor:.{digits}f}",
        f"{sign}{goal.goal:.{digits}f}",
        "–" if standing.figure is None else shown(standing.figure, 1 if goal.goal > 1 else 3),
        standing.verdict,
    )


def _found(figures: Mapping[str, Any], where: Sequence[str]) -> Figure | None:
    found: Any = figures
    for key in where:
        if key not in found:
            return None
        found = found[key]
    value, low, high = found
    return float(value), float(low), float(high)
