"""What a case is known by: people, ages, roles, deed, institutions, nouns.

Folding joins posts into one case by these, so each rule prefers silence to a guess.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import add, attrgetter
from typing import Final, Self

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.assessment import Facts
from nlp.gazetteer.names import Names
from nlp.institutions import find_institutions
from nlp.lexicon import read_lines
from nlp.names import anonymous_names, name_at, name_before

READ: Final = 600
"""Code points of a body that are read for roles and deed: cases are told at the start."""

MOST_NOUNS: Final = 64
"""Most distinctive strings kept of one text."""

BODY_SHARE: Final = 0.25
"""How much a string of the body counts beside one of the title: in a long text many occur."""

_AGE = re.compile(
    r"(?<![\d满至到-])(?<!\d[.、])(?:(\d{1,3})|([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]))"
    r"岁(?!以[下上内]|左右的人)"
)
_MONTHS = re.compile(r"(?<!\d)\d{1,2}个月大|出生\d{0,2}(?:天|个月)|刚?满月")
_COUNT = re.compile(r"(?<![\d.])\d{1,4}(?:次|刀|孩|楼|层|楼层|针|平米|拳|个巴掌|处伤)")
_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九十")}
_CUE = re.compile(
    r"(?:名叫|叫做|犯罪嫌疑人|嫌疑人|嫌犯|被告人?|罪犯|凶手|人贩子|被害人|受害人|受害者|死者|被害者|当事人|教师|老师|校长"
    r"|园长|教授|导师|医生|院长|局长|书记|律师|男童|女童|男孩|女孩|男子|女子|女孩子|母亲|父亲|女儿|儿子|妻子|丈夫|前夫|前妻"
    r"|男友|女友|少年|少女|歌手|演员|主播|网红|博主|志愿者|寻亲者)[“「：:\"]?"
)
_DOES = re.compile(
    r"[说称谈曾被遭]|回应|拐卖|遇害|家属|母亲|父亲|妈妈|爸爸|[和与及][\u4e00-\u9fff]{2,4}[说称被遭]"
)
_OPENS = re.compile(rf"(?:^|[，。：；“\n])(?=[\u4e00-\u9fff]{{2,4}}(?:{_DOES.pattern}))")
_WEIGHTS: Final = {"1": 0.0, "2": 0.35, "3": 0.7}
"""How distinctive a pair of characters of each level of facts-pairs.txt is; one not listed is 1."""

_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_CASE = re.compile(r"(?<=[\u4e00-\u9fff]{2})案(?!件)")


@dataclass(frozen=True, slots=True)
class Term:
    """What a word of the lexicon stands for: a victim, an offender or a deed."""

    kind: str
    value: str
    rank: int


class Terms:
    """The shipped terms in one automaton; the leftmost, then the longest wins."""

    def __init__(self, rows: Sequence[dict[str, str]]) -> None:
        terms: dict[str, list[Term]] = {}
        for rank, row in enumerate(rows):
            for word in row["terms"].split():
                terms.setdefault(word, []).append(Term(row["kind"], row["value"], rank))
        self._terms = list(terms.values())
        self._automaton = AhoCorasick(
            list(terms), MatchKind.LeftmostLongest, implementation=Implementation.DFA
        )

    @classmethod
    @cache
    def shared(cls) -> Self:
        return cls(list(csv.DictReader(read_lines("facts-terms.csv"))))

    def find(self, text: str) -> list[Term]:
        return [
            term
            for index, _, _ in self._automaton.find_matches_as_indexes(text)
            for term in self._terms[index]
        ]


def find_facts(title: str, body: str) -> Facts:
    """The facts that the text states plainly.

    `roles` are canonical words (丈夫 for 老公), victims before offenders; `deed` is the gravest of
    the title, else of the body; `nouns` are counts ("16次") and rare pairs of characters, which
    hold names and brands that no dictionary knows (钱枫, 货拉), most distinctive first; pairs of
    places and people are left out.
    """
    text = f"{title}\n{body}" if body else title
    terms = Terms.shared()
    told = terms.find(title)
    more = terms.find(body[:READ]) if body else []
    people = find_people(text)
    nouns = _nouns(title, body, people)
    kept = sorted(nouns, key=nouns.__getitem__, reverse=True)[:MOST_NOUNS]
    return Facts(
        people=people,
        ages=find_ages(text),
        roles=_roles(told + more) if told or more else (),
        deed=_deed(told) or _deed(more),
        nouns=tuple(kept),
        weights=tuple([nouns[noun] for noun in kept]),
        institutions=find_institutions(text),
    )


def find_ages(text: str) -> tuple[int, ...]:
    """Ages in whole years in order of appearance; legal limits (未满14岁, 14岁以下) are none."""
    if "岁" not in text and "月" not in text:
        return ()
    ages = [int(m[1]) if m[1] else _numeral(m[2]) for m in _AGE.finditer(text)]
    if _MONTHS.search(text):
        ages.append(0)
    return tuple(dict.fromkeys(age for age in ages if age <= 110))


def find_people(text: str) -> tuple[str, ...]:
    """Names of people: anonymous forms, full names after a cue, and names that a case goes by."""
    names = [name.text for name in anonymous_names(text)]
    for match in _CUE.finditer(text):
        name = name_at(text, match.end())
        if name:
            names.append(name.text)
    for match in _OPENS.finditer(text):
        name = name_at(text, match.end())
        if name and _DOES.match(text, name.end):
            names.append(name.text)
    for match in _CASE.finditer(text) if "案" in text else ():
        name = name_before(text, match.start())
        if name:
            names.append(name.text)
    return tuple(dict.fromkeys(names))


def _numeral(text: str) -> int:
    tens, ten, units = text.rpartition("十")
    if not ten:
        return _DIGITS[text]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units] if units else 0)


def _roles(terms: Sequence[Term]) -> tuple[str, ...]:
    """Victims before offenders, each once."""
    roles = [term.value for term in terms if term.kind == "victim"]
    roles += [term.value for term in terms if term.kind == "offender"]
    return tuple(dict.fromkeys(roles))


def _deed(terms: Sequence[Term]) -> str:
    """The gravest: the first of the lexicon."""
    deeds = [term for term in terms if term.kind == "deed"]
    return min(deeds, key=attrgetter("rank")).value if deeds else ""


@cache
def _pair_weights() -> dict[str, float]:
    """Pairs of characters that many posts share; a line holds a level and those of one first."""
    return {
        line[1] + second: _WEIGHTS[line[0]]
        for line in read_lines("facts-pairs.txt")
        for second in line[2:]
    }


def _nouns(title: str, body: str, people: Sequence[str]) -> dict[str, float]:
    """The strings that tell this case from others, with their weights."""
    counts = _COUNT.findall(f"{title}\n{body}")
    found = {count: 1.0 if count[:2].isdecimal() else _WEIGHTS["2"] for count in counts}
    found.update(_pairs(title))
    for pair, weight in _pairs(body[:READ]) if body else ():
        found.setdefault(pair, weight * BODY_SHARE)
    if not people:
        return found
    hidden = "\n".join(people)
    return {noun: weight for noun, weight in found.items() if noun not in hidden}


def _pairs(text: str) -> list[tuple[str, float]]:
    """The pairs of neighbouring characters outside the names of places, those of no weight left
    out."""
    kept, at = [], 0
    for hit in Names.shared().find(text):
        kept.append(text[at : hit.start])
        at = hit.end
    kept.append(text[at:])
    weight_of = _pair_weights().get
    return [
        (pair, weight)
        for run in _RUN.findall("\n".join(kept))
        for pair in map(add, run, run[1:])
        if (weight := weight_of(pair, 1.0))
    ]
