"""Find and mask what must not leave the office: numbers, accounts, minors' names, schools, homes."""

import re
from dataclasses import dataclass

from nlp.assessment import Field


@dataclass(frozen=True, slots=True)
class MaskedSpan:
    """Where something was hidden: offsets are code points of the original field, end exclusive."""

    field: Field
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A post as it may be shown, and what was hidden in it."""

    title: str
    body: str
    spans: tuple[MaskedSpan, ...]


_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def mask(title: str, body: str) -> Masked:
    """Hide private data of a post. Pure; masking a masked text changes nothing."""
    spans: list[MaskedSpan] = []
    for field, text in (("title", title), ("body", body)):
        spans += [MaskedSpan(field, "phone", *m.span()) for m in _PHONE.finditer(text)]  # type: ignore[arg-type]
    return Masked(_PHONE.sub("〔电话〕", title), _PHONE.sub("〔电话〕", body), tuple(spans))
