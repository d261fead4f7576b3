"""What each family of features adds: the time split, learned with all families and without each.

Usage: python benchmarks/ablation.py [DATA] [--card models/VERSION/CARD.md]

The decision head alone, with the same rows and the same posts of the stream every time. With
--card the table becomes a section of the model card.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.accuracy import BORDER, group_of, read, say
from nlp import evaluation
from nlp.background import StreamPost, hard_negatives
from nlp.concepts import learn
from nlp.extractor import Extractor
from nlp.features import Vocabulary, document
from nlp.labelled import LabelledPost
from nlp.lesson import DECISION, Lesson, by_quarter, fit, with_accounts
from nlp.model import kind_of
from nlp.training import learn_features, rows_of

FAMILIES = ("词与相邻词", "字串", "词语分组", "同现的词与组", "角色")
SETS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("全部", (0, 1, 2, 3, 4)),
    *(
        (f"去掉{name}", tuple(at for at in range(5) if at != out))
        for out, name in enumerate(FAMILIES)
    ),
    ("只有词与字串", (0, 1)),
    ("只有角色", (4,)),
)
GROUPS = {
    "2024, titles": "2024 年标题",
    "2024, with body": "2024 年标题加正文",
    "posts by hash": "留出的自述帖",
    "posts of new sources": "新来源的自述帖",
}
SECTION = "## 各类特征的贡献"


def documents(posts: Sequence[LabelledPost] | Sequence[StreamPost]) -> list[str]:
    return [document(post.title, post.body) for post in posts]


def lesson_of(
    learned: Sequence[LabelledPost], old: Sequence[StreamPost]
) -> tuple[Lesson, Extractor, Vocabulary]:
    """What training learns the decision from: the labelled posts and the stream's near misses."""
    texts = documents(learned)
    concepts = learn([*documents(old), *texts])
    say("features")
    vocabulary, idf, rows = learn_features(texts, concepts)
    extractor = Extractor(vocabulary, idf, concepts)
    lesson = Lesson.of(learned, rows, len(learned), by_quarter)
    weights, intercept = lesson.fit()
    say("stream")
    unlabelled = rows_of(extractor, documents(old))
    nearest = hard_negatives(unlabelled @ weights[: len(vocabulary)] + intercept)
    wide = with_accounts(unlabelled[nearest], ["headline"] * len(nearest))
    negatives = [old[at] for at in nearest.tolist()]
    return lesson.with_negatives(negatives, wide, by_quarter), extractor, vocabulary


def table(data: Path) -> Iterator[str]:
    """The lines of the table."""
    posts, stream = read(data, 0)
    learned = [post for post in posts if not group_of(post)]
    held = [post for post in posts if group_of(post)]
    lesson, extractor, vocabulary = lesson_of(learned, [one for one in stream if one.day < BORDER])
    judged = rows_of(extractor, documents(held))
    kinds = [kind_of(post.title, post.body) for post in held]
    groups = np.array([group_of(post) for post in held])
    truth = np.array([post.incident for post in held])
    yield f"| 特征 | 个数 | {' | '.join(f'{name}：AP、最佳 F1' for name in GROUPS.values())} |"
    yield "|---|---|" + "---|" * len(GROUPS)
    starts = (0, *vocabulary.borders)
    for name, families in SETS:
        kept = np.zeros(len(vocabulary))
        for at in families:
            kept[starts[at] : starts[at + 1]] = 1.0
        rows = csr_matrix(lesson.rows @ diags(np.tile(kept, 2)))
        weights, _ = fit(rows, lesson.truth, lesson.weights, DECISION)
        scores = with_accounts(csr_matrix(judged @ diags(kept)), kinds) @ weights
        cells = []
        for group in GROUPS:
            chosen = groups == group
            figures = (evaluation.average_precision, evaluation.best_f1)
            cells.append(
                "、".join(f"{each(truth[chosen], scores[chosen]):.3f}" for each in figures)
            )
        say(name)
        yield f"| {name} | {int(kept.sum()):,} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--card", type=Path, help="the model card that the table goes into")
    options = parser.parse_args()
    lines = list(table(options.data))
    print("\n".join(lines))
    if options.card:
        before = options.card.read_text(encoding="utf-8").split(f"\n{SECTION}\n")[0]
        note = "时间切分：2020–2023 年的学，之后的评；每行都重新学。`python benchmarks/ablation.py`"
        section = "\n".join(("", SECTION, "", note, "", *lines, ""))
        options.card.write_text(before + section, encoding="utf-8")


if __name__ == "__main__":
    main()
