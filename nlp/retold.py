"""The role features of many documents: what the same words in the same order tell, worked out once.

Headlines are short and most name few roles, so most of them tell what another one has told.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
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
    """A document that names roles: its number, the spans of the lexicon's words, these joined.

    The words alone are all that roles are told from.
    """

    row: int
    spans: list[tuple[int, int]]
    skeleton: str


class Retold:
    """Tells the roles of documents as numbers of features."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._number_of = numbers
        self._told = lru_cache(_KEPT)(self._tell)
        self._borne = lru_cache(_KEPT)(self._bear)

    def read(self, documents: Sequence[str]) -> list[Told]:
        """The documents that name roles: all are searched as one."""
        if not self._number_of:
            return []
        read = [document[:READ] for document in documents]
        starts = np.cumsum([0, *(len(one) + 1 for one in read)])
        found = Roles.shared().spans(_BETWEEN.join(read))
        begins = np.array([begin for begin, _, _ in found], np.int64)
        telling = np.array([begin for begin, _, role in found if role.term], np.int64)
        rows = np.flatnonzero(np.diff(np.searchsorted(telling, starts)))
        first, last = (
            np.searchsorted(begins, starts[rows]),
            np.searchsorted(begins, starts[rows + 1]),
        )
        result = []
        for row, start, a, b in zip(
            rows.tolist(), starts[rows].tolist(), first.tolist(), last.tolist(), strict=True
        ):
            # A word may stand for several roles; it is one word.
            spans = list(dict.fromkeys([(x - start, y - start) for x, y, _ in found[a:b]]))
            text = read[row]
            result.append(Told(row, spans, _BETWEEN.join([text[x:y] for x, y in spans])))
        return result

    def numbers(self, told: Sequence[Told]) -> tuple[Ints, Ints]:
        """The document and the number of every feature."""
        found = [self._told(one.skeleton) for one in told]
        rows = np.repeat([one.row for one in told], [len(numbers) for numbers in found])
        flat = [number for numbers in found for number in numbers]
        return rows.astype(np.int64), np.array(flat, np.int64)

    def bearers(self, told: Sequence[Told]) -> Ints:
        """Document, start, end and number of every word that bears a feature.

        Where a document has title and body, also those that the title alone would have.
        """
        found = [
            (one.row, *one.spans[at], number)
            for one in told
            for at, number in self._borne(one.skeleton)
        ]
        return np.array(found, np.int64).reshape(-1, 4)

    def _tell(self, skeleton: str) -> tuple[int, ...]:
        numbers = map(self._number_of.get, roles_of(skeleton))
        return tuple(number for number in numbers if number is not None)

    def _bear(self, skeleton: str) -> tuple[tuple[int, int], ...]:
        """Which word of a skeleton bears which feature."""
        terms = roles_of(skeleton) + roles_of(skeleton.partition("\n")[0])
        known = [term for term in dict.fromkeys(terms) if term in self._number_of]
        return tuple(
            (skeleton.count(_BETWEEN, 0, start), self._number_of[term])
            for term, spans in zip(known, bearers(skeleton, known), strict=True)
            for start, _ in spans
        )
