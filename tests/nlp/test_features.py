"""The fast rows equal scikit-learn's own, and evidence sums to the decision."""

from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from nlp.concepts import GRAINS, Concepts
from nlp.errors import NlpError
from nlp.extractor import Extractor
from nlp.features import (
    TITLE_SHARE,
    Vocabulary,
    concept_terms,
    document,
    family_terms,
    pair_terms,
    run_terms,
    word_terms,
)
from nlp.text import tokens

POSTS = [
    ("女子被前夫当街殴打", ""),
    ("女童被继父虐待致死", "警方通报：女童被继父虐待，经抢救无效死亡。"),
    ("", "我老公打我，我报警了，老公还打我"),
    ("国足被虐 0-3", "国足被虐得体无完肤"),
    ("教师猥亵女童被刑拘", "教师被刑拘"),
]
DOCUMENTS = [document(*post) for post in POSTS]
_WORDS = sorted({token for one in DOCUMENTS for token in tokens(one) if token[0].isalnum()})[::2]
CONCEPTS = Concepts(
    tuple(_WORDS),
    np.array([[n % 3, n % 5, n % 7] for n in range(len(_WORDS))], dtype=np.int64),
)
FAMILIES = family_terms(CONCEPTS)
ORACLES = [TfidfVectorizer(analyzer=each, sublinear_tf=True).fit(DOCUMENTS) for each in FAMILIES]
EXTRACTOR = Extractor(
    Vocabulary(*(tuple(each.get_feature_names_out()) for each in ORACLES)),
    np.concatenate([each.idf_ for each in ORACLES]),
    CONCEPTS,
)

texts = st.text(alphabet="女童被老公打我教师猥亵虐报警刑拘 ，。\n-㈠Ａ𠮷😀x1", max_size=40)
posts = st.lists(st.tuples(texts, texts), min_size=1, max_size=6)


def oracle(documents: list[str]) -> csr_matrix:
    """The rows as scikit-learn and the plain definitions give them."""
    whole = hstack([each.transform(documents) for each in ORACLES], format="csr")
    parts = [one.split("\n") for one in documents]
    titles = [title if title.strip() and body.strip() else "" for title, body in parts]
    return whole + TITLE_SHARE * hstack([each.transform(titles) for each in ORACLES])


@settings(deadline=None, max_examples=100)
@given(posts)
def test_rows_equal_those_of_scikit_learn(batch: list[tuple[str, str]]) -> None:
    documents = [document(*post) for post in batch]
    rows = EXTRACTOR.read(documents).rows
    assert np.abs(rows.toarray() - oracle(documents).toarray()).max() < 1e-9


@settings(deadline=None, max_examples=100)
@given(posts)
def test_what_falls_on_the_tokens_sums_to_the_row(batch: list[tuple[str, str]]) -> None:
    documents = [document(*post) for post in batch]
    reading = EXTRACTOR.read(documents)
    rows = reading.rows
    weights = np.random.default_rng(1).normal(size=rows.shape[1])
    spread = reading.spread(rows.data * weights[rows.indices])
    by_document = reading.by_document(spread.tolist())
    assert reading.tokenised() == [tokens(one) for one in documents]
    assert [len(one) for one in by_document] == [len(one) for one in reading.tokenised()]
    assert np.allclose([sum(one) for one in by_document], rows @ weights, atol=1e-9)


def test_a_row_does_not_depend_on_its_batch() -> None:
    together = EXTRACTOR.read(DOCUMENTS).rows
    alone = EXTRACTOR.read(DOCUMENTS[1:2]).rows
    assert (together[1] != alone).nnz == 0


def test_every_family_speaks_of_a_post() -> None:
    row = EXTRACTOR.read(DOCUMENTS[:1]).rows
    borders = (0, *EXTRACTOR.vocabulary.borders)
    held = [((row.indices >= a) & (row.indices < b)).any() for a, b in pairwise(borders)]
    assert all(held)


def test_no_feature_crosses_from_title_to_body() -> None:
    terms = word_terms(document("女童", "失联")) + run_terms(document("女童", "失联"))
    assert "女童 失联" not in terms
    assert "童失" not in terms
    assert {"女童", "失联", "童", "失"} <= set(terms)


def test_pairs_are_of_words_that_stand_apart_and_each_once() -> None:
    terms = pair_terms(document("前夫殴打女子", "前夫殴打"), Concepts())
    assert sorted(terms) == sorted({"前夫+女子", "前夫+殴打", "女子+殴打"})


def test_the_groups_of_a_word_are_named_with_their_grain() -> None:
    word = CONCEPTS.words[4]
    assert concept_terms(word, CONCEPTS) == ["0#1", "1#4", "2#4"]
    assert CONCEPTS.of("没有分组的词") == ()
    assert len(GRAINS) == CONCEPTS.groups.shape[1]


def test_the_vocabulary_survives_its_file() -> None:
    vocabulary = EXTRACTOR.vocabulary
    assert Vocabulary.parse(vocabulary.dump()) == vocabulary


def test_chosen_features_keep_their_families() -> None:
    vocabulary = EXTRACTOR.vocabulary
    assert vocabulary.borders == tuple(accumulate(len(family) for family in vocabulary.families))
    last = [border - 1 for border in vocabulary.borders]
    assert vocabulary.kept(last).families == tuple((each[-1],) for each in vocabulary.families)


def test_a_vocabulary_cut_short_is_refused() -> None:
    with pytest.raises(NlpError, match="截断"):
        Vocabulary.parse("女童\n失联")
