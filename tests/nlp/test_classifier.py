"""The shipped model on made-up posts: decisions, evidence in the original, the exact fast path."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import hstack, vstack
from sklearn.feature_extraction.text import TfidfVectorizer

from nlp.classifier import SPOKEN, Classifier
from nlp.features import TITLE_SHARE, document, family_terms
from nlp.taxonomy import Category, Scope, Status

INCIDENTS = {
    "女子被前夫当街殴打，警方介入": "domestic_violence",
    "小学教师猥亵多名女童被刑拘": "child_sexual_abuse",
    "3岁男童被人贩子抱走，家人悬赏寻找": "trafficking",
    "幼儿园老师用针扎孩子被拘留": "child_abuse",
    "初中女生遭多名同学围殴扇耳光": "school_bullying",
    "女员工怀孕后被公司辞退": "employment_discrimination",
    "男子杀害前女友后潜逃被抓": "homicide_injury",
    "女大学生被导师性骚扰，学校回应": "sexual_harassment",
}
OTHERS = (
    "国足0-3不敌对手被虐",
    "周末去哪儿看展",
    "新款手机今日发布",
    "全国多地迎来降雪",
    "某剧大结局收视率创新高",
    "油价调整窗口开启",
    "妇联开展反家暴普法宣传活动",
)
ACCOUNT = "求助！我老公喝醉了就打我，还把５岁的女儿推倒在地，报警两次也没用，我想离婚该怎么办"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def test_plain_incidents_are_alerted_with_their_category(classifier: Classifier) -> None:
    assessed = classifier.assess([(title, "") for title in INCIDENTS])
    for (title, category), assessment in zip(INCIDENTS.items(), assessed, strict=True):
        assert assessment.alert, title
        assert not assessment.review
        assert category in dict(assessment.categories), title
        assert assessment.victims


def test_half_a_character_hinders_nothing(classifier: Classifier) -> None:
    broken = [("湖北黄石女子\ud83d被前夫当街殴打", "\udcff她说报警多次无人处理")]
    (assessment,) = classifier.assess(broken, full=True)
    assert assessment.alert
    assert [place.code for place in assessment.places] == ["420200"]
    "".join(span.text for span in assessment.evidence).encode()
    assert classifier.worth_scoring([("女子\ud83d被前夫当街殴打", "")]) == [True]
    assert classifier.unscored("看展\ud83d")[1] == ("看展",)


def test_other_news_is_left_alone(classifier: Classifier) -> None:
    for title, assessment in zip(
        OTHERS, classifier.assess([(title, "") for title in OTHERS]), strict=True
    ):
        assert not assessment.alert, title
        assert assessment.incident < 0.5


def test_a_persons_own_account_is_found_without_a_title(classifier: Classifier) -> None:
    (assessment,) = classifier.assess([("", ACCOUNT)])
    assert assessment.alert or assessment.review
    assert assessment.categories[0][0] == "domestic_violence"
    assert "woman" in assessment.victims


def test_values_are_from_the_closed_lists(classifier: Classifier) -> None:
    for assessment in classifier.assess([(title, "") for title in (*INCIDENTS, *OTHERS)], True):
        assert 0 <= assessment.incident <= 1
        assert assessment.severity in (1, 2, 3, 4)
        assert {code for code, _ in assessment.categories} <= {one.value for one in Category}
        assert assessment.status in {one.value for one in Status}
        assert assessment.scope in {one.value for one in Scope}
        assert assessment.model == classifier.version


def test_evidence_quotes_the_original(classifier: Classifier) -> None:
    texts = [(title, "㈠" + ACCOUNT) for title in INCIDENTS] + [("", ACCOUNT)]
    for (title, body), assessment in zip(texts, classifier.assess(texts, True), strict=True):
        assert assessment.evidence
        for span in assessment.evidence:
            source = title if span.field == "title" else body
            assert source[span.start : span.end] == span.text
            assert span.weight > 0


def test_evidence_is_the_decision_in_parts(classifier: Classifier) -> None:
    """A text without its heaviest words loses about what they weighed."""
    title = "女子被前夫当街殴打"
    (assessment,) = classifier.assess([(title, "")], True)
    odds = np.log(assessment.incident / (1 - assessment.incident))
    intercept = classifier.model.decision.kinds["headline"].intercept
    assert sum(span.weight for span in assessment.evidence) >= 0.8 * (odds - intercept)


def test_details_wait_for_the_review_threshold_unless_asked(classifier: Classifier) -> None:
    texts = [(title, "") for title in (*INCIDENTS, *OTHERS)]
    short, full = classifier.assess(texts), classifier.assess(texts, full=True)
    for one, other in zip(short, full, strict=True):
        assert one.incident == other.incident
        assert other.categories
        if one.alert or one.review:
            assert one == other
        else:
            assert not one.categories
            assert not one.evidence


def test_a_batch_changes_nothing(classifier: Classifier) -> None:
    texts = [(title, "") for title in (*INCIDENTS, *OTHERS)] * 80
    together = classifier.assess(texts)
    assert len(together) == len(texts)
    alone = [classifier.assess([text])[0] for text in texts[:15]]
    assert [one.incident for one in alone] == [one.incident for one in together[:15]]


def test_words_come_with_the_assessment(classifier: Classifier) -> None:
    ((_, words),) = classifier.assess_with_words([("女童失联！", "正在，寻找")])
    assert words == ("女童", "失联", "正在", "寻找")


def test_nothing_comes_of_nothing(classifier: Classifier) -> None:
    assert classifier.assess([]) == []
    (assessment,) = classifier.assess([("", "")])
    assert not assessment.alert


def test_the_fast_path_equals_scikit_learn_on_the_stored_weights(classifier: Classifier) -> None:
    model = classifier.model
    texts = [(title, "") for title in (*INCIDENTS, *OTHERS)] + [("标题", ACCOUNT), ("", ACCOUNT)]
    documents = [document(*text) for text in texts]
    documents.append(document(texts[-2][0], ""))
    idf = np.split(model.idf, model.vocabulary.borders[:-1])
    blocks = []
    for terms, entries, weights in zip(
        family_terms(model.concepts), model.vocabulary.families, idf, strict=True
    ):
        block = TfidfVectorizer(
            analyzer=terms,
            vocabulary={entry: number for number, entry in enumerate(entries)},
            sublinear_tf=True,
        )
        block.idf_ = weights
        blocks.append(block.transform(documents))
    rows = hstack(blocks, format="csr")
    # A title with a body stands in it twice: the whole, and half the title alone.
    rows = vstack([rows[:-3], rows[-3] + TITLE_SHARE * rows[-1], rows[-2]], format="csr")
    oracle = rows @ model.incident[:, 0]
    oracle[-1] += (rows @ model.incident[:, 1])[-1]
    kinds = ["headline"] * (len(texts) - 2) + ["article", "account"]
    odds = [
        model.decision.kinds[kind].slope * score + model.decision.kinds[kind].intercept
        for kind, score in zip(kinds, oracle, strict=True)
    ]
    probability = classifier.probabilities(texts)
    assert np.abs(np.log(probability / (1 - probability)) - odds).max() < 1e-9
    fast = classifier.label_probabilities(texts)
    slow = np.column_stack(
        [head.sigmoid(rows @ model.labels[:, column]) for column, head in enumerate(model.heads)]
    )
    assert np.abs(fast - slow).max() < 1e-9


def test_everything_is_the_same_in_any_batch(classifier: Classifier) -> None:
    texts = [(title, "") for title in (*INCIDENTS, *OTHERS)] + [("标题", ACCOUNT), ("", ACCOUNT)]
    together = classifier.assess(texts, full=True)
    for text, one in zip(texts, together, strict=True):
        (alone,) = classifier.assess([text], full=True)
        assert alone == replace(one, incident=alone.incident)
        assert abs(alone.incident - one.incident) < 1e-12


def test_only_headlines_are_stopped_by_the_gate(classifier: Classifier) -> None:
    calm = OTHERS[1]
    assert classifier.worth_scoring([(calm, ""), ("", calm), (calm, calm)]) == [False, True, True]
    assert all(classifier.worth_scoring([(title, "") for title in INCIDENTS]))


def test_words_are_shown_only_where_enough_speaks_for_an_incident(classifier: Classifier) -> None:
    texts = [(title, "") for title in (*OTHERS, *INCIDENTS)]
    for assessment in classifier.assess(texts, full=True):
        assert bool(assessment.evidence) >= (assessment.incident >= 0.5)
        assert not assessment.evidence or assessment.incident >= SPOKEN
