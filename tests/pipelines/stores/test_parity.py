"""The same queries on the same real headlines give the same posts on both stores."""

import lzma
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from pipelines.stores import open_store
from pipelines.stores.protocol import PostDocument, PostStore, Query
from pipelines.stores.text import folded
from tests.pipelines.stores.documents import document

ROOT = Path(__file__).parents[3]
HEADLINES = ROOT / os.environ.get("DATA", "../shared/data") / "headlines-2020-2024.jsonl.xz"
ROWS = 20_000
PLACES = ("110105", "420222", "420202", "440300", "")
CATEGORIES = ("domestic_violence", "school_bullying", "")

pytestmark = [
    pytest.mark.xdist_group("elasticsearch"),
    pytest.mark.skipif(not HEADLINES.exists(), reason=f"no shared headlines at {HEADLINES}"),
]


def headlines() -> list[PostDocument]:
    with lzma.open(HEADLINES) as lines:
        rows: list[dict[str, Any]] = [orjson.loads(line) for line in islice(lines, ROWS)]
    return [
        document(
            f"p{number:05}",
            row["title"],
            platform=row["platform"],
            categories=((CATEGORIES[number % 3], 0.8),) if CATEGORIES[number % 3] else (),
            places=((PLACES[number % 5], "某地", 0.8),) if PLACES[number % 5] else (),
        )
        for number, row in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def posts() -> list[PostDocument]:
    return headlines()


@pytest.fixture(scope="module")
def stores(
    posts: list[PostDocument],
    elasticsearch_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[PostStore, PostStore]]:
    embedded = open_store(f"sqlite:///{tmp_path_factory.mktemp('parity') / 'posts.db'}")
    grown = open_store(elasticsearch_url, prefix=f"test-{secrets.token_hex(4)}")
    for store in (embedded, grown):
        store.ensure()
        assert store.index(posts) == {}
        store.refresh()
    yield embedded, grown
    embedded.close()
    grown.close()


def ids(store: PostStore, query: Query) -> list[str]:
    found = [hit.id for hit in store.search(query, limit=2 * ROWS)]
    assert store.count(query) == len(found)
    return found


def windows(posts: list[PostDocument], number: int) -> list[str]:
    """Pieces of real headlines, cut anywhere, so between and inside words, signs and digits."""
    random = Random(7)  # noqa: S311 - the same pieces every time
    pieces = []
    for post in random.sample(posts, number):
        start = random.randrange(len(post.title))
        pieces.append(post.title[start : start + random.choice((1, 2, 3, 4, 6))])
    return pieces


def test_any_piece_of_a_headline(
    posts: list[PostDocument], stores: tuple[PostStore, PostStore]
) -> None:
    embedded, grown = stores
    for piece in windows(posts, 200):
        query = Query(must=(piece,))
        assert ids(embedded, query) == ids(grown, query), piece


def test_chinese_phrases_are_exactly_the_substrings(
    posts: list[PostDocument], stores: tuple[PostStore, PostStore]
) -> None:
    chinese = [
        piece
        for piece in windows(posts, 300)
        if all("\u4e00" <= sign <= "\u9fff" for sign in piece)
    ]
    assert len(chinese) > 100
    for phrase in (*chinese, "女童", "家暴", "打"):
        expected = {post.id for post in posts if phrase in folded(post.title)}
        assert set(ids(stores[0], Query(must=(phrase,)))) == expected, phrase


@pytest.mark.parametrize(
    "query",
    [
        Query(must=("学生", "老师")),
        Query(must=("孩子",), must_not=("父母",)),
        Query(must_not=("的",)),
        Query(place="420000"),
        Query(place="420222", category="domestic_violence"),
        Query(category="school_bullying", must=("女",)),
        Query(platform="weibo", must=("死",)),
        Query(until=datetime.fromisoformat("2026-03-31T22:00:00+08:00")),
        Query(must=("ＩＰＨＯＮＥ",)),
        Query(must=("12",)),
    ],
    ids=str,
)
def test_combined_conditions(query: Query, stores: tuple[PostStore, PostStore]) -> None:
    embedded, grown = stores
    assert ids(embedded, query) == ids(grown, query)
