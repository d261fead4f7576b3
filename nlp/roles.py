"""Roles: who does what to whom, how far the case has got, and what speaks against a case.

Features with names (`act:hit>victim:wife`): the lexicon names the parts, a few rules of word order
(被, 将, what stands before and after the act) tell agent from patient within a clause.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import Final, Self

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.lexicon import read_lines
from nlp.text import clean

READ: Final = 1000
"""Code points of a document that are read."""

_MOST: Final = 8
"""Most acts, marks, people and places of a text that are combined with each other."""

_BY_MEN: Final = frozenset(
    (
        *("sexual", "molest", "harass", "stalk", "intrude", "expose", "accost"),
        *("film", "domestic", "abuse", "prostitute", "traffic"),
    )
)
"""Acts whose following man did it (猥亵男子被抓), while a man after other acts suffers it."""

_SIGNS: Final = re.compile(r"[:>&-]")
"""What joins the names in a term."""

_TIMES: Final = frozenset(("time:under14", "time:under18", "time:several", "time:ago"))
"""What of the times stands beside an act: a young victim, several of them, the past."""

_PRONOUNS: Final = frozenset(("he", "she"))
_RELATIONS: Final = frozenset(
    (
        *("husband", "exhusband", "boyfriend", "wife", "exwife", "girlfriend", "father", "mother"),
        *("stepfather", "teacher", "professor", "coach", "boss", "classmate", "kin"),
    )
)
"""Those whom a pronoun after them means."""

_MEN: Final = frozenset(("man", "official"))
_CLAUSAL: Final = frozenset(("person", "act", "passive", "ba", "deny"))
_PARTS: Final = ("act", "mark", "place", "person")
_MARKS: Final = frozenset(("stage", "plea", "not"))


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """What a word of the lexicon stands for.

    `kind` is the column of that name. `group` is, of a person, child, woman, man, official, self
    or person; of an act, "done" when its object is part of the word (打人) and "suffer" when its
    subject is the one who suffers (失踪). `term` is the feature of its presence, "" for none.
    `part` is the kind; stages, pleas and signals of non-incidents are together "mark".
    """

    kind: str
    value: str
    group: str
    term: str
    part: str


_TELLER: Final = Role("person", "self", "self", "offender:self", "person")
"""Who suffers where a first-person text names nobody (被打了)."""


class Roles:
    """The shipped roles in one automaton; the leftmost, then the longest word wins.

    Words of kind `guard` stand for nothing: they hide the words that they hold (打工 hides 打).
    """

    def __init__(self, rows: Sequence[dict[str, str]]) -> None:
        found: dict[str, list[Role]] = {"\n": [Role("break", "title", "", "", "break")]}
        for row in rows:
            kind = row["value"] if row["kind"] == "pattern" else row["kind"]
            shown = row["kind"] not in ("pattern", "guard")
            side = "victim" if row["group"] in ("child", "woman") else "offender"
            term = f"{side if kind == 'person' else kind}:{row['value']}" if shown else ""
            part = "mark" if kind in _MARKS else kind
            role = Role(kind, row["value"], row["group"], term, part)
            for word in row["terms"].split():
                found.setdefault(word, []).append(role)
                if word.endswith("岁"):
                    found.setdefault(f"{word[:-1]} 岁", []).append(role)
        self.words = tuple(found)
        # An act comes before a person of the same word, who suffers it (弃婴, 卖孩子).
        self._roles = [
            sorted(
                (role for role in roles if role.kind != "guard"),
                key=lambda role: role.kind == "person",
            )
            for roles in found.values()
        ]
        self._automaton = AhoCorasick(
            self.words, MatchKind.LeftmostLongest, implementation=Implementation.DFA
        )

    @classmethod
    @cache
    def shared(cls) -> Self:
        return cls(list(csv.DictReader(read_lines("roles.csv"))))

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """The words of a normalised text: number in `words`, start, end."""
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(text)
        return found

    def spans(self, text: str) -> list[tuple[int, int, Role]]:
        """The same with where each begins and ends."""
        roles = self._roles
        return [
            (start, end, role)
            for index, start, end in self._automaton.find_matches_as_indexes(text)
            for role in roles[index]
        ]

    def find(self, text: str) -> list[Role]:
        """The roles of a normalised text in order."""
        roles = self._roles
        return [
            role
            for index, _, _ in self._automaton.find_matches_as_indexes(text)
            for role in roles[index]
        ]


def role_terms(title: str, body: str = "") -> list[str]:
    """The features of a text's roles, each once, in order of appearance.

    `kind:value` for each role; `act:A>victim:P` and `offender:P>act:A` for whoever suffers and does
    an act, `group>A>group` for both; `pair:P-P` for neighbours; of what stands anywhere in the
    text `act:A&victim:GROUP`, `act:A&victim:P` and `act:A&offender:P`, `act:A&act:A`,
    `act:A&place:L`, `act:A&time:T` for ages under 18, several people and the past, and `act:A&MARK`
    and `victim:P&MARK` for stages, pleas and signals of non-incidents; `first:plea` for a plea
    beside a first person, a mark, too; `only:GROUP` and `act:A&only:GROUP` when all people are of
    one group.
    """
    return roles_of(f"{clean(title)}\n{clean(body)}")


def roles_of(document: str) -> list[str]:
    """The same for a normalised document: a title, a line break and a body.

    Only its first `READ` code points are read.
    """
    terms: list[str] = []
    seen: dict[str, dict[str, str]] = {name: {} for name in (*_PARTS, "time")}
    clause: list[Role] = []
    known: dict[str, Role] = {}
    subject = _TELLER if "我" in document[:READ] else None
    for role in Roles.shared().find(document[:READ]):
        kind = role.kind
        if kind == "break":
            subject = _read_clause(clause, subject, terms) if clause else subject
            clause = []
            continue
        if kind in _CLAUSAL:
            clause.append(_meant(role, known) if kind == "person" else role)
        if role.term:
            terms.append(role.term)
            seen[role.part][role.term] = role.group
    _read_clause(clause, subject, terms)
    groups = dict.fromkeys(seen["person"].values())
    if "self" in groups and any(mark.startswith("plea:") for mark in seen["mark"]):
        terms.append("first:plea")
        seen["mark"] = {"first:plea": "", **seen["mark"]}
    acts, marks, places, people = ([*seen[name]][:_MOST] for name in _PARTS)
    sides = [f"victim:{group}" for group in groups]
    if len(groups) == 1:
        sides += [f"only:{group}" for group in groups]
        terms += sides[1:]
    if marks:
        terms += [f"{person}&{mark}" for person in people for mark in marks]
    if acts:
        times = [time for time in seen["time"] if time in _TIMES]
        beside = (*marks, *places, *times, *sides, *people)
        terms += [f"{act}&{name}" for act in acts for name in beside]
        terms += [f"{first}&{second}" for first, second in combinations(acts, 2)]
    return list(dict.fromkeys(terms))


def _meant(role: Role, known: dict[str, Role]) -> Role:
    """The relation that a pronoun stands for, else the role; `known`: group → the last relation."""
    if role.value in _PRONOUNS:
        return known.get(role.group, role)
    if role.value in _RELATIONS:
        known[role.group] = role
    return role


def bearers(document: str, terms: Sequence[str]) -> list[list[tuple[int, int]]]:
    """For each of the document's terms the spans of the words that it speaks of, at least one."""
    found = [each for each in Roles.shared().spans(document[:READ]) if each[2].term]
    by_name: dict[str, list[tuple[int, int]]] = {}
    for start, end, role in found:
        for name in {role.value, role.group}:
            by_name.setdefault(name, []).append((start, end))
    everything = [(start, end) for start, end, _ in found] or [(0, 1)]
    result = []
    for term in terms:
        names = _SIGNS.split(term)
        spans = [span for name in dict.fromkeys(names) for span in by_name.get(name, ())]
        result.append(sorted(set(spans)) or everything)
    return result


def _read_clause(clause: Sequence[Role], subject: Role | None, terms: list[str]) -> Role | None:
    """Add what a clause tells; return the subject that the next clause keeps."""
    people = [role for role in clause if role.kind == "person"]
    if len(people) < len(clause):
        deeds, subject = _deeds(clause, subject)
        for deed in deeds:
            terms += _told(deed.act, deed.agent, deed.sufferer())
            if deed.denied:
                terms.append(f"deny:{deed.act.value}")
    elif people:
        subject = people[-1]
    for left, right in pairwise(people):
        if left.value != right.value:
            terms.append(f"pair:{left.value}-{right.value}")
    return subject


def _deeds(clause: Sequence[Role], subject: Role | None) -> "tuple[list[_Deed], Role | None]":
    """The acts of a clause, each with its agent and patient, and the last subject."""
    deeds: list[_Deed] = []
    waiting: list[_Deed] = []
    headless: list[_Deed] = []
    mode, denied = "", False
    between: Role | None = None
    patient: Role | None = None
    stated = False
    for role in clause:
        kind = role.kind
        if kind == "person":
            denied = False
            if waiting:
                headless = [deed for deed in waiting if deed.meets(role)]
                waiting = []
                patient = role
            elif headless:
                for deed in headless:
                    deed.agent = role
                headless = []
                subject, stated = role, True
            elif mode:
                between = role
            else:
                subject, stated = role, True
        elif kind == "act":
            deed = _Deed(role, mode, denied)
            deed.begins(subject, between, patient)
            deed.sure = stated
            deeds.append(deed)
            waiting.append(deed)
            denied = False
        elif kind == "deny":
            denied = True
        elif mode != "passive":
            # After 被 the other words only lengthen the agent (被丈夫和婆婆殴打).
            mode, between, waiting, headless = kind, None, [], []
    return deeds, subject


class _Deed:
    """An act on its way to its agent and patient."""

    __slots__ = ("_mode", "_spare", "act", "agent", "denied", "patient", "sure")

    def __init__(self, act: Role, mode: str, denied: bool) -> None:
        self.act = act
        self.denied = denied
        self.sure = True
        """Whether the subject stands in the clause of the act."""
        self.agent: Role | None = None
        self.patient: Role | None = None
        self._mode = mode
        self._spare: Role | None = None

    def begins(self, subject: Role | None, between: Role | None, patient: Role | None) -> None:
        """Take those who stand before the act; `patient` suffered the act before it."""
        if self._mode == "passive":
            self.agent, self.patient = between, subject
        elif self.act.group == "suffer":
            self.patient = between or patient or subject
        else:
            self.agent, self.patient, self._spare = subject, between, patient

    def meets(self, person: Role) -> bool:
        """Take the person after the act; whether the next person may be the agent."""
        if self._mode == "passive" or self.act.group == "suffer":
            self.patient = self.patient or person
        elif self.act.group == "done" or (
            not self._has_agent() and person.group in _MEN and self.act.value in _BY_MEN
        ):
            self.agent = self.agent if self._has_agent() else person
        elif not self.patient:
            self.patient = person
            return not self._has_agent()
        return False

    def _has_agent(self) -> bool:
        return self.sure and self.agent is not None

    def sufferer(self) -> Role | None:
        """The patient; if nobody else is named, who suffered the act before."""
        return self.patient or (None if self.act.group == "done" else self._spare)


@cache
def _told(act: Role, agent: Role | None, patient: Role | None) -> tuple[str, ...]:
    """The features of an act with its agent and patient; there are only so many of them."""
    terms: list[str] = []
    if agent:
        after = patient.group if patient else ""
        terms += [f"offender:{agent.value}>act:{act.value}", f"{agent.group}>{act.value}>{after}"]
    if patient:
        terms += [f"act:{act.value}>victim:{patient.value}", f">{act.value}>{patient.group}"]
    return tuple(terms)
