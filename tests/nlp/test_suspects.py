"""Confident disagreement is listed, honest doubt is not, and nothing is changed."""

from dataclasses import replace

import numpy as np
import pytest

from nlp.labelled import LabelledPost
from nlp.model import Head, Sigmoid
from nlp.suspects import TWINS, suspects
from nlp.taxonomy import Category, Scope

HEADS = tuple(
    Head(f"category:{code}", Sigmoid(1.0, 0.0), 0.3) for code in ("trafficking", "child_abuse")
)
BASE = LabelledPost("", "", "", None, True, Scope.DOMESTIC, (Category.TRAFFICKING,), severity=1)


def corpus(size: int = 30) -> list[LabelledPost]:
    """Incidents of two categories, then as many others, each of its own wording."""
    posts = [replace(BASE, title=f"甲{at}") for at in range(2 * size)]
    second = {"categories": (Category.CHILD_ABUSE,)}
    posts[size:] = [replace(post, **second) for post in posts[size:]]
    other = replace(BASE, incident=False, categories=(), severity=0)
    return posts + [replace(other, title=f"乙{at}") for at in range(2 * size)]


POSTS = corpus()
HELD_OUT = np.array([0.9] * 60 + [0.1] * 60)
LABELS = np.array([[0.9, 0.1]] * 30 + [[0.1, 0.9]] * 30)


def test_a_corpus_that_the_model_understands_has_no_suspects() -> None:
    milder = HELD_OUT.copy()
    milder[3], milder[70] = 0.5, 0.5
    assert suspects(POSTS, milder, LABELS, HEADS) == []


def test_confident_disagreement_is_found_clearest_first() -> None:
    held_out = HELD_OUT.copy()
    held_out[5], held_out[61] = 0.02, 0.95
    found = suspects(POSTS, held_out, LABELS, HEADS)
    assert [(one.number, one.doubt, one.probability) for one in found] == [
        (5, "incident", pytest.approx(0.02)),
        (61, "incident", pytest.approx(0.95)),
    ]
    assert found[0].margin > found[1].margin > 0


def test_a_wrong_category_is_found_among_the_incidents() -> None:
    labels = LABELS.copy()
    labels[2] = 0.05, 0.95
    (found,) = suspects(POSTS, HELD_OUT, labels, HEADS)
    assert (found.number, found.doubt.partition(":")[0]) == (2, "category")


def test_doubts_of_different_kinds_take_turns() -> None:
    held_out, labels = HELD_OUT.copy(), LABELS.copy()
    held_out[61:64] = 0.95, 0.96, 0.97
    labels[2], labels[31] = (0.001, 0.999), (0.99, 0.01)
    found = suspects(POSTS, held_out, labels, HEADS)
    assert [(one.number, one.doubt.partition(":")[0]) for one in found] == [
        (63, "incident"),
        (2, "category"),
        (62, "incident"),
        (31, "category"),
        (61, "incident"),
    ]


def test_the_same_words_with_opposite_labels_come_first() -> None:
    posts = [*POSTS, replace(POSTS[0], title="女童 失联！"), replace(POSTS[-1], title="女童失联")]
    held_out = np.append(HELD_OUT, (0.6, 0.4))
    labels = np.vstack([LABELS, [0.9, 0.1]])
    found = suspects(posts, held_out, labels, HEADS)
    assert [(one.number, one.doubt) for one in found] == [(120, TWINS), (121, TWINS)]


def test_each_kind_of_text_has_its_own_yardstick() -> None:
    """A model surer of headlines than of accounts doubts neither kind by the other's measure."""
    accounts = [replace(post, title="", body=post.title) for post in POSTS]
    held_out = np.append(HELD_OUT, [0.4] * 60 + [0.05] * 60)
    held_out[120 + 60] = 0.5
    found = suspects([*POSTS, *accounts], held_out, np.vstack([LABELS, LABELS]), HEADS)
    assert [one.number for one in found if one.doubt == "incident"] == [180]


def test_an_average_over_a_few_posts_is_no_yardstick() -> None:
    posts = [*POSTS[:60], *POSTS[60:70]]
    held_out = np.append(np.full(60, 0.9), np.full(10, 0.03))
    held_out[7] = 0.02
    assert suspects(posts, held_out, LABELS, HEADS) == []
