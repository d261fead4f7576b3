"""Labelled posts → model: linear heads, sigmoids and thresholds from held-out scores.

Deterministic: the same rows give the same model.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack

from nlp import gate, registry
from nlp.background import StreamPost, hard_negatives
from nlp.concepts import Concepts, learn
from nlp.errors import NlpError
from nlp.evaluation import recall_threshold
from nlp.extractor import Extractor
from nlp.features import Vocabulary, document, family_terms
from nlp.labelled import LabelledPost
from nlp.lesson import (
    FOLDS,
    LABEL,
    Lesson,
    by_quarter,
    calibrate,
    flags_of,
    part_for,
)
from nlp.model import KINDS, Decision, Head, Kind, Model, Sigmoid, balanced, kind_of
from nlp.taxonomy import PROTECTED, Category, Scope, Severity, Status, Victim

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Progress = Callable[[str], None]
"""Told what is being worked on, in Chinese."""

FEATURES: Final = 320_000
"""Most features of a model: what its files hold and how fast it loads."""

LEAST: Final = 200
"""Fewest incidents, and fewest other posts, that a training can start from."""

_RARE: Final = (2, 2, 2, 4, 4)
"""A term of each family must stand in so many documents to be a feature: of pairs and roles there
are many more than could be learned."""

_SETTLING: Final = (1_000, 20_000)
"""How many posts of the stream at least, and about how many at most, tell how scores change when
features go."""

_FEWEST: Final = 2 * FOLDS
"""A label with fewer posts, or fewer posts without it, has no head of its own, only its rate.

So has one whose posts lie in a single held-out part."""

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

_GATED: Final = 150_000
"""Most posts of the stream that teach the gate."""

RECALL: Final = 0.95
"""What alert and review together must reach for each protected category, with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and what models that had not seen each post said of it.

    `held_out` is the probability of an incident for every post, `labels` the probability of every
    head for the incidents alone, `false_alerts` how many a day of the stream were wrong, `changed`
    which share of the posts is alerted, reviewed or neither otherwise because fewer features are
    stored, in fewer digits.
    """

    model: Model
    held_out: Floats
    labels: Floats
    false_alerts: float
    changed: float


def train(
    posts: Sequence[LabelledPost],
    version: str,
    *,
    written: Sequence[LabelledPost] = (),
    stream: Sequence[StreamPost] = (),
    false_alerts: float = FALSE_ALERTS,
    progress: Progress = lambda message: None,
) -> Trained:
    """Learn every head.

    `written` are made-up posts: they teach, but no figure and no threshold rests on them. `stream`
    are unlabelled posts; `false_alerts` is how many of them, and of the labelled
    non-incidents, may become alerts on a day. Raises NlpError when too few posts are labelled, or
    all the incidents or all the others are of the same week.
    """
    incident = flags_of(posts, lambda post: post.incident)
    if min(incident.sum(), (~incident).sum()) < LEAST:
        raise NlpError(
            f"标注太少：事件 {incident.sum()} 条、非事件 {(~incident).sum()} 条，"
            f"各需要至少 {LEAST} 条，请补充标注文件"
        )
    part = part_for(posts, incident)
    taught = [*posts, *written]
    documents = [document(post.title, post.body) for post in taught]
    progress("学习词语的分组")
    concepts = learn(chain((document(post.title, post.body) for post in stream), documents))
    progress("提取特征")
    vocabulary, idf, rows = learn_features(documents, concepts)
    progress("训练：是否事件")
    lesson = Lesson.of(taught, rows, len(posts), part)
    extractor = Extractor(vocabulary, idf, concepts)
    negatives, added = _hard_negatives(*lesson.fit(), stream, extractor)
    whole = lesson.with_negatives(negatives, added, part)
    weights, scores = whole.fit_held_out()
    kinds = [kind_of(post.title, post.body) for post in posts]
    sigmoids = {kind: _kind_sigmoid(kind, kinds, scores[: len(posts)], incident) for kind in KINDS}
    held_out = np.array(
        [float(sigmoids[kind](scores[at])) for at, kind in enumerate(kinds)], dtype=np.float64
    )
    columns, heads, labels = _label_heads(taught, lesson, progress)
    unlabelled = sigmoids["headline"](scores[len(taught) :])
    alarms = _FalseAlarms.of(
        [*posts, *negatives],
        np.append(~incident, np.ones(len(negatives), dtype=bool)),
        np.append(held_out, unlabelled),
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
        concepts=concepts,
    )
    progress("训练：闸门")
    finished = settled(model, registry.rounded(pruned(model, FEATURES)), posts, stream)
    finished = replace(finished, gate=learn_gate(finished, posts, stream))
    changed = float((_levels(model, posts) != _levels(finished, posts)).mean())
    return Trained(finished, held_out, labels, alarms.daily(alert), changed)


def pruned(model: Model, size: int) -> Model:
    """The model with only the features that can move a score most."""
    weights = np.column_stack((model.incident, model.labels))
    largest = np.maximum(np.abs(weights).max(axis=0), 1e-12)
    # The decision itself deserves finer steps than the labels beside it.
    share = np.abs(weights) / largest * np.array([3.0, 3.0] + [1.0] * model.labels.shape[1])
    reach = share.max(axis=1) * model.idf
    kept = np.sort(np.argsort(-reach, kind="stable")[:size])
    return replace(
        model,
        vocabulary=model.vocabulary.kept(kept.tolist()),
        idf=model.idf[kept],
        incident=model.incident[kept],
        labels=model.labels[kept],
    )


def learn_gate(
    model: Model, posts: Sequence[LabelledPost], stream: Sequence[StreamPost]
) -> gate.Gate | None:
    """The gate of a model: what it says of the incidents' titles and of the stream's.

    Without a stream there is none.
    Posts of one quarter stay in one part, so that no event both teaches and measures.
    """
    if not stream:
        return None
    incidents = [post for post in posts if post.incident and post.title.strip()]
    step = len(stream) // _GATED + 1
    known: list[LabelledPost | StreamPost] = [*incidents, *stream[::step]]
    documents = [document(post.title, "") for post in known]
    rows = rows_of(model.extractor(), documents)
    worth = model.probabilities(rows, ["headline"] * len(known)) >= model.decision.review
    return gate.learn(
        [one.removesuffix("\n") for one in documents],
        np.array([by_quarter(post) for post in known]),
        np.arange(len(known)) < len(incidents),
        worth,
    )


def learn_features(
    documents: Sequence[str], concepts: Concepts
) -> tuple[Vocabulary, Floats, csr_matrix]:
    """The vocabulary of the documents, the idf of each feature, and the documents' rows."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    entries, idf = [], []
    for terms, rare in zip(family_terms(concepts), _RARE, strict=True):
        block = TfidfVectorizer(analyzer=terms, min_df=rare, sublinear_tf=True)
        try:
            block.fit(documents)
        except ValueError:  # no term of this family is frequent enough
            entries.append(())
            continue
        entries.append(tuple(block.get_feature_names_out().tolist()))
        idf.append(block.idf_)
    vocabulary = Vocabulary(*entries)
    weights = np.concatenate(idf).astype(np.float32).astype(np.float64)
    return vocabulary, weights, rows_of(Extractor(vocabulary, weights, concepts), documents)


def rows_of(extractor: Extractor, documents: Sequence[str]) -> csr_matrix:
    """The rows of many documents."""
    return vstack(list(_batches(extractor, documents)), format="csr")


def _batches(extractor: Extractor, documents: Sequence[str]) -> Iterator[csr_matrix]:
    for at in range(0, len(documents), 1000):
        batch = documents[at : at + 1000]
        yield extractor.read(batch).rows


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


def _kind_sigmoid(kind: Kind, kinds: Sequence[Kind], scores: Floats, incident: Bools) -> Sigmoid:
    """The sigmoid of one kind of text; of all kinds together where too few are labelled."""
    chosen = np.array([one == kind for one in kinds], dtype=bool)
    if min((incident & chosen).sum(), (~incident & chosen).sum()) < LEAST // 4:
        chosen[:] = True
    return calibrate(scores[chosen], incident[chosen], balanced(incident[chosen]))


def _review_level(posts: Sequence[LabelledPost], held_out: Floats) -> float:
    """The highest threshold that keeps enough of every protected category."""
    levels = []
    for category in PROTECTED:
        chosen = np.array([category in post.categories for post in posts], dtype=bool)
        levels.append(recall_threshold(held_out[chosen], RECALL))
    return min(levels)


def settled(
    whole: Model, stored: Model, posts: Sequence[LabelledPost], stream: Sequence[StreamPost]
) -> Model:
    """The stored model with sigmoids for its own scores.

    Fewer features in a block weigh more, so scores grow by some per cent; the line that leads back
    goes into the sigmoids. The stream tells it best: rare features, which are the first to go, tell
    more of posts that were learned. But a few posts make a line of any slope, and one that does not
    rise is none of this kind: then the sigmoids stay as they are.
    """
    least, most = _SETTLING
    known: Sequence[LabelledPost | StreamPost] = stream if len(stream) >= least else posts
    texts = [document(post.title, post.body) for post in known[:: max(1, len(known) // most)]]
    after, before = (
        rows_of(model.extractor(), texts) @ model.incident[:, 0] for model in (stored, whole)
    )
    slope, shift = map(float, np.polyfit(after, before, 1))
    if not (slope > 0 and np.isfinite((slope, shift)).all()):
        return stored
    sigmoids = {
        kind: Sigmoid(one.slope * slope, one.intercept + one.slope * shift)
        for kind, one in stored.decision.kinds.items()
    }
    return replace(stored, decision=replace(stored.decision, kinds=sigmoids))


def _levels(model: Model, posts: Sequence[LabelledPost]) -> Ints:
    """What becomes of each post: 2 alert, 1 review, 0 neither."""
    rows = rows_of(model.extractor(), [document(post.title, post.body) for post in posts])
    said = model.probabilities(rows, [kind_of(post.title, post.body) for post in posts])
    limits = sorted((model.decision.review, model.decision.alert))
    return np.searchsorted(limits, said, side="right")


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
        recent = flags_of(posts, lambda post: post.day is not None and post.day > begin)
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
    posts: Sequence[LabelledPost], lesson: Lesson, progress: Progress
) -> tuple[Floats, tuple[Head, ...], Floats]:
    """For every label beside `incident`: a column of weights, a head, the held-out probabilities.

    The latter are those of the real incidents alone.
    """
    width = lesson.rows.shape[1] // 2
    # Three parts of unequal size do for the labels: there are thirty heads to fit.
    shared = replace(lesson, rows=lesson.rows[:, :width], folds=lesson.folds // 2)
    incidents = lesson.truth
    foreign = flags_of(posts, lambda post: post.scope is Scope.FOREIGN)
    columns, heads, held_out = [], [], []
    for name, holds in label_tests():
        progress(f"训练：{name}")
        flags = incidents | foreign if name.startswith("scope:") else incidents
        weights, head, probabilities = _label_head(
            name, shared.chosen(flags, flags_of(posts, holds))
        )
        columns.append(weights)
        heads.append(head)
        held_out.append(probabilities[(incidents & (lesson.folds >= 0))[flags]])
    return np.column_stack(columns), tuple(heads), np.column_stack(held_out)


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


def _label_head(name: str, lesson: Lesson) -> tuple[Floats, Head, Floats]:
    truth, real = lesson.truth, lesson.folds >= 0
    few = min((truth & real).sum(), (~truth & real).sum()) < _FEWEST
    if few or not lesson.can_be_held_out():
        rate = (truth.sum() + 0.5) / (len(truth) + 1)
        constant = Sigmoid(0.0, float(np.log(rate / (1 - rate))))
        nothing = np.zeros(lesson.rows.shape[1])
        return nothing, Head(name, constant, 0.5), np.full(len(truth), rate)
    weights, scores = lesson.fit_held_out(LABEL)
    sigmoid = calibrate(scores[real], truth[real])
    probabilities = sigmoid(scores)
    threshold = recall_threshold(probabilities[truth & real], _LABEL_RECALL)
    bounded = min(max(threshold, _THRESHOLDS[0]), _THRESHOLDS[1])
    return weights, Head(name, sigmoid, round(bounded, 4)), probabilities
