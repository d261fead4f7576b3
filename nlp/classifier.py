"""Texts → Assessments: one sparse matrix product for a whole batch, evidence from the weights."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp import registry
from nlp import text as spelling
from nlp.assessment import Assessment, Evidence
from nlp.evidence import strongest_spans
from nlp.facts import find_facts
from nlp.features import document
from nlp.model import KINDS, LabelReader, Labels, Model, kind_of
from nlp.places import Resolver
from nlp.taxonomy import Scope, Severity

Floats = NDArray[np.float64]
Text = tuple[str, str]

_BATCH: Final = 1024


class Classifier:
    """Assesses texts with one model. Holds no state between calls."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.version = model.version
        self._extractor = model.extractor()
        self._labels = LabelReader(model.heads)
        self._weights = {kind: model.incident_weights(kind) for kind in KINDS}
        self._resolver = Resolver.shared()

    @classmethod
    def load(cls, version: str | None = None, directories: Sequence[Path] = ()) -> Self:
        """The named version, else the promoted one; `directories` come before the shipped models.

        Raises NlpError when there is none or when a file is damaged.
        """
        return cls(registry.load(version, directories))

    def assess(self, texts: Sequence[Text], full: bool = False) -> list[Assessment]:
        """One assessment for each (title, body).

        Labels, evidence, places and facts are given from the review threshold on; with `full`, for
        every text.
        """
        return [assessment for assessment, _ in self.assess_with_words(texts, full)]

    def assess_with_words(
        self, texts: Sequence[Text], full: bool = False
    ) -> list[tuple[Assessment, tuple[str, ...]]]:
        """The same, each with the words of title and body."""
        result: list[tuple[Assessment, tuple[str, ...]]] = []
        for start in range(0, len(texts), _BATCH):
            result += self._batch(texts[start : start + _BATCH], full)
        return result

    def probabilities(self, texts: Sequence[Text]) -> Floats:
        """The probability of an incident alone, for each text."""
        documents = [document(title, body) for title, body in texts]
        rows = self._extractor.rows(documents, [spelling.tokens(one) for one in documents])
        return self.model.probabilities(rows, [kind_of(*one) for one in texts])

    def _batch(
        self, texts: Sequence[Text], full: bool
    ) -> Iterator[tuple[Assessment, tuple[str, ...]]]:
        documents = [document(title, body) for title, body in texts]
        tokenised = [spelling.tokens(one) for one in documents]
        rows = self._extractor.rows(documents, tokenised)
        incident = self.model.probabilities(rows, [kind_of(*one) for one in texts])
        limit = 0.0 if full else self.model.decision.review
        shown = np.flatnonzero(incident >= limit)
        labels = self.model.label_probabilities(rows[shown])
        described = dict(zip(shown.tolist(), labels.tolist(), strict=True))
        for at, probability in enumerate(incident.tolist()):
            words = tuple(spelling.words(tokenised[at]))
            if at in described:
                labelled = self._labels.read(described[at])
                spans = self._evidence(texts[at], documents[at], tokenised[at])
                yield self._full(texts[at], probability, labelled, spans), words
            else:
                yield self._bare(probability), words

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
            facts=find_facts(*text),
        )

    def _evidence(self, text: Text, document: str, tokens: Sequence[str]) -> tuple[Evidence, ...]:
        weights = self._weights[kind_of(*text)]
        added = self._extractor.spread(document, tokens, weights)
        return strongest_spans(text, tokens, added)
