"""What a model brings on a day of the real stream, where incidents are rare.

Labelled posts are chosen where they teach most, so incidents are many times denser among them than
in the stream. Figures of a day take both together: every labelled post of the days at hand once,
and a sample of the unlabelled posts of the same days, each for as many as it was drawn from.
Unlabelled posts count as non-incidents. Some are incidents that nobody labelled, so false alerts
are counted too high and precision too low, never the other way round.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp import evaluation
from nlp.background import StreamPost
from nlp.classifier import Classifier
from nlp.curves import Bin, Curve, Figure, incident_figures, reliability
from nlp.errors import NlpError
from nlp.labelled import LabelledPost
from nlp.model import Decision, Kind, kind_of
from nlp.report import FEWEST, Judged
from nlp.truth import kinds_of, truth_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAYS: Final = 366
"""The stream is looked at over so many of the last days of the labelled posts."""

THIN: Final = 0.01
"""With a smaller share of labelled incidents than this, most incidents of the stream (about 1.5 %)
have no label, and the upper bound of the false alerts tells little."""

SAMPLE: Final = 200_000
"""Most unlabelled posts that are scored."""

_STEP: Final = 2000


@dataclass(frozen=True, slots=True)
class Sample:
    """Unlabelled posts of some days; each stands for `weight` of them. `days` are in order."""

    posts: Sequence[StreamPost]
    weight: float
    days: Sequence[date]


@dataclass(frozen=True, slots=True)
class Daily:
    """How many posts a day, with intervals over days.

    `incidents` are the labelled ones, `alerted` and `found` (alerted or up for review) those of
    them. `false_alerts` are the alerts that no label calls an incident, `labelled_false` those that
    a label calls none. `reviews` are all posts up for review.
    """

    posts: float
    incidents: Figure
    alerted: Figure
    found: Figure
    false_alerts: Figure
    labelled_false: Figure
    reviews: Figure


@dataclass(frozen=True, slots=True)
class InStream:
    """One kind of text: the labelled posts of the days as they are, and weighted as the stream."""

    enriched: dict[str, Figure]
    weighted: dict[str, Figure]
    curve: Curve
    reliability: Sequence[Bin]


@dataclass(frozen=True, slots=True)
class StreamStudy:
    """A model on the stream. `share` is that of the incidents; `months` name → false alerts a day.

    `suspects` are the unlabelled posts with the highest probability: most are worth a label.
    """

    sample: Sample
    share: float
    daily: Daily
    kinds: dict[Kind, InStream]
    months: dict[str, float]
    suspects: Sequence[StreamPost]

    @property
    def thin(self) -> bool:
        """Whether too few of the stream's incidents are labelled."""
        return self.share < THIN


def sample(
    stream: Iterable[StreamPost], posts: Sequence[LabelledPost], size: int = SAMPLE
) -> Sample:
    """At most `size` posts of the stream from the last days that the labelled posts cover.

    Deterministic. Raises NlpError when stream and labelled posts have no day in common.
    """
    dated = [post.day for post in posts if post.day is not None]
    found = []
    if dated:
        end = max(dated)
        begin = max(min(dated), end - timedelta(days=DAYS - 1))
        found = [post for post in stream if begin <= post.day <= end]
    if not found:
        raise NlpError("帖子流与标注没有相同的日期，算不出每天的误报，请给出标注同一时期的帖子流")
    days = sorted({post.day for post in found})
    if len(found) <= size:
        return Sample(found, 1.0, days)
    # By the hash of the title, not by position: the order of a file must not matter.
    drawn = sorted(found, key=lambda post: crc32(post.title.encode("utf-8", "replace")))[:size]
    return Sample(drawn, len(found) / size, days)


def study(
    classifier: Classifier,
    judged: Judged,
    drawn: Sample,
    progress: Callable[[int], None] = lambda posts: None,
) -> StreamStudy:
    """What the classifier says of the sample, together with what it said of the labelled posts."""
    texts = [(post.title, post.body) for post in drawn.posts]
    parts = [np.zeros(0)]
    for at in range(0, len(texts), _STEP):
        parts.append(classifier.probabilities(texts[at : at + _STEP]))
        progress(len(parts[-1]))
    unlabelled = np.concatenate(parts)
    days = set(drawn.days)
    inside = np.array([post.day in days for post in judged.posts], dtype=bool)
    labelled = [post for post, chosen in zip(judged.posts, inside, strict=True) if chosen]
    truth = truth_of(labelled)
    known = judged.incident[inside]
    weights = np.append(np.ones(len(known)), np.full(len(unlabelled), drawn.weight))
    both = np.append(truth, np.zeros(len(unlabelled), dtype=bool))
    probabilities = np.append(known, unlabelled)
    kinds = np.append(kinds_of(labelled), [kind_of(*text) for text in texts])
    dates = [post.day for post in labelled if post.day] + [post.day for post in drawn.posts]
    counter = _Counter(dates, drawn.days, weights)
    decision = classifier.model.decision
    is_known = np.arange(len(both)) < len(known)
    wrong = counter.daily(~both & (probabilities >= decision.alert))
    order = np.argsort(-unlabelled, kind="stable")
    return StreamStudy(
        sample=drawn,
        share=float(truth.sum() / weights.sum()),
        daily=_daily(counter, decision, both, probabilities, is_known),
        kinds=_by_kind(kinds, both, probabilities, weights, is_known),
        months=_monthly(drawn.days, wrong),
        suspects=[drawn.posts[at] for at in order if unlabelled[at] >= decision.alert],
    )


@dataclass(frozen=True, slots=True)
class _Counter:
    """Counts weighted posts by day."""

    dates: Sequence[date]
    days: Sequence[date]
    weights: Floats

    def daily(self, chosen: Bools) -> Floats:
        """How many of the chosen posts fall on each day."""
        number = {day: at for at, day in enumerate(self.days)}
        at = np.array([number[day] for day in self.dates], dtype=np.int64)
        counts: Floats = np.zeros(len(self.days))
        np.add.at(counts, at[chosen], self.weights[chosen])
        return counts

    def figure(self, chosen: Bools) -> Figure:
        """The mean over the days."""
        return evaluation.interval(lambda counts: float(counts.mean()), self.daily(chosen))


def _daily(
    counter: _Counter, decision: Decision, truth: Bools, probabilities: Floats, known: Bools
) -> Daily:
    alerted = probabilities >= decision.alert
    found = probabilities >= decision.review
    return Daily(
        posts=float(counter.weights.sum() / len(counter.days)),
        incidents=counter.figure(truth),
        alerted=counter.figure(truth & alerted),
        found=counter.figure(truth & found),
        false_alerts=counter.figure(~truth & alerted),
        labelled_false=counter.figure(~truth & alerted & known),
        reviews=counter.figure(found & ~alerted),
    )


def _by_kind(
    kinds: NDArray[np.str_], truth: Bools, probabilities: Floats, weights: Floats, known: Bools
) -> dict[Kind, InStream]:
    result: dict[Kind, InStream] = {}
    names: tuple[Kind, ...] = ("headline", "article")
    for kind in names:
        chosen = kinds == kind
        if (truth & chosen).sum() < FEWEST:
            continue
        columns = truth[chosen], probabilities[chosen], weights[chosen]
        labelled = chosen & known
        result[kind] = InStream(
            enriched=incident_figures(truth[labelled], probabilities[labelled]),
            weighted=incident_figures(*columns),
            curve=Curve.of(*columns),
            reliability=reliability(*columns),
        )
    return result


def _monthly(days: Sequence[date], counts: Floats) -> dict[str, float]:
    names = np.array([f"{day:%Y-%m}" for day in days])
    return {name: float(counts[names == name].mean()) for name in sorted(set(names.tolist()))}
