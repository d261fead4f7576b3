"""Word lists that ship with the product."""

from importlib.resources import files


def read_lines(name: str) -> list[str]:
    """The lines of a shipped word list, without blank ones."""
    text = (files("nlp.lexicon") / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]
