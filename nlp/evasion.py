"""Spellings that evade filters, undone: 家bao, 猥*, 强 奸, 弓虽女干, 鲨人, 強姦, 🔪.

Two steps. What one character stands for alone (traditional characters, emoji, invisible
characters) is `letter`; `undo` and `edits` mend sequences in a text whose characters have their
normal spelling. Most texts hold nothing of the kind: for them `undo` is one search.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final, NamedTuple

from nlp.lexicon import read_lines

EMOJI: Final = {
    "🔪": "刀",
    "🗡": "刀",
    "🔫": "枪",
    "💊": "药",
    "🩸": "血",
    "🆘": "求助",
    "🤰": "孕妇",
    "👧": "女孩",
    "👦": "男孩",
    "👮": "警察",
    "🚑": "救护车",
    "🚔": "警车",
    "🚓": "警车",
}
"""Emoji that people put in place of a word."""

_SIGNS: Final = r" *·•|/\\~^=@$○●×■□█◆★☆()\[\]"
"""What is put between the characters of a word, once the text has its normal spelling."""

_UNSEEN: Final = re.compile(r"[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f]")
"""Marks and selectors that nobody sees on Chinese characters; all of category Cf are unseen too."""


class Edit(NamedTuple):
    """Characters [start, end) of a text stand for `text`."""

    start: int
    end: int
    text: str


def letter(char: str) -> str:
    """What a single character of normal spelling stands for; "" if it is invisible."""
    if unicodedata.category(char) == "Cf" or _UNSEEN.match(char):
        return ""
    return EMOJI.get(char) or _simplified().get(char, char)


def undo(text: str, raw: str) -> str:
    """The text with evasive spellings mended; `raw` is what was written.

    Where both are equally long, a blank that was a sign in `raw` counts as a sign.
    """
    if not _rules().gate.search(text):
        return text
    while made := list(edits(text, raw)):
        text = mended(text, made)
    return text


def edits(text: str, raw: str) -> Iterator[Edit]:
    """What one round of `undo` changes, from left to right, as small as can be.

    A mended word may make another with what stands beside it, so rounds go on until none is left.
    """
    rules = _rules()
    aligned = raw if len(raw) == len(text) else text
    end = 0
    for start in (hit.start() for hit in rules.gate.finditer(text)):
        found = rules.spellings[text[start]].match(text, start) if start >= end else None
        form = rules.form(found.group()) if found else None
        if not found or not form:
            continue
        if form.blanks or not _has_blank(aligned, found.span()):
            end = found.end()
            yield _smallest(start, found.group(), form.word)


def mended(text: str, made: Sequence[Edit]) -> str:
    """The text with the edits made, which come from left to right."""
    pieces, at = [], 0
    for edit in made:
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


def shifted(offsets: Sequence[int], made: Sequence[Edit]) -> list[int]:
    """Offsets of the mended text, given those of the text before the edits.

    The characters of a replacement share out the places of what they replace.
    """
    moved: list[int] = []
    at = 0
    for start, end, text in made:
        moved += offsets[at:start]
        moved += [offsets[start + (end - start) * step // len(text)] for step in range(len(text))]
        at = end
    return [*moved, *offsets[at:]]


@dataclass(frozen=True, slots=True)
class _Form:
    """A word behind an evasive spelling; `blanks`: mere blanks between its parts count."""

    word: str
    blanks: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    """Evasive spellings by their first character, and the words behind them.

    `gate` finds where one might begin: a first character with a second one of any spelling.
    """

    gate: re.Pattern[str]
    spellings: dict[str, re.Pattern[str]]
    forms: dict[str, _Form]

    def form(self, written: str) -> _Form | None:
        """The word behind what a pattern found."""
        return self.forms.get(written) or self.forms.get(_BETWEEN.sub("", written))


_BETWEEN = re.compile(f"[{_SIGNS}]")


@cache
def _simplified() -> dict[str, str]:
    lines = [line for line in read_lines("evasions-traditional.txt") if line[0] != "#"]
    return dict(zip("".join(lines[::2]), "".join(lines[1::2]), strict=True))


@cache
def _rules() -> _Rules:
    patterns: dict[str, list[str]] = {}
    forms: dict[str, _Form] = {}
    seconds = {*"abcdefghijklmnopqrstuvwxyz"}
    for word, *rest in _table("evasions-words.txt"):
        sounds, guards = rest[: len(word)], rest[len(word) :]
        forms[word] = _Form(word, "空" in guards)
        seconds.update(word[1:-1])
        for parts in _mixtures(word, [] if "符" in guards else sounds):
            forms.setdefault("".join(parts), _Form(word, blanks=True))
            _add(patterns, _joined(parts, 0), guards)
        for gap in range(1, len(word)):
            _add(patterns, _joined(word, gap), guards)
    for spelling, word, *guards in _table("evasions-forms.txt"):
        forms[spelling] = _Form(word, True)
        seconds.add(spelling[1:2])
        _add(patterns, (re.escape(spelling), spelling[-1]), guards)
    gate = f"[{re.escape(''.join(patterns))}](?=[{_SIGNS}{re.escape(''.join(seconds))}])"
    return _Rules(
        re.compile(gate),
        {
            first: re.compile("|".join(sorted(every, key=len, reverse=True)))
            for first, every in patterns.items()
        },
        forms,
    )


def _table(name: str) -> Iterator[list[str]]:
    return (line.split() for line in read_lines(name) if not line.startswith("#"))


def _mixtures(word: str, sounds: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The word with one or more, but not all, of its characters written by their sound."""
    for parts in product(*zip(word, sounds, strict=False)):
        if 0 < sum(part in word for part in parts) < len(word) == len(parts):
            yield parts


def _joined(parts: Sequence[str], gap: int) -> tuple[str, str]:
    """A pattern of the parts with signs between them, and its last character.

    Up to three signs in each place; at least one behind part number `gap` if that is not 0.
    """
    pattern = re.escape(parts[0])
    for at, part in enumerate(parts[1:], 1):
        pattern += f"[{_SIGNS}]{{{int(at == gap)},3}}{re.escape(part)}"
    return pattern, parts[-1][-1]


def _add(patterns: dict[str, list[str]], spelling: tuple[str, str], guards: Sequence[str]) -> None:
    """Files a pattern under its first character, with what must not stand around it."""
    pattern, last = spelling
    first = pattern.lstrip("\\")[0]
    before = "".join(guard[1:] for guard in guards if guard[0] == "<")
    after = "".join(guard[1:] for guard in guards if guard[0] == "!")
    before += "a-z0-9" if first.isascii() and first.isalpha() else ""
    after += "a-z0-9" if last.isascii() and last.isalpha() else ""
    behind = f"(?<![{before}])" if before else ""
    ahead = f"(?![{after}])" if after else ""
    patterns.setdefault(first, []).append(f"{behind}{pattern}{ahead}")


def _has_blank(text: str, span: tuple[int, int]) -> bool:
    return any(char.isspace() for char in text[slice(*span)])


def _smallest(start: int, written: str, word: str) -> Edit:
    """The edit without what both spellings share at their ends."""
    head = 0
    while head < min(len(written), len(word)) and written[head] == word[head]:
        head += 1
    tail = 0
    while tail < min(len(written), len(word)) - head and written[-1 - tail] == word[-1 - tail]:
        tail += 1
    return Edit(start + head, start + len(written) - tail, word[head : len(word) - tail])
