"""Labels that a model which has not seen the post confidently contradicts. Pure; changes nothing.

A label is suspect when the held-out probability of the opposite is at least what it is, on average,
for posts that carry the opposite label (Northcutt, Jiang, Chuang: Confident Learning, 2021). The
averages are those of each kind of text. Posts of the same wording with opposite labels are suspect
whatever a model says.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.labelled import LabelledPost
from nlp.model import KINDS, Head
from nlp.similarity import normalise
from nlp.truth import kinds_of, truth_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TWINS: Final = "twins"
"""The doubt about posts of one wording that are labelled differently."""

_FEWEST: Final = 20
"""An average over fewer posts of a label is no yardstick."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A post whose label is doubted.

    `doubt` is "incident", a head like "category:trafficking", or "twins"; `probability` is that of
    the incident or of the head; `margin` (log-odds beyond the yardstick) orders them.
    """

    number: int
    doubt: str
    probability: float
    margin: float


def suspects(
    posts: Sequence[LabelledPost], held_out: Floats, labels: Floats, heads: Sequence[Head]
) -> list[Suspect]:
    """The suspect labels, one for each post, clearest first.

    Twins, doubts about the incident and doubts about a category take turns: their margins cannot be
    compared. `held_out` are the probabilities of an incident for every post, `labels` those of the
    heads (columns) for the incidents alone (rows), all by models that have not seen the post.
    """
    kinds = [_twins(posts, held_out), _incidents(posts, held_out)]
    kinds.append(_categories(posts, labels, heads))
    turns = [
        (turn, order, suspect)
        for order, doubts in enumerate(kinds)
        for turn, suspect in enumerate(_clearest(doubts))
    ]
    found: dict[int, Suspect] = {}
    for _, _, suspect in sorted(turns, key=lambda one: one[:2]):
        found.setdefault(suspect.number, suspect)
    return list(found.values())


def _clearest(doubts: Iterable[Suspect]) -> list[Suspect]:
    """The clearest doubt about each post, clearest first."""
    found: dict[int, Suspect] = {}
    for suspect in sorted(doubts, key=lambda one: (-one.margin, one.number)):
        found.setdefault(suspect.number, suspect)
    return list(found.values())


def _incidents(posts: Sequence[LabelledPost], held_out: Floats) -> Iterator[Suspect]:
    truth, kinds = truth_of(posts), kinds_of(posts)
    for kind in KINDS:
        yield from _contradicted("incident", np.flatnonzero(kinds == kind), truth, held_out)


def _categories(
    posts: Sequence[LabelledPost], labels: Floats, heads: Sequence[Head]
) -> Iterator[Suspect]:
    incidents = np.array([at for at, post in enumerate(posts) if post.incident], dtype=np.int64)
    for column, head in enumerate(heads):
        group, _, code = head.name.partition(":")
        if group != "category":
            continue
        carried, probabilities = np.zeros(len(posts), dtype=bool), np.zeros(len(posts))
        carried[incidents] = [code in posts[at].categories for at in incidents]
        probabilities[incidents] = labels[:, column]
        yield from _contradicted(head.name, incidents, carried, probabilities)


def _contradicted(
    doubt: str, chosen: NDArray[np.int64], truth: Bools, probabilities: Floats
) -> Iterator[Suspect]:
    for carried in (True, False):
        opposite = chosen[truth[chosen] != carried]
        if len(opposite) < _FEWEST:
            continue
        yardstick = float(probabilities[opposite].mean())
        for at in chosen[truth[chosen] == carried]:
            probability = float(probabilities[at])
            beyond = _log_odds(probability) - _log_odds(yardstick)
            margin = -beyond if carried else beyond
            if margin >= 0:
                yield Suspect(int(at), doubt, probability, margin)


def _twins(posts: Sequence[LabelledPost], held_out: Floats) -> Iterator[Suspect]:
    wordings: dict[str, list[int]] = defaultdict(list)
    for at, post in enumerate(posts):
        wordings[normalise(post.title + post.body)].append(at)
    for alike in wordings.values():
        if len({posts[at].incident for at in alike}) > 1:
            for at in alike:
                yield Suspect(at, TWINS, float(held_out[at]), float("inf"))


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return log(bounded / (1 - bounded))
