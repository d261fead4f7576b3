"""The linear model: one vocabulary, a column of weights per label, a sigmoid on each score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.concepts import Concepts
from nlp.extractor import Extractor
from nlp.features import Vocabulary
from nlp.gate import Gate
from nlp.taxonomy import Victim

Kind = Literal["headline", "article", "account"]

KINDS: Final[tuple[Kind, ...]] = ("headline", "article", "account")
"""A title alone, a title with a body, a body alone (most often a person's own account).
Each has its own sigmoid, so that one threshold serves all three."""

KIND_NAMES: Final[Mapping[str, str]] = {
    "headline": "标题",
    "article": "标题加正文",
    "account": "无标题的自述帖",
}

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
    the groups of words that features are made of. `gate` tells which headlines are worth scoring.
    """

    version: str
    vocabulary: Vocabulary
    idf: Floats
    incident: Floats
    labels: Floats
    heads: tuple[Head, ...]
    decision: Decision
    concepts: Concepts = field(default_factory=Concepts)
    gate: Gate | None = None

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
        stored = np.diff(rows.indptr)
        weights = self.incident[:, 0][rows.indices]
        if accounts.any():
            weights += np.repeat(accounts, stored) * self.incident[:, 1][rows.indices]
        result: Floats = rows.data * np.repeat(slopes, stored) * weights
        return result

    def label_probabilities(self, rows: csr_matrix) -> Floats:
        """A column for each head: the probability of the label in an incident."""
        scores = rows @ self.labels
        slopes = np.array([head.sigmoid.slope for head in self.heads])
        intercepts = np.array([head.sigmoid.intercept for head in self.heads])
        result: Floats = 1.0 / (1.0 + np.exp(-(scores * slopes + intercepts)))
        return result


class Labels(NamedTuple):
    """What an incident is: categories likeliest first, never empty; victims never empty."""

    categories: tuple[tuple[str, float], ...]
    severity: int
    victims: tuple[str, ...]
    status: str
    scope: str


class LabelReader:
    """Reads the labels of texts from their probabilities."""

    def __init__(self, heads: Sequence[Head]) -> None:
        columns: dict[str, list[int]] = {}
        for at, head in enumerate(heads):
            columns.setdefault(head.name.partition(":")[0], []).append(at)
        self._columns = {group: np.array(numbers) for group, numbers in columns.items()}
        self._names = [head.name.partition(":")[2] for head in heads]
        self._limits = np.array([head.threshold for head in heads])

    def read(self, probabilities: Floats) -> list[Labels]:
        """The labels of each row that pass their thresholds; of a kind at least the likeliest."""
        categories = self._passing("category", probabilities)
        victims = [
            tuple(victim for victim in _VICTIMS if victim in found) if len(found) > 1 else (*found,)
            for found in map(dict, self._passing("victim", probabilities))
        ]
        return list(
            map(
                Labels,
                categories,
                map(int, self._likeliest("severity", probabilities)),
                victims,
                self._likeliest("status", probabilities),
                self._likeliest("scope", probabilities),
            )
        )

    def _passing(self, group: str, probabilities: Floats) -> list[tuple[tuple[str, float], ...]]:
        columns = self._columns[group]
        values = probabilities[:, columns]
        passing = values >= self._limits[columns]
        # The likeliest leads even when only less likely ones, with lower limits, pass.
        passing[np.arange(len(values)), values.argmax(axis=1)] = True
        row, column = np.nonzero(passing)
        order = np.lexsort((-values[row, column], row))
        found = columns[column[order]].tolist()
        rounded = np.round(values[row[order], column[order]], 4).tolist()
        pairs = list(zip(map(self._names.__getitem__, found), rounded, strict=True))
        ends = np.cumsum(passing.sum(axis=1)).tolist()
        return [tuple(pairs[a:b]) for a, b in zip([0, *ends], ends, strict=False)]

    def _likeliest(self, group: str, probabilities: Floats) -> list[str]:
        columns = self._columns[group]
        found = columns[probabilities[:, columns].argmax(axis=1)].tolist()
        return list(map(self._names.__getitem__, found))
