"""Folding of known events: B-cubed, incidents an event, alerts, first alerts, follow-ups caught.

usage: python benchmarks/folding.py [GOLD] [--stream N]     (DATA=folder of the shared data)

GOLD has `key, platform, first_seen, title, [body], event` (null: of no incident), in order of time.
A row without an incident counts as one of its own. Events are cut into two halves by a hash of
their name: tune on the first, believe the second. The last lines measure a watch list of names of
open cases: of the follow-ups on which the classifier is silent, how many carry a full name that is
known of exactly one open incident, and how many of N titles of the stream would be caught wrongly.
"""

import argparse
import hashlib
import json
import lzma
import os
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipelines.config import Config
from pipelines.replaying import replay_office

Row = dict[str, Any]


def main() -> None:
    data = Path(os.environ.get("DATA", "../shared/data"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="?", type=Path, default=data / "folding-examples.jsonl")
    parser.add_argument("--stream", type=int, default=20_000, help="titles of the stream")
    given = parser.parse_args()
    with given.gold.open(encoding="utf-8") as file:
        rows: list[Row] = [json.loads(line) for line in file if line.strip()]
    placed = replayed(given.gold)
    told = [row for row in rows if row["event"] is not None]
    for name, kept in halves(told):
        precision, recall = bcubed(kept, placed)
        score = 2 * precision * recall / (precision + recall)
        print(f"{name:<18} rows {len(kept):4}  P {precision:.3f}  R {recall:.3f}  F1 {score:.3f}")
    print_alerts(told, placed)
    stream = data / "headlines-2020-2024.jsonl.xz"
    print_watch(rows, placed, islice(titles(stream), given.stream) if stream.exists() else iter(()))


def replayed(gold: Path) -> dict[str, Row]:
    """The replay's line of each row, by key."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        config = Config(root=scratch, var=scratch / "var")
        with replay_office(config, None, scratch) as office:
            office.replay.run(office.lines([str(gold)], (None, None), 0, 0.0), lambda count: None)
            return {str(line["key"]): dict(line) for line in office.replay.outcome(office.ledger)}


def halves(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    yield "all events", list(rows)
    for name, rest in (("first half", 0), ("second half", 1)):
        yield name, [row for row in rows if half(row["event"]) == rest]


def half(event: str) -> int:
    return int(hashlib.md5(event.encode(), usedforsecurity=False).hexdigest(), 16) % 2


def bcubed(rows: Sequence[Row], placed: Mapping[str, Row]) -> tuple[float, float]:
    pairs = [(row["event"], placed[row["key"]]["incident"] or row["key"]) for row in rows]
    both = Counter(pairs)
    events, incidents = Counter(e for e, _ in pairs), Counter(i for _, i in pairs)
    precision = sum(both[pair] / incidents[pair[1]] for pair in pairs) / len(pairs)
    return precision, sum(both[pair] / events[pair[0]] for pair in pairs) / len(pairs)


def print_alerts(rows: Sequence[Row], placed: Mapping[str, Row]) -> None:
    """An event is alerted when a post of it raised an alert or sits in an incident that did."""
    alerts = sum(len(line["alerts"]) for line in placed.values())
    incidents = {line["incident"] for line in placed.values() if line["incident"]}
    events: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        events[row["event"]].append(placed[row["key"]])
    files = [{line["incident"] for line in lines} - {None} for lines in events.values()]
    first = sum(bool(lines[0]["incident"]) for lines in events.values())
    print(f"incidents an event {sum(map(len, files)) / len(events):.2f}")
    ratio = alerts / len(incidents)
    print(f"alerts an incident {ratio:.2f} ({alerts} of {len(incidents)}, goal 1.2)")
    print(f"events alerted at all       {sum(map(bool, files)) / len(events):.3f} (goal 0.97)")
    print(f"events alerted by post one  {first / len(events):.3f} (goal 0.80)")


def titles(stream: Path) -> Iterator[str]:
    with lzma.open(stream, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["title"]


def print_watch(rows: Sequence[Row], placed: Mapping[str, Row], stream: Iterator[str]) -> None:
    from nlp.facts import find_facts
    from nlp.names import is_surname_only

    def names(title: str, body: str = "") -> list[str]:
        return [name for name in find_facts(title, body).people if not is_surname_only(name)]

    carriers: dict[str, set[str]] = defaultdict(set)
    members: dict[str, Counter[str | None]] = defaultdict(Counter)
    seen: set[str] = set()
    follow_ups = caught = silent = rightly = wrongly = 0
    for row in rows:
        incident, event = placed[row["key"]]["incident"], row["event"]
        found = names(row["title"], row.get("body") or "")
        follow_up = event in seen and event is not None
        follow_ups += follow_up
        if incident:
            caught += follow_up and members[incident][event] > 0
            members[incident][event] += 1
            for name in found:
                carriers[name].add(incident)
        else:
            hits = {case for name in found if len(carriers[name]) == 1 for case in carriers[name]}
            silent += follow_up
            right = any(members[case][event] for case in hits) and follow_up
            rightly += right
            wrongly += bool(hits) and not right
        seen.add(event)
    known = {name for name, cases in carriers.items() if len(cases) == 1}
    print(f"follow-ups {follow_ups}: into a file of their event {caught / follow_ups:.3f}, "
          f"with a watch list of names {(caught + rightly) / follow_ups:.3f}")  # fmt: skip
    print(f"silent follow-ups {silent}: caught by a name {rightly}; other silent rows {wrongly}")
    read = hit = 0
    for title in stream:
        read += 1
        hit += bool(known.intersection(names(title)))
    print(f"titles of the stream {read}: carry a name of an open case {hit}")


if __name__ == "__main__":
    main()
