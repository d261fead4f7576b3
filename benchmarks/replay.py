"""The whole pipe on one core: a month of real headlines, beside the bare classifier's rate.

usage: python benchmarks/replay.py [--month 2024-03] (DATA=folder of the shared data)

Both rates are of the same posts in the same run, start-up left out: the classifier alone, and
`replay` into the embedded store and ledger. The memory line compares the peak after the first
quarter of the posts with the peak at the end: flat means that the archive may grow.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from pipelines.config import Config
from pipelines.replay import Line
from pipelines.replaying import replay_office


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--month", default="2024-03", help="which month of the stream")
    month = parser.parse_args().month
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    data = Path(os.environ.get("DATA", "../shared/data")) / "headlines-2020-2024.jsonl.xz"
    first = datetime.fromisoformat(f"{month}-01T00:00:00+08:00")
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        config = Config(root=scratch, var=scratch / "var")
        with replay_office(config, None, scratch) as office:
            lines = list(office.lines([str(data)], (first, after), 0, 0.0))
            texts = [(line.post.title, line.post.body) for line in lines if line.post]
            bare = rate(lambda: classify(texts), len(texts))
            memory = [peak()]
            whole = rate(
                lambda: office.replay.run(watched(lines, memory), lambda n: None), len(texts)
            )
            memory.append(peak())
            figures = office.figures()
    print(f"posts {len(texts)} of {month}, one core")
    print(f"classifier alone    {bare:8.0f} posts/s  1.00")
    print(f"replay end to end   {whole:8.0f} posts/s  {whole / bare:.2f}   (goal 2,000 posts/s)")
    print(f"peak memory         {memory[1]:.0f} MB after a quarter, {memory[-1]:.0f} MB at the end")
    print("; ".join(f"{name} {value}" for name, value in figures.items()))


def classify(texts: list[tuple[str, str]]) -> None:
    from nlp.classifier import Classifier

    classifier = Classifier.load()
    for start in range(0, len(texts), 500):
        classifier.assess_with_words(texts[start : start + 500], full=False)


def rate(work: Callable[[], object], posts: int) -> float:
    start = time.perf_counter()
    work()
    return posts / (time.perf_counter() - start)


def watched(lines: list[Line], memory: list[float]) -> Iterator[Line]:
    for number, line in enumerate(lines):
        if number == len(lines) // 4:
            memory.append(peak())
        yield line


def peak() -> float:
    """The process's greatest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
