"""What a document is described by: five families of features, each stated plainly.

A document is a title, a line break and a body, normalised. `words` are its words and pairs of
neighbouring words, `runs` its runs of one to four characters, `concepts` the groups of its words,
`pairs` words and groups that stand in it together, `roles` who does what to whom. Each family is a
block of its own: (1 + ln count) · idf, scaled to length 1. The row of a document with both parts
is its block plus half the block of its title alone: a headline says what a body only surrounds.

`Extractor` (nlp/extractor.py) computes the same for whole batches.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import chain, combinations, pairwise
from typing import Final, Self

from nlp import text as spelling
from nlp.concepts import Concepts, grouped_words
from nlp.errors import NlpError
from nlp.roles import roles_of

RUNS: Final = (1, 2, 3, 4)
"""Lengths of the character runs."""

PAIRED: Final = 48
"""Tokens of a document from which pairs are made: a case is told at the start."""

PAIRED_GRAINS: Final = (0, 2)
"""The grains (see nlp/concepts.py) whose groups make pairs."""

TITLE_SHARE: Final = 0.5
"""What the title of a text with a body counts beside the whole."""


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


def concept_terms(text: str, concepts: Concepts) -> list[str]:
    """The groups of the words of a document, as grain#group."""
    return [
        f"{grain}#{group}"
        for groups in grouped_words(concepts, spelling.tokens(text))
        for grain, group in enumerate(groups)
    ]


def pair_terms(text: str, concepts: Concepts) -> list[str]:
    """Every two different words of two or more characters, and every two different groups of one
    grain, among the first tokens of a document: each pair once, joined by +, in order."""
    found = spelling.tokens(text)[:PAIRED]
    long = sorted({token for token in found if len(token) > 1 and token[0].isalnum()})
    pairs = [f"{a}+{b}" for a, b in combinations(long, 2)]
    groups = grouped_words(concepts, found)
    for grain in PAIRED_GRAINS:
        present = sorted({each[grain] for each in groups})
        pairs += [f"{grain}#{a}+{grain}#{b}" for a, b in combinations(present, 2)]
    return pairs


def role_terms(text: str) -> list[str]:
    """The roles of a document and how they act on each other."""
    return roles_of(text)


def family_terms(concepts: Concepts) -> tuple[Callable[[str], list[str]], ...]:
    """What gives the terms of a document, family after family."""
    return (
        word_terms,
        run_terms,
        partial(concept_terms, concepts=concepts),
        partial(pair_terms, concepts=concepts),
        role_terms,
    )


@dataclass(frozen=True)
class Vocabulary:
    """The features by number, family after family."""

    words: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(family) for family in self.families)

    @property
    def families(self) -> tuple[tuple[str, ...], ...]:
        """The families in order."""
        return (self.words, self.runs, self.concepts, self.pairs, self.roles)

    @property
    def borders(self) -> tuple[int, ...]:
        """The number after the last of each family."""
        ends, end = [], 0
        for family in self.families:
            end += len(family)
            ends.append(end)
        return tuple(ends)

    def kept(self, numbers: Sequence[int]) -> Self:
        """The vocabulary of those features alone; `numbers` ascend."""
        entries = list(chain.from_iterable(self.families))
        parts, start = [], 0
        for border in self.borders:
            end = bisect_left(numbers, border)
            parts.append(tuple(entries[number] for number in numbers[start:end]))
            start = end
        return type(self)(*parts)

    def dump(self) -> str:
        """One feature a line; an empty line ends each family."""
        return "\n".join(chain.from_iterable((*family, "") for family in self.families))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `dump`; raises NlpError when a family has no end."""
        lines = text.split("\n")
        parts: list[tuple[str, ...]] = []
        start = 0
        for _ in fields(cls):
            try:
                end = lines.index("", start)
            except ValueError:
                raise NlpError("词表缺少结尾行，文件可能被截断，请重新安装模型") from None
            parts.append(tuple(lines[start:end]))
            start = end + 1
        return cls(*parts)
