"""Titles a second of the classifier, beside the peers and the physical limit.

Usage: python benchmarks/classify.py [DATA] [TITLES]
CPU time of one process, all designs on the same titles in the same run; only ratios travel. The
first line, plain jieba + TfidfVectorizer + LogisticRegression, is 1.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import compress, islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import peers
from nlp.background import read_stream
from nlp.classifier import Classifier
from nlp.features import document, family_terms
from nlp.labelled import read_labelled
from pipelines.cli.classify import classify_rows

SLOW = 1_000
"""SnowNLP is given so many titles: it needs milliseconds for each."""

BATCH = 1000
LEAST = 1.0
"""Seconds below which a measurement is noise."""


def learned(data: Path) -> Iterator[peers.Peer]:
    """The peers, trained on every fourth labelled headline: enough to weigh as they would."""
    posts = list(islice(read_labelled(data / "headlines-labelled.jsonl"), 0, None, 4))
    truth = np.array([post.incident for post in posts])
    for kind in sorted(peers.available(), key=lambda kind: kind is not peers.Plain):
        peer = kind()
        peer.fit([post.title for post in posts], truth)
        yield peer


def scan() -> Callable[[Sequence[str]], Any]:
    """The bare limit: one pass over each title for the act words, nothing else."""
    find = peers.automaton(peers.act_words()).find_matches_as_indexes
    return lambda batch: [find(title) for title in batch]


def oracle(classifier: Classifier) -> Callable[[Sequence[str]], Any]:
    """scikit-learn's own path over the stored model: the same features, all heads."""
    model = classifier.model
    idf = np.split(model.idf, model.vocabulary.borders[:-1])
    blocks = []
    for terms, entries, weights in zip(
        family_terms(model.concepts), model.vocabulary.families, idf, strict=True
    ):
        numbered = {entry: number for number, entry in enumerate(entries)}
        block = TfidfVectorizer(analyzer=terms, vocabulary=numbered, sublinear_tf=True)
        block.idf_ = weights
        blocks.append(block)
    weights = np.column_stack((model.incident, model.labels))
    return lambda batch: hstack([b.transform(batch) for b in blocks], format="csr") @ weights


def fast(classifier: Classifier) -> Callable[[Sequence[str]], Any]:
    extractor = classifier.model.extractor()
    weights = np.column_stack((classifier.model.incident, classifier.model.labels))
    return lambda batch: extractor.read(batch).rows @ weights


def gated(classifier: Classifier) -> Callable[[Sequence[str]], Any]:
    """The gate, and the fast path for what passes."""
    gate, score = classifier.model.gate, fast(classifier)
    if gate is None:
        return score
    return lambda batch: score(
        [*compress(batch, gate.passing([one[:-1] for one in batch]).tolist())] or batch[:1]
    )


def rate(work: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> float:
    """Items a second of CPU time, in batches, over as many passes as make a second."""
    work(items[:BATCH])
    # As `classify` does: the collector need not walk what every design has loaded.
    gc.collect()
    gc.freeze()
    passes, begin = 0, time.process_time()
    while (spent := time.process_time() - begin) < LEAST:
        for at in range(0, len(items), BATCH):
            work(items[at : at + BATCH])
        passes += 1
    return passes * len(items) / spent


def through_json(classifier: Classifier) -> Callable[[Sequence[bytes]], Any]:
    """What the command does between its two pipes."""

    def work(lines: Sequence[bytes]) -> list[bytes]:
        return [orjson.dumps(r) for r in classify_rows(map(orjson.loads, lines), classifier)]

    return work


def designs(data: Path, titles: Sequence[str]) -> Iterator[tuple[str, float]]:
    for peer in learned(data):
        part = titles[:SLOW] if isinstance(peer, peers.SnowNlp) else titles
        yield peer.name, rate(peer.probabilities, part)
    begin = time.process_time()
    classifier = Classifier.load()
    print(f"model loaded in {time.process_time() - begin:.2f} s of CPU time", file=sys.stderr)
    documents = [document(title, "") for title in titles]
    lines = [orjson.dumps({"key": at, "title": title}) for at, title in enumerate(titles)]
    texts = [(title, "") for title in titles]
    yield (
        "**`classify`**: JSON, all heads, places, cues, evidence",
        rate(through_json(classifier), lines),
    )
    yield "in process, details from review on", rate(classifier.assess_with_words, texts)
    yield "scoring only, scikit-learn's own path", rate(oracle(classifier), documents)
    yield "scoring only, fast path", rate(fast(classifier), documents)
    yield "scoring only, behind the gate", rate(gated(classifier), documents)
    yield "bare Aho-Corasick scan for the act words", rate(scan(), titles)


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    peers.need(data)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    stream = islice(read_stream(data / "headlines-2020-2024.jsonl.xz"), 400_000, None)
    titles = [post.title for post in islice(stream, count)]
    first = 0.0
    print("| design | titles/s | ratio |\n|---|---|---|")
    for name, speed in designs(data, titles):
        first = first or speed
        print(f"| {name} | {speed:,.0f} | {speed / first:.1f}x |", flush=True)


if __name__ == "__main__":
    main()
