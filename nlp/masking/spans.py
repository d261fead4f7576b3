"""What a finder of private data finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrivateSpan:
    """A stretch of one text that must not be shown; offsets in code points, end exclusive."""

    kind: str
    start: int
    end: int
