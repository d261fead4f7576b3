"""Article extraction beside its peers, on the shared real pages, all in one run.

usage: python benchmarks/extract.py [PAGES]   (default ../shared/data/pages)

Bodies by character-bigram F1 against each page's truth; "oracle" takes, for every page, the best
of the three peers. Titles and dates as in the data's own score. Every peer gets the decoded page.
"""

import json
import logging
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from crawlers.dates import CHINA
from crawlers.decode import decode
from crawlers.extract import extract_article

NOW = datetime(2026, 11, 26, tzinfo=CHINA)


class Found(NamedTuple):
    """What one method found on one page."""

    text: str
    title: str
    published: str


def ours(source: str) -> Found:
    article = extract_article(source, now=NOW)
    return Found(article.text, article.title, str(article.published or ""))


def readability(source: str) -> Found:
    from lxml import html
    from readability import Document

    document = Document(source)
    return Found(html.fromstring(document.summary()).text_content(), document.short_title(), "")


def gne(source: str) -> Found:
    from gne import GeneralNewsExtractor

    found = GeneralNewsExtractor().extract(source)
    return Found(found["content"], found["title"], found["publish_time"])


def trafilatura(source: str) -> Found:
    from trafilatura import bare_extraction

    found = bare_extraction(source, include_comments=False, with_metadata=True)
    return Found(*(getattr(found, key, None) or "" for key in ("text", "title", "date")))


METHODS: dict[str, Callable[[str], Found]] = {
    "readability": readability,
    "gne": gne,
    "trafilatura": trafilatura,
    "ours": ours,
}


def plain(text: str | None) -> str:
    return re.sub(r"\s+", "", text or "")


def similarity(one: str, other: str) -> float:
    bags = [Counter(pairwise(plain(text))) for text in (one, other)]
    size = bags[0].total() + bags[1].total()
    return 2 * (bags[0] & bags[1]).total() / size if size else float(one == other)


def day(text: str | None) -> tuple[int, ...] | None:
    match = re.search(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})", text or "")
    return tuple(map(int, match.groups())) if match else None


def same_title(wanted: str, found: str) -> bool:
    wanted, found = plain(wanted), plain(found)
    return len(found) >= 4 and (wanted[:12] in found or found in wanted)


def run(method: Callable[[str], Found], sources: dict[str, str]) -> tuple[dict[str, Found], float]:
    """What a method found on every page (nothing where it failed), and pages per CPU second."""
    method(next(iter(sources.values())))
    found = {}
    start = time.process_time()
    for name, source in sources.items():
        try:
            found[name] = method(source)
        except Exception:  # noqa: BLE001 - a peer may raise anything on a page; that page is lost
            found[name] = Found("", "", "")
    return found, len(sources) / (time.process_time() - start)


def report(
    name: str, truths: dict[str, dict[str, Any]], found: dict[str, Found], rate: float
) -> dict[str, float]:
    scores = {
        n: similarity(t["content"], found[n].text) for n, t in truths.items() if t.get("content")
    }
    titles = [same_title(t["title"], found[n].title) for n, t in truths.items() if t.get("title")]
    dated = [(day(t.get("date")), day(found[n].published)) for n, t in truths.items()]
    dates = [wanted == got for wanted, got in dated if wanted]
    line(name, list(scores.values()))
    print(
        f"  titles {sum(titles)}/{len(titles)}  dates {sum(dates)}/{len(dates)}  {rate:.1f} pages/s"
    )
    return scores


def line(name: str, scores: list[float]) -> None:
    low = sum(score < 0.5 for score in scores) / len(scores)
    print(
        f"{name:12} mean {statistics.mean(scores):.3f}  median {statistics.median(scores):.3f}  "
        f"under 0.5 {low:.1%}",
        end="\n" if name == "oracle" else "",
    )


def main() -> None:
    logging.disable(logging.CRITICAL)
    default = Path(__file__).parents[2] / "shared" / "data" / "pages"
    pages = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    rows = map(json.loads, (pages / "truth.jsonl").read_text("utf-8").splitlines())
    truths = {Path(row["file"]).name: row for row in rows}
    sources = {name: decode((pages / name).read_bytes())[0] for name in truths}
    scores = {}
    for name, method in METHODS.items():
        found, rate = run(method, sources)
        scores[name] = report(name, truths, found, rate)
    peers = [scores[name] for name in METHODS if name != "ours"]
    line("oracle", [max(peer[page] for peer in peers) for page in peers[0]])


if __name__ == "__main__":
    main()
