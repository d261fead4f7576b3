"""What a linear head learns from, and how it is fitted: rows, truth, held-out parts, weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack

from nlp.background import StreamPost
from nlp.errors import NlpError
from nlp.labelled import LabelledPost
from nlp.model import Kind, Sigmoid, kind_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Part = Callable[[LabelledPost | StreamPost], int]
"""Tells the held-out part of a post."""

FOLDS: Final = 5
"""Parts of the labelled posts; each is scored by a model that has not seen it."""

DECISION: Final = 4.0
"""Inverse regularisation of the decision."""

LABEL: Final = 16.0
"""Inverse regularisation of the labels' heads: telling deeds apart hangs on rarer words."""

_WRITTEN: Final = 0.5
"""What a written post counts beside a real one."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one head learns from, and by how much each row counts.

    Rows of fold -1 teach in every fold and are never held out.
    """

    rows: csr_matrix
    truth: Bools
    folds: Ints
    weights: Floats

    @classmethod
    def of(cls, posts: Sequence[LabelledPost], rows: csr_matrix, real: int, part: Part) -> Self:
        """The posts, of which the first `real` are real and the others written."""
        kinds = [kind_of(post.title, post.body) for post in posts]
        folds = np.array([part(post) for post in posts])
        folds[real:] = -1
        weights = np.ones(len(posts))
        weights[real:] = _WRITTEN
        truth = flags_of(posts, lambda post: post.incident)
        return cls(with_accounts(rows, kinds), truth, folds, weights)

    def with_negatives(self, negatives: Sequence[StreamPost], rows: csr_matrix, part: Part) -> Self:
        """The lesson and posts of the stream that are no incidents."""
        return type(self)(
            vstack([self.rows, rows], format="csr"),
            np.append(self.truth, np.zeros(len(negatives), dtype=bool)),
            np.append(self.folds, [part(post) for post in negatives]).astype(np.int64),
            np.append(self.weights, np.ones(len(negatives))),
        )

    def chosen(self, flags: Bools, truth: Bools) -> Self:
        """Those rows alone, with the truth of another label."""
        return type(self)(self.rows[flags], truth[flags], self.folds[flags], self.weights[flags])

    def can_be_held_out(self) -> bool:
        """Whether without any one part posts with and without the label remain to teach."""
        return spread(self.truth, self.folds)

    def fit(self, strength: float = DECISION) -> tuple[Floats, float]:
        """Weights and intercept of one linear head."""
        return fit(self.rows, self.truth, self.weights, strength)

    def fit_held_out(self, strength: float = DECISION) -> tuple[Floats, Floats]:
        """The head of all rows, and each row's score by a head that has not seen its fold.

        The scores are without the final head's intercept: the sigmoid fitted on them has its own.
        """
        scores = np.zeros(len(self.truth))
        for fold in np.unique(self.folds[self.folds >= 0]):
            out = self.folds == fold
            taught = (self.rows[~out], self.truth[~out], self.weights[~out])
            weights, intercept = fit(*taught, strength)
            scores[out] = self.rows[out] @ weights + intercept
        weights, intercept = self.fit(strength)
        return weights, scores - intercept


def part_for(posts: Sequence[LabelledPost], incident: Bools) -> Part:
    """How the posts are parted: by quarter, or by week where one quarter holds nearly all.

    Raises NlpError where even a week holds all the incidents, or all the other posts.
    """
    for part in (by_quarter, by_week):
        if spread(incident, np.array([part(post) for post in posts])):
            return part
    raise NlpError("全部事件或全部非事件的标注出自同一周，留不出检验用的部分，请补充其他日期的标注")


def by_quarter(post: LabelledPost | StreamPost) -> int:
    """The held-out part of a post: dated ones by quarter, so that one event stays in one part."""
    if post.day is None:
        return _by_text(post)
    return (4 * post.day.year + (post.day.month - 1) // 3) % FOLDS


def by_week(post: LabelledPost | StreamPost) -> int:
    """As `by_quarter`, for posts of a short time: most events are over in a week."""
    return _by_text(post) if post.day is None else post.day.toordinal() // 7 % FOLDS


def _by_text(post: LabelledPost | StreamPost) -> int:
    return crc32(f"{post.title}\n{post.body}".encode("utf-8", "replace")) % FOLDS


def spread(flags: Bools, folds: Ints) -> bool:
    """Whether the flagged rows, and the others, lie in two held-out parts at least."""
    parts = [np.unique(folds[chosen & (folds >= 0)]) for chosen in (flags, ~flags)]
    return min(map(len, parts)) > 1


def with_accounts(rows: csr_matrix, kinds: Sequence[Kind]) -> csr_matrix:
    """The rows with a second copy of every feature that only accounts have.

    Accounts share what all texts teach and add what only they teach (Daumé, Frustratingly Easy
    Domain Adaptation, 2007).
    """
    accounts = np.array([kind == "account" for kind in kinds], dtype=np.float64)
    return hstack([rows, rows.multiply(accounts[:, None])], format="csr")


def fit(rows: csr_matrix, truth: Bools, weights: Floats, strength: float) -> tuple[Floats, float]:
    """Weights and intercept of one linear head; `strength` is the inverse of its regularisation."""
    from sklearn.linear_model import LogisticRegression

    # liblinear's dual solver: exact, fast on sparse rows, and deterministic for a fixed seed.
    head = LogisticRegression(
        C=strength, solver="liblinear", dual=True, tol=1e-2, random_state=0, max_iter=1000
    ).fit(rows, truth, sample_weight=weights)
    return head.coef_[0], float(head.intercept_[0])


def calibrate(scores: Floats, truth: Bools, weights: Floats | None = None) -> Sigmoid:
    """The sigmoid that fits held-out scores best (Platt's method)."""
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=1e6).fit(scores[:, None], truth, sample_weight=weights)
    return Sigmoid(float(curve.coef_[0, 0]), float(curve.intercept_[0]))


def flags_of(posts: Sequence[Any], holds: Callable[[Any], bool]) -> Bools:
    """Which of the posts have a property."""
    return np.fromiter((holds(post) for post in posts), dtype=bool, count=len(posts))
