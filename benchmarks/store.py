"""Rates, sizes and query times of the post stores on real headlines.

python benchmarks/store.py [--rows 200000] [--data FILE] [--elasticsearch URL]
"""

import argparse
import lzma
import resource
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from nlp.text import cut
from pipelines.stores import open_store
from pipelines.stores.protocol import PostDocument, PostStore
from pipelines.stores.query import parse
from pipelines.stores.text import spaced

HEADLINES = Path(__file__).parents[1] / "../shared/data/headlines-2020-2024.jsonl.xz"
BATCH = 500
QUERIES = {
    "one word": ("家暴", "猥亵", "女童", "学生", "疫情"),
    "one character": ("打", "女"),
    "four characters": ("女童失踪", "校园欺凌", "拐卖儿童"),
    "two words": ("女童 失踪", "学生 老师", "孩子 医院"),
    "word without another": ("女童 -失踪", "学生 -大学"),
    "word in a month": ("女 起:2021-01-01 止:2021-01-31",),
    "category and place": ("类别:家庭暴力 地区:湖北",),
    "newest": ("",),
}


def documents(path: Path, rows: int) -> Iterator[PostDocument]:
    """Headlines as analysis would hand them over: one of fifty carries categories and a place."""
    with lzma.open(path) as lines:
        for number, line in enumerate(islice(lines, rows)):
            row: dict[str, Any] = orjson.loads(line)
            found = number % 50 == 0
            yield PostDocument(
                id=f"{row['platform']}-{number}",
                version="v1",
                written=1,
                platform=row["platform"],
                source="archive",
                url=row.get("url", ""),
                title=row["title"],
                text="",
                words=tuple(cut(row["title"])),
                first_seen=datetime.fromisoformat(row["first_seen"]),
                published=None,
                author_key=None,
                probability=0.9 if found else 0.01,
                level="review" if found else "",
                categories=(("domestic_violence", 0.9),) if found else (),
                severity=3 if found else None,
                victims=("woman",) if found else (),
                status="alleged" if found else "",
                scope="domestic",
                setting="",
                places=(("420222", "湖北省黄石市阳新县", 0.9),) if found else (),
                evidence=(),
                model="m1",
            )


def fill(store: PostStore, posts: list[PostDocument]) -> tuple[float, float]:
    """Documents a second by the wall and by this process's CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(posts), BATCH):
        store.index(posts[start : start + BATCH])
    return (
        len(posts) / (time.perf_counter() - wall),
        len(posts) / (time.process_time() - cpu),
    )


def timings(action: Any, repeats: int = 20) -> tuple[float, float]:
    """p50 and p95 of the milliseconds that `action` takes."""
    took = []
    for _ in range(repeats):
        begun = time.perf_counter()
        action()
        took.append(1000 * (time.perf_counter() - begun))
    return statistics.median(took), statistics.quantiles(took, n=20)[18]


def measure(name: str, store: PostStore, posts: list[PostDocument]) -> float:
    store.ensure()
    wall, cpu = fill(store, posts)
    store.refresh()
    print(f"{name}: {wall:,.0f} docs/s ({cpu:,.0f} a second of CPU); {store.check()}")
    ids = [post.id for post in posts[:: max(1, len(posts) // BATCH)]][:BATCH]
    p50, p95 = timings(lambda: store.finished(ids))
    print(f"  finished, 500 ids: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    for kind, texts in QUERIES.items():
        queries = [parse(text) for text in texts]
        found = [timings(lambda q=q: list(store.search(q)), 10) for q in queries]
        counted = [timings(lambda q=q: store.count(q), 10) for q in queries]
        print(
            f"  {kind}: newest 20 p50 {statistics.median(p for p, _ in found):.1f}"
            f" p95 {max(p for _, p in found):.1f} ms,"
            f" count p50 {statistics.median(p for p, _ in counted):.1f}"
            f" p95 {max(p for _, p in counted):.1f} ms"
        )
    return wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--data", type=Path, default=HEADLINES)
    parser.add_argument("--elasticsearch", default="")
    options = parser.parse_args()
    posts = list(documents(options.data, options.rows))
    raw = sum(len(post.title.encode()) for post in posts) / 1e6
    begun = time.process_time()
    for post in posts:
        spaced(post.title)
    folding = len(posts) / (time.process_time() - begun)
    print(f"{len(posts):,} headlines, {raw:.1f} MB of text; folding {folding:,.0f} a second")
    with tempfile.TemporaryDirectory() as folder:
        sqlite = open_store(f"sqlite:///{folder}/posts.db")
        rate = measure("SQLite", sqlite, posts)
        sqlite.close()
    if options.elasticsearch:
        grown = open_store(options.elasticsearch, prefix=f"bench-{secrets.token_hex(4)}")
        other = measure("Elasticsearch", grown, posts)
        grown.close()
        print(f"Elasticsearch indexes at {other / rate:.2f}x of SQLite")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB")


if __name__ == "__main__":
    main()
