"""Place names in a text → codes of administrative divisions, with confidence; all candidates kept."""

from functools import cache
from typing import Self

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.assessment import Place
from nlp.gazetteer.divisions import Divisions

__all__ = ["Divisions", "Resolver"]


class Resolver:
    """Finds the places that a text names."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        codes: dict[str, list[str]] = {}
        for code in divisions:
            codes.setdefault(divisions.own_name(code), []).append(code)
        self._names = list(codes)
        self._codes = list(codes.values())
        self._automaton = AhoCorasick(
            self._names, MatchKind.LeftmostLongest, implementation=Implementation.DFA
        )

    @classmethod
    @cache
    def shared(cls) -> Self:
        """The resolver on the shipped table, built once per process."""
        return cls(Divisions.shared())

    def find(self, title: str, body: str) -> tuple[Place, ...]:
        """Every place named, scenes first."""
        return tuple(
            Place(
                code,
                self._divisions.name(code),
                True,
                0.9 if len(self._codes[index]) == 1 else 0.4,
                field,
                start,
                end,
            )
            for field, text in (("title", title), ("body", body))
            for index, start, end in self._automaton.find_matches_as_indexes(text)
            for code in self._codes[index]
        )
