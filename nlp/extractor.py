"""Documents → sparse rows, a batch at a time, and back: what a row's numbers mean for each token.

The same features as those that nlp/features.py states plainly, in numpy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.concepts import Concepts
from nlp.features import PAIRED, PAIRED_GRAINS, RUNS, TITLE_SHARE, Vocabulary
from nlp.roles import bearers, roles_of

_UNICODE: Final = 0x110000

_WORDS: Final = 1 << 31
"""More words than any vocabulary has: two neighbours are left · this + right."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class _Index:
    """Finds the feature number of integer keys; -1 for keys that are no feature."""

    def __init__(self, keys: Ints, numbers: Ints) -> None:
        order = np.argsort(keys, kind="stable")
        # A last key above all others lets every search hit land inside the array.
        self._keys = np.append(keys[order], np.iinfo(np.int64).max)
        self._numbers = np.append(numbers[order], -1)

    def find(self, keys: Ints) -> Ints:
        at = np.searchsorted(self._keys, keys)
        return np.where(self._keys[at] == keys, self._numbers[at], -1)


class _Pairs:
    """Pairs of things that stand in one document, the things being numbers above 0."""

    def __init__(self, table: Ints, size: int) -> None:
        """`table` has the two things and the feature number of each pair."""
        left, right, numbers = table.T
        self._size = size
        self._useful = np.zeros(size, bool)
        self._useful[left] = True
        self._useful[right] = True
        self._index = _Index(np.minimum(left, right) * size + np.maximum(left, right), numbers)

    def find(self, things: Ints, rows: Ints) -> "_Found":
        """The pairs in each row; `things` has one for each token, 0 for none."""
        at = np.flatnonzero(self._useful[things])
        present, which = np.unique(rows[at] * self._size + things[at], return_inverse=True)
        row, thing = np.divmod(present, self._size)
        others = np.searchsorted(row, row, side="right") - 1 - np.arange(len(row))
        first = np.repeat(np.arange(len(row)), others)
        second = first + 1 + _within(others)
        numbers = self._index.find(thing[first] * self._size + thing[second])
        hit = numbers >= 0
        return _Found(row[first[hit]], numbers[hit], first[hit], second[hit], at, which)


@dataclass(frozen=True, slots=True)
class _Found:
    """Pairs of a batch: their rows, their numbers, and the two things of each.

    A thing is a number into the batch's distinct things; token `at[i]` is of thing `which[i]`.
    """

    row: Ints
    numbers: Ints
    first: Ints
    second: Ints
    at: Ints
    which: Ints

    def bearers(self) -> tuple[Ints, Ints]:
        """The tokens of both things of each pair, and the pair's number beside each."""
        order = np.argsort(self.which, kind="stable")
        counts = np.bincount(self.which)
        starts = np.cumsum(counts) - counts
        things = np.concatenate((self.first, self.second))
        repeats = counts[things]
        chosen = np.repeat(starts[things], repeats) + _within(repeats)
        return self.at[order[chosen]], np.repeat(np.tile(self.numbers, 2), repeats)


class Extractor:
    """Turns documents into rows over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, idf: Floats, concepts: Concepts) -> None:
        self.vocabulary = vocabulary
        self._idf = idf
        self._borders = np.array(vocabulary.borders)
        starts = (0, *vocabulary.borders)
        self._ids = {word: number for number, word in enumerate(concepts.words, 1)}
        self._index_words(vocabulary.words)
        self._index_runs(vocabulary.runs, starts[1])
        self._index_concepts(vocabulary.concepts, starts[2], concepts)
        self._index_pairs(vocabulary.pairs, starts[3])
        self._roles = {term: number for number, term in enumerate(vocabulary.roles, starts[4])}

    def rows(self, documents: Sequence[str], tokenised: Sequence[Sequence[str]]) -> csr_matrix:
        """One row per document; `tokenised` holds the tokens of each."""
        whole = self._rows(documents, tokenised)
        both = [at for at, one in enumerate(documents) if _has_both(one)]
        if not both:
            return whole
        titles = [documents[at].partition("\n")[0] for at in both]
        heads = [_head(tokenised[at], len(title)) for at, title in zip(both, titles, strict=True)]
        share = np.full(len(both), TITLE_SHARE)
        lift = csr_matrix((share, (both, np.arange(len(both)))), (len(documents), len(both)))
        sums = whole + lift @ self._rows(titles, heads)
        sums.sort_indices()
        return sums

    def spread(
        self,
        documents: Sequence[str],
        tokenised: Sequence[Sequence[str]],
        rows: csr_matrix,
        added: Floats,
    ) -> list[list[float]]:
        """How `added`, a number for each stored value of the documents' rows, falls on the tokens.

        A feature's number is shared evenly by its occurrences (of a pair: by those of both
        parts), an occurrence's by its characters: a document's tokens sum to its features, exactly.
        """
        counts = [len(tokens) for tokens in tokenised]
        flat = (len(token) for tokens in tokenised for token in (*tokens, "\n"))
        edges = np.cumsum(np.fromiter(chain((0,), flat), np.int64, sum(counts) + len(counts) + 1))
        edges = np.append(edges, edges[-1])
        start, end, features = self._occurrences(documents, tokenised, edges)
        size = int(edges[-1])
        row = _owners([len(one) for one in documents])[start]
        width = len(self.vocabulary)
        keys = np.repeat(np.arange(len(documents)), np.diff(rows.indptr)) * width + rows.indices
        slot = np.searchsorted(keys, row * width + features)
        share = (added / np.bincount(slot, minlength=len(keys)))[slot] / (end - start)
        steps = np.bincount(start, share, size + 1) - np.bincount(end, share, size + 1)
        sums = np.concatenate(([0.0], np.cumsum(np.cumsum(steps))))
        by_token = iter(np.diff(sums[edges[:-1]]).tolist())
        # The separator after each document is a token, too; it carries nothing.
        return [list(islice(by_token, count + 1))[:count] for count in counts]

    def _rows(self, documents: Sequence[str], tokenised: Sequence[Sequence[str]]) -> csr_matrix:
        owner_of_token = _owners([len(found) for found in tokenised])
        owner_of_character = _owners([len(one) for one in documents])
        ids = self._numbered(tokenised)
        tokens, words, _ = self._word_features(ids)
        members, concepts = self._concept_features(ids)
        characters, runs, _ = self._run_features(documents)
        pairs = self._pair_features(ids, owner_of_token)
        role_rows, roles = self._role_features(documents)
        return self._weighed(
            np.concatenate(
                (
                    owner_of_token[tokens],
                    owner_of_character[characters],
                    owner_of_token[members],
                    *(found.row for found in pairs),
                    role_rows,
                )
            ),
            np.concatenate((words, runs, concepts, *(found.numbers for found in pairs), roles)),
            len(documents),
        )

    def _occurrences(
        self, documents: Sequence[str], tokenised: Sequence[Sequence[str]], edges: Ints
    ) -> tuple[Ints, Ints, Ints]:
        """Start, end and feature of every occurrence, in characters of the joined documents."""
        ids = self._numbered(tokenised)
        owners = _owners([len(found) for found in tokenised])
        at_token, words, spans = self._word_features(ids)
        members, concepts = self._concept_features(ids)
        at_character, runs, lengths = self._run_features(documents)
        borne = [found.bearers() for found in self._pair_features(ids, owners)]
        role_starts, role_ends, roles = self._role_occurrences(documents)
        single = np.concatenate((members, *(tokens for tokens, _ in borne)))
        return (
            np.concatenate((edges[at_token], at_character, edges[single], role_starts)),
            np.concatenate(
                (edges[at_token + spans], at_character + lengths, edges[single + 1], role_ends)
            ),
            np.concatenate((words, runs, concepts, *(numbers for _, numbers in borne), roles)),
        )

    def _weighed(self, row: Ints, feature: Ints, height: int) -> csr_matrix:
        width = len(self.vocabulary)
        keys = row * width + feature
        keys.sort()
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(first, append=len(keys))
        row, feature = np.divmod(keys[first], width)
        values = (1.0 + np.log(counts)) * self._idf[feature]
        families = len(self._borders)
        block = families * row + np.searchsorted(self._borders, feature, side="right")
        values /= np.sqrt(np.bincount(block, values * values, families * height))[block]
        starts = np.searchsorted(row, np.arange(height + 1))
        return csr_matrix((values, feature, starts), shape=(height, width))

    def _index_words(self, entries: Iterable[str]) -> None:
        singles, neighbours = [], []
        for number, entry in enumerate(entries):
            first, blank, second = entry.partition(" ")
            if blank:
                neighbours.append((self._id(first), self._id(second), number))
            else:
                singles.append((self._id(first), number))
        known = _table(singles, 2)
        self._number_of = np.full(len(self._ids) + 1, -1, np.int64)
        self._number_of[known[:, 0]] = known[:, 1]
        keys = _table(neighbours, 3)
        self._neighbours = _Index(keys[:, 0] * _WORDS + keys[:, 1], keys[:, 2])

    def _id(self, word: str) -> int:
        return self._ids.setdefault(word, len(self._ids) + 1)

    def _index_runs(self, runs: Sequence[str], offset: int) -> None:
        codes = np.array(runs, "<U4").view("<u4").reshape(-1, 4)
        letters = np.unique(codes)
        self._letters = np.zeros(_UNICODE, np.int64)
        letters = letters[letters > 0]
        self._letters[letters] = np.arange(1, len(letters) + 1)
        self._base = len(letters) + 1
        lengths = np.count_nonzero(codes, axis=1)
        numbers = np.arange(len(runs)) + offset
        self._runs = {}
        for n in RUNS:
            chosen = lengths == n
            keys = self._run_keys(self._letters[codes[chosen][:, :n]].T)
            self._runs[n] = _Index(keys, numbers[chosen])

    def _run_keys(self, letters: Ints) -> Ints:
        keys: Ints = letters[0]
        for following in letters[1:]:
            keys = keys * self._base + following
        return keys

    def _index_concepts(self, entries: Sequence[str], offset: int, concepts: Concepts) -> None:
        """Of every word and grain its group, numbered from 1, and of every group its feature."""
        self._groups = np.zeros((len(self._ids) + 1, concepts.groups.shape[1]), np.int64)
        self._groups[1 : len(concepts.words) + 1] = concepts.groups + 1
        self._group_number = np.full((self._groups.shape[1], self._groups.max() + 1), -1, np.int64)
        for number, entry in enumerate(entries, offset):
            grain, _, group = entry.partition("#")
            self._group_number[int(grain), int(group) + 1] = number

    def _index_pairs(self, entries: Sequence[str], offset: int) -> None:
        found: dict[int, list[tuple[int, int, int]]] = {grain: [] for grain in (-1, *PAIRED_GRAINS)}
        for number, entry in enumerate(entries, offset):
            left, _, right = entry.partition("+")
            grain, sign, group = left.partition("#")
            if sign:
                other = int(right.partition("#")[2])
                found[int(grain)].append((int(group) + 1, other + 1, number))
            else:
                found[-1].append((self._id(left), self._id(right), number))
        more = len(self._ids) + 1 - len(self._number_of)
        # Words that only stand in pairs are no features of their own.
        self._number_of = np.append(self._number_of, np.full(more, -1, np.int64))
        grouped = self._groups.shape
        self._groups = np.vstack((self._groups, np.zeros((more, grouped[1]), np.int64)))
        sizes = {-1: len(self._number_of)}
        self._pairs = {
            grain: _Pairs(_table(rows, 3), sizes.get(grain, self._group_number.shape[1]))
            for grain, rows in found.items()
        }

    def _numbered(self, tokenised: Sequence[Sequence[str]]) -> Ints:
        """The tokens of all documents in a row, 0 for unknown ones and after each document."""
        get = self._ids.get
        flat: list[int] = []
        for tokens in tokenised:
            flat += [get(token, 0) for token in tokens]
            flat.append(0)
        return np.array(flat, np.int64)

    def _word_features(self, ids: Ints) -> tuple[Ints, Ints, Ints]:
        """Of every word and neighbours that are a feature: first token, number, how many tokens."""
        single = self._number_of[ids]
        at_word = np.flatnonzero(single >= 0)
        left, right = ids[:-1], ids[1:]
        at_pair = np.flatnonzero((left > 0) & (right > 0))
        double = self._neighbours.find(left[at_pair] * _WORDS + right[at_pair])
        at_pair, double = at_pair[double >= 0], double[double >= 0]
        return (
            np.concatenate((at_word, at_pair)),
            np.concatenate((single[at_word], double)),
            np.repeat((1, 2), (len(at_word), len(at_pair))),
        )

    def _concept_features(self, ids: Ints) -> tuple[Ints, Ints]:
        """Of every token and grain whose group is a feature: the token and the number."""
        groups = self._groups[ids]
        numbers = self._group_number[np.arange(groups.shape[1]), groups]
        at, grain = np.nonzero(numbers >= 0)
        return at, numbers[at, grain]

    def _pair_features(self, ids: Ints, owners: Ints) -> list[_Found]:
        """The pairs of words and of the groups of each grain."""
        position = np.arange(len(ids)) - np.searchsorted(owners, owners)
        near = np.where(position < PAIRED, ids, 0)
        return [
            pairs.find(near if grain < 0 else self._groups[near, grain], owners)
            for grain, pairs in self._pairs.items()
        ]

    def _run_features(self, documents: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Of every character run that is a feature: first character, number, length."""
        text = "\n".join(documents) + "\n"
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        letters = self._letters[codes]
        starts, numbers = [], []
        keys = np.zeros_like(letters)
        whole = np.ones(len(letters), bool)
        for n in RUNS:
            end = len(letters) - n + 1
            following = letters[n - 1 :]
            keys = keys[:end] * self._base + following
            whole = whole[:end] & (following > 0)
            at = np.flatnonzero(whole)
            found = self._runs[n].find(keys[at])
            starts.append(at[found >= 0])
            numbers.append(found[found >= 0])
        lengths = np.repeat(RUNS, [len(one) for one in numbers])
        return np.concatenate(starts), np.concatenate(numbers), lengths

    def _role_features(self, documents: Sequence[str]) -> tuple[Ints, Ints]:
        """The row and the number of every role that is a feature."""
        if not self._roles:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        get = self._roles.get
        numbers: list[int] = []
        counts: list[int] = []
        for one in documents:
            found = [number for term in roles_of(one) if (number := get(term)) is not None]
            numbers += found
            counts.append(len(found))
        return np.repeat(np.arange(len(documents)), counts), np.array(numbers, np.int64)

    def _role_occurrences(self, documents: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Start, end and number of each word that bears a role feature."""
        found: list[tuple[int, int, int]] = []
        start = 0
        for one in documents:
            # A title alone may tell roles that the whole does not (only:child), see `rows`.
            title = roles_of(one.partition("\n")[0]) if _has_both(one) else []
            known = [term for term in dict.fromkeys(roles_of(one) + title) if term in self._roles]
            for term, spans in zip(known, bearers(one, known), strict=True):
                number = self._roles[term]
                found += [(start + begin, start + end, number) for begin, end in spans]
            start += len(one) + 1
        table = _table(found, 3)
        return table[:, 0], table[:, 1], table[:, 2]


def _table(rows: Sequence[tuple[int, ...]], width: int) -> Ints:
    return np.array(rows, np.int64).reshape(-1, width)


def _owners(lengths: Sequence[int]) -> Ints:
    """The document that each token or character belongs to, with one separator after each."""
    return np.repeat(np.arange(len(lengths)), np.array(lengths, np.int64) + 1)


def _within(counts: Ints) -> Ints:
    """0, 1, … up to each count, one after another."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)


def _has_both(one: str) -> bool:
    title, _, body = one.partition("\n")
    return bool(title.strip() and body.strip())


def _head(tokens: Sequence[str], length: int) -> list[str]:
    """The tokens within the first `length` characters."""
    taken: list[str] = []
    for token in tokens:
        length -= len(token)
        if length < 0:
            break
        taken.append(token)
    return taken
