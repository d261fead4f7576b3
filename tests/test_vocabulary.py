"""The taxonomy stands in two packages, which may not import each other: they must agree."""

from alerts.messages import NAMES
from alerts.routing import CATEGORIES, SETTINGS
from nlp.taxonomy import CHINESE, COLOURS, Category, Setting


def test_routing_knows_every_category_and_setting() -> None:
    assert set(CATEGORIES) == {category.value for category in Category}
    assert set(SETTINGS) == {setting.value for setting in Setting}


def test_messages_name_the_categories_as_the_classifier_does() -> None:
    assert {code: NAMES[code] for code in CATEGORIES} == {
        code: CHINESE[code] for code in CATEGORIES
    }


def test_the_colours_are_the_same() -> None:
    from alerts.grading import COLOURS as OF_THE_DESK

    assert dict(OF_THE_DESK) == COLOURS
