"""The fast rows equal scikit-learn's own, and evidence sums to the decision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from nlp.errors import NlpError
from nlp.features import Extractor, Vocabulary, document, run_terms, word_terms
from nlp.text import tokens

POSTS = [
    ("女子被前夫当街殴打", ""),
    ("女童被继父虐待致死", "警方通报：女童被继父虐待，经抢救无效死亡。"),
    ("", "我老公打我，我报警了，老公还打我"),
    ("国足被虐 0-3", "国足被虐得体无完肤"),
    ("教师猥亵女童被刑拘", "教师被刑拘"),
]
DOCUMENTS = [document(*post) for post in POSTS]
WORDS = TfidfVectorizer(analyzer=word_terms, sublinear_tf=True).fit(DOCUMENTS)
RUNS = TfidfVectorizer(analyzer=run_terms, sublinear_tf=True).fit(DOCUMENTS)
EXTRACTOR = Extractor(
    Vocabulary(tuple(WORDS.get_feature_names_out()), tuple(RUNS.get_feature_names_out())),
    np.concatenate((WORDS.idf_, RUNS.idf_)),
)

texts = st.text(alphabet="女童被老公打我教师猥亵虐报警 ，。\n-㈠Ａ𠮷😀x1", max_size=40)
posts = st.lists(st.tuples(texts, texts), min_size=1, max_size=6)


@settings(deadline=None, max_examples=60)
@given(posts)
def test_rows_equal_those_of_scikit_learn(batch: list[tuple[str, str]]) -> None:
    documents = [document(*post) for post in batch]
    oracle = hstack([WORDS.transform(documents), RUNS.transform(documents)])
    rows = EXTRACTOR.rows(documents, [tokens(one) for one in documents])
    assert np.abs(rows.toarray() - oracle.toarray()).max() < 1e-9


@settings(deadline=None, max_examples=60)
@given(posts)
def test_what_falls_on_the_tokens_sums_to_the_row(batch: list[tuple[str, str]]) -> None:
    documents = [document(*post) for post in batch]
    tokenised = [tokens(one) for one in documents]
    rows = EXTRACTOR.rows(documents, tokenised)
    weights = np.random.default_rng(1).normal(size=rows.shape[1])
    spread = EXTRACTOR.spread(documents, tokenised, rows, rows.data * weights[rows.indices])
    assert [len(one) for one in spread] == [len(one) for one in tokenised]
    assert np.allclose([sum(one) for one in spread], rows @ weights, atol=1e-9)


def test_a_row_does_not_depend_on_its_batch() -> None:
    together = EXTRACTOR.rows(DOCUMENTS, [tokens(one) for one in DOCUMENTS])
    alone = EXTRACTOR.rows(DOCUMENTS[2:3], [tokens(DOCUMENTS[2])])
    assert (together[2] != alone).nnz == 0


def test_no_feature_crosses_from_title_to_body() -> None:
    terms = word_terms(document("女童", "失联")) + run_terms(document("女童", "失联"))
    assert "女童 失联" not in terms
    assert "童失" not in terms
    assert {"女童", "失联", "童", "失"} <= set(terms)


def test_the_vocabulary_survives_its_file() -> None:
    vocabulary = EXTRACTOR.vocabulary
    assert Vocabulary.parse(vocabulary.dump()) == vocabulary


def test_a_vocabulary_cut_short_is_refused() -> None:
    with pytest.raises(NlpError, match="截断"):
        Vocabulary.parse("女童\n失联")
