"""Cues: where a case takes place, what makes it dangerous, who in it is vulnerable. By rules.

The setting decides who is competent. The risk cues are those by which a family quarrel may turn
into a crime (民转刑) and those of danger to life. Each keeps its place in the text, so that an
officer sees what was said.
"""

import csv
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final, Self

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.assessment import Cue, Field
from nlp.lexicon import read_lines
from nlp.text import clean, normalise, original_span

READ: Final = 1000
"""Code points of a body that are read: cases are told at the start."""

NEAR: Final = 10
"""Characters, at most, between a word that needs company (多次, 汽油) and its company (打)."""

_DENIED: Final = re.compile(
    r"(?:没有?|[未无非]|并[未没不]|不(?:是|存在|会|再|要|得|准)?|否认|排除|防止|预防|避免|禁止|严禁|杜绝|远离|抵制|假装|谎称)"
    r"(?:有|被|遭|受到?|曾|过|人|任何|进行|出现)*$"
)
_ASKED: Final = re.compile(r"有没有?$|[是要会能]不[是要会能]$")


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """What a word of the lexicon stands for.

    `near` names the company that it needs in its clause, `unless` those that make it harmless
    there. Of kind `context` are the words of such company, `value` its name.
    """

    kind: str
    value: str
    near: str
    unless: tuple[str, ...]
    rank: int


_Hit = tuple[Term, int, int, int]
"""A word that was found: what it stands for, its span, the number of its clause."""

_EDGE: Final = Term("context", "break", "", (), 0)


class Terms:
    """The shipped words in one automaton; the leftmost, then the longest wins.

    Words of kind `guard` stand for nothing: they hide the words that they hold (孕妇装).
    """

    def __init__(self, rows: Sequence[dict[str, str]]) -> None:
        found: dict[str, list[Term]] = {" ": [_EDGE], "\n": [_EDGE]}
        for rank, row in enumerate(rows):
            unless = tuple(row["unless"].split())
            term = Term(row["kind"], row["value"], row["near"], unless, rank)
            if row["value"] == "break":
                term = _EDGE
            for word in row["terms"].split():
                found.setdefault(word, []).append(term)
        self.words = tuple(found)
        self._terms = [[term for term in terms if term.kind != "guard"] for terms in found.values()]
        self._speaking = [any(term.kind != "context" for term in terms) for terms in self._terms]
        self._automaton = AhoCorasick(
            self.words, MatchKind.LeftmostLongest, implementation=Implementation.DFA
        )

    @classmethod
    @cache
    def shared(cls) -> Self:
        return cls(list(csv.DictReader(read_lines("cues.csv"))))

    def find(self, text: str) -> tuple[list[_Hit], list[_Hit]]:
        """The cues of a normalised text in order, and the words of company."""
        cues: list[_Hit] = []
        company: list[_Hit] = []
        clause = 0
        for index, start, end in self._automaton.find_matches_as_indexes(text):
            for term in self._terms[index]:
                if term is _EDGE:
                    clause += 1
                elif term.kind == "context":
                    company.append((term, start, end, clause))
                else:
                    cues.append((term, start, end, clause))
        return cues, company

    def name_cues(self, texts: Sequence[str]) -> list[bool]:
        """Whether each normalised text has a word that is a cue where it stands alone."""
        starts = [*accumulate((len(text) + 1 for text in texts), initial=0)]
        named = [False] * len(texts)
        for index, start, _ in self._automaton.find_matches_as_indexes("\0".join(texts)):
            if self._speaking[index]:
                named[bisect_right(starts, start) - 1] = True
        return named


def find_cues(title: str, body: str) -> tuple[Cue, ...]:
    """The setting first, if there is one, then risk and vulnerability cues as the text has them.

    Each stands once per field, where it is said first. The setting is the one with most words,
    those of the title counted twice; among equals the first of the lexicon.
    """
    votes: dict[Term, int] = {}
    settings: dict[Term, Cue] = {}
    found: dict[tuple[str, str, Field], Cue] = {}
    parts: list[tuple[Field, str, int]] = [("title", title, 2)]
    if body:
        parts.append(("body", body[:READ], 1))
    for field, original, weight in parts:
        offsets: Sequence[int] = ()
        for term, start, end, _ in _said(clean(original)):
            key = (term.kind, term.value, field)
            if term.kind == "setting":
                votes[term] = votes.get(term, 0) + weight
                if term in settings:
                    continue
            elif key in found:
                continue
            offsets = offsets or normalise(original)[1]
            first, last = original_span(offsets, start, end)
            cue = Cue(term.kind, term.value, field, first, last, original[first:last])
            if term.kind == "setting":
                settings[term] = cue
            else:
                found[key] = cue
    if not votes:
        return tuple(found.values())
    best = max(votes, key=lambda term: (votes[term], -term.rank))
    return (settings[best], *found.values())


def find_all_cues(
    texts: Sequence[tuple[str, str]], documents: Sequence[str]
) -> list[tuple[Cue, ...]]:
    """`find_cues` of each (title, body); `documents` are the texts normalised.

    Most texts have no word of the lexicon: all are searched as one.
    """
    named = Terms.shared().name_cues(documents)
    return [
        find_cues(*text) if says or len(text[1]) > READ else ()
        for text, says in zip(texts, named, strict=True)
    ]


def _said(text: str) -> list[_Hit]:
    """The cues of a normalised text that it states: in the company they need, not denied."""
    cues, company = Terms.shared().find(text)
    return [hit for hit in cues if hit[0].kind == "setting" or _stands(text, hit, company)]


def _stands(text: str, hit: _Hit, company: Sequence[_Hit]) -> bool:
    term, start, end, clause = hit
    before = text[max(0, start - 6) : start]
    if _DENIED.search(before) or _ASKED.search(before):
        return False
    beside = [one for one in company if one[3] == clause]
    if term.unless and any(one[0].value in term.unless for one in beside):
        return False
    return not term.near or any(
        one[0].value == term.near and one[1] - end <= NEAR and start - one[2] <= NEAR
        for one in beside
    )
