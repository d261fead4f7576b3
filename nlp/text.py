"""One spelling of every text, and its words.

Offsets survive: whatever is found in a normalised text can be shown in the original.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any, Final

from nlp.evasion import edits, letter, mended, shifted, undo
from nlp.lexicon import read_lines

SIGNS: Final = frozenset("+#&._%-")
"""Signs that rjieba and jieba treat differently beside letters and digits. Without them the two
cut alike, so they become spaces (measured: 50,000 of 50,000 texts identical)."""

_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half a character: what cutting an emoji or a byte that is no UTF-8 leaves."""

_WHOLE: Final = "\ufffd"
"""What stands for half a character, and can be written to any file."""

_URL = re.compile(r"https?://[!-~]+", re.IGNORECASE)


class _Spellings(dict[int, str]):
    """Code point → its normal spelling, filled as texts need it (for str.translate)."""

    def __missing__(self, code: int) -> str:
        if _HALF.match(chr(code)):
            self[code] = _WHOLE
            return _WHOLE
        spelling = "".join(
            " " if char in SIGNS or char.isspace() else letter(char)
            for char in unicodedata.normalize("NFKC", chr(code)).lower()
        )
        self[code] = spelling
        if len(spelling) != 1:
            _UNEVEN.add(chr(code))
        return spelling


_SPELLINGS = _Spellings()
_UNEVEN: Final[set[str]] = set()
"""Characters met so far that become none or several."""


def readable(text: str) -> str:
    """The text, as long as before, with U+FFFD for every half character."""
    return text if text.isascii() else _HALF.sub(_WHOLE, text)


def clean(text: str) -> str:
    """The normalised text alone: NFKC, lower case, simplified, evasive spellings undone, no URLs,
    every space and odd sign one blank, half a character U+FFFD.
    """
    text = _without_urls(text)
    return undo(text.translate(_SPELLINGS), text)


def normalise(text: str) -> tuple[str, Sequence[int]]:
    """The normalised text and, for each of its characters and its end, the original offset.

    `original_span` gives the span of the original behind a span of the normalised text.
    """
    text = _without_urls(text)
    spelled = text.translate(_SPELLINGS)
    offsets: Sequence[int] = range(len(text) + 1)
    if not _UNEVEN.isdisjoint(text):
        widths = map(len, map(_SPELLINGS.__getitem__, map(ord, text)))
        offsets = [at for at, width in enumerate(widths) for _ in range(width)] + [len(text)]
    while made := list(edits(spelled, text)):
        spelled, offsets = mended(spelled, made), shifted(offsets, made)
    return spelled, offsets


def original_span(offsets: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The original span behind a span [start, end), not empty, of a normalised text.

    A character that became several, or several that became one, are taken whole.
    """
    return offsets[start], max(offsets[end], offsets[end - 1] + 1)


def _without_urls(text: str) -> str:
    return _URL.sub(lambda match: " " * len(match.group()), text) if "://" in text else text


def tokens(cleaned: str) -> list[str]:
    """A normalised text cut into words, blanks and signs; joined they are the text again."""
    cut: list[str] = _segmenter().cut(cleaned, True)
    return cut


def cut(text: str) -> list[str]:
    """The words of a text, normalised, without blanks and punctuation."""
    return words(tokens(clean(text)))


def words(found: Sequence[str]) -> list[str]:
    """Those of the tokens that are words or numbers."""
    return [token for token in found if token[0].isalnum()]


def starts(found: Sequence[str]) -> list[int]:
    """Where each token begins in the text that the tokens make up."""
    return [0, *accumulate(len(token) for token in found)][:-1]


def domain_words() -> list[tuple[str, int]]:
    """Words of our field that the base dictionary lacks, with their frequencies."""
    pairs = (line.split() for line in read_lines("words.txt") if not line.startswith("#"))
    return [(word, int(frequency)) for word, frequency in pairs]


@cache
def _segmenter() -> Any:
    import rjieba

    segmenter = rjieba.Jieba()
    for word, frequency in domain_words():
        segmenter.add_word(word, frequency, None)
    return segmenter
