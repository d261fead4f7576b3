"""Titles a second of the classifier against plain jieba + TfidfVectorizer + LogisticRegression.

Usage: python benchmarks/classify.py [DATA] [TITLES]
CPU time of one process, all designs on the same titles in the same run; only ratios travel.
"""

import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import orjson
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

sys.path.insert(0, str(Path(__file__).parent.parent))

from nlp.background import read_stream
from nlp.classifier import Classifier
from nlp.features import document, run_terms, word_terms
from nlp.labelled import read_labelled
from nlp.text import tokens
from pipelines.cli.classify import classify_rows

BATCH = 500


def plain(data: Path) -> Pipeline:
    """The design that everybody starts with: words 1–2 and characters 1–4, one head."""
    jieba.setLogLevel(logging.WARNING)
    warnings.filterwarnings("ignore", message="The parameter 'token_pattern'")
    posts = list(islice(read_labelled(data / "headlines-labelled.jsonl"), 0, None, 4))
    union = FeatureUnion(
        [
            (
                "words",
                TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2)),
            ),
            ("runs", TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2)),
        ]
    )
    pipeline = Pipeline([("features", union), ("head", LogisticRegression(solver="liblinear"))])
    return pipeline.fit([post.title for post in posts], [post.incident for post in posts])


def oracle(classifier: Classifier) -> Callable[[Sequence[str]], Any]:
    """scikit-learn's own path over the stored model: the same features, all heads."""
    model = classifier.model
    idf = np.split(model.idf, [len(model.vocabulary.words)])
    blocks = []
    for terms, entries, weights in zip(
        (word_terms, run_terms), (model.vocabulary.words, model.vocabulary.runs), idf, strict=True
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
    return lambda batch: extractor.rows(batch, [tokens(one) for one in batch]) @ weights


def rate(work: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> float:
    """Items a second of CPU time, in batches."""
    work(items[:BATCH])
    begin = time.process_time()
    for at in range(0, len(items), BATCH):
        work(items[at : at + BATCH])
    return len(items) / (time.process_time() - begin)


def through_json(classifier: Classifier) -> Callable[[Sequence[bytes]], Any]:
    """What the command does between its two pipes."""

    def work(lines: Sequence[bytes]) -> list[bytes]:
        return [orjson.dumps(r) for r in classify_rows(map(orjson.loads, lines), classifier)]

    return work


def designs(data: Path, titles: Sequence[str]) -> Iterator[tuple[str, float]]:
    begin = time.process_time()
    classifier = Classifier.load()
    print(f"loaded in {time.process_time() - begin:.2f} s of CPU time")
    documents = [document(title, "") for title in titles]
    lines = [orjson.dumps({"key": at, "title": title}) for at, title in enumerate(titles)]
    texts = [(title, "") for title in titles]
    start = plain(data)
    yield "plain jieba + TfidfVectorizer + LR, one head", rate(start.predict_proba, titles)
    yield (
        "classify: JSON, all heads, places, facts, evidence",
        rate(through_json(classifier), lines),
    )
    yield "in process, details from review on", rate(classifier.assess_with_words, texts)
    yield "scoring only, scikit-learn's own path", rate(oracle(classifier), documents)
    yield "scoring only, fast path", rate(fast(classifier), documents)


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    stream = islice(read_stream(data / "headlines-2020-2024.jsonl.xz"), 400_000, None)
    titles = [post.title for post in islice(stream, count)]
    first = 0.0
    for name, speed in designs(data, titles):
        first = first or speed
        print(f"{name:55} {speed:9,.0f}/s {speed / first:6.1f}x")


if __name__ == "__main__":
    main()
