"""Texts → Assessments: one sparse matrix product for a whole batch, evidence from the weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp import registry
from nlp import text as spelling
from nlp.assessment import Assessment, Evidence
from nlp.cues import find_cues
from nlp.evidence import strongest_spans
from nlp.extractor import Extractor
from nlp.features import document
from nlp.model import Kind, LabelReader, Labels, Model, kind_of
from nlp.places import Resolver
from nlp.taxonomy import Scope, Severity

Floats = NDArray[np.float64]
Text = tuple[str, str]

_BATCH: Final = 1024


@dataclass(frozen=True, slots=True)
class _Batch:
    """Texts on their way through the model, all sequences in the same order."""

    texts: Sequence[Text]
    kinds: Sequence[Kind]
    documents: Sequence[str]
    tokenised: Sequence[Sequence[str]]
    rows: csr_matrix

    @classmethod
    def read(cls, texts: Sequence[Text], extractor: Extractor) -> Self:
        documents = [document(title, body) for title, body in texts]
        tokenised = [spelling.tokens(one) for one in documents]
        kinds = [kind_of(title, body) for title, body in texts]
        return cls(texts, kinds, documents, tokenised, extractor.rows(documents, tokenised))

    def chosen(self, numbers: Sequence[int]) -> Self:
        """The batch of those texts alone."""
        return type(self)(
            [self.texts[at] for at in numbers],
            [self.kinds[at] for at in numbers],
            [self.documents[at] for at in numbers],
            [self.tokenised[at] for at in numbers],
            self.rows[numbers],
        )


class Classifier:
    """Assesses texts with one model. Holds no state between calls."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.version = model.version
        self._extractor = model.extractor()
        self._labels = LabelReader(model.heads)
        self._resolver = Resolver.shared()

    @classmethod
    def load(cls, version: str | None = None, directories: Sequence[Path] = ()) -> Self:
        """The named version, else the promoted one; `directories` come before the shipped models.

        Raises NlpError when there is none or when a file is damaged.
        """
        return cls(registry.load(version, directories))

    def assess(self, texts: Sequence[Text], full: bool = False) -> list[Assessment]:
        """One assessment for each (title, body).

        Labels, evidence, places and cues are given from the review threshold on; with `full`, for
        every text.
        """
        return [assessment for assessment, _ in self.assess_with_words(texts, full)]

    def assess_with_words(
        self, texts: Sequence[Text], full: bool = False
    ) -> list[tuple[Assessment, tuple[str, ...]]]:
        """The same, each with the words of title and body."""
        result: list[tuple[Assessment, tuple[str, ...]]] = []
        for batch in self._batches(texts):
            result += self._assessed(batch, full)
        return result

    def probabilities(self, texts: Sequence[Text]) -> Floats:
        """The probability of an incident alone, for each text."""
        parts = [self.model.probabilities(one.rows, one.kinds) for one in self._batches(texts)]
        return np.concatenate([np.zeros(0), *parts])

    def label_probabilities(self, texts: Sequence[Text]) -> Floats:
        """For each text a row with the probability of every head of the model."""
        parts = [self.model.label_probabilities(one.rows) for one in self._batches(texts)]
        return np.concatenate([np.zeros((0, len(self.model.heads))), *parts])

    def _batches(self, texts: Sequence[Text]) -> Iterator["_Batch"]:
        for start in range(0, len(texts), _BATCH):
            yield _Batch.read(texts[start : start + _BATCH], self._extractor)

    def _assessed(
        self, batch: "_Batch", full: bool
    ) -> Iterator[tuple[Assessment, tuple[str, ...]]]:
        incident = self.model.probabilities(batch.rows, batch.kinds)
        limit = 0.0 if full else self.model.decision.review
        shown = np.flatnonzero(incident >= limit).tolist()
        details = dict(zip(shown, self._details(batch.chosen(shown)), strict=True))
        for at, (probability, tokens) in enumerate(
            zip(incident.tolist(), batch.tokenised, strict=True)
        ):
            if at in details:
                assessment = self._full(batch.texts[at], probability, *details[at])
            else:
                assessment = self._bare(probability)
            yield assessment, tuple(spelling.words(tokens))

    def _details(self, batch: "_Batch") -> Iterator[tuple[Labels, tuple[Evidence, ...]]]:
        """Labels and evidence of each text of the batch."""
        if not batch.texts:
            return
        labels = self.model.label_probabilities(batch.rows).tolist()
        added = self._extractor.spread(
            batch.documents,
            batch.tokenised,
            batch.rows,
            self.model.contributions(batch.rows, batch.kinds),
        )
        for text, tokens, row, weights in zip(
            batch.texts, batch.tokenised, labels, added, strict=True
        ):
            yield self._labels.read(row), strongest_spans(text, tokens, weights)

    def _bare(self, probability: float) -> Assessment:
        """The assessment of a text below the review threshold."""
        return Assessment(
            incident=probability,
            alert=False,
            review=False,
            categories=(),
            severity=int(Severity.BLUE),
            victims=(),
            status="",
            scope=Scope.DOMESTIC.value,
            evidence=(),
            model=self.version,
        )

    def _full(
        self, text: Text, probability: float, labels: Labels, evidence: tuple[Evidence, ...]
    ) -> Assessment:
        decision = self.model.decision
        alert = probability >= decision.alert
        return Assessment(
            incident=probability,
            alert=alert,
            review=not alert and probability >= decision.review,
            categories=labels.categories,
            severity=labels.severity,
            victims=labels.victims,
            status=labels.status,
            scope=labels.scope,
            evidence=evidence,
            model=self.version,
            places=self._resolver.find(*text),
            cues=find_cues(*text),
        )
