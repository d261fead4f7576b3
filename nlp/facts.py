"""What a case is known by: people, ages, roles, deed, institutions, nouns.

Folding joins posts into one case by these, so each rule prefers silence to a guess.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from operator import add, attrgetter
from typing import Final, Self

import rjieba
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.assessment import Facts
from nlp.gazetteer.names import Names
from nlp.institutions import find_institutions
from nlp.lexicon import read_lines
from nlp.names import COMPOUND, SURNAMES, anonymous_names, name_at, name_before

READ: Final = 600
"""Code points of a body that are read for roles and deed: cases are told at the start."""

MOST_NOUNS: Final = 64
"""Most distinctive strings kept of one text."""

BODY_SHARE: Final = 0.25
"""How much a string of the body counts beside one of the title: in a long text many occur."""

TERM_SHARE: Final = 0.5
"""How much a string inside a word for a role or a deed counts: those are compared by themselves."""

_AGE = re.compile(
    r"(?<![\d满至到-])(?<!\d[.、])(?:(\d{1,3})|([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]))"
    r"岁(?!以[下上内]|左右的人)"
)
_MONTHS = re.compile(r"(?<!\d)\d{1,2}个月大|出生\d{0,2}(?:天|个月)|刚?满月")
_COUNT = re.compile(r"(?<![\d.])\d{1,4}(?:次|刀|孩|楼|层|楼层|针|平米|拳|个巴掌|处伤)")
_AGAIN = re.compile(r"又有?一[名个位起例对所家]?(?=[\u4e00-\u9fff])|另一[名起例]")
AGAIN: Final = "又一"
"""Stands among the nouns of a text that speaks of one more case of a kind that was in the news."""

ABROAD: Final = "境外:"
"""Begins the noun that stands for a country of the title; it weighs nothing and may contradict."""

_LEADS: Final = frozenset("说称评与和及对向为被曝让给")
_FOLLOWS: Final = frozenset("是称说被遭案曾将")
"""Characters beside which a name begins or ends even where the dictionary cuts otherwise."""

_CHILDREN = re.compile(r"([四五六七八九十]|(?<!\d)(?:[4-9]|1\d))个?(?:孩|娃|子女)")
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

    def texts(self, text: str) -> str:
        """All words of the lexicon in the text, one a line."""
        return "\n".join(
            text[start:end] for _, start, end in self._automaton.find_matches_as_indexes(text)
        )


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
    told_names = find_people(text)
    people = _with_masked_forms((*told_names, *bare_names(title)))
    nouns = _nouns(title, body, told_names)
    # What weighs nothing contradicts, and is few: it is kept first.
    kept = sorted(nouns, key=lambda noun: nouns[noun] or 2.0, reverse=True)[:MOST_NOUNS]
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


def bare_names(title: str) -> tuple[str, ...]:
    """Full names that no cue announces (吴谢宇姑姑发声), of pairs of characters that are rare.

    For titles: in the length of a body, a surname and a rare pair meet by accident.
    """
    starts = [
        at for at, char in enumerate(title) if char in SURNAMES or title[at : at + 2] in COMPOUND
    ]
    if not starts:
        return ()
    words = rjieba.tag(title, True)
    ends = list(accumulate(len(word) for word, _ in words))
    borders = {0, *ends}
    common = {
        (end - len(word), end) for (word, tag), end in zip(words, ends, strict=True) if tag != "nr"
    }
    common |= {(hit.start, hit.end) for hit in Names.shared().find(title)}
    found: list[str] = []
    end = 0
    for start in starts:
        if start < end or not (start in borders or title[start - 1] in _LEADS):
            continue
        name = name_at(title, start)
        if name is None or name.text in _nobody():
            continue
        if name.end not in borders and title[name.end : name.end + 1] not in _FOLLOWS:
            continue
        if any(first == start and last <= name.end and last - first > 1 for first, last in common):
            continue
        if all(_pair_weights().get(pair, 1.0) for pair in map(add, name.text, name.text[1:])):
            found.append(name.text)
            end = name.end
    return tuple(dict.fromkeys(found))


def _with_masked_forms(names: Sequence[str]) -> tuple[str, ...]:
    """Each name once, with the form that notices give it: 牟林翰 is 牟某翰 to the police."""
    known = dict.fromkeys(names)
    for name in names:
        if len(name) == 3 and name[1] != "某" and name[2] not in "某甲乙丙丁":
            known.setdefault(f"{name[0]}某{name[2]}")
    return tuple(known)


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
    for number in _CHILDREN.findall(title):
        found[f"{number if number.isdecimal() else _numeral(number)}孩"] = 1.0
    if _AGAIN.search(title):
        found[AGAIN] = 0.0
    for country, words in _countries():
        if any(word in title for word in words):
            found[f"{ABROAD}{country}"] = 0.0
    trade = Terms.shared().texts(title)
    for pair, weight in _pairs(title):
        found[pair] = weight * TERM_SHARE if pair in trade else weight
    for pair, weight in _pairs(body[:READ]) if body else ():
        found.setdefault(pair, weight * BODY_SHARE)
    if not people:
        return found
    hidden = "\n".join(people)
    return {noun: weight for noun, weight in found.items() if noun not in hidden}


@cache
def _nobody() -> frozenset[str]:
    """Names in the titles of many cases of which they are no part, and words like names."""
    return frozenset(" ".join(read_lines("facts-nobody.txt")).split())


@cache
def _countries() -> list[tuple[str, list[str]]]:
    """Countries with the words that stand for each, its own name first."""
    lines = [line.split() for line in read_lines("facts-countries.txt")]
    return [(words[0], words) for words in lines]


@cache
def _stages() -> re.Pattern[str]:
    """What every case goes through, and what every headline asks: no mark of any one."""
    words = sorted(" ".join(read_lines("facts-stages.txt")).split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def _pairs(text: str) -> list[tuple[str, float]]:
    """The pairs of neighbouring characters outside the names of places and the words of stages,
    those of no weight left out."""
    kept, at = [], 0
    for hit in Names.shared().find(text):
        kept.append(_stages().sub("\n", text[at : hit.start]))
        at = hit.end
    kept.append(_stages().sub("\n", text[at:]))
    weight_of = _pair_weights().get
    return [
        (pair, weight)
        for run in _RUN.findall("\n".join(kept))
        for pair in map(add, run, run[1:])
        if (weight := weight_of(pair, 1.0))
    ]
