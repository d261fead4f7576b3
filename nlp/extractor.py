"""Documents → sparse rows, a batch at a time, and back: what a row's numbers mean for each token.

The same features as those that nlp/features.py states plainly, in numpy.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.concepts import Concepts
from nlp.features import PAIRED, PAIRED_GRAINS, RUNS, TITLE_SHARE, Vocabulary
from nlp.lookup import Index, Pairs
from nlp.reading import Hits, Reading, Tokens, keys_of
from nlp.retold import Retold, Told
from nlp.text import tokens

_UNICODE: Final = 0x110000

_WORDS: Final = 1 << 31
"""More words than any vocabulary has: two neighbours are left · this + right."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Extractor:
    """Turns documents into rows over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, idf: Floats, concepts: Concepts) -> None:
        self.vocabulary = vocabulary
        self._idf = idf
        self._borders = np.array(vocabulary.borders)
        sizes = [len(family) for family in vocabulary.families]
        self._family = np.repeat(np.arange(len(sizes)), sizes)
        starts = (0, *vocabulary.borders)
        self._ids = dict(zip(concepts.words, range(1, len(concepts.words) + 1), strict=True))
        singles, self._neighbours = self._index_words(vocabulary.words)
        paired = self._pair_tables(vocabulary.pairs, starts[3])
        groups = np.zeros((len(self._ids) + 1, concepts.groups.shape[1]), np.int64)
        groups[1 : len(concepts.words) + 1] = concepts.groups + 1
        self._of_token = _features_of_tokens(singles, groups, vocabulary.concepts, starts[2])
        columns = (np.arange(len(groups)), *(groups[:, grain] for grain in PAIRED_GRAINS))
        self._things = np.column_stack(
            [_useful(column, table) for column, table in zip(columns, paired, strict=True)]
        )
        self._pairs = [Pairs(*table.T) for table in paired]
        self._index_runs(vocabulary.runs, starts[1])
        self._roles = Retold(
            {term: number for number, term in enumerate(vocabulary.roles, starts[4])}
        )

    def read(self, documents: Sequence[str]) -> Reading:
        """Tokens and rows of the documents."""
        # Line breaks are never part of a word: cut together, the documents are cut as if alone.
        cut = Tokens.of(tokens("\n".join((*documents, ""))), documents)
        told = self._roles.read(documents)
        hits = self._hits(documents, cut, told)
        rows, slots = self._weighed(hits, len(documents))
        both = [at for at, one in enumerate(documents) if _has_both(one)]
        if both:
            titles = [documents[at].partition("\n")[0] for at in both]
            heads = _heads(cut, both, titles)
            alone = self._hits(titles, Tokens.of(heads, titles), self._roles.read(titles))
            lifted, _ = self._weighed(alone, len(both))
            share = np.full(len(both), TITLE_SHARE)
            shape = (len(documents), len(both))
            whole = rows
            rows = whole + csr_matrix((share, (both, np.arange(len(both)))), shape) @ lifted
            rows.sort_indices()
            slots = np.searchsorted(keys_of(rows), keys_of(whole))[slots]
        return Reading(documents, cut, rows, hits, slots, told, self._roles)

    def _hits(self, documents: Sequence[str], cut: Tokens, told: Sequence[Told]) -> Hits:
        ids = np.fromiter(map(self._ids.get, cut.texts, repeat(0)), np.int64, len(cut.texts))
        rows = cut.rows()
        token, span, of_tokens = self._token_features(ids)
        character, length, runs = self._run_features(documents)
        pairs = self._pair_features(ids, cut, rows)
        first, second, paired = (np.concatenate(each) for each in zip(*pairs, strict=True))
        document, roles = self._roles.numbers(told)
        lengths = np.fromiter(map(len, documents), np.int64, len(documents)) + 1
        owner = np.repeat(np.arange(len(documents)), lengths)
        return Hits(
            np.concatenate((rows[token], owner[character], rows[first], document)),
            np.concatenate((of_tokens, runs, paired, roles)),
            np.concatenate((cut.edges[token], character)),
            np.concatenate((cut.edges[token + span], character + length)),
            (first, second),
        )

    def _weighed(self, hits: Hits, height: int) -> tuple[csr_matrix, Ints]:
        """The rows, and the place of each hit among their stored values."""
        width = len(self.vocabulary)
        bits, columns = len(hits.rows).bit_length(), width.bit_length()
        # The number of the hit in the low bits: sorting is much faster than finding the order.
        order = ((hits.rows << columns | hits.numbers) << bits) | np.arange(len(hits.rows))
        order.sort()
        keys = order >> bits
        new = np.diff(keys, prepend=-1) != 0
        slots = np.empty_like(order)
        slots[order & ((1 << bits) - 1)] = np.cumsum(new) - 1
        first = np.flatnonzero(new)
        row, number = keys[first] >> columns, keys[first] & ((1 << columns) - 1)
        counts = np.diff(first, append=len(keys))
        counts[number >= self._borders[2]] = 1
        values = self._idf[number]
        again = np.flatnonzero(counts > 1)
        values[again] *= 1.0 + np.log(counts[again])
        families = len(self._borders)
        block = families * row + self._family[number]
        values /= np.sqrt(np.bincount(block, values * values, families * height))[block]
        starts = np.searchsorted(row, np.arange(height + 1))
        return csr_matrix((values, number, starts), shape=(height, width)), slots

    def _id(self, word: str) -> int:
        return self._ids.setdefault(word, len(self._ids) + 1)

    def _index_words(self, entries: Sequence[str]) -> tuple[Ints, Index]:
        """Number and feature of every word that is one; the index of neighbours."""
        singles, neighbours = [], []
        for number, entry in enumerate(entries):
            first, blank, second = entry.partition(" ")
            if blank:
                neighbours.append((self._id(first), self._id(second), number))
            else:
                singles.append((self._id(first), number))
        left, right, numbers = _table(neighbours, 3).T
        return _table(singles, 2), Index(left * _WORDS + right, numbers)

    def _pair_tables(self, entries: Sequence[str], offset: int) -> list[Ints]:
        """Both things and the feature of every pair: of words, then of groups of each grain."""
        found: dict[str, list[tuple[int, int, int]]] = {
            kind: [] for kind in ("", *map(str, PAIRED_GRAINS))
        }
        for number, entry in enumerate(entries, offset):
            left, _, right = entry.partition("+")
            grain, sign, group = left.partition("#")
            if sign:
                other = int(right.partition("#")[2])
                found[grain].append((int(group) + 1, other + 1, number))
            else:
                found[""].append((self._id(left), self._id(right), number))
        return [_table(rows, 3) for rows in found.values()]

    def _index_runs(self, runs: Sequence[str], offset: int) -> None:
        codes = np.array(runs, "<U4").view("<u4").reshape(-1, 4)
        letters = np.unique(codes)
        letters = letters[letters > 0]
        self._letters = np.zeros(_UNICODE, np.int64)
        self._letters[letters] = np.arange(1, len(letters) + 1)
        self._base = len(letters) + 1
        lengths = np.count_nonzero(codes, axis=1)
        numbers = np.arange(len(runs)) + offset
        self._runs = {}
        for n in RUNS:
            chosen = lengths == n
            keys = np.zeros(int(chosen.sum()), np.int64)
            for column in self._letters[codes[chosen][:, :n]].T:
                keys = keys * self._base + column
            self._runs[n] = Index(keys, numbers[chosen])

    def _token_features(self, ids: Ints) -> tuple[Ints, Ints, Ints]:
        """Words, neighbours and groups that are features: first token, how many, number."""
        of_token = self._of_token[ids]
        at, column = np.nonzero(of_token >= 0)
        left, right = ids[:-1], ids[1:]
        both = np.flatnonzero((left > 0) & (right > 0))
        known, numbers = self._neighbours.find(left[both] * _WORDS + right[both])
        return (
            np.concatenate((at, both[known])),
            np.repeat((1, 2), (len(at), len(known))),
            np.concatenate((of_token[at, column], numbers)),
        )

    def _pair_features(self, ids: Ints, cut: Tokens, rows: Ints) -> list[tuple[Ints, Ints, Ints]]:
        """Both tokens and the number of the pairs of words and of the groups of each grain."""
        near = np.flatnonzero((np.arange(len(ids)) - cut.firsts[rows] < PAIRED) & (ids > 0))
        things, rows = self._things[ids[near]], rows[near]
        found = (pairs.find(things[:, at], rows) for at, pairs in enumerate(self._pairs))
        return [(near[first], near[second], numbers) for first, second, numbers in found]

    def _run_features(self, documents: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Of every character run that is a feature: first character, length, number."""
        text = "\n".join((*documents, ""))
        codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
        letters = self._letters[codes]
        starts, numbers = [], []
        at = np.flatnonzero(letters)
        keys = letters[at]
        for n in RUNS:
            if n > 1:
                # A run may grow while a letter follows; the text ends with a line break, no letter.
                following = letters[at + n - 1]
                grows = np.flatnonzero(following)
                at = at[grows]
                keys = keys[grows] * self._base + following[grows]
            known, found = self._runs[n].find(keys)
            starts.append(at[known])
            numbers.append(found)
        lengths = np.repeat(RUNS, [len(one) for one in numbers])
        return np.concatenate(starts), lengths, np.concatenate(numbers)


def _features_of_tokens(
    singles: Ints, groups: Ints, concepts: Sequence[str], offset: int
) -> NDArray[np.int32]:
    """For each word a row: its own feature and that of its group at each grain, -1 for none."""
    of_group = np.full((groups.shape[1], groups.max(initial=0) + 1), -1, np.int64)
    for number, entry in enumerate(concepts, offset):
        grain, _, group = entry.partition("#")
        of_group[int(grain), int(group) + 1] = number
    own = np.full(len(groups), -1, np.int64)
    own[singles[:, 0]] = singles[:, 1]
    of_groups = of_group[np.arange(groups.shape[1]), groups]
    return np.column_stack((own, of_groups)).astype(np.int32)


def _useful(things: Ints, table: Ints) -> Ints:
    """The thing of each word where a pair of the table has it, else 0."""
    useful = np.zeros(max(things.max(initial=0), table[:, :2].max(initial=0)) + 1, bool)
    useful[table[:, :2]] = True
    result: Ints = np.where(useful[things], things, 0)
    return result


def _table(rows: Sequence[tuple[int, ...]], width: int) -> Ints:
    return np.array(rows, np.int64).reshape(-1, width)


def _has_both(one: str) -> bool:
    title, _, body = one.partition("\n")
    return bool(title.strip() and body.strip())


def _heads(cut: Tokens, both: Sequence[int], titles: Sequence[str]) -> list[str]:
    """The tokens of the titles of those documents, a line break behind each."""
    firsts = cut.firsts[both]
    ends = np.searchsorted(cut.edges, cut.edges[firsts] + [len(title) for title in titles])
    flat: list[str] = []
    for first, end in zip(firsts.tolist(), ends.tolist(), strict=True):
        flat += cut.texts[first : end + 1]
    return flat
