"""Labelled posts → model: linear heads, sigmoids and thresholds from held-out scores.

Deterministic: the same rows give the same model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack

from nlp import registry
from nlp.errors import NlpError
from nlp.evaluation import recall_threshold
from nlp.features import Extractor, Vocabulary, document, run_terms, word_terms
from nlp.labelled import LabelledPost
from nlp.model import KINDS, Decision, Head, Kind, Model, Sigmoid, kind_of
from nlp.taxonomy import PROTECTED, Category, Scope, Severity, Status, Victim
from nlp.text import tokens

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
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

RECALL: Final = 0.95
"""What alert and review together must reach for each protected category, with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and the held-out probability of an incident of each row it was trained on."""

    model: Model
    held_out: Floats


def train(
    posts: Sequence[LabelledPost], version: str, *, alerts: float, progress: Progress
) -> Trained:
    """Learn every head. `alerts` is the share of non-incidents that may become alerts.

    Raises NlpError when there are too few labelled posts.
    """
    incident = np.array([post.incident for post in posts], dtype=bool)
    if min(incident.sum(), (~incident).sum()) < LEAST:
        raise NlpError(
            f"标注太少：事件 {incident.sum()} 条、非事件 {(~incident).sum()} 条，"
            f"各需要至少 {LEAST} 条，请补充标注文件"
        )
    progress("提取特征")
    vocabulary, idf, rows = learn_features(posts)
    kinds = [kind_of(post.title, post.body) for post in posts]
    folds = np.array([fold_of(post) for post in posts])
    progress("训练：是否事件")
    weights, scores = _fit_held_out(with_accounts(rows, kinds), incident, folds)
    sigmoids = {kind: _kind_sigmoid(kind, kinds, scores, incident) for kind in KINDS}
    probability = np.array(
        [float(sigmoids[kind](scores[at])) for at, kind in enumerate(kinds)], dtype=np.float64
    )
    columns, heads = _label_heads(posts, rows, folds, progress)
    model = Model(
        version=version,
        vocabulary=vocabulary,
        idf=idf,
        incident=weights.reshape(2, -1).T,
        labels=columns,
        heads=heads,
        decision=Decision(sigmoids, *_levels(posts, probability, alerts)),
    )
    return Trained(registry.rounded(pruned(model, FEATURES)), probability)


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


def fold_of(post: LabelledPost) -> int:
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
    """The rows of many documents, made in batches."""
    batches = (documents[at : at + 1000] for at in range(0, len(documents), 1000))
    return vstack(
        [extractor.rows(batch, [tokens(one) for one in batch]) for batch in batches], format="csr"
    )


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
        C=_STRENGTH, solver="liblinear", dual=True, random_state=0, max_iter=2000
    ).fit(rows, truth)
    return head.coef_[0], float(head.intercept_[0])


def calibrate(scores: Floats, truth: Bools) -> Sigmoid:
    """The sigmoid that fits held-out scores best (Platt's method)."""
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    return Sigmoid(float(curve.coef_[0, 0]), float(curve.intercept_[0]))


def _fit_held_out(
    rows: csr_matrix, truth: Bools, folds: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """The head of all rows, and each row's score by a head that has not seen its fold.

    The scores are without intercept: the sigmoid fitted on them has its own.
    """
    scores = np.zeros(len(truth))
    for fold in range(FOLDS):
        held_out = folds == fold
        if not held_out.any():
            continue
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


def _levels(
    posts: Sequence[LabelledPost], probability: Floats, alerts: float
) -> tuple[float, float]:
    """The thresholds of alert and review.

    Alert: at most the given share of the posts that are no incident. Review: low enough for every
    protected category, but never above alert.
    """
    incident = np.array([post.incident for post in posts], dtype=bool)
    alert = float(np.quantile(probability[~incident], 1 - alerts))
    needed = [
        recall_threshold(
            probability[np.array([category in post.categories for post in posts], bool)], RECALL
        )
        for category in PROTECTED
    ]
    return alert, min(alert, *needed)


def _label_heads(
    posts: Sequence[LabelledPost],
    rows: csr_matrix,
    folds: NDArray[np.int64],
    progress: Progress,
) -> tuple[Floats, tuple[Head, ...]]:
    """A column of weights and a head for every label beside `incident`."""
    incidents = np.array([post.incident for post in posts], dtype=bool)
    foreign = np.array([post.scope is Scope.FOREIGN for post in posts], dtype=bool)
    columns, heads = [], []
    for name, holds in label_tests():
        progress(f"训练：{name}")
        chosen = incidents | foreign if name.startswith("scope:") else incidents
        truth = np.array([holds(post) for post, use in zip(posts, chosen, strict=True) if use])
        weights, head = _label_head(name, rows[chosen], truth, folds[chosen])
        columns.append(weights)
        heads.append(head)
    return np.column_stack(columns), tuple(heads)


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
    name: str, rows: csr_matrix, truth: Bools, folds: NDArray[np.int64]
) -> tuple[Floats, Head]:
    if truth.sum() < _FEWEST or (~truth).sum() < _FEWEST:
        rate = (truth.sum() + 0.5) / (len(truth) + 1)
        constant = Sigmoid(0.0, float(np.log(rate / (1 - rate))))
        return np.zeros(rows.shape[1]), Head(name, constant, 0.5)
    weights, scores = _fit_held_out(rows, truth, folds)
    sigmoid = calibrate(scores, truth)
    threshold = min(0.5, recall_threshold(sigmoid(scores[truth]), _LABEL_RECALL))
    return weights, Head(name, sigmoid, round(threshold, 4))
