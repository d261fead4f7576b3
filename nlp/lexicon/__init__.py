"""Word lists that ship with the product."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

TAUGHT: Final = (
    *("words.txt", "roles.csv"),
    *("evasions-words.txt", "evasions-forms.txt", "evasions-traditional.txt"),
)
"""The lists that a model's features are made with."""


@cache
def revision() -> str:
    """A digest of those lists: a model that was taught with others misses some of its features."""
    digest = hashlib.sha256()
    for name in TAUGHT:
        digest.update((files("nlp.lexicon") / name).read_bytes())
    return digest.hexdigest()[:16]


def read_lines(name: str) -> list[str]:
    """The lines of a shipped word list, without blank ones."""
    text = (files("nlp.lexicon") / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]
