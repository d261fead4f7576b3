"""Why the model decides as it does: each word's share of the decision, fit to be shown to people.

The decision is a sum. A base value, the intercept of the kind of text, the weights of the words and
of what belongs to no single word make up its log-odds; the probability is
1 / (1 + exp(-log-odds)). What is private is masked here, also where one word would give it away.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from nlp import text as spelling
from nlp.assessment import Assessment, Evidence, Field
from nlp.classifier import Classifier
from nlp.features import document
from nlp.model import Kind, kind_of
from nlp.privacy import LABELS, MaskedSpan, mask


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the original, masked where private, and what it adds to the log-odds.

    Blanks and signs are words, too: every character of the text belongs to exactly one.
    """

    field: Field
    start: int
    end: int
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the masked text; `weight` is that of the evidence it belongs to, else 0."""

    field: Field
    text: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision in parts: `base`, the weights of the `words` and `rest` sum to `log_odds`.

    `rest` is what features add that stand at no place in the text.
    `assessment` is the full one with the texts of its evidence and places masked; `segments` are
    the masked title and body in pieces, in order.
    """

    kind: Kind
    base: float
    log_odds: float
    words: tuple[Word, ...]
    rest: float
    assessment: Assessment
    segments: tuple[Segment, ...]

    def weighed(self) -> list[tuple[str, float]]:
        """Each different word that can be read with the sum of its weights, heaviest first.

        Blanks and signs are left out.
        """
        sums: defaultdict[str, float] = defaultdict(float)
        for word in self.words:
            if any(char.isalnum() for char in word.text):
                sums[word.text] += word.weight
        return sorted(sums.items(), key=lambda one: -abs(one[1]))


class Explainer:
    """Explains the decisions of one classifier."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._extractor = classifier.model.extractor()

    def explain(self, texts: Sequence[tuple[str, str]]) -> list[Explanation]:
        """One explanation for each (title, body)."""
        if not texts:
            return []
        texts = [(spelling.readable(title), spelling.readable(body)) for title, body in texts]
        documents = [document(title, body) for title, body in texts]
        kinds = [kind_of(title, body) for title, body in texts]
        reading = self._extractor.read(documents)
        rows = reading.rows
        model = self._classifier.model
        added = model.contributions(rows, kinds)
        weights = reading.by_document(reading.spread(added).tolist())
        sums = np.bincount(
            np.repeat(np.arange(len(texts)), np.diff(rows.indptr)), added, len(texts)
        )
        result = []
        for text, kind, tokens, weighed, total, assessment in zip(
            texts,
            kinds,
            reading.tokenised(),
            weights,
            sums.tolist(),
            self._classifier.assess(texts, full=True),
            strict=True,
        ):
            base = model.decision.kinds[kind].intercept
            shown = _Shown.of(text, assessment.evidence)
            words = tuple(shown.words(tokens, weighed))
            result.append(
                Explanation(
                    kind=kind,
                    base=base,
                    log_odds=base + total,
                    words=words,
                    rest=total - sum(word.weight for word in words),
                    assessment=shown.assessment(assessment),
                    segments=marked(text, assessment.evidence),
                )
            )
        return result


def marked(text: tuple[str, str], evidence: Sequence[Evidence]) -> tuple[Segment, ...]:
    """The masked title and body in pieces, cut where evidence begins and ends.

    A masked span that evidence cuts stands once, in the piece in which it begins.
    """
    return tuple(_Shown.of(text, evidence).segments())


@dataclass(frozen=True, slots=True)
class _Shown:
    """A post as it may be shown: the original, what is hidden in it, what is marked in it."""

    title: str
    body: str
    hidden: Sequence[MaskedSpan]
    evidence: Sequence[Evidence]

    @classmethod
    def of(cls, text: tuple[str, str], evidence: Sequence[Evidence]) -> Self:
        title, body = map(spelling.readable, text)
        return cls(title, body, mask(title, body).spans, evidence)

    def text(self, field: Field, start: int, end: int) -> str:
        """The characters from start to end; a private span that they touch stands as its label."""
        return "".join(piece for piece, *_ in self._pieces(field, start, end))

    def words(self, tokens: Sequence[str], weights: Sequence[float]) -> Iterator[Word]:
        """The tokens of the document as words of the original."""
        cleaned, title = spelling.normalise(self.title)
        _, body = spelling.normalise(self.body)
        border = len(cleaned)
        for token, start, weight in zip(tokens, spelling.starts(tokens), weights, strict=True):
            field: Field = "title" if start < border else "body"
            offsets, shift = (title, 0) if start < border else (body, border + 1)
            # The line break between title and body is nowhere in the original.
            first = max(start - shift, 0)
            last = min(max(start + len(token) - shift, first), len(offsets) - 1)
            begin = end = offsets[first]
            if last > first:
                begin, end = spelling.original_span(offsets, first, last)
            if end > begin:
                yield Word(field, begin, end, self.text(field, begin, end), weight)

    def assessment(self, assessment: Assessment) -> Assessment:
        """The assessment with what its spans quote as it may be shown."""
        evidence = tuple(
            replace(one, text=self.text(one.field, one.start, one.end))
            for one in assessment.evidence
        )
        return replace(assessment, evidence=evidence)

    def segments(self) -> Iterator[Segment]:
        """Title and body, masked, cut where evidence begins and ends."""
        texts: tuple[tuple[Field, str], ...] = (("title", self.title), ("body", self.body))
        for field, text in texts:
            at = 0
            spans = sorted(
                (one for one in self.evidence if one.field == field), key=lambda one: one.start
            )
            for span in spans:
                yield from self._segment(field, at, span.start, 0.0)
                yield from self._segment(field, max(at, span.start), span.end, span.weight)
                at = span.end
            yield from self._segment(field, at, len(text), 0.0)

    def _segment(self, field: Field, start: int, end: int, weight: float) -> Iterator[Segment]:
        # A label belongs to the segment in which its span begins, so that it stands there once.
        text = "".join(piece for piece, begins in self._pieces(field, start, end) if begins)
        if text:
            yield Segment(field, text, weight)

    def _pieces(self, field: Field, start: int, end: int) -> Iterator[tuple[str, bool]]:
        """What lies between start and end: open text and labels, and whether it begins there."""
        original = self.title if field == "title" else self.body
        at = start
        for span in self.hidden:
            if span.field != field or span.end <= start or span.start >= end:
                continue
            yield original[at : span.start], True
            yield LABELS[span.kind], span.start >= start
            at = span.end
        yield original[at:end], True
