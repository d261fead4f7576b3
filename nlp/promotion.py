"""The promotion gate: whether a new model may replace the one in use, and the reasons.

No protected category may lose more than one point of recall at the product's own decision, and the
probabilities may not become less true. What cannot be compared is not taken for granted: it refuses
the promotion, too. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from nlp import evaluation
from nlp.assessment import Assessment
from nlp.labelled import LabelledPost
from nlp.model import KIND_NAMES, KINDS, balanced
from nlp.taxonomy import CHINESE, PROTECTED
from nlp.truth import kinds_of, truth_of

RECALL_LOSS: Final = 0.01
"""What a protected category may lose."""

FEWEST: Final = 20
"""Recall or calibration over fewer incidents than this proves nothing by itself."""

_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Recall:
    """The share of a category's posts that became alert or review, of how many (0: not told)."""

    share: float
    posts: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What the gate looks at of one model.

    `recall` by category; `calibration`, by kind of text, is the expected calibration error with its
    95 % interval.
    """

    recall: Mapping[str, Recall]
    calibration: Mapping[str, tuple[float, float, float]]

    @classmethod
    def of(cls, posts: Sequence[LabelledPost], assessments: Iterable[Assessment]) -> Self:
        """By labelled posts and what the model says of each."""
        said = [(one.incident, one.alert or one.review) for one in assessments]
        probabilities = np.array([probability for probability, _ in said], dtype=np.float64)
        found = np.array([shown for _, shown in said], dtype=bool)
        truth, kinds = truth_of(posts), kinds_of(posts)
        recall = {}
        for category in PROTECTED:
            flags = found[np.array([category in post.categories for post in posts], dtype=bool)]
            if len(flags):
                recall[category.value] = Recall(evaluation.share(flags), len(flags))
        calibration = {}
        for kind in KINDS:
            chosen = kinds == kind
            if min((truth & chosen).sum(), (~truth & chosen).sum()) >= FEWEST:
                calibration[str(kind)] = evaluation.interval(
                    evaluation.calibration_error,
                    truth[chosen],
                    probabilities[chosen],
                    balanced(truth[chosen]),
                )
        return cls(recall, calibration)

    @classmethod
    def of_card(cls, figures: Mapping[str, Any]) -> Self:
        """By the figures of a model card; what the card does not tell is left out."""
        recall = {
            category: Recall(float(figure[0]), 0)
            for category, figure in figures.get("recall", {}).items()
        }
        calibration = {}
        for kind, one in figures.get("kinds", {}).items():
            if "calibration_error" in one:
                value, low, high = one["calibration_error"]
                calibration[kind] = (float(value), float(low), float(high))
        return cls(recall, calibration)


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison; `reason` says it in Chinese. The figures are None where there are none."""

    subject: str
    before: float | None
    after: float | None
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a promotion may go on: only when every finding passed."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return all(finding.passed for finding in self.findings)

    @property
    def refusals(self) -> list[str]:
        """Why not, one reason each."""
        return [finding.reason for finding in self.findings if not finding.passed]


Pair = tuple[Measured, Measured, str]
"""The model in use, the new one, and what both were measured on, in Chinese."""


def judge(pairs: Sequence[Pair]) -> Verdict:
    """The gate. Where the first pair has too few posts, the next ones are asked."""
    recalls = [_recall(category.value, pairs) for category in PROTECTED]
    kinds = [kind for kind in KINDS if _calibrated(kind, pairs)]
    if not kinds:
        reason = "没有可以比较的校准误差，请用 --on 给出标注文件"
        return Verdict((*recalls, Finding("calibration", None, None, False, reason)))
    return Verdict((*recalls, *(_calibration(kind, pairs) for kind in kinds)))


def _recall(category: str, pairs: Sequence[Pair]) -> Finding:
    name = CHINESE[category]
    both = [
        (before.recall[category], after.recall[category], basis)
        for before, after, basis in pairs
        if category in before.recall and category in after.recall
    ]
    if not both:
        reason = f"{name}：没有可以比较的召回，请用 --on 给出含有这一类别的标注文件"
        return Finding(category, None, None, False, reason)
    enough = [pair for pair in both if not 0 < pair[0].posts < FEWEST]
    before, after, basis = (enough or both)[0]
    lost = before.share - after.share
    passed = lost <= RECALL_LOSS + _ROUNDING
    counted = f"，{before.posts} 条" if before.posts else ""
    told = f"{name}：召回 {before.share:.3f} → {after.share:.3f}（{basis}{counted}）"
    if not passed:
        told += f"，下降 {lost * 100:.1f} 个百分点，超过允许的 {RECALL_LOSS * 100:.0f} 个"
    return Finding(category, before.share, after.share, passed, told)


def _calibrated(kind: str, pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if kind in pair[0].calibration and kind in pair[1].calibration]


def _calibration(kind: str, pairs: Sequence[Pair]) -> Finding:
    """Worse means above the interval of the model in use: less than that is chance."""
    before, after, basis = _calibrated(kind, pairs)[0]
    value, _, high = before.calibration[kind]
    new = after.calibration[kind][0]
    passed = new <= max(value, high) + _ROUNDING
    told = f"{KIND_NAMES[kind]}：校准误差 {value:.3f} → {new:.3f}（{basis}）"
    if not passed:
        told += f"，变差：超出现用模型的 95 % 区间上限 {high:.3f}"
    return Finding(f"calibration:{kind}", value, new, passed, told)
