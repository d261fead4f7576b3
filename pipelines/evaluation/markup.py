"""HTML from escaped pieces: whatever is no `Markup` is text, and text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """A string that is HTML already."""

    __slots__ = ()


def text(value: object) -> Markup:
    """The value as HTML that shows it."""
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def join(pieces: Iterable[object]) -> Markup:
    """The pieces one after the other."""
    return Markup("".join(text(piece) for piece in pieces))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """An element. Of an attribute's name a trailing _ goes and each other _ becomes a hyphen."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{pairs}>{join(children)}</{name}>")


def table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """A table whose first column names its rows; it scrolls alone where the screen is narrow."""
    head = tag("tr", *(tag("th", cell, scope="col") for cell in header))
    body = [
        tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:]))
        for row in rows
    ]
    return tag("div", tag("table", tag("thead", head), tag("tbody", *body)), class_="wide")
