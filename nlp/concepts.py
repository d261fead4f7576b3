"""Word groups learnt from unlabelled text: words that stand in the same surroundings.

What labels teach about one word (殴打) they then teach about its neighbours (暴打, 围殴), also
about words that no labelled post holds. Words become vectors by what stands beside them (positive
pointwise mutual information, reduced by a truncated SVD; Levy & Goldberg, 2014) and are grouped by
k-means at three grains.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.text import tokens

GRAINS: Final = (200, 600, 2000)
"""Most groups at each grain, coarse to fine."""

_RARE: Final = 10
"""A word seen less often has no group."""

_READ: Final = 600
"""Code points of a document that are read."""

_WINDOW: Final = 4
_DIMENSIONS: Final = 300
_SMOOTHING: Final = 0.75
"""The power that tames the counts of frequent neighbours."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Concepts:
    """Words and their groups: `groups` has a row for each word, a column for each grain."""

    words: tuple[str, ...] = ()
    groups: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((0, len(GRAINS)), dtype=np.int64)
    )

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    def of(self, word: str) -> tuple[int, ...]:
        """The word's group at each grain; empty for a word without groups."""
        row = self.row_of.get(word)
        return () if row is None else tuple(self.groups[row].tolist())


def learn(documents: Iterable[str]) -> Concepts:
    """The groups of the words of normalised documents; none where too few words are frequent.

    Deterministic on one machine: the same documents give the same groups.
    """
    from sklearn.utils.extmath import randomized_svd
    from threadpoolctl import threadpool_limits

    words, stream = _numbered(documents)
    if len(words) <= _DIMENSIONS:
        return Concepts()
    # Several threads add up in an order of their own, and sums of floats depend on the order.
    with threadpool_limits(1):
        left, values, _ = randomized_svd(
            _surroundings(stream, len(words)), _DIMENSIONS, n_iter=4, random_state=0
        )
        vectors = left * np.sqrt(values)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        grains = [_grouped(vectors, min(grain, len(words) // 10)) for grain in GRAINS]
    return Concepts(words, np.column_stack(grains).astype(np.int64))


def _numbered(documents: Iterable[str]) -> tuple[tuple[str, ...], Ints]:
    """The frequent words in order, and all documents as one line of their numbers; -1 between."""
    numbers: dict[str, int] = {}
    parts: list[NDArray[np.int32]] = []
    for document in documents:
        found = [
            numbers.setdefault(token, len(numbers))
            for token in tokens(document[:_READ])
            if token[0].isalnum()
        ]
        parts.append(np.array(found + [-1] * _WINDOW, np.int32))
    stream = np.concatenate(parts) if parts else np.zeros(0, np.int32)
    counts = np.bincount(stream[stream >= 0], minlength=len(numbers))
    words = sorted(word for word, number in numbers.items() if counts[number] >= _RARE)
    renumbered = np.full(len(numbers) + 1, -1, np.int64)
    renumbered[[numbers[word] for word in words]] = np.arange(len(words))
    return tuple(words), renumbered[stream]


def _surroundings(stream: Ints, size: int) -> csr_matrix:
    """How much more often each two words stand near each other than chance would have it."""
    near = csr_matrix((size, size), dtype=np.float32)
    for distance in range(1, _WINDOW + 1):
        left, right = stream[:-distance], stream[distance:]
        both = (left >= 0) & (right >= 0)
        weight = np.full(int(both.sum()), 1.0 / distance, np.float32)
        near = near + csr_matrix((weight, (left[both], right[both])), shape=near.shape)
    counts = (near + near.T).tocoo()
    total = float(counts.sum())
    own = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    other = own**_SMOOTHING
    other *= total / other.sum()
    information = np.log(counts.data * total / (own[counts.row] * other[counts.col]))
    kept = information > 0
    return csr_matrix(
        (information[kept].astype(np.float32), (counts.row[kept], counts.col[kept])),
        shape=near.shape,
    )


def _grouped(vectors: Floats, size: int) -> Ints:
    from sklearn.cluster import MiniBatchKMeans

    groups = MiniBatchKMeans(size, batch_size=4096, n_init=1, max_iter=30, random_state=0)
    result: Ints = groups.fit(vectors).labels_
    return result


def grouped_words(concepts: Concepts, found: Sequence[str]) -> list[tuple[int, ...]]:
    """The groups of those of the words that have groups, in order."""
    return [groups for word in found if (groups := concepts.of(word))]
