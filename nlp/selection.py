"""Which posts to label next: those that the model is least sure of, each unlike the others. Pure.

A label teaches most where the model wavers, and nothing where another post says the same. A share
drawn at random keeps the labelled corpus honest: only it tells how the stream really is.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import log
from random import Random
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix

from nlp.similarity import normalise, sketch

POOL: Final = 15
"""Uncertain posts considered for each one chosen."""

ALIKE: Final = 0.5
"""Posts whose character trigrams are this alike (cosine) say the same: one of them is enough."""

_SEED: Final = 20241126


@dataclass(frozen=True, slots=True)
class Scored:
    """A post that may be labelled, in the stored form, and its probability of an incident."""

    fields: Mapping[str, Any]
    probability: float

    @property
    def text(self) -> str:
        return f"{self.fields.get('title', '')}{self.fields.get('body', '')}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A post to label and why: "uncertain" or "random"."""

    post: Scored
    why: str


def doubt(probability: float) -> float:
    """How unsure a probability is: 0 at even odds, the lower the surer, alike in both directions.

    In log-odds, so that 0.01 and 0.02 are as far apart as 0.5 and 0.67.
    """
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return -abs(log(bounded / (1 - bounded)))


def choose(posts: Iterable[Scored], size: int, drawn: int) -> list[Chosen]:
    """At most `size` posts, of which `drawn` at random, least sure first. Deterministic.

    Holds no more than the candidates, however many posts there are.
    """
    random = Random(_SEED)  # noqa: S311 - a sample, no secret
    pool: list[tuple[float, int, Scored]] = []
    sample: list[tuple[int, Scored]] = []
    order = count(0, -1)
    for number, post in enumerate(posts):
        _draw(sample, (number, post), drawn, random)
        item = (doubt(post.probability), next(order), post)
        if len(pool) < POOL * size:
            heapq.heappush(pool, item)
        else:
            heapq.heappushpop(pool, item)
    taken = {id(post) for _, post in sample}
    ranked = [post for _, _, post in sorted(pool, reverse=True) if id(post) not in taken]
    unlike = diverse([post.text for post in ranked], size - len(sample))
    return [
        *(Chosen(ranked[at], "uncertain") for at in unlike),
        *(Chosen(post, "random") for _, post in sorted(sample, key=lambda one: one[0])),
    ]


def diverse(texts: Sequence[str], size: int) -> list[int]:
    """The places of at most `size` texts, in order, each unlike all before it.

    When too few are unlike, the least alike of the rest fill up.
    """
    if not texts or size <= 0:
        return []
    rows = _trigrams(texts)
    alike = np.zeros(len(texts))
    chosen: set[int] = set()
    for at in range(len(texts)):
        if len(chosen) == size:
            break
        if alike[at] < ALIKE:
            chosen.add(at)
            alike = np.maximum(alike, (rows @ rows[at].T).toarray()[:, 0])
    for at in np.argsort(alike, kind="stable").tolist():
        if len(chosen) == size:
            break
        chosen.add(at)
    return sorted(chosen)


def _draw(
    sample: list[tuple[int, Scored]], post: tuple[int, Scored], size: int, random: Random
) -> None:
    """One step of reservoir sampling: every post seen so far is in the sample with equal chance."""
    if len(sample) < size:
        sample.append(post)
    elif size and (place := random.randrange(post[0] + 1)) < size:
        sample[place] = post


def _trigrams(texts: Sequence[str]) -> csr_matrix:
    """A row of length 1 for each text, a column for each trigram that any of them has."""
    sketches = [sketch(normalise(text)) for text in texts]
    counts = [len(one) for one in sketches]
    found = np.array([hashed for one in sketches for hashed in one], dtype=np.int64)
    _, columns = np.unique(found, return_inverse=True)
    values = np.repeat(1.0 / np.sqrt(np.maximum(counts, 1)), counts)
    starts = np.concatenate(([0], np.cumsum(counts)))
    width = int(columns.max()) + 1 if len(columns) else 1
    return csr_matrix((values, columns, starts), shape=(len(texts), width))
