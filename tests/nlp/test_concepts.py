"""Words that stand in the same surroundings share a group, whoever counts them."""

import random

import numpy as np
import pytest

from nlp.concepts import GRAINS, Concepts, learn

_SUBJECTS = ("丈夫", "前夫", "男友", "继父")
_FRUIT = ("苹果", "香蕉", "葡萄", "西瓜")


def documents() -> list[str]:
    """Two little worlds, in which four words each are interchangeable, among many rare words."""
    chance = random.Random(3)  # noqa: S311 - variety, not secrecy
    made = []
    for number in range(4000):
        filler = f"{chance.choice('甲乙丙丁')}地{number % 300}号"
        if number % 2:
            made.append(f"{filler}女子被{chance.choice(_SUBJECTS)}殴打致伤")
        else:
            made.append(f"{filler}市场{chance.choice(_FRUIT)}价格上涨")
    return made


@pytest.fixture(scope="module")
def concepts() -> Concepts:
    return learn(documents())


def test_interchangeable_words_share_a_group(concepts: Concepts) -> None:
    for family, others in ((_SUBJECTS, _FRUIT), (_FRUIT, _SUBJECTS)):
        own = {concepts.of(word)[0] for word in family}
        assert len(own) == 1
        assert own.isdisjoint(concepts.of(word)[0] for word in others)


def test_every_word_has_a_group_at_each_grain(concepts: Concepts) -> None:
    assert concepts.groups.shape == (len(concepts.words), len(GRAINS))
    assert (concepts.groups < np.array(GRAINS)).all()
    assert list(concepts.words) == sorted(concepts.words)


def test_the_same_documents_give_the_same_groups(concepts: Concepts) -> None:
    again = learn(documents())
    assert again.words == concepts.words
    assert np.array_equal(again.groups, concepts.groups)


def test_few_words_give_no_groups() -> None:
    assert learn(["女子被丈夫殴打"] * 20).words == ()
    assert learn([]).of("女子") == ()
