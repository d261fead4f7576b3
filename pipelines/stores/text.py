"""How both stores see text: NFKC, lower case, a token a Chinese character, phrases substrings."""

import re
import unicodedata
from collections.abc import Sequence

from pipelines.stores.protocol import PostDocument

_PART = re.compile(r"[^\W_\u0080-\U0010ffff]+|[^\W_]|[\W_]+")
_BREAK = "\ue000"
"""Private use: a token in both stores that no text can hold, since it counts as a sign there."""
_LONGEST_ID = 512
_AROUND = 24
"""Code points shown on each side of the first found phrase."""


def fault(document: PostDocument) -> str:
    """Why neither store can keep the document, or "": the limits are Elasticsearch's."""
    if not 0 < len(document.id.encode(errors="replace")) <= _LONGEST_ID:
        return f"编号应为 1 到 {_LONGEST_ID} 字节"
    try:
        f"{document.id}{document.title}{document.text}".encode()
    except UnicodeEncodeError:
        return "文字不是有效的 Unicode"
    return ""


def folded(text: str) -> str:
    """NFKC and lower case: what differs only in width or case is the same."""
    return unicodedata.normalize("NFKC", text).lower()


def spaced(text: str) -> str:
    """Latin words and numbers whole, every other letter by itself, between blanks.

    A run of signs or spaces inside becomes one token, so that a phrase does not match across it.
    """
    parts = _PART.findall(folded(text))
    inside = [part if part.isalnum() else _BREAK for part in parts]
    return " ".join(inside).strip(f" {_BREAK}")


def highlighted(title: str, text: str, phrases: Sequence[str]) -> str:
    """A snippet around the first found phrase, each one as 【phrase】; else the beginning."""
    pattern = "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True) if p)
    if not pattern:
        return (title or text)[: 3 * _AROUND]
    found = re.compile(pattern, re.IGNORECASE)
    source = title if found.search(title) or not text else text
    match = found.search(source)
    if match is None:
        return source[: 3 * _AROUND]
    start, end = max(0, match.start() - _AROUND), match.end() + 2 * _AROUND
    return found.sub(lambda hit: f"【{hit.group()}】", source[start:end])
