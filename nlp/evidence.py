"""Which words of a text moved the decision, shown in the original."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from nlp.assessment import Evidence
from nlp.text import normalise, original_span, starts

SPANS: Final = 5
"""Most spans kept of one text."""

_SHARE: Final = 0.25
"""Tokens that add at least this share of the strongest token's weight are shown."""


def strongest_spans(
    text: tuple[str, str], tokens: Sequence[str], added: Sequence[float]
) -> tuple[Evidence, ...]:
    """The words that speak most for an incident, neighbours joined, heaviest first.

    `tokens` are those of the document made of `text`, `added` what each adds to the log-odds. A
    span's weight is the sum over its tokens.
    """
    strongest = max(added, default=0.0)
    if strongest <= 0:
        return ()
    least = _SHARE * strongest
    chosen = [
        at
        for at, token in enumerate(tokens)
        if added[at] >= least and any(char.isalnum() for char in token)
    ]
    runs = [
        [at for _, at in run]
        for _, run in groupby(enumerate(chosen), key=lambda pair: pair[1] - pair[0])
    ]
    weighed = [(sum(added[at] for at in run), run) for run in runs]
    weighed.sort(key=lambda pair: -pair[0])
    return tuple(_span(text, tokens, run, weight) for weight, run in weighed[:SPANS])


def _span(
    text: tuple[str, str], tokens: Sequence[str], run: Sequence[int], weight: float
) -> Evidence:
    begins = starts(tokens)
    start, end = begins[run[0]], begins[run[-1]] + len(tokens[run[-1]])
    title, offsets = normalise(text[0])
    in_title = start < len(title)
    original = text[0] if in_title else text[1]
    if not in_title:
        _, offsets = normalise(original)
        start, end = start - len(title) - 1, end - len(title) - 1
    first, last = original_span(offsets, start, end)
    return Evidence(
        field="title" if in_title else "body",
        start=first,
        end=last,
        text=original[first:last],
        weight=round(weight, 4),
    )
