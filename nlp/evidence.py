"""Which words of a text moved the decision, shown in the original."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.assessment import Evidence, Field
from nlp.reading import Reading, starts_of
from nlp.text import normalise, original_span

SPANS: Final = 5
"""Most spans kept of one text."""

_SHARE: Final = 0.25
"""Tokens that add at least this share of the strongest token's weight are shown."""

_NOTHING: Final = 1e-6
"""Less is the noise of sums."""


def strongest_spans(
    texts: Sequence[tuple[str, str]], reading: Reading, added: NDArray[np.float64]
) -> list[tuple[Evidence, ...]]:
    """The words of each text that speak most for an incident, neighbours joined, heaviest first.

    `reading` is of the documents made of `texts`, `added` what each token adds to the log-odds. A
    span's weight is the sum over its tokens.
    """
    tokens = reading.tokens
    strongest = np.maximum.reduceat(added, tokens.firsts[:-1])
    least = np.repeat(
        np.where(strongest > _NOTHING, _SHARE * strongest, np.inf), np.diff(tokens.firsts)
    )
    shown = [
        at
        for at in np.flatnonzero(added >= least).tolist()
        if any(map(str.isalnum, tokens.texts[at]))
    ]
    chosen = np.array(shown, np.int64)
    begins = np.flatnonzero(np.diff(chosen, prepend=-2) != 1)
    row = np.searchsorted(tokens.firsts, chosen[begins], side="right") - 1
    weights = np.add.reduceat(added[chosen], begins) if len(begins) else np.zeros(0)
    # Rounded, so that words that weigh the same keep the order of the text.
    weights = np.round(weights, 4)
    order = np.lexsort((-weights, row))
    first, last = chosen[begins], chosen[np.append(begins[1:], len(chosen))[: len(begins)] - 1]
    starts = tokens.edges[first] - starts_of(reading.documents)[row]
    ends = starts + tokens.edges[last + 1] - tokens.edges[first]
    bounds = np.searchsorted(row, np.arange(len(texts) + 1)).tolist()
    table = list(
        zip(
            starts[order].tolist(),
            ends[order].tolist(),
            weights[order].tolist(),
            strict=True,
        )
    )
    return [
        _spans(text, document, table[a : min(b, a + SPANS)]) if a < b else ()
        for text, document, a, b in zip(texts, reading.documents, bounds, bounds[1:], strict=False)
    ]


def _spans(
    text: tuple[str, str], document: str, found: Sequence[tuple[int, int, float]]
) -> tuple[Evidence, ...]:
    border = document.index("\n")
    offsets: dict[bool, Sequence[int]] = {}
    spans = []
    for start, end, weight in found:
        in_title = start < border
        original = text[0] if in_title else text[1]
        if in_title not in offsets:
            offsets[in_title] = normalise(original)[1]
        shift = 0 if in_title else border + 1
        first, last = original_span(offsets[in_title], start - shift, end - shift)
        field: Field = "title" if in_title else "body"
        spans.append(Evidence(field, first, last, original[first:last], weight))
    return tuple(spans)
