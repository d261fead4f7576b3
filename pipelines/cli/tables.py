"""Tables for people: columns aligned on a terminal, where a Chinese character is two wide."""

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows below the header; all columns but the last are padded."""
    lines = [header, *rows]
    widths = [max(width(line[at]) for line in lines) for at in range(len(header))]
    return "\n".join(
        "  ".join(
            cell + " " * (size - width(cell)) for cell, size in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def shortened(text: str, size: int) -> str:
    """The text in one line of at most `size` characters."""
    line = " ".join(text.split())
    return line if len(line) <= size else f"{line[: size - 1]}…"
