"""Documents that were read: tokens, rows, and what the rows' numbers mean for each token."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.retold import Retold, Told

_TOKENS: Final = 1 << 31
"""More tokens than any batch has."""

T = TypeVar("T")

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The tokens of all documents one after another, a line break behind each document.

    `edges` are the characters of the joined documents at which tokens begin, and the end. `firsts`
    are the numbers of the documents' first tokens, and the count of all tokens.
    """

    texts: list[str]
    edges: Ints
    firsts: Ints

    @classmethod
    def of(cls, texts: list[str], documents: Sequence[str]) -> Self:
        """`texts` joined are the documents, a line break behind each."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        edges = np.concatenate(([0], np.cumsum(lengths)))
        return cls(texts, edges, np.searchsorted(edges, starts_of(documents)))

    def rows(self) -> Ints:
        """The document of each token."""
        return np.repeat(np.arange(len(self.firsts) - 1), np.diff(self.firsts))


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Every time that a document has a feature: the document and the feature's number.

    First come words, runs and concepts, which stand from one character of the joined documents to
    another (`starts`, `ends`), then pairs, of which `pairs` has both tokens, then roles.
    """

    rows: Ints
    numbers: Ints
    starts: Ints
    ends: Ints
    pairs: tuple[Ints, Ints]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Documents with their tokens and rows.

    `slots` has the place of each hit among the stored values of the rows, `told` the roles, and
    `retold` finds which words bear them.
    """

    documents: Sequence[str]
    tokens: Tokens
    rows: csr_matrix
    hits: Hits
    slots: Ints
    told: Sequence[Told]
    retold: Retold

    def tokenised(self) -> list[list[str]]:
        """The tokens of each document."""
        return self.by_document(self.tokens.texts)

    def by_document(self, values: list[T]) -> list[list[T]]:
        """A value for each of all tokens → those of each document's tokens."""
        firsts = self.tokens.firsts.tolist()
        return [values[a : b - 1] for a, b in pairwise(firsts)]

    def spread(self, added: Floats) -> Floats:
        """How `added`, a number for each stored value of the rows, falls on all tokens.

        A feature's number is shared evenly by its occurrences (of a pair: by those of both
        parts), an occurrence's by its characters: a document's tokens sum to its features, exactly.
        """
        edges = self.tokens.edges
        starts, ends, slots = self._occurrences()
        share = (added / np.maximum(np.bincount(slots, minlength=len(added)), 1))[slots]
        share /= ends - starts
        size = int(edges[-1]) + 1
        steps = np.bincount(starts, share, size) - np.bincount(ends, share, size)
        sums = np.concatenate(([0.0], np.cumsum(np.cumsum(steps))))
        result: Floats = np.diff(sums[edges])
        return result

    def _occurrences(self) -> tuple[Ints, Ints, Ints]:
        """Start, end and place among the rows' values of everything that bears a feature."""
        edges = self.tokens.edges
        single, pairs = len(self.hits.starts), len(self.hits.pairs[0])
        of_pairs = np.tile(self.slots[single : single + pairs] * _TOKENS, 2)
        # A pair whose parts stand there several times was hit as often; each token bears it once.
        borne = np.sort(of_pairs + np.concatenate(self.hits.pairs))
        of_pairs, token = np.divmod(borne[np.diff(borne, prepend=-1) != 0], _TOKENS)
        row, start, end, number = self.retold.bearers(self.told).T
        begins = starts_of(self.documents)[row]
        of_roles = np.searchsorted(keys_of(self.rows), row * self.rows.shape[1] + number)
        return (
            np.concatenate((self.hits.starts, edges[token], begins + start)),
            np.concatenate((self.hits.ends, edges[token + 1], begins + end)),
            np.concatenate((self.slots[:single], of_pairs, of_roles)),
        )


def starts_of(documents: Sequence[str]) -> Ints:
    """Where each document begins when all are joined, one character between, and the end."""
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    return np.concatenate(([0], np.cumsum(lengths + 1)))


def keys_of(rows: csr_matrix) -> Ints:
    """Row · width + column of every stored value; they ascend."""
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    keys: Ints = row * rows.shape[1] + rows.indices
    return keys
