"""Where a model is good and where it is not: by year, by category, by severity, post by post."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp import evaluation
from nlp.curves import Curve, Figure, incident_figures
from nlp.explanation import Explainer, Explanation
from nlp.labelled import LabelledPost
from nlp.model import Decision, Kind, LabelReader, Model
from nlp.report import FEWEST, Judged
from nlp.taxonomy import Category, Severity
from nlp.truth import kinds_of, truth_of

Bools = NDArray[np.bool_]

UNDATED: Final = "无日期"


@dataclass(frozen=True, slots=True)
class Recall:
    """Of so many incidents, the share that is alerted, and that is alerted or up for review."""

    name: str
    incidents: int
    alerted: Figure
    found: Figure


@dataclass(frozen=True, slots=True)
class Year:
    """One year's posts; `precision` and `recall` are those of the alerts."""

    name: str
    posts: int
    incidents: int
    average_precision: Figure
    precision: float
    recall: Recall


@dataclass(frozen=True, slots=True)
class Mistake:
    """A post that the model takes for something else than its annotator."""

    post: LabelledPost
    explanation: Explanation


def by_category(decision: Decision, judged: Judged) -> list[Recall]:
    """The recall of each category with enough incidents, in the order of the manual."""
    truth = truth_of(judged.posts)
    incidents = [post for post in judged.posts if post.incident]
    result = []
    for category in Category:
        chosen = np.array([category in post.categories for post in incidents], dtype=bool)
        if chosen.sum() >= FEWEST:
            result.append(_recall(category.value, decision, judged.incident[truth][chosen]))
    return result


def by_year(decision: Decision, judged: Judged) -> list[Year]:
    """Every year with enough incidents, posts without a date last."""
    truth = truth_of(judged.posts)
    years = np.array([str(post.day.year) if post.day else UNDATED for post in judged.posts])
    result = []
    # Digits sort before 无.
    for year in sorted(set(years.tolist())):
        chosen = years == year
        found, probabilities = truth[chosen], judged.incident[chosen]
        if found.sum() < FEWEST:
            continue
        result.append(
            Year(
                name=year,
                posts=len(found),
                incidents=int(found.sum()),
                average_precision=incident_figures(found, probabilities)["average_precision"],
                precision=Curve.of(found, probabilities).at(decision.alert)[0],
                recall=_recall(year, decision, probabilities[found]),
            )
        )
    return result


def severity_confusion(model: Model, judged: Judged) -> list[list[int]]:
    """How many incidents of each true severity (rows) are given each severity (columns)."""
    reader = LabelReader(model.heads)
    counts = [[0] * len(Severity) for _ in Severity]
    incidents = [post for post in judged.posts if post.incident]
    for post, read in zip(incidents, reader.read(judged.labels), strict=True):
        counts[post.severity - 1][read.severity - 1] += 1
    return counts


def missed(judged: Judged, explainer: Explainer, kind: Kind, size: int) -> list[Mistake]:
    """The incidents of a kind with the lowest probability."""
    return _mistakes(judged, explainer, kind, lambda truth, p: np.where(truth, p, np.inf), size)


def false_alarms(judged: Judged, explainer: Explainer, kind: Kind, size: int) -> list[Mistake]:
    """The non-incidents of a kind with the highest probability."""
    return _mistakes(judged, explainer, kind, lambda truth, p: np.where(truth, np.inf, -p), size)


def _mistakes(
    judged: Judged,
    explainer: Explainer,
    kind: Kind,
    badness: Callable[[Bools, NDArray[np.float64]], NDArray[np.float64]],
    size: int,
) -> list[Mistake]:
    keys = badness(truth_of(judged.posts), judged.incident)
    keys = np.where(kinds_of(judged.posts) == kind, keys, np.inf)
    worst = [at for at in np.argsort(keys, kind="stable")[:size].tolist() if np.isfinite(keys[at])]
    posts = [judged.posts[at] for at in worst]
    explained = explainer.explain([(post.title, post.body) for post in posts])
    return [Mistake(post, one) for post, one in zip(posts, explained, strict=True)]


def _recall(name: str, decision: Decision, probabilities: NDArray[np.float64]) -> Recall:
    return Recall(
        name,
        len(probabilities),
        evaluation.interval(evaluation.share, probabilities >= decision.alert),
        evaluation.interval(evaluation.share, probabilities >= decision.review),
    )
