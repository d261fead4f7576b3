"""The linear model: one vocabulary, a column of weights per label, a sigmoid on each score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.concepts import Concepts
from nlp.extractor import Extractor
from nlp.features import Vocabulary
from nlp.taxonomy import Victim

Kind = Literal["headline", "article", "account"]

KINDS: Final[tuple[Kind, ...]] = ("headline", "article", "account")
"""A title alone, a title with a body, a body alone (most often a person's own account).
Each has its own sigmoid, so that one threshold serves all three."""

SHARE: Final = 0.4
"""The share of incidents that probabilities assume, for every kind of text alike.

Annotators were shown what looked like an incident, headlines and accounts to different degrees. On
one assumption a probability is the same strength of evidence for all, and one threshold serves all.
"""

Floats = NDArray[np.float64]

_VICTIMS: Final = tuple(victim.value for victim in Victim)


def kind_of(title: str, body: str) -> Kind:
    """Which scale a text is judged by."""
    if not body.strip():
        return "headline"
    return "article" if title.strip() else "account"


def balanced(truth: NDArray[np.bool_]) -> Floats:
    """Weights that make `SHARE` of the rows positive; all 1 where there is only one sort."""
    found = float(truth.mean()) if len(truth) else 0.0
    if found in (0.0, 1.0):
        return np.ones(len(truth))
    return np.where(truth, SHARE / found, (1 - SHARE) / (1 - found))


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """Score → probability: 1 / (1 + exp(-(slope · score + intercept)))."""

    slope: float
    intercept: float

    def __call__(self, scores: Floats) -> Floats:
        result: Floats = 1.0 / (1.0 + np.exp(-(self.slope * scores + self.intercept)))
        return result


@dataclass(frozen=True, slots=True)
class Head:
    """One label beside `incident`, named like "category:trafficking"; shown from `threshold` on."""

    name: str
    sigmoid: Sigmoid
    threshold: float


@dataclass(frozen=True, slots=True)
class Decision:
    """How the incident score becomes alert, review or neither."""

    kinds: Mapping[Kind, Sigmoid]
    alert: float
    review: float


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that a decision depends on.

    `incident` has two columns: weights for all texts, and what is added for accounts. `labels` has
    a column for each of `heads`. Rows are features in the order of the vocabulary. `concepts` are
    the groups of words that features are made of.
    """

    version: str
    vocabulary: Vocabulary
    idf: Floats
    incident: Floats
    labels: Floats
    heads: tuple[Head, ...]
    decision: Decision
    concepts: Concepts = field(default_factory=Concepts)

    def extractor(self) -> Extractor:
        """What turns texts into rows for this model."""
        return Extractor(self.vocabulary, self.idf, self.concepts)

    def probabilities(self, rows: csr_matrix, kinds: Sequence[Kind]) -> Floats:
        """The probability of an incident for each row."""
        scores = rows @ self.incident
        accounts = np.array([kind == "account" for kind in kinds], dtype=bool)
        total = scores[:, 0] + np.where(accounts, scores[:, 1], 0.0)
        result = np.empty(len(kinds))
        for kind in KINDS:
            chosen = np.array([one == kind for one in kinds], dtype=bool)
            result[chosen] = self.decision.kinds[kind](total[chosen])
        return result

    def contributions(self, rows: csr_matrix, kinds: Sequence[Kind]) -> Floats:
        """What each stored value of the rows adds to the log-odds of an incident."""
        slopes = np.array([self.decision.kinds[kind].slope for kind in kinds])
        accounts = np.array([kind == "account" for kind in kinds], dtype=np.float64)
        row = np.repeat(np.arange(len(kinds)), np.diff(rows.indptr))
        weights = self.incident[rows.indices]
        result: Floats = rows.data * slopes[row] * (weights[:, 0] + accounts[row] * weights[:, 1])
        return result

    def label_probabilities(self, rows: csr_matrix) -> Floats:
        """A column for each head: the probability of the label in an incident."""
        scores = rows @ self.labels
        columns = [head.sigmoid(scores[:, at]) for at, head in enumerate(self.heads)]
        return np.column_stack(columns)


@dataclass(frozen=True, slots=True)
class Labels:
    """What an incident is: categories likeliest first, never empty; victims never empty."""

    categories: tuple[tuple[str, float], ...]
    severity: int
    victims: tuple[str, ...]
    status: str
    scope: str


class LabelReader:
    """Reads the labels of a text from its probabilities."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self._columns: dict[str, list[tuple[str, int, float]]] = {}
        for at, head in enumerate(heads):
            group, _, label = head.name.partition(":")
            self._columns.setdefault(group, []).append((label, at, head.threshold))

    def read(self, probabilities: Sequence[float]) -> Labels:
        """The labels that pass their thresholds; of each kind at least the likeliest."""
        categories = self._passing("category", probabilities)
        victims = {label for label, _ in self._passing("victim", probabilities)}
        return Labels(
            categories=tuple((label, round(value, 4)) for label, value in categories),
            severity=int(self._likeliest("severity", probabilities)),
            victims=tuple(victim for victim in _VICTIMS if victim in victims),
            status=self._likeliest("status", probabilities),
            scope=self._likeliest("scope", probabilities),
        )

    def _passing(self, group: str, probabilities: Sequence[float]) -> list[tuple[str, float]]:
        ranked = sorted(
            ((label, probabilities[at], limit) for label, at, limit in self._columns[group]),
            key=lambda one: -one[1],
        )
        passing = [(label, value) for label, value, limit in ranked if value >= limit]
        # The likeliest leads even when only less likely ones, with lower limits, pass.
        first = ranked[0][:2]
        return passing if passing and passing[0] == first else [first, *passing]

    def _likeliest(self, group: str, probabilities: Sequence[float]) -> str:
        return max(self._columns[group], key=lambda one: probabilities[one[1]])[0]
