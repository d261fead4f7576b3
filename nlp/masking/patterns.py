"""Patterns whose alternatives are word lists: one expression a line."""

from nlp.lexicon import read_lines


def alternatives(name: str) -> str:
    """The lines of a shipped list as one group of a regular expression."""
    return "(?:" + "|".join(read_lines(name)) + ")"
