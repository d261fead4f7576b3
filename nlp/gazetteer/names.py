"""The names that places go by, and where a text holds them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, Self

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.gazetteer.divisions import Divisions, division_rows, read_table

Trust = Literal["free", "word", "linked"]
Form = Literal["full", "short", "former", "landmark", "event", "home", "seat", "ignored"]

_RANK: Final = {"full": 0, "former": 1, "short": 2}
_TRUSTS: Final[dict[str, Trust]] = {"free": "free", "word": "word", "linked": "linked"}
_KINDS: Final[dict[str, Form]] = {
    "event": "event",
    "home": "home",
    "seat": "seat",
    "ignored": "ignored",
    "region": "full",
}


_BORROWED: Final = re.compile(
    r"市(?:民(?![政族警兵办营间宿用生俗国房主革])|场(?!监)|集(?![团中体资]))"
)
"""What takes the last character of a name before it (恩施|市民)."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name and the divisions that bear it, higher levels first.

    `trust`: "free" means the place in nearly every real text; "word" is also an ordinary word, a
    person's name or a brand; "linked" is a word so common that only its parent's name right before
    it makes it a place (合作, 和平, 郊区).
    """

    text: str
    codes: tuple[str, ...]
    form: Form
    trust: Trust


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text; offsets are code points, end exclusive."""

    name: Name
    start: int
    end: int


class Names:
    """All names in one automaton: the leftmost, then the longest name wins."""

    def __init__(self, names: list[Name]) -> None:
        self._names = names
        self._by_text = {name.text: name for name in names}
        self._longest = max(map(len, self._by_text), default=0)
        self._automaton = AhoCorasick(
            [name.text for name in names],
            MatchKind.LeftmostLongest,
            implementation=Implementation.DFA,
        )

    @classmethod
    @cache
    def shared(cls) -> Self:
        """The names of the shipped tables, read once per process."""
        merged: dict[str, Name] = {}
        for name in sorted(_division_names(Divisions.shared()), key=lambda n: _RANK[n.form]):
            merged[name.text] = _merge(merged[name.text], name) if name.text in merged else name
        for row in read_table("landmarks.csv"):
            codes = (row["code"],) if row["code"] else ()
            form = _KINDS.get(row["kind"], "landmark")
            merged[row["name"]] = Name(row["name"], codes, form, "free")
        return cls(list(merged.values()))

    def find(self, text: str) -> list[Hit]:
        names = self._names
        hits = []
        for index, start, end in self._automaton.find_matches_as_indexes(text):
            name = names[index]
            if end < len(text) and text[end] in "民场集" and _BORROWED.match(text, end - 1):
                short = self._by_text.get(name.text[:-1])
                if short is not None:
                    name, end = short, end - 1
            hits.append(Hit(name, start, end))
        return hits

    def at(self, text: str, start: int, stop: int | None = None) -> Hit | None:
        """The longest name that begins there and ends by `stop`."""
        last = min(len(text) if stop is None else stop, start + self._longest)
        for end in range(last, start + 1, -1):
            name = self._by_text.get(text[start:end])
            if name is not None:
                return Hit(name, start, end)
        return None


def _division_names(divisions: Divisions) -> Iterator[Name]:
    for row in division_rows():
        code, name, short = (row["code"],), row["name"], row["short"]
        trust = _TRUSTS[row["trust"] or "free"]
        yield Name(name, code, "full", "free" if short else trust)
        if short and short != name:
            yield Name(short, code, "short", trust)
        if short and "自治" in name:
            yield Name(short + name[-1], code, "former", "free")
    for row in read_table("former.csv"):
        if divisions.exists(row["code"]):
            yield Name(row["name"], (row["code"],), "former", "free")


def _merge(known: Name, other: Name) -> Name:
    """One name of both: a full name stays full; among short ones the higher level is trusted."""
    codes = tuple(dict.fromkeys(sorted((*known.codes, *other.codes), key=_height)))
    if known.form != other.form:
        return Name(known.text, codes, known.form, known.trust)
    top = known if codes[0] in known.codes else other
    return Name(known.text, codes, known.form, top.trust)


def _height(code: str) -> int:
    return 0 if code.endswith("0000") else 1 if code.endswith("00") else 2
