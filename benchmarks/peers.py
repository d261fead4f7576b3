"""Other ways to find incidents, each learning from the same rows as ours.

Keyword list and plain scikit-learn need nothing more than the development environment. SnowNLP and
fastText are used where they are installed (pip install snownlp fasttext-wheel), else left out.
"""

import csv
import importlib.util
import logging
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import jieba
import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from nlp.lexicon import read_lines

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

READ = 300
"""Characters of a text that SnowNLP reads: it cuts a few thousand a second."""


def need(data: Path) -> None:
    """Leave with a clear message where the shared data are absent."""
    for name in (
        "headlines-labelled.jsonl",
        "posts-labelled.jsonl",
        "headlines-2020-2024.jsonl.xz",
    ):
        if not (data / name).is_file():
            print(f"no data in {data}: {name} is absent, give its folder as DATA", file=sys.stderr)
            sys.exit(2)


class Peer(Protocol):
    """Learns from texts, then gives each text the probability of an incident."""

    name: str

    def fit(self, texts: Sequence[str], truth: Bools) -> None: ...

    def probabilities(self, texts: Sequence[str]) -> Floats: ...


def act_words() -> list[str]:
    """The words of our lexicon for what is done to a victim."""
    rows = csv.DictReader(read_lines("roles.csv"))
    return sorted({term for row in rows if row["kind"] == "act" for term in row["terms"].split()})


def automaton(words: Sequence[str]) -> AhoCorasick:
    """Finds all words in one pass; the leftmost, then the longest wins."""
    return AhoCorasick(
        words, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA
    )


class Keywords:
    """How many different act words a text has; the probability is how often that was right."""

    name = "keyword list (acts of our lexicon)"
    most = 4

    def __init__(self) -> None:
        self._finder = automaton(act_words())
        self._share = np.zeros(self.most + 1)

    def fit(self, texts: Sequence[str], truth: Bools) -> None:
        counts = self._counts(texts)
        size = np.bincount(counts, minlength=self.most + 1)
        hits = np.bincount(counts, truth, self.most + 1)
        # More words may never mean less: then the order of the texts is that of the counts.
        self._share = np.maximum.accumulate((hits + 0.5) / (size + 1))

    def probabilities(self, texts: Sequence[str]) -> Floats:
        return self._share[self._counts(texts)]

    def _counts(self, texts: Sequence[str]) -> NDArray[np.int64]:
        found = (
            len({match[0] for match in self._finder.find_matches_as_indexes(t)}) for t in texts
        )
        return np.fromiter((min(count, self.most) for count in found), np.int64, len(texts))


class Plain:
    """What everybody starts with: jieba, TF-IDF of words 1–2 and characters 1–4, one head."""

    name = "plain jieba + TfidfVectorizer + LR"

    def __init__(self) -> None:
        quiet_jieba()
        words = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2))
        runs = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2)
        union = FeatureUnion([("words", words), ("runs", runs)])
        self._pipeline = Pipeline(
            [("features", union), ("head", LogisticRegression(solver="liblinear"))]
        )

    def fit(self, texts: Sequence[str], truth: Bools) -> None:
        self._pipeline.fit(texts, truth)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        return self._pipeline.predict_proba(texts)[:, 1]


class SnowNlp:
    """SnowNLP's own segmenter and its naive Bayes, trained on our rows."""

    name = "SnowNLP (its segmenter, its naive Bayes)"

    def __init__(self) -> None:
        from snownlp.classification.bayes import Bayes

        self._bayes = Bayes()

    def fit(self, texts: Sequence[str], truth: Bools) -> None:
        self.fit_cut([snow_cut(text) for text in texts], truth)

    def fit_cut(self, cut: Sequence[list[str]], truth: Bools) -> None:
        """Learn from texts that `snow_cut` has cut."""
        self._bayes.train(
            [(words, str(bool(holds))) for words, holds in zip(cut, truth, strict=True)]
        )

    def probabilities(self, texts: Sequence[str]) -> Floats:
        return self.probabilities_cut([snow_cut(text) for text in texts])

    def probabilities_cut(self, cut: Sequence[list[str]]) -> Floats:
        """The probabilities of texts that `snow_cut` has cut."""
        answers = (self._bayes.classify(words) for words in cut)
        sure = ((label, float(share)) for label, share in answers)
        return np.array([share if label == "True" else 1 - share for label, share in sure])


class FastText:
    """fastText's linear model over words of jieba, pairs of them, and their characters."""

    name = "fastText (words 1–2, characters 1–3)"

    def __init__(self) -> None:
        quiet_jieba()
        self._model: Any = None

    def fit(self, texts: Sequence[str], truth: Bools) -> None:
        import fasttext

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "train.txt"
            lines = (
                f"__label__{int(holds)} {_line(text)}\n"
                for text, holds in zip(texts, truth, strict=True)
            )
            file.write_text("".join(lines), encoding="utf-8")
            # One thread, so that the same rows give the same model.
            options = {"wordNgrams": 2, "minn": 1, "maxn": 3, "dim": 50, "bucket": 500_000}
            self._model = fasttext.train_supervised(
                str(file), lr=0.5, epoch=10, thread=1, verbose=0, **options
            )

    def probabilities(self, texts: Sequence[str]) -> Floats:
        return np.array([self._probability(_line(text)) for text in texts])

    def _probability(self, line: str) -> float:
        # The inner model: the outer predict fails with numpy 2.
        answers = self._model.f.predict(f"{line}\n", 2, 0.0, "strict")
        return next((float(share) for share, label in answers if label.endswith("1")), 0.0)


def available() -> Iterator[type[Peer]]:
    """The peers that can run here; those that cannot are named on standard error."""
    yield Keywords
    yield Plain
    for module, package, peer in (
        ("snownlp", "snownlp", SnowNlp),
        ("fasttext", "fasttext-wheel", FastText),
    ):
        if importlib.util.find_spec(module) is None:
            message = f"{peer.name}: left out, not installed (pip install {package})"
            print(message, file=sys.stderr)
        else:
            yield peer


def snow_cut(text: str) -> list[str]:
    """The words of the beginning of a text as SnowNLP cuts them."""
    from snownlp import seg

    return list(seg.seg(text[:READ]))


def quiet_jieba() -> None:
    """jieba says nothing while it loads, scikit-learn nothing about its tokens."""
    jieba.setLogLevel(logging.WARNING)
    warnings.filterwarnings("ignore", message="The parameter 'token_pattern'")


def _line(text: str) -> str:
    return " ".join(word for word in jieba.lcut(text) if not word.isspace())
