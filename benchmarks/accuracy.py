"""The time split: learned on 2020–2023, judged on 2024 and on posts held out, beside the peers.

Usage: python benchmarks/accuracy.py [DATA] [--sample ROWS] [--html OUT] [--alone]

First-person posts carry no date. All posts of some sources are held out, and three tenths of the
others, by hash: how a model does on a new source and on a new post are two questions.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date, datetime
from pathlib import Path
from zlib import crc32

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import peers
from nlp import goals, report, streaming
from nlp.background import StreamPost, read_stream
from nlp.classifier import Classifier
from nlp.curves import incident_figures, shown
from nlp.labelled import LabelledPost, read_labelled
from nlp.model import balanced, kind_of
from nlp.report import Judged
from nlp.study import Study, study
from nlp.training import train
from nlp.truth import truth_of
from nlp.written import WRITTEN, written_posts
from pipelines.evaluation import render

BORDER = date(2024, 1, 1)
NEW_SOURCES = ("legal_query/lawyer-llama-counsel", "weibo_post/ced", "weibo_comment/swsr")
HEADER = (
    *("held out", "posts (incidents)", "method", "AP", "best F1", "P at R 0.90 / 0.95"),
    "ECE, at 40 % incidents",
)
FIGURES = ("average_precision", "best_f1", "precision_at_90", "precision_at_95")
BEGIN = time.monotonic()


def say(message: str) -> None:
    print(f"{time.monotonic() - BEGIN:6.0f} s  {message}", file=sys.stderr, flush=True)


def hashed(post: LabelledPost | StreamPost) -> int:
    return crc32(f"{post.title}\n{post.body}".encode("utf-8", "replace"))


def group_of(post: LabelledPost) -> str:
    """Which held-out group a post belongs to; "" for those that are learned from."""
    if post.day is not None:
        if post.day < BORDER:
            return ""
        return "2024, titles" if kind_of(post.title, post.body) == "headline" else "2024, with body"
    if post.origin in NEW_SOURCES:
        return "posts of new sources"
    return "posts by hash" if hashed(post) % 10 < 3 else ""


def text_of(post: LabelledPost) -> str:
    return f"{post.title}\n{post.body}".strip()


def read(data: Path, sample: int) -> tuple[list[LabelledPost], list[StreamPost]]:
    """Labelled posts and stream; with `sample`, about so many posts and as small a part of both."""
    names = ("headlines-labelled.jsonl", "posts-labelled.jsonl")
    posts = [post for name in names for post in read_labelled(data / name)]
    known = {post.title for post in posts}
    stream = read_stream(data / "headlines-2020-2024.jsonl.xz", known)
    if not sample or sample >= len(posts):
        return posts, list(stream)
    part = int(1e6 * sample / len(posts))
    kept = [post for post in posts if hashed(post) // 10 % 1_000_000 < part]
    return kept, [post for post in stream if hashed(post) // 10 % 1_000_000 < part]


def row(name: str, posts: Sequence[LabelledPost], probabilities: np.ndarray) -> Iterator[str]:
    """The lines of one method: a group of held-out posts each."""
    groups = np.array([group_of(post) for post in posts])
    truth = truth_of(posts)
    for group in sorted(set(groups.tolist())):
        chosen = groups == group
        if not truth[chosen].any():
            continue
        found = incident_figures(truth[chosen], probabilities[chosen])
        cells = [shown(found[figure]) for figure in FIGURES[:2]]
        cells.append(" / ".join(f"{found[figure][0]:.3f}" for figure in FIGURES[2:]))
        fair = incident_figures(truth[chosen], probabilities[chosen], balanced(truth[chosen]))
        cells.append(shown(fair["calibration_error"]))
        size = f"{chosen.sum():,} ({truth[chosen].sum():,})"
        yield f"| {group} | {size} | {name} | {' | '.join(cells)} |"


def compare(
    learned: Sequence[LabelledPost],
    held: Sequence[LabelledPost],
    cut: "Future[list[list[str]]] | None",
) -> Iterator[str]:
    """The lines of every peer that can run here."""
    texts, others = [text_of(post) for post in learned], [text_of(post) for post in held]
    truth = truth_of(learned)
    for kind in peers.available():
        say(kind.name)
        peer = kind()
        if isinstance(peer, peers.SnowNlp) and cut is not None:
            words = cut.result()
            peer.fit_cut(words[: len(texts)], truth)
            answers = peer.probabilities_cut(words[len(texts) :])
        else:
            peer.fit(texts, truth)
            answers = peer.probabilities(others)
        yield from row(peer.name, held, answers)


def snow_words(texts: Sequence[str]) -> list[list[str]]:
    """SnowNLP's slow cutting, for a process beside the training."""
    return [peers.snow_cut(text) for text in texts]


def ours(
    learned: Sequence[LabelledPost], held: Sequence[LabelledPost], stream: Sequence[StreamPost]
) -> tuple[Study, Judged]:
    """Our model of the split, and what it says of the held-out posts and of 2024's stream."""
    old = [post for post in stream if post.day < BORDER]
    written = written_posts(seed=0, size=WRITTEN)
    trained = train(learned, "split", written=written, stream=old, progress=say)
    classifier = Classifier(trained.model)
    say("ours: judging")
    judged = report.judge(classifier, held)
    drawn = streaming.sample(stream, held)
    return study(classifier, judged, streaming.study(classifier, judged, drawn)), judged


def tell(found: Study) -> Iterator[str]:
    """The goals beside ours, and a day of the stream."""
    yield f"| {' | '.join(goals.HEADER)} |"
    yield "|---" * len(goals.HEADER) + "|"
    for standing in goals.standings(found.figures):
        yield f"| {' | '.join(goals.cells(standing))} |"
    yield ""
    if found.stream is not None:
        day = found.stream.daily
        yield (
            f"A day of 2024 ({day.posts:,.0f} posts, {day.incidents[0]:.1f} labelled incidents):"
            f" {day.alerted[0]:.1f} of them alerted, {day.found[0]:.1f} alerted or up for review;"
            f" false alerts {shown(day.labelled_false, 1)} by label,"
            f" {shown(day.false_alerts, 1)} if no unlabelled post were an incident;"
            f" {day.reviews[0]:.1f} posts up for review."
        )
        yield ""
    yield report.card(found.model, found.figures, [("评估数据", "2024 年与留出的自述帖")])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sample", type=int, default=0, help="about so many labelled rows only")
    parser.add_argument("--html", type=Path, help="also write the page of the split model")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    options = parser.parse_args()
    peers.need(options.data)
    posts, stream = read(options.data, options.sample)
    learned = [post for post in posts if not group_of(post)]
    held = [post for post in posts if group_of(post)]
    say(f"{len(learned):,} rows to learn from, {len(held):,} held out, stream {len(stream):,}")
    with ProcessPoolExecutor(1) as beside:
        cut = None
        if not options.alone and peers.SnowNlp in list(peers.available()):
            cut = beside.submit(snow_words, [text_of(post) for post in (*learned, *held)])
        found, judged = ours(learned, held, stream)
        lines = list(row("**ours**", held, judged.incident))
        if not options.alone:
            lines += compare(learned, held, cut)
    print(f"| {' | '.join(HEADER)} |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(sorted(lines, key=lambda line: line.split("|")[1])), "\n")
    print("\n".join(tell(found)))
    if options.html:
        sources = [f"{options.data}：2024 年与留出的自述帖"]
        page = render(found, sources, datetime.now().astimezone())
        options.html.write_text(page, encoding="utf-8")
    say("done")


if __name__ == "__main__":
    main()
