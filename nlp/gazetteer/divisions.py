"""The table of administrative divisions (行政区划) as of November 2024: codes, names, parents.

A code has six digits. Counties run by their province (济源市 419001) and the districts and counties
of the four municipalities have the province for their parent.
"""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, Self

from nlp.errors import NlpError

Level = Literal["province", "city", "county"]

TABLE_VERSION: Final = "2024-11"
"""The month whose divisions the shipped tables hold; codes of later ones are unknown to them."""


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
        return cls({row["code"]: row["name"] for row in division_rows()})

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


_added: list[dict[str, str]] = []


def division_rows() -> list[dict[str, str]]:
    """The rows of the shipped table, then those that were added to it."""
    return read_table("divisions.csv") + _added


def add_rows(path: Path) -> bool:
    """Add the divisions of a CSV file of the shipped table's form to those of this process.

    Returns whether there were any that it did not know. Raises NlpError naming file, line and
    remedy.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise NlpError(f"读不了区划表 {path}：应为 UTF-8 编码的 CSV，请检查路径和编码") from error
    for line, row in enumerate(rows, 2):
        if set(row) != {"code", "name", "short", "trust"} or not row["name"]:
            raise NlpError(f"区划表 {path} 第 {line} 行：应有 code,name,short,trust 四列")
        if len(row["code"]) != 6 or not row["code"].isdigit():
            raise NlpError(f"区划表 {path} 第 {line} 行：代码 {row['code']} 应为六位数字")
    known = {row["code"] for row in division_rows()}
    new = [row for row in rows if row["code"] not in known]
    _added.extend(new)
    return bool(new)


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a shipped CSV file of this package."""
    text = (files("nlp.gazetteer") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
