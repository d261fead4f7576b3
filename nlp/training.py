"""Labelled posts → model: linear heads, sigmoids and thresholds from held-out scores.

Deterministic: the same rows give the same model.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack

from nlp import registry
from nlp.background import StreamPost, hard_negatives
from nlp.errors import NlpError
from nlp.evaluation import recall_threshold
from nlp.features import Extractor, Vocabulary, document, run_terms, word_terms
from nlp.labelled import LabelledPost
from nlp.model import KINDS, Decision, Head, Kind, Model, Sigmoid, kind_of
from nlp.taxonomy import PROTECTED, Category, Scope, Severity, Status, Victim
from nlp.text import tokens

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Progress = Callable[[str], None]
"""Told what is being worked on, in Chinese."""

FOLDS: Final = 5
"""Parts of the labelled posts; each is scored by a model that has not seen it."""

FEATURES: Final = 250_000
"""Most features of a model: what its files hold and how fast it loads."""

LEAST: Final = 200
"""Fewest incidents, and fewest other posts, that a training can start from."""

_RARE: Final = 2
"""A feature must stand in this many documents."""

_STRENGTH: Final = 8.0
"""Inverse regularisation of the heads."""

_FEWEST: Final = 2 * FOLDS
"""A label with fewer posts, or fewer posts without it, has no head of its own, only its rate."""

_LABEL_RECALL: Final = 0.8
"""What a label's threshold must keep of its posts, with 95 % confidence."""

_THRESHOLDS: Final = (0.2, 0.5)
"""A label is never shown below the first nor kept back above the second."""

YEAR: Final = 366
"""False alerts are counted over the last days of the labelled posts."""

FALSE_ALERTS: Final = 4.0
"""False alerts that an office bears on a day."""

LOWEST_ALERT: Final = 0.3
"""No post below this probability may become an alert."""

RECALL: Final = 0.95
"""What alert and review together must reach for each protected category, with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and what models that had not seen each post said of it.

    `held_out` is the probability of an incident for every post, `labels` the probability of every
    head for the incidents alone, `false_alerts` how many a day of the stream were wrong.
    """

    model: Model
    held_out: Floats
    labels: Floats
    false_alerts: float


def train(
    posts: Sequence[LabelledPost],
    version: str,
    *,
    stream: Sequence[StreamPost] = (),
    false_alerts: float = FALSE_ALERTS,
    progress: Progress = lambda message: None,
) -> Trained:
    """Learn every head.

    `stream` are unlabelled posts; `false_alerts` is how many of them, and of the labelled
    non-incidents, may become alerts on a day. Raises NlpError when too few posts are labelled.
    """
    incident = _flags(posts, lambda post: post.incident)
    if min(incident.sum(), (~incident).sum()) < LEAST:
        raise NlpError(
            f"标注太少：事件 {incident.sum()} 条、非事件 {(~incident).sum()} 条，"
            f"各需要至少 {LEAST} 条，请补充标注文件"
        )
    progress("提取特征")
    vocabulary, idf, rows = learn_features(posts)
    progress("训练：是否事件")
    kinds = [kind_of(post.title, post.body) for post in posts]
    wide = with_accounts(rows, kinds)
    extractor = Extractor(vocabulary, idf)
    negatives, added = _hard_negatives(*fit(wide, incident), stream, extractor)
    seen: list[LabelledPost | StreamPost] = [*posts, *negatives]
    truth = np.append(incident, np.zeros(len(negatives), dtype=bool))
    folds = np.array([fold_of(post) for post in seen])
    weights, scores = _fit_held_out(vstack([wide, added], format="csr"), truth, folds)
    sigmoids = {kind: _kind_sigmoid(kind, kinds, scores[: len(posts)], incident) for kind in KINDS}
    held_out = np.array(
        [float(sigmoids[kind](scores[at])) for at, kind in enumerate(kinds)], dtype=np.float64
    )
    columns, heads, labels = _label_heads(posts, rows, progress)
    alarms = _FalseAlarms.of(
        seen, ~truth, np.append(held_out, sigmoids["headline"](scores[len(posts) :]))
    )
    alert = alarms.threshold(false_alerts)
    model = Model(
        version=version,
        vocabulary=vocabulary,
        idf=idf,
        incident=weights.reshape(2, -1).T,
        labels=columns,
        heads=heads,
        decision=Decision(sigmoids, alert, min(alert, _review_level(posts, held_out))),
    )
    finished = registry.rounded(pruned(model, FEATURES))
    return Trained(finished, held_out, labels, alarms.daily(alert))


def pruned(model: Model, size: int) -> Model:
    """The model with only the features that can move a score most."""
    weights = np.column_stack((model.incident, model.labels))
    largest = np.maximum(np.abs(weights).max(axis=0), 1e-12)
    # The decision itself deserves finer steps than the labels beside it.
    share = np.abs(weights) / largest * np.array([3.0, 3.0] + [1.0] * model.labels.shape[1])
    reach = share.max(axis=1) * model.idf
    kept = np.sort(np.argsort(-reach, kind="stable")[:size])
    entries = (*model.vocabulary.words, *model.vocabulary.runs)
    border = int(np.searchsorted(kept, len(model.vocabulary.words)))
    return replace(
        model,
        vocabulary=Vocabulary(
            tuple(entries[at] for at in kept[:border]), tuple(entries[at] for at in kept[border:])
        ),
        idf=model.idf[kept],
        incident=model.incident[kept],
        labels=model.labels[kept],
    )


def fold_of(post: LabelledPost | StreamPost) -> int:
    """The held-out part of a post: dated ones by quarter, so that one event stays in one part."""
    if post.day is not None:
        return (4 * post.day.year + (post.day.month - 1) // 3) % FOLDS
    return crc32(f"{post.title}\n{post.body}".encode("utf-8", "surrogatepass")) % FOLDS


def learn_features(posts: Sequence[LabelledPost]) -> tuple[Vocabulary, Floats, csr_matrix]:
    """The vocabulary of the posts, the idf of each feature, and the posts' rows."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    documents = [document(post.title, post.body) for post in posts]
    blocks = [
        TfidfVectorizer(analyzer=terms, min_df=_RARE, sublinear_tf=True).fit(documents)
        for terms in (word_terms, run_terms)
    ]
    words, runs = (tuple(block.get_feature_names_out().tolist()) for block in blocks)
    vocabulary = Vocabulary(words, runs)
    idf = np.concatenate([block.idf_ for block in blocks]).astype(np.float32).astype(np.float64)
    extractor = Extractor(vocabulary, idf)
    return vocabulary, idf, rows_of(extractor, documents)


def rows_of(extractor: Extractor, documents: Sequence[str]) -> csr_matrix:
    """The rows of many documents."""
    return vstack(list(_batches(extractor, documents)), format="csr")


def _batches(extractor: Extractor, documents: Sequence[str]) -> Iterator[csr_matrix]:
    for at in range(0, len(documents), 1000):
        batch = documents[at : at + 1000]
        yield extractor.rows(batch, [tokens(one) for one in batch])


def with_accounts(rows: csr_matrix, kinds: Sequence[Kind]) -> csr_matrix:
    """The rows with a second copy of every feature that only accounts have.

    Accounts share what all texts teach and add what only they teach (Daumé, Frustratingly Easy
    Domain Adaptation, 2007).
    """
    accounts = np.array([kind == "account" for kind in kinds], dtype=np.float64)
    return hstack([rows, rows.multiply(accounts[:, None])], format="csr")


def fit(rows: csr_matrix, truth: Bools) -> tuple[Floats, float]:
    """Weights and intercept of one linear head."""
    from sklearn.linear_model import LogisticRegression

    # liblinear's dual solver: exact, fast on sparse rows, and deterministic for a fixed seed.
    head = LogisticRegression(
        C=_STRENGTH, solver="liblinear", dual=True, tol=1e-2, random_state=0, max_iter=1000
    ).fit(rows, truth)
    return head.coef_[0], float(head.intercept_[0])


def calibrate(scores: Floats, truth: Bools) -> Sigmoid:
    """The sigmoid that fits held-out scores best (Platt's method)."""
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    return Sigmoid(float(curve.coef_[0, 0]), float(curve.intercept_[0]))


def _hard_negatives(
    weights: Floats, intercept: float, stream: Sequence[StreamPost], extractor: Extractor
) -> tuple[list[StreamPost], csr_matrix]:
    """The stream's posts that a first head almost takes for incidents, and their rows."""
    width = len(extractor.vocabulary)
    if not stream:
        return [], csr_matrix((0, 2 * width))
    documents = [document(post.title, post.body) for post in stream]
    scores = np.concatenate(
        [rows @ weights[:width] + intercept for rows in _batches(extractor, documents)]
    )
    chosen = hard_negatives(scores)
    rows = rows_of(extractor, [documents[at] for at in chosen])
    return [stream[at] for at in chosen], hstack([rows, csr_matrix(rows.shape)], format="csr")


def _fit_held_out(rows: csr_matrix, truth: Bools, folds: Ints) -> tuple[Floats, Floats]:
    """The head of all rows, and each row's score by a head that has not seen its fold.

    The scores are without the final head's intercept: the sigmoid fitted on them has its own.
    """
    scores = np.zeros(len(truth))
    for fold in np.unique(folds):
        held_out = folds == fold
        weights, intercept = fit(rows[~held_out], truth[~held_out])
        scores[held_out] = rows[held_out] @ weights + intercept
    weights, intercept = fit(rows, truth)
    return weights, scores - intercept


def _kind_sigmoid(kind: Kind, kinds: Sequence[Kind], scores: Floats, incident: Bools) -> Sigmoid:
    """The sigmoid of one kind of text; of all kinds together where too few are labelled."""
    chosen = np.array([one == kind for one in kinds], dtype=bool)
    if min((incident & chosen).sum(), (~incident & chosen).sum()) < LEAST // 4:
        chosen[:] = True
    return calibrate(scores[chosen], incident[chosen])


def _review_level(posts: Sequence[LabelledPost], held_out: Floats) -> float:
    """The highest threshold that keeps enough of every protected category."""
    levels = []
    for category in PROTECTED:
        chosen = np.array([category in post.categories for post in posts], dtype=bool)
        levels.append(recall_threshold(held_out[chosen], RECALL))
    return min(levels)


@dataclass(frozen=True, slots=True)
class _FalseAlarms:
    """Held-out probabilities of what was no incident in the last year, and that year's days.

    Posts of the stream above the border of the first model are left out: nearly all of them are
    incidents that nobody labelled.
    """

    probabilities: Floats
    days: int

    @classmethod
    def of(
        cls, posts: Sequence[LabelledPost | StreamPost], wrong: Bools, probabilities: Floats
    ) -> Self:
        dated = [post.day for post in posts if post.day is not None]
        begin = max(dated, default=date.max) - timedelta(days=YEAR)
        recent = _flags(posts, lambda post: post.day is not None and post.day > begin)
        days = len({day for day in dated if day > begin})
        return cls(np.sort(probabilities[recent & wrong])[::-1], max(days, 1))

    def threshold(self, daily: float) -> float:
        """The lowest alert threshold with at most `daily` false alarms a day."""
        allowed = int(daily * self.days)
        first_too_many = self.probabilities[allowed : allowed + 1]
        return max(LOWEST_ALERT, float(np.nextafter(first_too_many, 1.0).max(initial=0.0)))

    def daily(self, threshold: float) -> float:
        return float((self.probabilities >= threshold).sum() / self.days)


def _label_heads(
    posts: Sequence[LabelledPost], rows: csr_matrix, progress: Progress
) -> tuple[Floats, tuple[Head, ...], Floats]:
    """For every label beside `incident`: a column of weights, a head, the held-out probabilities.

    The latter are those of the incidents alone.
    """
    incidents = _flags(posts, lambda post: post.incident)
    foreign = _flags(posts, lambda post: post.scope is Scope.FOREIGN)
    # Three parts of unequal size do for the labels: there are thirty heads to fit.
    folds = np.array([fold_of(post) // 2 for post in posts])
    columns, heads, held_out = [], [], []
    for name, holds in label_tests():
        progress(f"训练：{name}")
        chosen = incidents | foreign if name.startswith("scope:") else incidents
        truth = _flags(posts, holds)
        weights, head, probabilities = _label_head(name, rows[chosen], truth[chosen], folds[chosen])
        columns.append(weights)
        heads.append(head)
        held_out.append(probabilities[incidents[chosen]])
    return np.column_stack(columns), tuple(heads), np.column_stack(held_out)


def _flags(posts: Sequence[Any], holds: Callable[[Any], bool]) -> Bools:
    return np.fromiter((holds(post) for post in posts), dtype=bool, count=len(posts))


def label_tests() -> list[tuple[str, Callable[[LabelledPost], bool]]]:
    """The name of every head beside `incident`, and whether a post has the label."""
    return [
        *(
            (f"category:{one.value}", lambda post, one=one: one in post.categories)
            for one in Category
        ),
        *(
            (f"severity:{one.value}", lambda post, one=one: post.severity == one)
            for one in Severity
        ),
        *((f"victim:{one.value}", lambda post, one=one: one in post.victims) for one in Victim),
        *((f"status:{one.value}", lambda post, one=one: post.status == one) for one in Status),
        *((f"scope:{one.value}", lambda post, one=one: post.scope is one) for one in Scope),
    ]


def _label_head(
    name: str, rows: csr_matrix, truth: Bools, folds: Ints
) -> tuple[Floats, Head, Floats]:
    if truth.sum() < _FEWEST or (~truth).sum() < _FEWEST:
        rate = (truth.sum() + 0.5) / (len(truth) + 1)
        constant = Sigmoid(0.0, float(np.log(rate / (1 - rate))))
        return np.zeros(rows.shape[1]), Head(name, constant, 0.5), np.full(len(truth), rate)
    weights, scores = _fit_held_out(rows, truth, folds)
    sigmoid = calibrate(scores, truth)
    probabilities = sigmoid(scores)
    threshold = recall_threshold(probabilities[truth], _LABEL_RECALL)
    bounded = min(max(threshold, _THRESHOLDS[0]), _THRESHOLDS[1])
    return weights, Head(name, sigmoid, round(bounded, 4)), probabilities
