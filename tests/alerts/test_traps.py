"""Traps of folding, through the crawl's own path: made titles, the shipped model, one desk.

`traps.csv` holds cases by kind: day since the case began, which of its events (a, b), title. The
cases overlap, three days apart, as in a stream.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawlers.items import Post
from crawlers.spiders.archive import row_to_post
from pipelines.config import Config
from pipelines.replay import Line
from pipelines.replaying import replay_office

Row = dict[str, str]
BEGIN = datetime.fromisoformat("2025-01-01T08:00:00+08:00")


def post(number: int, row: Row) -> Post:
    days = timedelta(days=int(row["day"]) + 3 * int(row["case"]), minutes=number)
    given = {"platform": "weibo", "title": row["title"], "first_seen": (BEGIN + days).isoformat()}
    return row_to_post(given, source="replay", key=b"")


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Row, str]]:
    """Each row with its incident; a row without one is alone."""
    with (Path(__file__).parent / "traps.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    posts = sorted(
        ((str(number), post(number, row)) for number, row in enumerate(rows)),
        key=lambda item: item[1].first_seen,
    )
    scratch = tmp_path_factory.mktemp("traps")
    with replay_office(Config(root=scratch, var=scratch / "var"), None, scratch) as office:
        office.replay.run((Line(key, post) for key, post in posts), lambda count: None)
        placed = {line["key"]: line["incident"] for line in office.replay.outcome(office.ledger)}
    return [(row, str(placed[str(n)] or f"alone {n}")) for n, row in enumerate(rows)]


def bcubed(folded: list[tuple[Row, str]], wanted: Callable[[Row], bool]) -> tuple[float, float]:
    """Precision and recall over the wanted rows."""
    kept = [(row["case"] + row["event"], incident) for row, incident in folded if wanted(row)]
    both, events = Counter(kept), Counter(event for event, _ in kept)
    incidents = Counter(incident for _, incident in kept)

    def shares(sizes: Counter[str], at: int) -> Iterator[float]:
        return (both[pair] / sizes[pair[at]] for pair in kept)

    return sum(shares(incidents, 1)) / len(kept), sum(shares(events, 0)) / len(kept)


def test_two_families_seldom_share_a_file_and_one_event_seldom_has_two(folded) -> None:
    assert len({row["case"] for row, _ in folded}) >= 60
    precision, recall = bcubed(folded, lambda row: True)
    assert precision >= 0.93
    assert 2 * precision * recall / (precision + recall) >= 0.85


@pytest.mark.parametrize(
    ("kind", "precision", "recall"),
    [
        ("elsewhere", 0.95, 0.85),
        ("age", 0.95, 0.8),
        ("sex", 0.95, 0.95),
        ("renamed", 0.95, 0.75),
        ("name", 0.95, 0.5),
        ("county", 0.85, 0.8),
        ("court", 0.95, 0.7),
        ("rewrite", 0.95, 0.75),
        ("again", 0.95, 0.9),
        ("nothing_shared", 0.95, 0.5),
        ("countries", 0.95, 0.8),
        ("school", 0.9, 0.9),
        ("count", 0.9, 0.75),
    ],
)
def test_each_kind_of_trap(folded, kind: str, precision: float, recall: float) -> None:
    got = bcubed(folded, lambda row: row["kind"] == kind)
    assert got[0] >= precision
    assert got[1] >= recall
