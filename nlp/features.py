"""Words → numbered features → sparse rows: the one definition for training and for production.

A document is a title, a line break and a body, normalised. Its features are words, pairs of
neighbouring words and runs of one to four characters; none holds a blank or the line break. Words
with pairs and runs are two blocks: in each, (1 + ln count) · idf, scaled to length 1.
`word_terms` and `run_terms` say this plainly; `Extractor` computes the same for whole batches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp import text as spelling
from nlp.errors import NlpError

RUNS: Final = (1, 2, 3, 4)
"""Lengths of the character runs."""

_UNICODE: Final = 0x110000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def document(title: str, body: str) -> str:
    """The text whose features count."""
    return f"{spelling.clean(title)}\n{spelling.clean(body)}"


def word_terms(text: str) -> list[str]:
    """Words and pairs of neighbouring words of a document, the pairs joined by a blank."""
    found = spelling.tokens(text)
    single = [token for token in found if not token.isspace()]
    double = [f"{a} {b}" for a, b in pairwise(found) if not a.isspace() and not b.isspace()]
    return single + double


def run_terms(text: str) -> list[str]:
    """Character runs of a document."""
    runs = (text[at : at + n] for n in RUNS for at in range(len(text) - n + 1))
    return [run for run in runs if not any(char.isspace() for char in run)]


@dataclass(frozen=True)
class Vocabulary:
    """The features by number: first the words and pairs, then the runs."""

    words: tuple[str, ...]
    runs: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.words) + len(self.runs)

    def dump(self) -> str:
        """One feature a line, words and pairs first, an empty line before the runs."""
        return "\n".join((*self.words, "", *self.runs))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `dump`; raises NlpError when the empty line is missing."""
        lines = text.split("\n")
        try:
            middle = lines.index("")
        except ValueError:
            raise NlpError("词表缺少分隔空行，文件可能被截断，请重新安装模型") from None
        return cls(tuple(lines[:middle]), tuple(lines[middle + 1 :]))


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


class Extractor:
    """Turns documents into rows over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, idf: Floats) -> None:
        self.vocabulary = vocabulary
        self._idf = idf
        self._index_words(vocabulary.words)
        self._index_runs(vocabulary.runs, len(vocabulary.words))

    def rows(self, documents: Sequence[str], tokenised: Sequence[Sequence[str]]) -> csr_matrix:
        """One row per document; `tokenised` holds the tokens of each."""
        tokens, words, _ = self._word_features(tokenised)
        characters, runs, _ = self._run_features(documents)
        owner_of_token = _owners([len(found) for found in tokenised])
        owner_of_character = _owners([len(one) for one in documents])
        return self._weighed(
            np.concatenate((owner_of_token[tokens], owner_of_character[characters])),
            np.concatenate((words, runs)),
            len(documents),
        )

    def spread(
        self,
        documents: Sequence[str],
        tokenised: Sequence[Sequence[str]],
        rows: csr_matrix,
        added: Floats,
    ) -> list[list[float]]:
        """How `added`, a number for each stored value of the documents' rows, falls on the tokens.

        A feature's number is shared evenly by its occurrences, an occurrence's by its characters:
        a document's tokens sum to its features, exactly.
        """
        counts = [len(tokens) for tokens in tokenised]
        flat = (len(token) for tokens in tokenised for token in (*tokens, "\n"))
        edges = np.cumsum(np.fromiter(chain((0,), flat), np.int64, sum(counts) + len(counts) + 1))
        edges = np.append(edges, edges[-1])
        at_token, words, spans = self._word_features(tokenised)
        at_character, runs, lengths = self._run_features(documents)
        start = np.concatenate((edges[at_token], at_character))
        end = np.concatenate((edges[at_token + spans], at_character + lengths))
        size = int(edges[-1])
        row = _owners([len(one) for one in documents])[start]
        width = len(self.vocabulary)
        keys = np.repeat(np.arange(len(documents)), np.diff(rows.indptr)) * width + rows.indices
        slot = np.searchsorted(keys, row * width + np.concatenate((words, runs)))
        share = (added / np.bincount(slot, minlength=len(keys)))[slot] / (end - start)
        steps = np.bincount(start, share, size + 1) - np.bincount(end, share, size + 1)
        sums = np.concatenate(([0.0], np.cumsum(np.cumsum(steps))))
        by_token = iter(np.diff(sums[edges[:-1]]).tolist())
        # The separator after each document is a token, too; it carries nothing.
        return [list(islice(by_token, count + 1))[:count] for count in counts]

    def _weighed(self, row: Ints, feature: Ints, height: int) -> csr_matrix:
        width = len(self.vocabulary)
        keys = row * width + feature
        keys.sort()
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(first, append=len(keys))
        row, feature = np.divmod(keys[first], width)
        values = (1.0 + np.log(counts)) * self._idf[feature]
        block = 2 * row + (feature >= len(self.vocabulary.words))
        values /= np.sqrt(np.bincount(block, values * values, 2 * height))[block]
        starts = np.searchsorted(row, np.arange(height + 1))
        return csr_matrix((values, feature, starts), shape=(height, width))

    def _index_words(self, entries: Iterable[str]) -> None:
        self._ids: dict[str, int] = {}
        number_of = [-1]
        pairs, numbers = [], []
        for number, entry in enumerate(entries):
            first, blank, second = entry.partition(" ")
            if blank:
                pairs.append((self._id(first, number_of), self._id(second, number_of)))
                numbers.append(number)
            else:
                number_of[self._id(first, number_of)] = number
        self._number_of = np.array(number_of, np.int64)
        keys = np.array(pairs, np.int64).reshape(-1, 2)
        self._pairs = _Index(keys[:, 0] * len(number_of) + keys[:, 1], np.array(numbers, np.int64))

    def _id(self, word: str, number_of: list[int]) -> int:
        known = self._ids.get(word)
        if known is None:
            known = self._ids[word] = len(number_of)
            number_of.append(-1)
        return known

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

    def _word_features(self, tokenised: Sequence[Sequence[str]]) -> tuple[Ints, Ints, Ints]:
        """Of every word and pair that is a feature: first token, number, how many tokens."""
        get = self._ids.get
        flat: list[int] = []
        for tokens in tokenised:
            flat += [get(token, 0) for token in tokens]
            flat.append(0)
        ids = np.array(flat, np.int64)
        single = self._number_of[ids]
        at_word = np.flatnonzero(single >= 0)
        left, right = ids[:-1], ids[1:]
        at_pair = np.flatnonzero((left > 0) & (right > 0))
        double = self._pairs.find(left[at_pair] * len(self._number_of) + right[at_pair])
        at_pair, double = at_pair[double >= 0], double[double >= 0]
        return (
            np.concatenate((at_word, at_pair)),
            np.concatenate((single[at_word], double)),
            np.repeat((1, 2), (len(at_word), len(at_pair))),
        )

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


def _owners(lengths: Sequence[int]) -> Ints:
    """The document that each token or character belongs to, with one separator after each."""
    return np.repeat(np.arange(len(lengths)), np.array(lengths, np.int64) + 1)
