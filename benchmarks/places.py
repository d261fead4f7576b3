"""Places beside cnloc on the shared labelled texts: counties right, false places, texts a second.

Usage: python benchmarks/places.py [PLACES_EXAMPLES]
cnloc (dev extra) reads the first address in a text; "short" also knows counties without their kind.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = Path(os.environ.get("DATA", Path(__file__).parents[2] / "shared" / "data"))
SURE = 0.8

Finder = Callable[[Sequence[str]], list[set[str]]]
"""Texts → the codes of the places answered for each."""


@dataclass(frozen=True)
class Gold:
    """A labelled text: the codes of its scenes, and those that count neither right nor wrong."""

    text: str
    scene: frozenset[str]
    also: frozenset[str]


def read(path: Path) -> list[Gold]:
    """The rows of a labelled file whose places the text decides."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Gold(row["text"], frozenset(row["scene"]), frozenset(row.get("also", ())))
        for row in rows
        if not row.get("candidates")
    ]


def ours() -> Finder:
    from nlp.places import Resolver

    resolver = Resolver.shared()

    def find(texts: Sequence[str]) -> list[set[str]]:
        fields = [text.partition("\n") for text in texts]
        found = [resolver.find(title, body) for title, _, body in fields]
        return [{p.code for p in one if p.scene and p.confidence >= SURE} for one in found]

    return find


def cnloc(short: bool) -> Finder:
    from cnloc import getlocation

    getlocation(["北京市"], county_short=short)

    def find(texts: Sequence[str]) -> list[set[str]]:
        frame = getlocation(list(texts), mode=1, county_short=short)
        levels = frame[["county_adcode", "city_adcode", "province_adcode"]].fillna("")
        return [{next(filter(None, codes), "")} - {""} for codes in levels.values.tolist()]

    return find


def methods() -> Iterator[tuple[str, Finder]]:
    yield "ours", ours()
    try:
        yield "cnloc, full names", cnloc(short=False)
        yield "cnloc, short names too", cnloc(short=True)
    except ImportError:
        sys.stderr.write("cnloc is not installed: pip install '.[dev]'\n")


def counties(codes: frozenset[str] | set[str]) -> set[str]:
    return {code for code in codes if not code.endswith("00")}


def report(name: str, find: Finder, gold: Sequence[Gold]) -> str:
    """A row of the table: county precision and recall, texts without a scene given one, texts/s."""
    texts = [row.text for row in gold]
    start = time.process_time()
    answers = find(texts)
    speed = len(texts) / (time.process_time() - start)
    hit = said = true = false = without = 0
    for row, answer in zip(gold, answers, strict=True):
        told = counties(answer) - (row.also - row.scene)
        hit += len(told & row.scene)
        said += len(told)
        true += len(counties(row.scene))
        if not row.scene:
            without += 1
            false += bool(answer - row.also)
    return (
        f"| {name} | {hit / said:.3f} ({hit}/{said}) | {hit / true:.3f} ({hit}/{true}) "
        f"| {false}/{without} | {speed:,.0f} |"
    )


def main() -> None:
    gold = read(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "places-examples.jsonl")
    sys.stdout.write("| method | county precision | county recall | false places | texts/s |\n")
    sys.stdout.write("|---|---|---|---|---|\n")
    for name, find in methods():
        sys.stdout.write(report(name, find, gold) + "\n")


if __name__ == "__main__":
    main()
