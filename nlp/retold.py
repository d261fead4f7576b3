"""The role features of many documents: what the same words in the same order tell, worked out once.

Headlines are short and most name few roles, so most of them tell what another one has told.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.roles import READ, Roles, bearers, roles_of

_BETWEEN: Final = "\0"
"""Stands between words and between documents; no word of the lexicon has it."""

_KEPT: Final = 1 << 14
"""Sequences of words that are remembered."""

Ints = NDArray[np.int64]


class Told(NamedTuple):
    """A document that names roles: its number and beginning, the lexicon's words and their places.

    The words alone, in their order, are all that roles are told from.
    """

    row: int
    begin: int
    words: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Retold:
    """Tells the roles of documents as numbers of features."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._number_of = numbers
        self._told = lru_cache(_KEPT)(self._tell)
        self._borne = lru_cache(_KEPT)(self._bear)

    def read(self, documents: Sequence[str]) -> list[Told]:
        """The documents that name roles: all are searched as one."""
        read = [document[:READ] for document in documents]
        found = Roles.shared().matches(_BETWEEN.join(read)) if self._number_of else []
        if not found:
            return []
        words, starts, ends = zip(*found, strict=True)
        begins = np.cumsum([0, *(len(one) + 1 for one in read)])
        bounds = np.searchsorted(starts, begins).tolist()
        return [
            Told(row, begin, words[a:b], starts[a:b], ends[a:b])
            for row, (begin, (a, b)) in enumerate(
                zip(begins.tolist()[:-1], pairwise(bounds), strict=True)
            )
            if a < b
        ]

    def numbers(self, told: Sequence[Told]) -> tuple[Ints, Ints]:
        """The document and the number of every feature."""
        found = [self._told(one.words) for one in told]
        rows = np.repeat([one.row for one in told], [len(numbers) for numbers in found])
        return rows.astype(np.int64), np.array([*chain.from_iterable(found)], np.int64)

    def bearers(self, told: Sequence[Told]) -> Ints:
        """Document, start, end and number of every word that bears a feature.

        Where a document has title and body, also those that the title alone would have.
        """
        found = [
            (one.row, one.starts[at] - one.begin, one.ends[at] - one.begin, number)
            for one in told
            for at, number in self._borne(one.words)
        ]
        return np.array(found, np.int64).reshape(-1, 4)

    def _tell(self, words: tuple[int, ...]) -> tuple[int, ...]:
        numbers = map(self._number_of.get, roles_of(_skeleton(words)))
        return tuple(number for number in numbers if number is not None)

    def _bear(self, words: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """Which of the words bears which feature."""
        skeleton = _skeleton(words)
        terms = roles_of(skeleton) + roles_of(skeleton.partition("\n")[0])
        known = [term for term in dict.fromkeys(terms) if term in self._number_of]
        return tuple(
            (skeleton.count(_BETWEEN, 0, start), self._number_of[term])
            for term, spans in zip(known, bearers(skeleton, known), strict=True)
            for start, _ in spans
        )


def _skeleton(words: tuple[int, ...]) -> str:
    """A document of these words and nothing else."""
    lexicon = Roles.shared().words
    return _BETWEEN.join([lexicon[word] for word in words])
