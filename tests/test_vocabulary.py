"""The taxonomy stands in two packages, which may not import each other: they must agree."""

import csv

from alerts.messages import NAMES
from alerts.routing import CATEGORIES, SETTINGS
from nlp.lexicon import read_lines
from nlp.taxonomy import CHINESE, COLOURS, Category


def test_routing_knows_every_category_and_setting() -> None:
    assert set(CATEGORIES) == {category.value for category in Category}
    cues = csv.DictReader(read_lines("cues.csv"))
    assert set(SETTINGS) == {cue["value"] for cue in cues if cue["kind"] == "setting"}
    assert set(SETTINGS) <= set(CHINESE)


def test_messages_name_the_categories_as_the_classifier_does() -> None:
    assert {code: NAMES[code] for code in CATEGORIES} == {
        code: CHINESE[code] for code in CATEGORIES
    }


def test_the_colours_are_the_same() -> None:
    from alerts.grading import COLOURS as OF_THE_DESK

    assert dict(OF_THE_DESK) == COLOURS
