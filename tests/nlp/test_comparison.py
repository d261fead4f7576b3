"""Changes between two models are counted by kind and category, the largest kept."""

from nlp.assessment import Assessment
from nlp.comparison import Judged, changed_figures, compare


def said(probability: float, category: str = "trafficking") -> Assessment:
    alert, review = probability >= 0.5, 0.1 <= probability < 0.5
    categories = ((category, 0.9),) if alert or review else ()
    return Assessment(probability, alert, review, categories, 4, (), "", "domestic", (), "甲")


def judged(*pairs: tuple[float, float]) -> list[Judged]:
    return [
        (str(at), (f"帖子{at}", ""), said(before), said(after, "child_abuse"))
        for at, (before, after) in enumerate(pairs)
    ]


def test_only_changes_of_the_decision_count() -> None:
    found = compare(judged((0.5, 0.99), (0.09, 0.0), (0.5, 0.49), (0.0, 0.6), (0.2, 0.05)), 10)
    assert (found.posts, found.changed) == (5, 3)
    assert found.kinds == {
        ("alert", "review"): 1,
        ("none", "alert"): 1,
        ("review", "none"): 1,
    }


def test_the_category_is_that_of_the_model_that_takes_it_more_seriously() -> None:
    found = compare(judged((0.6, 0.2), (0.2, 0.6), (0.0, 0.2)), 10)
    assert found.categories == {"trafficking": 1, "child_abuse": 2}


def test_the_largest_changes_come_first_and_no_more_than_asked_for() -> None:
    pairs = (0.4, 0.5), (0.0, 1.0), (0.9, 0.3), (0.2, 0.8)
    assert [change.key for change in compare(judged(*pairs), 3).largest] == ["1", "2", "3"]
    assert compare(judged(*pairs), 0).largest == ()


def test_changed_figures_are_named_with_both_values() -> None:
    old = {"recall": {"trafficking": [0.95, 0.9, 1.0]}, "alerts": 0.5, "gone": 1, "same": 0.7}
    new = {"recall": {"trafficking": [0.90, 0.9, 1.0]}, "alerts": 0.5001, "same": 0.7, "new": 2}
    assert list(changed_figures(old, new)) == [
        ("recall.trafficking", 0.95, 0.9),
        ("gone", 1.0, None),
        ("new", None, 2.0),
    ]
