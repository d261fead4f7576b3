"""An explanation is the decision itself in parts, and shows nothing that must stay hidden."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.assessment import Evidence
from nlp.classifier import Classifier
from nlp.explanation import Explainer, Explanation, marked
from nlp.privacy import mask

PIECES = (
    *("女子", "被前夫", "当街殴打", "５岁女儿", "小明", "报警", "国足被虐", "，", "。", " ", "\n"),
    *("㈠", "㎏", "😭", "家bao", "https://a.cn/x?y=1", "１３８", "13812345678", "【通报】", "ﷺ"),
)
"""Words of the field, and what normalising makes longer, shorter or blank."""

TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)
PRIVATE = "5岁女孩王小红在红星小学三年级二班被老师殴打，家长电话13812345678"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture(scope="module")
def explainer(classifier: Classifier) -> Explainer:
    return Explainer(classifier)


def off_by(explanation: Explanation) -> float:
    """How far the parts are from the log-odds of the probability that the classifier gives."""
    parts = explanation.base + explanation.rest + sum(word.weight for word in explanation.words)
    probability = explanation.assessment.incident
    if not 1e-9 < probability < 1 - 1e-9:
        # A number this near to 0 or 1 has lost its log-odds.
        assert abs(1 / (1 + np.exp(-parts)) - probability) < 1e-9
        return abs(parts - explanation.log_odds)
    odds = np.log(probability / (1 - probability))
    return float(max(abs(parts - odds), abs(explanation.log_odds - odds)))


@settings(max_examples=150, deadline=None)
@given(title=TEXTS, body=TEXTS)
def test_base_and_words_sum_to_the_decision(explainer: Explainer, title: str, body: str) -> None:
    (explanation,) = explainer.explain([(title, body)])
    assert off_by(explanation) < 1e-6
    # With the features of today every part stands at a word.
    assert abs(explanation.rest) < 1e-6


@settings(max_examples=150, deadline=None)
@given(title=TEXTS, body=TEXTS)
def test_the_words_are_the_whole_text_in_order(explainer: Explainer, title: str, body: str) -> None:
    (explanation,) = explainer.explain([(title, body)])
    for field, text in (("title", title), ("body", body)):
        spans = [(w.start, w.end) for w in explanation.words if w.field == field]
        assert all(0 <= start <= end <= len(text) for start, end in spans)
        assert spans == sorted(spans)
        covered = set().union(*(range(start, end) for start, end in spans))
        # Normalising drops some signs altogether; no word can hold them.
        assert not [text[at] for at in set(range(len(text))) - covered if text[at].isalnum()]


@settings(max_examples=100, deadline=None)
@given(title=TEXTS, body=TEXTS)
def test_the_segments_are_the_masked_text(explainer: Explainer, title: str, body: str) -> None:
    (explanation,) = explainer.explain([(title, body)])
    masked = mask(title, body)
    assert joined(explanation, "title") == masked.title
    assert joined(explanation, "body") == masked.body


def test_a_batch_is_explained_as_each_text_alone(explainer: Explainer) -> None:
    texts = [("女子被前夫当街殴打", ""), ("标题", PRIVATE), ("", "我老公喝醉了就打我")]
    together = explainer.explain(texts)
    assert [one.kind for one in together] == ["headline", "article", "account"]
    for text, one in zip(texts, together, strict=True):
        (alone,) = explainer.explain([text])
        assert alone.assessment == one.assessment
        assert shown(alone.words) == shown(one.words)
    assert explainer.explain([]) == []


def test_each_word_stands_where_it_says(explainer: Explainer) -> None:
    text = ("女子被前夫殴打", "她已经报警，㎏５岁女儿在旁")
    (explanation,) = explainer.explain([text])
    assert "".join(word.text for word in explanation.words if word.field == "title") == text[0]
    body = [word for word in explanation.words if word.field == "body"]
    assert {"报警", "女儿"} < {word.text for word in body}
    assert all(text[1][word.start : word.end] == word.text for word in body)


@pytest.mark.parametrize(
    ("start", "end", "pieces"),
    [
        (6, 9, ["5岁女孩〔姓名〕", "被打"]),
        (2, 5, ["5岁", "女孩〔姓名〕", "被打"]),
        (5, 6, ["5岁女孩〔姓名〕", "被打"]),
        (0, 9, ["5岁女孩〔姓名〕被打"]),
    ],
)
def test_a_label_that_evidence_cuts_stands_once(start: int, end: int, pieces: list[str]) -> None:
    title = "5岁女孩李小红被打"
    evidence = Evidence("title", start, end, title[start:end], 1.0)
    found = marked((title, ""), [evidence])
    assert [one.text for one in found] == pieces


def test_what_is_private_is_shown_nowhere(explainer: Explainer) -> None:
    (explanation,) = explainer.explain([("女童被打", PRIVATE)])
    everything = [
        joined(explanation, "body"),
        *(word.text for word in explanation.words),
        *(word for word, _ in explanation.weighed()),
        *(one.text for one in explanation.assessment.evidence),
    ]
    for secret in ("王小红", "小红", "红星", "13812345678"):
        assert not [text for text in everything if secret in text]
    assert "〔姓名〕" in everything[0]


def test_the_heaviest_words_lead_on_both_sides(explainer: Explainer) -> None:
    (explanation,) = explainer.explain([("殴打女子，游戏角色殴打女子", "")])
    weighed = explanation.weighed()
    assert len({word for word, _ in weighed}) == len(weighed)
    sizes = [abs(weight) for _, weight in weighed]
    assert sizes == sorted(sizes, reverse=True)
    assert dict(weighed)["殴打"] > 0
    assert "，" not in dict(weighed)


def joined(explanation: Explanation, field: str) -> str:
    return "".join(one.text for one in explanation.segments if one.field == field)


def shown(words: Sequence[object]) -> list[str]:
    return [f"{word.text} {word.weight:.9f}" for word in words]  # type: ignore[attr-defined]


def test_half_a_character_is_shown_as_one_sign() -> None:
    masked = mask("电话\ud83d13812345678", "\udcff好")
    assert (masked.title, masked.body) == ("电话\ufffd〔手机号〕", "\ufffd好")
    assert [(span.start, span.end) for span in masked.spans] == [(3, 14)]
    (found,) = Explainer(Classifier.load()).explain([("女子\ud83d被前夫当街殴打", "")])
    assert "".join(one.text for one in found.segments) == "女子\ufffd被前夫当街殴打"
