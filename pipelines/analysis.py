"""analyse(posts): screen → assess → mask → signal → index.

The signal is durable before the post is indexed, so that indexed means finished: a crash between
the two repeats the work and changes nothing twice.
"""

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Protocol

from alerts.signal import COMMON_NAME, Signal, SignalPlace
from crawlers.items import Post
from nlp.assessment import Assessment, Facts, Place
from nlp.classifier import Classifier
from nlp.facts import find_facts
from nlp.names import is_surname_only
from nlp.places import Divisions
from nlp.privacy import Masked, MaskedSpan, mask
from nlp.similarity import fingerprint
from pipelines.screening import Screening, Tally
from pipelines.stores.protocol import PostDocument, PostStore, Standing

log = logging.getLogger(__name__)

EXCERPT = 300
"""Code points of the body that a signal carries."""


class Placed(Protocol):
    """Where the desk has put a post."""

    @property
    def incident(self) -> str: ...
    @property
    def grade(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def lead(self) -> str: ...
    @property
    def acknowledged(self) -> datetime | None: ...


class SignalSink(Protocol):
    """The part of the ledger that analysis needs."""

    def append_signals(
        self, signals: Sequence[Signal], originals: Mapping[str, tuple[str, str]]
    ) -> int: ...

    def placements(self, post_ids: Sequence[str]) -> Mapping[str, Placed]: ...


@dataclass(frozen=True, slots=True)
class Analysed:
    """What became of one batch: counts, and the reason of each document the store refused."""

    posts: int
    alerts: int
    reviews: int
    refused: Mapping[str, str]


class Analyst:
    """Analyses batches of posts. One instance serves one process; not safe for several threads."""

    def __init__(
        self,
        classifier: Classifier,
        store: PostStore,
        ledger: SignalSink,
        people_key: bytes,
        clock: Callable[[], datetime],
        screening: Screening,
    ) -> None:
        self._classifier = classifier
        self._store = store
        self._ledger = ledger
        self._people_key = people_key
        self._clock = clock
        self._screening = screening
        self._uncounted = False

    def analyse(self, posts: Sequence[Post]) -> Analysed:
        """Assess, mask, signal and index one batch; all is durable on return.

        Raises StoreUnavailable or LedgerUnavailable when the batch must be offered again.
        """
        assessed, tally = self._assessed(posts)
        signals, originals, documents = [], {}, []
        written = int(self._clock().timestamp() * 1000)
        for post, (assessment, words) in zip(posts, assessed, strict=True):
            masked = mask(post.title, post.body)
            if assessment.alert or assessment.review:
                signals.append(self._signal(post, assessment, masked))
                if masked.spans:
                    originals[post.id] = (post.title, post.body)
            documents.append(_document(post, assessment, masked, words, written))
        if signals:
            self._ledger.append_signals(signals, originals)
        refused = self._store.index(documents)
        self._count(tally)
        self._store.stand(self._standings([signal.post for signal in signals]))
        alerts = sum(signal.level == "alert" for signal in signals)
        return Analysed(len(posts), alerts, len(signals) - alerts, refused)

    def _assessed(
        self, posts: Sequence[Post]
    ) -> tuple[list[tuple[Assessment, tuple[str, ...]]], Tally]:
        """Assessment and words of each post, and what was screened.

        Headlines that the gate stops are not scored.
        """
        texts = [(post.title, post.body) for post in posts]
        passing = [True] * len(posts)
        if self._screening.gate:
            passing = self._classifier.worth_scoring(texts)
        shadow = [
            not passes and self._screening.shadowed(post.id)
            for post, passes in zip(posts, passing, strict=True)
        ]
        scored = [a or b for a, b in zip(passing, shadow, strict=True)]
        found = iter(self._classifier.assess_with_words([*compress(texts, scored)], full=False))
        assessed = [
            next(found) if chosen else self._classifier.unscored(title)
            for (title, _), chosen in zip(texts, scored, strict=True)
        ]
        shown = [assessment for assessment, _ in compress(assessed, shadow)]
        version = self._classifier.version
        return assessed, Tally.of(version, len(posts), passing.count(False), shown)

    def _count(self, tally: Tally) -> None:
        """Count a finished batch; what cannot be counted is told once and hinders nothing."""
        try:
            self._screening.count(tally)
        except OSError as error:
            if not self._uncounted:
                log.warning("screening is not counted: %s", error)
            self._uncounted = True
        else:
            self._uncounted = False

    def _standings(self, posts: Sequence[str]) -> dict[str, Standing]:
        """What the desk decided between signal and index: it could not tell the store then."""
        placed = self._ledger.placements(posts) if posts else {}
        return {
            post: Standing(where.incident, where.grade, where.state, where.lead, where.acknowledged)
            for post, where in placed.items()
            if where.incident
        }

    def _signal(self, post: Post, assessment: Assessment, masked: Masked) -> Signal:
        facts = find_facts(post.title, post.body)
        exact, shingles = fingerprint(post.title, post.body)
        hidden = _hidden(post, masked)
        nouns = shown_nouns(_facts_shown(post, masked) if hidden else facts, facts.people, hidden)
        return Signal(
            post=post.id,
            version=post.content_hash,
            level="alert" if assessment.alert else "review",
            platform=post.platform,
            source=post.source,
            url=post.url,
            first_seen=post.first_seen,
            title=masked.title,
            excerpt=masked.body[:EXCERPT],
            probability=assessment.incident,
            categories=tuple(code for code, _ in assessment.categories),
            severity=assessment.severity,
            victims=assessment.victims,
            status=assessment.status,
            scope=assessment.scope,
            setting=assessment.setting,
            places=scenes(assessment.places, post.place),
            people=tuple(self._person(name) for name in facts.people),
            ages=facts.ages,
            roles=facts.roles,
            deed=facts.deed,
            nouns=tuple(nouns),
            institutions=self._institutions(facts, hidden),
            cues=risk_and_vulnerability(assessment),
            exact=exact,
            shingles=shingles,
            evidence=shown_evidence(assessment, masked),
            model=assessment.model,
            weights=tuple(nouns.values()),
        )

    def _institutions(self, facts: Facts, hidden: Set[str]) -> tuple[str, ...]:
        """A masked school stays known as the same one, but not by its name."""
        return tuple(
            self._person(name) if any(name in text or text in name for text in hidden) else name
            for name in facts.institutions
        )

    def _person(self, name: str) -> str:
        digest = hmac.new(self._people_key, name.encode(), hashlib.sha256).hexdigest()[:24]
        return f"{COMMON_NAME}{digest}" if is_surname_only(name) else digest


def scenes(places: Sequence[Place], source_place: str) -> tuple[SignalPlace, ...]:
    """Where the event took place, surest first; the source's own place if the text names none."""
    divisions = Divisions.shared()
    found = [
        SignalPlace(place.code, divisions.name(place.code), place.confidence)
        for place in places
        if place.scene and place.confidence >= 0.5
    ]
    if not found and source_place:
        found = [SignalPlace(source_place, divisions.name(source_place), 0.5)]
    unique = {place.code: place for place in sorted(found, key=lambda place: place.confidence)}
    return tuple(sorted(unique.values(), key=lambda place: -place.confidence))


def risk_and_vulnerability(assessment: Assessment) -> tuple[str, ...]:
    """The names of the cues that speak of danger or need of protection, each once."""
    said = (cue.value for cue in assessment.cues if cue.kind != "setting")
    return tuple(dict.fromkeys(said))


def shown_nouns(facts: Facts, people: Sequence[str], hidden: Set[str]) -> dict[str, float]:
    """The distinctive strings with their weights, without pieces of names and of masked text."""
    kept_back = "\n".join((*people, *hidden))
    return {
        noun: weight
        for noun, weight in zip(facts.nouns, facts.weights, strict=True)
        if noun not in kept_back
    }


def _facts_shown(post: Post, masked: Masked) -> Facts:
    """What the post says with a break in the place of each masked span, so that no string that is
    cut from it holds a piece of one (童李, 涵被 of 女童李涵被打)."""
    texts = {"title": post.title, "body": post.body}
    for span in sorted(masked.spans, key=lambda span: -span.start):
        text = texts[span.field]
        texts[span.field] = f"{text[: span.start]}\n{text[span.end :]}"
    return find_facts(texts["title"], texts["body"])


def shown_evidence(assessment: Assessment, masked: Masked) -> tuple[str, ...]:
    """The words that speak for an incident, heaviest first, without those that were masked."""
    shown = []
    for span in assessment.evidence:
        if span.weight > 0 and not _overlaps(span.field, span.start, span.end, masked.spans):
            shown.append(span.text)
    return tuple(dict.fromkeys(shown))


def _overlaps(field: str, start: int, end: int, spans: Sequence[MaskedSpan]) -> bool:
    return any(s.field == field and s.start < end and start < s.end for s in spans)


def _document(
    post: Post, assessment: Assessment, masked: Masked, words: tuple[str, ...], written: int
) -> PostDocument:
    level = "alert" if assessment.alert else "review" if assessment.review else ""
    kept = level != ""
    return PostDocument(
        id=post.id,
        version=post.content_hash,
        written=written,
        platform=post.platform,
        source=post.source,
        url=post.url,
        title=masked.title,
        text=masked.body,
        words=_public_words(words, post, masked),
        first_seen=post.first_seen,
        published=post.published,
        author_key=post.author_key,
        probability=assessment.incident,
        level=level,
        categories=assessment.categories if kept else (),
        severity=assessment.severity if kept else None,
        victims=assessment.victims if kept else (),
        status=assessment.status if kept else "",
        scope=assessment.scope if kept else "",
        setting=assessment.setting,
        places=tuple((p.code, p.name, p.confidence) for p in scenes(assessment.places, post.place)),
        evidence=shown_evidence(assessment, masked) if kept else (),
        model=assessment.model,
    )


def _public_words(words: tuple[str, ...], post: Post, masked: Masked) -> tuple[str, ...]:
    """The cut words without any that only the unmasked text contains."""
    if not masked.spans:
        return words
    hidden = _hidden(post, masked)
    left = f"{masked.title}\n{masked.body}"
    return tuple(w for w in words if w in left and not any(w in text for text in hidden))


def _hidden(post: Post, masked: Masked) -> Set[str]:
    return {_source(post, span)[span.start : span.end] for span in masked.spans}


def _source(post: Post, span: MaskedSpan) -> str:
    return post.title if span.field == "title" else post.body
