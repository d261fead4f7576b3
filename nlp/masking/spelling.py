"""One spelling for the finders of private data; every character keeps its place.

Full-width signs become ASCII, circled digits plain ones, traditional characters simplified. Each is
one for one, so a span of the spelling is the same span of the original.
"""

from typing import Final

from nlp.lexicon import read_lines

_LINES = [line for line in read_lines("evasions-traditional.txt") if line[0] != "#"]
_SPELLING: Final = (
    {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    | {0x2460 + i: str(i + 1) for i in range(9)}
    | dict(zip(map(ord, "".join(_LINES[::2])), "".join(_LINES[1::2]), strict=True))
    | {0x3000: " ", 0x00A0: " ", 0x24EA: "0", 0x2070: "0"}
)


def spell(text: str) -> str:
    """The text with one spelling for each sign, as long as before."""
    return text if text.isascii() else text.translate(_SPELLING)
