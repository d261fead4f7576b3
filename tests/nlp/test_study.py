"""A study of a model: breakdowns counted by hand, goals, mistakes in order, the stream by day."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from nlp import breakdown, goals, report, streaming
from nlp.background import StreamPost
from nlp.classifier import Classifier
from nlp.errors import NlpError
from nlp.explanation import Explainer
from nlp.labelled import LabelledPost
from nlp.report import Judged
from nlp.study import Study, study
from nlp.taxonomy import Category, Scope, Status, Victim
from nlp.truth import truth_of

FIRST = date(2024, 3, 1)
HARMS = ("女子被前夫殴打", "女童遭继父猥亵", "丈夫家暴妻子致重伤", "男子当街殴打前妻")
OTHERS = ("国足主场被虐", "油价将调整", "博物馆推出新展", "高铁新线开通")
PLACES = ("湖北", "河南", "山东", "广东", "四川", "云南", "江西", "陕西")


def posts() -> list[LabelledPost]:
    """32 incidents and 32 others in each of two years, all titles, and 64 undated accounts."""
    result = []
    for number, place in enumerate(PLACES * 8):
        day = FIRST + timedelta(days=number % 8) - timedelta(days=366 * (number % 2))
        harm = LabelledPost(
            title=f"{place}{HARMS[number // 16]}",
            body="",
            origin="weibo",
            day=day,
            incident=True,
            scope=Scope.DOMESTIC,
            categories=(Category.DOMESTIC_VIOLENCE,),
            victims=frozenset({Victim.WOMAN}),
            severity=3,
            status=Status.CONFIRMED.value,
        )
        result += [
            harm,
            LabelledPost(f"{place}{OTHERS[number // 16]}", "", "weibo", day, False, Scope.DOMESTIC),
            replace(
                harm, title="", body=f"我在{place}，我老公喝醉了就打我，第{number}次了", day=None
            ),
        ]
    return result


POSTS = posts()
STREAM = [
    StreamPost(f"{place}{what}{day}日", "", FIRST + timedelta(days=day))
    for day in (-400, *range(-2, 12))
    for place in PLACES
    for what in ("降雪", "车展", "女子被前夫殴打")
]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture(scope="module")
def judged(classifier: Classifier) -> Judged:
    return report.judge(classifier, POSTS)


@pytest.fixture(scope="module")
def found(classifier: Classifier, judged: Judged) -> Study:
    drawn = streaming.sample(STREAM, POSTS)
    return study(classifier, judged, streaming.study(classifier, judged, drawn))


def test_years_are_told_apart_and_the_undated_come_last(found: Study) -> None:
    counts = [(one.name, one.posts, one.incidents) for one in found.years]
    assert counts == [("2023", 64, 32), ("2024", 64, 32), ("无日期", 64, 64)]
    assert all(one.precision > 0.9 for one in found.years)


def test_recall_counts_alerts_and_reviews(classifier: Classifier, judged: Judged) -> None:
    decision = classifier.model.decision
    truth = truth_of(judged.posts)
    levels = np.where(truth, 0.0, 1.0)
    incidents = np.flatnonzero(truth)
    levels[incidents[:32]] = decision.alert
    levels[incidents[32:96]] = decision.review
    (recall,) = breakdown.by_category(decision, replace(judged, incident=levels))
    assert (recall.name, recall.incidents) == ("domestic_violence", 128)
    assert recall.alerted[0] == 32 / 128
    assert recall.found[0] == 96 / 128
    assert recall.found[1] < 96 / 128 < recall.found[2]


def test_severities_are_counted_by_truth_and_answer(classifier: Classifier, judged: Judged) -> None:
    labels = np.zeros_like(judged.labels)
    names = [head.name for head in classifier.model.heads]
    labels[:, names.index("severity:2")] = 1
    labels[:10, names.index("severity:3")] = 2
    counts = breakdown.severity_confusion(classifier.model, replace(judged, labels=labels))
    assert counts == [[0] * 4, [0] * 4, [0, 118, 10, 0], [0] * 4]


def test_the_worst_mistakes_come_first(classifier: Classifier, judged: Judged) -> None:
    explainer = Explainer(classifier)
    misses = breakdown.missed(judged, explainer, "headline", 5)
    assert len(misses) == 5
    assert all(one.post.incident and one.post.title for one in misses)
    low = [one.explanation.assessment.incident for one in misses]
    assert low == sorted(low)
    alarms = breakdown.false_alarms(judged, explainer, "headline", 99)
    high = [one.explanation.assessment.incident for one in alarms]
    assert len(high) == 64
    assert high == sorted(high, reverse=True)
    assert breakdown.false_alarms(judged, explainer, "account", 5) == []


def test_the_sample_is_of_the_labelled_days_and_of_no_order() -> None:
    whole = streaming.sample(STREAM, POSTS)
    assert whole.weight == 1
    assert (whole.days[0], whole.days[-1]) == (FIRST - timedelta(days=2), FIRST + timedelta(days=6))
    part = streaming.sample(STREAM, POSTS, size=50)
    assert len(part.posts) == 50
    assert part.weight == len(whole.posts) / 50
    assert set(streaming.sample(STREAM[::-1], POSTS, size=50).posts) == set(part.posts)
    undated = [replace(post, day=None) for post in POSTS]
    for stream, labelled in (([], POSTS), (STREAM, undated)):
        with pytest.raises(NlpError, match="没有相同的日期"):
            streaming.sample(stream, labelled)


def test_a_day_of_the_stream_is_counted_by_hand(classifier: Classifier, judged: Judged) -> None:
    drawn = streaming.sample(STREAM, POSTS)
    told = streaming.study(classifier, judged, drawn)
    days = len(drawn.days)
    inside = [post for post in POSTS if post.day in set(drawn.days)]
    harm = [post for post in inside if post.incident]
    assert told.share == pytest.approx(len(harm) / (len(inside) + len(drawn.posts)))
    assert told.daily.posts == pytest.approx((len(inside) + len(drawn.posts)) / days)
    assert told.daily.incidents[0] == pytest.approx(len(harm) / days)
    alert = classifier.model.decision.alert
    wrong = sum(classifier.probabilities([(p.title, p.body) for p in drawn.posts]) >= alert)
    assert wrong > 0
    assert told.daily.false_alerts[0] == pytest.approx(wrong / days)
    assert told.daily.labelled_false[0] == 0
    assert len(told.suspects) == wrong
    assert all("殴打" in post.title for post in told.suspects)
    surest = classifier.probabilities([(post.title, post.body) for post in told.suspects])
    assert surest.tolist() == sorted(surest.tolist(), reverse=True)
    assert sum(told.months.values()) > 0


def test_a_sampled_post_stands_for_others(classifier: Classifier, judged: Judged) -> None:
    drawn = streaming.sample(STREAM, POSTS)
    plain = streaming.study(classifier, judged, drawn)
    heavy = streaming.study(classifier, judged, replace(drawn, weight=3.0))
    assert heavy.daily.false_alerts[0] == pytest.approx(3 * plain.daily.false_alerts[0])
    assert heavy.daily.incidents == plain.daily.incidents
    assert not plain.thin
    assert streaming.study(classifier, judged, replace(drawn, weight=100.0)).thin


def test_weighting_lowers_precision_not_recall(classifier: Classifier, judged: Judged) -> None:
    told = streaming.study(classifier, judged, streaming.sample(STREAM, POSTS))
    headline = told.kinds["headline"]
    assert headline.weighted["average_precision"][0] < headline.enriched["average_precision"][0]
    assert headline.curve.recall[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.97, "达到目标"), (0.96, "达到底线"), (0.91, "达到底线"), (0.909, "未到底线")],
)
def test_a_goal_is_reached_floored_or_missed(value: float, verdict: str) -> None:
    figures = {"kinds": {"headline": {"average_precision": (value, 0.0, 1.0)}}}
    first, *others = goals.standings(figures)
    assert first.verdict == verdict
    assert {one.verdict for one in others} == {"未测"}
    assert goals.cells(first)[1:4] == ("0.892", "≥ 0.91", "≥ 0.97")


@pytest.mark.parametrize(
    ("value", "verdict"), [(2.0, "达到目标"), (8.0, "达到底线"), (8.1, "未到底线")]
)
def test_less_is_better_for_false_alerts(value: float, verdict: str) -> None:
    *_, last = goals.standings({"stream": {"false_alerts": (value, value, value)}})
    assert last.verdict == verdict
    assert goals.cells(last)[2] == "≤ 8.0"


def test_the_figures_for_programs_hold_no_text_of_a_post(found: Study) -> None:
    shown = json.dumps(found.as_object(), ensure_ascii=False)
    assert '"goals"' in shown and '"stream"' in shown and '"reliability"' in shown
    assert "殴打" not in shown
    assert [one.goal.name for one in goals.standings(found.figures) if one.figure is None] == [
        "标题加正文：最佳 F1",
        "自述帖：AP",
        "自述帖：最佳 F1",
        "性侵未成年人：预警或复核的召回",
        "拐卖妇女儿童：预警或复核的召回",
    ]
