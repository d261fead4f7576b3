"""Labelled rows as cells of a spreadsheet and back: nothing runs, nothing is reformatted.

A cell that begins like a formula is run by spreadsheets (CWE-1236), one that looks like a long
number is rounded by them. Such cells get an apostrophe in front, which makes them text; reading
takes it away again. What people type is read generously: Chinese names for codes, 是 and 否, dates
as spreadsheets rewrite them.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from nlp.taxonomy import CHINESE, COLOURS

LONGEST_CELL: Final = 32_000
"""Spreadsheets cut a cell off at 32,767 characters."""

_LISTS: Final = frozenset({"categories", "victims"})
_TEXTS: Final = frozenset({"title", "body", "key", "platform", "source", "annotator"})

_FORMULA = re.compile(r"[=+\-@\t\r\n\x00＝＋－＠]")
_NUMBER = re.compile(r"0\d+|\d{12,}|\d+(\.\d+)?[eE][+-]?\d+|\d+\.\d*0")
_SEPARATORS = re.compile(r"[;；、,，]")
_DATE = re.compile(r"(\d{4})[/年.-](\d{1,2})[/月.-](\d{1,2})日?(.*)", re.DOTALL)
_CODES: Final = {name: code for code, name in CHINESE.items()}
_SEVERITIES: Final = {name: level for level, name in COLOURS.items()}
_ANSWERS: Final = {"true": True, "是": True, "1": True, "false": False, "否": False, "0": False}


def guarded(cell: str) -> str:
    """The cell as it may stand in a spreadsheet; `restored` gives it back exactly."""
    return f"'{cell}" if _at_risk(cell) else cell


def restored(cell: str) -> str:
    """The inverse of `guarded`; what somebody typed with a leading apostrophe stays as it is."""
    return cell[1:] if cell.startswith("'") and _at_risk(cell[1:]) else cell


def to_cells(fields: Mapping[str, Any]) -> dict[str, str]:
    """A labelled row as cells: lists separated by ";", texts too long for a cell cut off."""
    return {name: guarded(_cell(value)[:LONGEST_CELL]) for name, value in fields.items()}


def from_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """A labelled row from cells, empty ones left out. What cannot be understood stays text."""
    fields: dict[str, Any] = {}
    for name, cell in cells.items():
        text = restored(cell)
        if name not in _TEXTS:
            text = text.strip()
        if text:
            fields[name] = _value(name, text)
    return fields


def _at_risk(cell: str) -> bool:
    # Apostrophes in front count as none: only so can every cell be given back exactly.
    bare = cell.lstrip("'")
    return bool(_FORMULA.match(bare) or _NUMBER.fullmatch(bare))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ";".join(str(one) for one in value)
    return "" if value is None else str(value)


def _value(name: str, text: str) -> Any:
    if name in _LISTS:
        codes = [_code(part) for part in _SEPARATORS.split(text) if part.strip()]
        return codes[0] if codes == ["both"] else codes
    if name == "incident":
        return _ANSWERS.get(text.lower(), text)
    if name == "severity":
        return _SEVERITIES.get(text, int(text) if text.isdecimal() else text)
    if name in {"status", "scope"}:
        return _code(text)
    match = _DATE.fullmatch(text) if name == "first_seen" else None
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}{match[4]}" if match else text


def _code(text: str) -> str:
    return _CODES.get(text.strip(), text.strip())
