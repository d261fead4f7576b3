"""The time split: trained on 2020–2023, judged on 2024 and on posts held out.

Usage: python benchmarks/accuracy.py [DATA]
First-person posts carry no date: three tenths of them, by hash, are held out.
"""

import sys
from datetime import date
from pathlib import Path
from zlib import crc32

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from nlp import report
from nlp.background import read_stream
from nlp.classifier import Classifier
from nlp.labelled import LabelledPost, read_labelled
from nlp.training import train

BORDER = date(2024, 1, 1)


def held_out(post: LabelledPost) -> bool:
    if post.day is not None:
        return post.day >= BORDER
    return crc32(f"{post.title}\n{post.body}".encode()) % 10 < 3


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    names = ("headlines-labelled.jsonl", "posts-labelled.jsonl")
    posts = [post for name in names for post in read_labelled(data / name)]
    known = {post.title for post in posts}
    stream = list(read_stream(data / "headlines-2020-2024.jsonl.xz", known))
    old = [post for post in stream if post.day < BORDER]
    learned = [post for post in posts if not held_out(post)]
    trained = train(learned, "split", stream=old, progress=lambda m: print(m, file=sys.stderr))
    show(Classifier(trained.model), [post for post in posts if held_out(post)], stream)


def show(classifier: Classifier, posts: list[LabelledPost], stream: list) -> None:
    """The card on the held-out posts, then what a day of the 2024 stream brings."""
    figures = report.figures(classifier.model, report.judge(classifier, posts))
    print(report.card(classifier.model, figures, [("评估数据", "2024 年与留出的自述帖")]))
    decision = classifier.model.decision
    new = [(post.title, post.body) for post in stream if post.day >= BORDER]
    days = len({post.day for post in stream if post.day >= BORDER})
    unlabelled = classifier.probabilities(new)
    dated = [post for post in posts if post.day is not None]
    labelled = classifier.probabilities([(post.title, post.body) for post in dated])
    truth = np.array([post.incident for post in dated])
    for name, level in (("alert", decision.alert), ("review or alert", decision.review)):
        print(
            f"{name} ≥ {level:.3f}, a day of 2024:"
            f" incidents found {(labelled[truth] >= level).sum() / days:.1f}"
            f" of {truth.sum() / days:.1f},"
            f" labelled non-incidents {(labelled[~truth] >= level).sum() / days:.1f},"
            f" unlabelled {(unlabelled >= level).sum() / days:.1f}"
        )


if __name__ == "__main__":
    main()
