"""All that is told of a model: figures, curves and mistakes on labelled posts and on the stream."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from nlp import breakdown, report
from nlp.breakdown import Mistake, Recall, Year
from nlp.classifier import Classifier
from nlp.curves import Bin, Curve, reliability
from nlp.explanation import Explainer, Explanation
from nlp.goals import standings
from nlp.labelled import LabelledPost
from nlp.model import KINDS, Kind, Model
from nlp.report import FEWEST, Judged
from nlp.streaming import StreamStudy
from nlp.truth import kinds_of, truth_of

WORST: Final = 12
"""Worst mistakes told of each sort and kind of text, and of the stream."""


@dataclass(frozen=True, slots=True)
class OfKind:
    """What is told of one kind of text."""

    curve: Curve
    reliability: Sequence[Bin]
    missed: Sequence[Mistake]
    false_alarms: Sequence[Mistake]


@dataclass(frozen=True, slots=True)
class Study:
    """A model judged on labelled posts.

    `figures` are those of the card, with those of a day under "stream" when a stream was given.
    `severity` counts true (rows) against said (columns). `suspects` are the unlabelled posts of the
    stream with the highest probability.
    """

    model: Model
    posts: Sequence[LabelledPost]
    figures: Mapping[str, Any]
    kinds: Mapping[Kind, OfKind]
    categories: Sequence[Recall]
    years: Sequence[Year]
    severity: Sequence[Sequence[int]]
    stream: StreamStudy | None
    suspects: Sequence[Explanation]

    def as_object(self) -> dict[str, Any]:
        """The figures alone, for programs: nothing of any post's text."""
        return {
            **self.figures,
            "goals": {one.goal.name: one.verdict for one in standings(self.figures)},
            "years": {one.name: asdict(one) for one in self.years},
            "categories": {one.name: asdict(one) for one in self.categories},
            "severity": self.severity,
            "reliability": {
                kind: [asdict(one) for one in told.reliability] for kind, told in self.kinds.items()
            },
        }


def study(classifier: Classifier, judged: Judged, stream: StreamStudy | None = None) -> Study:
    """All of it, from what the classifier said of the posts."""
    model = classifier.model
    explainer = Explainer(classifier)
    figures = report.figures(model, judged)
    suspects: list[Explanation] = []
    if stream is not None:
        figures["stream"] = _stream_figures(stream)
        worst = stream.suspects[:WORST]
        suspects = explainer.explain([(post.title, post.body) for post in worst])
    return Study(
        model=model,
        posts=judged.posts,
        figures=figures,
        kinds=_of_kinds(judged, explainer),
        categories=breakdown.by_category(model.decision, judged),
        years=breakdown.by_year(model.decision, judged),
        severity=breakdown.severity_confusion(model, judged),
        stream=stream,
        suspects=suspects,
    )


def _of_kinds(judged: Judged, explainer: Explainer) -> dict[Kind, OfKind]:
    truth, kinds = truth_of(judged.posts), kinds_of(judged.posts)
    result: dict[Kind, OfKind] = {}
    for kind in KINDS:
        chosen = kinds == kind
        if (truth & chosen).sum() >= FEWEST:
            columns = truth[chosen], judged.incident[chosen]
            result[kind] = OfKind(
                Curve.of(*columns),
                reliability(*columns),
                breakdown.missed(judged, explainer, kind, WORST),
                breakdown.false_alarms(judged, explainer, kind, WORST),
            )
    return result


def _stream_figures(stream: StreamStudy) -> dict[str, Any]:
    return {
        "days": len(stream.sample.days),
        "share": stream.share,
        **asdict(stream.daily),
        "months": stream.months,
        "kinds": {
            kind: {"enriched": one.enriched, "weighted": one.weighted}
            for kind, one in stream.kinds.items()
        },
    }
