"""Roles: who does what to whom, how far the case has got, and what speaks against a case.

Features with names (`act:hit>victim:wife`): the lexicon names the parts, a few rules of word order
(被, 将, what stands before and after the act) tell agent from patient within a clause.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, Self

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.lexicon import read_lines
from nlp.text import clean

READ: Final = 1000
"""Code points of a body that are read."""

_MOST: Final = 6
"""Most acts, and most marks, of a text that are combined with each other."""

_BY_MEN: Final = frozenset(
    ("sexual", "molest", "harass", "film", "domestic", "abuse", "prostitute", "traffic")
)
"""Acts whose following man did it (猥亵男子被抓), while a man after other acts suffers it."""

_MEN: Final = frozenset(("man", "official"))
_ORDER: Final = frozenset(("passive", "ba", "deny"))
_SCENERY: Final = frozenset(("place", "time"))
"""Kinds that are common and say little beside an act."""


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """What a word of the lexicon stands for.

    `kind` is the column of that name. `group` is, of a person, child, woman, man, official, self
    or person; of an act, "done" when its object is part of the word (打人) and "suffer" when its
    subject is the one who suffers (失踪). `term` is the feature of its presence, "" for none.
    """

    kind: str
    value: str
    group: str
    term: str


class Roles:
    """The shipped roles in one automaton; the leftmost, then the longest word wins.

    Words of kind `guard` stand for nothing: they hide the words that they hold (打工 hides 打).
    """

    def __init__(self, rows: Sequence[dict[str, str]]) -> None:
        found: dict[str, list[Role]] = {"\n": [Role("break", "title", "", "")]}
        for row in rows:
            kind = row["value"] if row["kind"] == "pattern" else row["kind"]
            shown = row["kind"] not in ("pattern", "guard")
            side = "victim" if row["group"] in ("child", "woman") else "offender"
            term = f"{side if kind == 'person' else kind}:{row['value']}" if shown else ""
            for word in row["terms"].split():
                found.setdefault(word, []).append(Role(kind, row["value"], row["group"], term))
        self.words = tuple(found)
        self._roles = [[role for role in roles if role.kind != "guard"] for roles in found.values()]
        self._automaton = AhoCorasick(
            self.words, MatchKind.LeftmostLongest, implementation=Implementation.DFA
        )

    @classmethod
    @cache
    def shared(cls) -> Self:
        return cls(list(csv.DictReader(read_lines("roles.csv"))))

    def find(self, text: str) -> list[Role]:
        """The roles of a normalised text in order."""
        roles = self._roles
        return [
            role
            for index, _, _ in self._automaton.find_matches_as_indexes(text)
            for role in roles[index]
        ]


def _is_person(role: Role) -> bool:
    return role.kind == "person"


def role_terms(title: str, body: str = "") -> list[str]:
    """The features of a text's roles, each once, in order of appearance.

    `kind:value` for each role; `act:A>victim:P` and `offender:P>act:A` for whoever suffers and does
    an act, `group>A>group` for both; `victim:GROUP&act:A` for a group named in the act's clause;
    `pair:P-P` for neighbours; `act:A&MARK` for stages, pleas and signals of non-incidents anywhere
    in the text; `first:plea` for a plea beside a first person, a mark, too; `only:GROUP` when all
    people are of one group.
    """
    return roles_of(f"{clean(title)}\n{clean(body[:READ])}")


def roles_of(document: str) -> list[str]:
    """The same for a normalised document: a title, a line break and a body."""
    terms: list[str] = []
    acts: dict[str, None] = {}
    marks: dict[str, None] = {}
    groups: dict[str, None] = {}
    clause: list[Role] = []
    subject: Role | None = None
    for role in Roles.shared().find(document):
        kind = role.kind
        if role.term:
            terms.append(role.term)
        if kind == "person":
            groups[role.group] = None
            clause.append(role)
        elif kind == "act":
            acts[role.value] = None
            clause.append(role)
        elif kind in _ORDER:
            clause.append(role)
        elif kind == "break":
            subject = _read_clause(clause, subject, terms)
            clause = []
        elif kind not in _SCENERY:
            marks[role.term] = None
    _read_clause(clause, subject, terms)
    if "self" in groups and any(mark.startswith("plea:") for mark in marks):
        terms.append("first:plea")
        marks = {"first:plea": None, **marks}
    told = list(marks)[:_MOST]
    terms += [f"act:{act}&{mark}" for act in list(acts)[:_MOST] for mark in told]
    if len(groups) == 1:
        terms.append(f"only:{next(iter(groups))}")
    return list(dict.fromkeys(terms))


def _read_clause(clause: Sequence[Role], subject: Role | None, terms: list[str]) -> Role | None:
    """Add what a clause tells; return the subject that the next clause keeps."""
    people = [role for role in clause if role.kind == "person"]
    if len(people) < len(clause):
        deeds, subject = _deeds(clause, subject)
        groups = {role.group: None for role in people}
        for deed in deeds:
            terms += _told(deed.act, deed.agent, deed.sufferer())
            terms += [f"victim:{group}&act:{deed.act.value}" for group in groups]
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
