"""Place names in a text → division codes with confidence; all candidates kept.

A place is a scene when the reported event took place there, else background: a home town, a court
elsewhere, a stage of a flight, part of an event's name.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate, chain
from pathlib import Path
from typing import Final, Self

from nlp.assessment import Place
from nlp.gazetteer.context import Role, happens_abroad, speaks_of_abroad
from nlp.gazetteer.divisions import Divisions, add_rows
from nlp.gazetteer.mentions import Mention, Reader, vouched
from nlp.gazetteer.names import Names

__all__ = ["Divisions", "Resolver", "add_divisions"]

_WEIGHTS: Final = {
    Role.OFFICIAL: 4,
    Role.PEOPLE: 4,
    Role.RESIDENT: 3.9,
    Role.NATIVE: 3.9,
    Role.PLAIN: 3,
    Role.CLOSING: 3,
    Role.INSTITUTION: 2,
    Role.POST: 1.6,
    Role.COURT: 1.5,
    Role.COMPANY: 1,
    Role.HOME: 1,
    Role.PASSING: 1,
    Role.EVENT: 0,
}
_SCENE_WEIGHT: Final = 3
"""From here on a mention is a scene beside others; below it, only where nothing stronger stands."""

_BACKGROUND: Final = 0.6
_UNDECIDED: Final = 0.3
_SEAT: Final = 0.4
"""An institution without a place in its name (复旦大学) is only a hint of where it has its seat."""


class Resolver:
    """Finds the places that a text names. Holds no state between texts."""

    def __init__(self, names: Names, divisions: Divisions) -> None:
        self._divisions = divisions
        self._names = names
        self._reader = Reader(names, divisions)

    @classmethod
    @cache
    def shared(cls) -> Self:
        """The resolver on the shipped tables, built once per process."""
        return cls(Names.shared(), Divisions.shared())

    def find(self, title: str, body: str) -> tuple[Place, ...]:
        """Every place named, scenes first, surest first.

        A name that several divisions bear and nothing in the text decides gives one place for each,
        with a confidence under 0.5.
        """
        mentions = self._reader.read("title", title)
        if body:
            mentions += self._reader.read("body", body)
        if not mentions:
            return ()
        mentions = [m for m in self._settled(mentions) if m.role is not Role.NOTHING]
        finest = _with_homes(self._lifted(self._finest(mentions), mentions))
        places = self._placed(finest, _unsure_roles(title, body))
        return tuple(sorted(places, key=lambda p: (not p.scene, -p.confidence)))

    def name_places(self, texts: Sequence[tuple[str, str]]) -> list[bool]:
        """Whether `find` may find something in each (title, body): all are searched as one."""
        starts = [*accumulate((len(title) + len(body) + 2 for title, body in texts), initial=0)]
        named = [False] * len(texts)
        for hit in self._names.find("\0".join(chain.from_iterable(texts))):
            named[bisect_right(starts, hit.start) - 1] = True
        return named

    def _settled(self, mentions: list[Mention]) -> Iterator[Mention]:
        """Mentions without doubtful words, each with the codes that the others leave possible.

        Cities are settled before the counties that they decide (西安 … 长安区).
        """
        kept = [m for m in mentions if not m.doubtful or vouched(m, mentions, self._divisions)]
        known = self._known(kept)
        kept = [self._narrowed(m, known) if m.codes[0].endswith("00") else m for m in kept]
        known = self._known(kept)
        for mention in kept:
            yield self._narrowed(mention, known)

    def _known(self, mentions: list[Mention]) -> set[str]:
        """The units that are named beyond doubt, and those above them."""
        return {
            code
            for mention in mentions
            if len(mention.codes) == 1
            for code in self._line(mention.codes[0])
        }

    def _narrowed(self, mention: Mention, known: set[str]) -> Mention:
        """The mention with the codes whose parents the text names; else with the highest level."""
        if len(mention.codes) == 1:
            return mention
        named = [sum(p in known for p in self._divisions.parents(c)) for c in mention.codes]
        level = self._divisions.level(mention.codes[0])
        if level == "province":
            return replace(mention, codes=mention.codes[:1])
        highest = level == "city"
        if highest and (named[0] or not any(named)):
            return replace(mention, codes=mention.codes[:1])
        codes = (c for c, n in zip(mention.codes, named, strict=True) if n == max(named))
        return replace(mention, codes=tuple(codes))

    def _line(self, code: str) -> tuple[str, ...]:
        return (code, *self._divisions.parents(code))

    def _finest(self, mentions: Sequence[Mention]) -> list[Mention]:
        """One mention for each place, the most telling; none whose place holds another's."""
        above = {
            p
            for m in mentions
            if len(m.codes) == 1 and m.form != "seat"
            for p in self._divisions.parents(m.codes[0])
        }
        best: dict[tuple[str, ...], Mention] = {}
        for mention in mentions:
            if len(mention.codes) == 1 and mention.codes[0] in above:
                continue
            known = best.get(mention.codes)
            if known is None or _standing(mention) > _standing(known):
                best[mention.codes] = mention
        return list(best.values())

    def _lifted(self, finest: list[Mention], mentions: list[Mention]) -> list[Mention]:
        """The finest mentions, a court or school in the event's own city told as that city is.

        「近日，广东深圳。罗湖区法院判决」: the event's city is a scene, and its court in it.
        """
        told = {m.codes[0]: m for m in mentions if _is_scene(m) and len(m.codes) == 1}
        if len(finest) == 1 or not told:
            return finest
        taken = {p for m in finest if _is_scene(m) for p in self._divisions.parents(m.codes[0])}
        return [self._told(m, told, taken) if m.role in _LIFTED else m for m in finest]

    def _told(self, mention: Mention, told: dict[str, Mention], taken: set[str]) -> Mention:
        """The mention in the role of the nearest unit above it that holds no other scene."""
        for above in self._divisions.parents(mention.codes[0]):
            if above in told and above not in taken:
                return replace(mention, role=told[above].role, situated=told[above].situated)
        return mention

    def _placed(self, mentions: list[Mention], unsure: frozenset[Role]) -> Iterator[Place]:
        strongest = max(
            (_WEIGHTS[m.role] for m in mentions if len(m.codes) == 1 and m.form != "seat"),
            default=0,
        )
        needed = min(max(strongest, 1), _SCENE_WEIGHT)
        for mention in mentions:
            scene = _WEIGHTS[mention.role] >= needed
            sure = _confidence(mention) * (0.5 if mention.role in unsure else 1)
            if not scene:
                sure = min(sure, _BACKGROUND)
            if len(mention.codes) > 1:
                sure = _UNDECIDED
            for code in mention.codes:
                yield self._place(mention, code, scene, sure)

    def _place(self, mention: Mention, code: str, scene: bool, sure: float) -> Place:
        return Place(
            code=code,
            name=self._divisions.name(code),
            scene=scene,
            confidence=round(sure, 3),
            field=mention.field,
            start=mention.start,
            end=mention.end,
        )


_FROM: Final = frozenset({Role.RESIDENT, Role.NATIVE})
_LIFTED: Final = frozenset({Role.COURT, Role.INSTITUTION, Role.COMPANY})


def _with_homes(mentions: list[Mention]) -> list[Mention]:
    """The mentions; where somebody is from is a home once the story happens elsewhere.

    「河南张女士被判道歉」 by a court in Shanghai; 「北京一网友在威海捡到」.
    """
    return [
        replace(m, role=Role.HOME)
        if m.role in _FROM and any(_happens(other, m) for other in mentions)
        else m
        for m in mentions
    ]


def _happens(other: Mention, person: Mention) -> bool:
    """Whether the other place is where the person's story happens."""
    if other.role is Role.OFFICIAL or (other.role is Role.COURT and person.role is Role.RESIDENT):
        return True
    return other.situated and other.role in (Role.PLAIN, Role.PEOPLE)


def _is_scene(mention: Mention) -> bool:
    return _WEIGHTS[mention.role] >= _SCENE_WEIGHT


def _unsure_roles(title: str, body: str) -> frozenset[Role]:
    """The roles whose places are half as sure because the text speaks of foreign ones."""
    if happens_abroad(title) or happens_abroad(body):
        return _UNSETTLED_ABROAD | {Role.PEOPLE, Role.NATIVE, Role.INSTITUTION}
    if speaks_of_abroad(title) or speaks_of_abroad(body):
        return _UNSETTLED_ABROAD
    return frozenset()


def _standing(mention: Mention) -> tuple[bool, float, float]:
    return mention.form != "seat", _WEIGHTS[mention.role], _confidence(mention)


def _confidence(mention: Mention) -> float:
    if mention.form == "seat":
        return _SEAT
    if mention.linked:
        sure = 0.97
    elif mention.form == "full":
        sure = 0.93
    elif mention.form == "former":
        sure = 0.9
    elif mention.form == "landmark":
        sure = 0.82
    elif mention.leading or mention.role in _TELLING:
        sure = 0.85
    else:
        sure = 0.7 if mention.codes[0].endswith("0000") else 0.8
    if mention.role is Role.INSTITUTION:
        return sure - (0.04 if mention.leading else 0.1)
    return sure - 0.1 if mention.role is Role.COMPANY else sure


_TELLING: Final = frozenset({Role.OFFICIAL, Role.PEOPLE, Role.RESIDENT, Role.COURT, Role.CLOSING})
_UNSETTLED_ABROAD: Final = frozenset({Role.PLAIN, Role.CLOSING})
"""Roles that say little of a place when the text also speaks of foreign ones."""


def add_divisions(path: Path) -> None:
    """Make the divisions of a CSV file (code,name,short,trust) known in this process.

    For offices below the shipped table's level, and for the demo's fictitious ones. Raises NlpError
    naming file, line and remedy.
    """
    if not add_rows(path):
        return
    for table in (Divisions, Names, Resolver):
        table.shared.cache_clear()
