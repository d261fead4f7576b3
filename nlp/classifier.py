"""Texts → Assessments: one sparse matrix product for a whole batch, evidence from the weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp import registry
from nlp import text as spelling
from nlp.assessment import Assessment, Evidence, Place
from nlp.cues import find_all_cues
from nlp.evidence import strongest_spans
from nlp.features import document
from nlp.model import Kind, LabelReader, Model, kind_of
from nlp.places import Resolver
from nlp.reading import Reading
from nlp.taxonomy import Scope, Severity

Floats = NDArray[np.float64]
Text = tuple[str, str]

SPOKEN: Final = 0.01
"""Below this probability nothing speaks for an incident, and no words are shown as doing so."""

_BATCH: Final = 1024


@dataclass(frozen=True, slots=True)
class _Batch:
    """Texts on their way through the model, all sequences in the same order."""

    texts: Sequence[Text]
    kinds: Sequence[Kind]
    reading: Reading


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
        every text, evidence from a probability of `SPOKEN` on.
        """
        assessed: list[Assessment] = []
        for batch in self._batches(texts):
            assessed += self._assessed(batch, full)
        return assessed

    def assess_with_words(
        self, texts: Sequence[Text], full: bool = False
    ) -> list[tuple[Assessment, tuple[str, ...]]]:
        """The same, each with the words of title and body."""
        result: list[tuple[Assessment, tuple[str, ...]]] = []
        for batch in self._batches(texts):
            words = (tuple(spelling.words(found)) for found in batch.reading.tokenised())
            result += zip(self._assessed(batch, full), words, strict=True)
        return result

    def worth_scoring(self, texts: Sequence[Text]) -> list[bool]:
        """What the gate says of each text: only headlines may be stopped, and only by a gate."""
        gate = self.model.gate
        passing = [True] * len(texts)
        if gate is None:
            return passing
        headlines = [at for at, text in enumerate(texts) if kind_of(*text) == "headline"]
        cleaned = [spelling.clean(texts[at][0]) for at in headlines]
        for at, passes in zip(headlines, gate.passing(cleaned).tolist(), strict=True):
            passing[at] = passes
        return passing

    def unscored(self, title: str) -> tuple[Assessment, tuple[str, ...]]:
        """The assessment of a headline that is not scored, its probability 0, and its words."""
        return self._bare(0.0), tuple(spelling.cut(title))

    def probabilities(self, texts: Sequence[Text]) -> Floats:
        """The probability of an incident alone, for each text."""
        parts = [self._incident(one) for one in self._batches(texts)]
        return np.concatenate([np.zeros(0), *parts])

    def label_probabilities(self, texts: Sequence[Text]) -> Floats:
        """For each text a row with the probability of every head of the model."""
        parts = [self.model.label_probabilities(one.reading.rows) for one in self._batches(texts)]
        return np.concatenate([np.zeros((0, len(self.model.heads))), *parts])

    def _incident(self, batch: _Batch) -> Floats:
        return self.model.probabilities(batch.reading.rows, batch.kinds)

    def _batches(self, texts: Sequence[Text]) -> Iterator[_Batch]:
        for start in range(0, len(texts), _BATCH):
            yield self._read(texts[start : start + _BATCH])

    def _read(self, texts: Sequence[Text]) -> _Batch:
        texts = [(spelling.readable(title), spelling.readable(body)) for title, body in texts]
        documents = [document(title, body) for title, body in texts]
        kinds = [kind_of(title, body) for title, body in texts]
        return _Batch(texts, kinds, self._extractor.read(documents))

    def _assessed(self, batch: _Batch, full: bool) -> list[Assessment]:
        incident = self._incident(batch)
        limit = 0.0 if full else self.model.decision.review
        shown = np.flatnonzero(incident >= limit).tolist()
        if len(shown) == len(batch.texts):
            return list(self._detailed(batch, incident.tolist()))
        assessed = [self._bare(probability) for probability in incident.tolist()]
        chosen = self._read([batch.texts[at] for at in shown])
        for at, assessment in zip(
            shown, self._detailed(chosen, incident[shown].tolist()), strict=True
        ):
            assessed[at] = assessment
        return assessed

    def _detailed(self, batch: _Batch, incident: Sequence[float]) -> Iterator[Assessment]:
        """The assessments with everything in them."""
        if not batch.texts:
            return
        labels = self._labels.read(self.model.label_probabilities(batch.reading.rows))
        evidence = self._evidence(batch, incident)
        places = self._places(batch.texts)
        cues = find_all_cues(batch.texts, batch.reading.documents)
        decision = self.model.decision
        for probability, read, spans, named, said in zip(
            incident, labels, evidence, places, cues, strict=True
        ):
            alert = probability >= decision.alert
            yield Assessment(
                probability,
                alert,
                not alert and probability >= decision.review,
                *read,
                spans,
                self.version,
                named,
                said,
            )

    def _evidence(self, batch: _Batch, incident: Sequence[float]) -> Sequence[tuple[Evidence, ...]]:
        """The words that speak for an incident, where enough does."""
        spoken = [at for at, one in enumerate(incident) if one >= SPOKEN]
        if not spoken:
            return [()] * len(incident)
        # Reading few texts again costs less than spreading the weights of all.
        part = batch
        if 2 * len(spoken) < len(incident):
            part = self._read([batch.texts[at] for at in spoken])
        added = part.reading.spread(self.model.contributions(part.reading.rows, part.kinds))
        found = strongest_spans(part.texts, part.reading, added)
        if part is batch:
            return [
                spans if one >= SPOKEN else () for spans, one in zip(found, incident, strict=True)
            ]
        evidence: list[tuple[Evidence, ...]] = [()] * len(incident)
        for at, spans in zip(spoken, found, strict=True):
            evidence[at] = spans
        return evidence

    def _places(self, texts: Sequence[Text]) -> Iterator[tuple[Place, ...]]:
        """The places of each text; most texts name none, and all are searched as one for names."""
        find = self._resolver.find
        for text, named in zip(texts, self._resolver.name_places(texts), strict=True):
            yield find(*text) if named else ()

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
