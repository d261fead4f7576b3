"""Count nlp/lexicon/facts-pairs.txt anew: which pairs of characters tell one case from another.

usage: python benchmarks/pairs.py ../shared/data > nlp/lexicon/facts-pairs.txt

A pair is common when many posts of the stream hold it, when incidents of many weeks do (a name
that comes with one event fills few weeks, a word of the trade fills all), or when many bodies do.
"""

import json
import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

TITLES, WEEKS, BODIES, POSTS = 400, 12, 24, 12
"""What makes a pair as common as the limit between levels 2 and 3: titles of the stream, weeks of
labelled incidents, bodies (each week of an incident's body counts four), first-person posts."""

LEVELS = ((4.0, "1"), (1.0, "2"), (0.33, "3"))
READ, SHORTEST, MOST_BODIES = 600, 60, 60_000

_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")


def pairs(text: str) -> set[str]:
    return {run[at : at + 2] for run in _RUN.findall(text) for at in range(len(run) - 1)}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rb") if path.suffix == ".xz" else path.open("rb") as file:
        yield from map(json.loads, file)


def of_stream(stream: Iterable[dict[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    titles: Counter[str] = Counter()
    bodies: Counter[str] = Counter()
    seen: set[str] = set()
    read = 0
    for row in stream:
        if not row["title"] or row["title"] in seen:
            continue
        seen.add(row["title"])
        titles.update(pairs(row["title"]))
        body = (row.get("body") or "")[:READ]
        if len(body) > SHORTEST and read < MOST_BODIES:
            read += 1
            bodies.update(pairs(body))
    return titles, bodies


def of_incidents(labelled: Iterable[dict[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    titles: dict[str, set[int]] = defaultdict(set)
    bodies: dict[str, set[int]] = defaultdict(set)
    for row in labelled:
        if row["incident"]:
            week = date.fromisoformat(row["first_seen"][:10]).toordinal() // 7
            for pair in pairs(row["title"]):
                titles[pair].add(week)
            for pair in pairs((row.get("body") or "")[:READ]):
                bodies[pair].add(week)
    return _sizes(titles), _sizes(bodies)


def _sizes(weeks: dict[str, set[int]]) -> Counter[str]:
    return Counter({pair: len(found) for pair, found in weeks.items()})


def main(data: Path) -> None:
    titles, bodies = of_stream(rows(data / "headlines-2020-2024.jsonl.xz"))
    title_weeks, body_weeks = of_incidents(rows(data / "headlines-labelled.jsonl"))
    posts: Counter[str] = Counter()
    for row in rows(data / "posts-labelled.jsonl"):
        posts.update(pairs(f"{row.get('title') or ''}。{row.get('body') or ''}"[:READ]))
    lines: dict[str, str] = defaultdict(str)
    for pair in sorted(set(titles) | set(bodies) | set(posts)):
        common = max(
            titles[pair] / TITLES,
            title_weeks[pair] / WEEKS,
            (bodies[pair] + 4 * body_weeks[pair]) / BODIES,
            posts[pair] / POSTS,
        )
        level = next((level for least, level in LEVELS if common >= least), "")
        if level:
            lines[level + pair[0]] += pair[1]
    for start in sorted(lines):
        print(start + lines[start])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
