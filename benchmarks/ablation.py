"""What each family of features adds: the time split, learned with all families and without each.

Usage: python benchmarks/ablation.py [DATA]

The decision head alone, with the same rows and the same posts of the stream every time.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.accuracy import BORDER, group_of, read, say
from nlp import evaluation
from nlp.background import StreamPost, hard_negatives
from nlp.concepts import learn
from nlp.extractor import Extractor
from nlp.features import document
from nlp.labelled import LabelledPost
from nlp.lesson import Lesson, with_accounts
from nlp.model import kind_of
from nlp.training import learn_features, rows_of

FAMILIES = ("words", "runs", "concepts", "pairs", "roles")
NAMES = {
    "words": "词与相邻词",
    "runs": "字串",
    "concepts": "词语的分组",
    "pairs": "同现的词与组",
    "roles": "角色与谁对谁",
}


def documents(posts: list[LabelledPost] | list[StreamPost]) -> list[str]:
    return [document(post.title, post.body) for post in posts]


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    posts, stream = read(data, 0)
    learned = [post for post in posts if not group_of(post)]
    held = [post for post in posts if group_of(post)]
    old = [post for post in stream if post.day < BORDER]
    texts = documents(learned)
    concepts = learn([*documents(old), *texts])
    say("features")
    vocabulary, idf, rows = learn_features(texts, concepts)
    extractor = Extractor(vocabulary, idf, concepts)
    lesson = Lesson.of(learned, rows, len(learned))
    weights, intercept = lesson.fit()
    say("stream")
    unlabelled = rows_of(extractor, documents(old))
    nearest = hard_negatives(unlabelled @ weights[: len(vocabulary)] + intercept)
    added = unlabelled[nearest]
    added = csr_matrix((added.data, added.indices, added.indptr), (len(nearest), rows.shape[1]))
    wide = with_accounts(added, ["headline"] * len(nearest))
    whole = lesson.with_negatives([old[at] for at in nearest.tolist()], wide)
    judged = rows_of(extractor, documents(held))
    groups = np.array([group_of(post) for post in held])
    truth = np.array([post.incident for post in held])
    kinds = [kind_of(post.title, post.body) for post in held]
    shown = sorted(set(groups.tolist()))
    print(f"| features | number | {' | '.join(f'{group}: AP, best F1' for group in shown)} |")
    print("|---|---|" + "---|" * len(shown))
    starts = (0, *vocabulary.borders)
    for left_out in ("", *FAMILIES, "all but words and runs"):
        kept = np.ones(len(vocabulary))
        for at, family in enumerate(FAMILIES):
            last = left_out.startswith("all but") and at > 1
            if family == left_out or last:
                kept[starts[at] : starts[at + 1]] = 0.0
        chosen = diags(np.tile(kept, 2))
        part = Lesson((whole.rows @ chosen).tocsr(), whole.truth, whole.folds, whole.weights)
        weights, _ = part.fit()
        scores = with_accounts((judged @ diags(kept)).tocsr(), kinds) @ weights
        cells = [
            f"{evaluation.average_precision(truth[groups == group], scores[groups == group]):.3f},"
            f" {evaluation.best_f1(truth[groups == group], scores[groups == group]):.3f}"
            for group in shown
        ]
        name = {"": "all", "all but words and runs": "words and runs alone"}.get(
            left_out, f"without {left_out}（{NAMES.get(left_out)}）"
        )
        print(f"| {name} | {int(kept.sum()):,} | {' | '.join(cells)} |", flush=True)
    say("done")


if __name__ == "__main__":
    main()
