"""The table of administrative divisions (行政区划) as of November 2024: codes, names, parents.

A code has six digits. Counties run by their province (济源市 419001) and the districts and counties
of the four municipalities have the province for their parent.
"""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final, Literal, Self

Level = Literal["province", "city", "county"]

MUNICIPALITIES: Final = frozenset({"11", "12", "31", "50"})


class Divisions:
    """Names and parents of all divisions, by code."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._children: dict[str, list[str]] = {}
        for code in names:
            above = self.parents(code)
            if above:
                self._children.setdefault(above[0], []).append(code)

    @classmethod
    @cache
    def shared(cls) -> Self:
        """The shipped table, read once per process."""
        return cls({row["code"]: row["name"] for row in read_table("divisions.csv")})

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def exists(self, code: str) -> bool:
        return code in self._names

    def own_name(self, code: str) -> str:
        """The unit's name without its parents ("黄石市"), or "" for an unknown code."""
        return self._names.get(code, "")

    def name(self, code: str) -> str:
        """The full name ("湖北省黄石市"); an unknown code comes back as it is."""
        if code not in self._names:
            return code
        chain = (*reversed(self.parents(code)), code)
        return "".join(self._names[part] for part in chain)

    def parents(self, code: str) -> tuple[str, ...]:
        """The units above, nearest first; () for a province or an unknown code."""
        if code not in self._names or code.endswith("0000"):
            return ()
        city, province = f"{code[:4]}00", f"{code[:2]}0000"
        if city != code and city in self._names:
            return (city, province)
        return (province,)

    def children(self, code: str) -> tuple[str, ...]:
        """The units directly below, in order of code."""
        return tuple(self._children.get(code, ()))

    def level(self, code: str) -> Level:
        """The level of a code; counties run by their province are counties."""
        if code.endswith("0000"):
            return "province"
        return "city" if code.endswith("00") else "county"


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a shipped CSV file of this package."""
    with (files("nlp.gazetteer") / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
