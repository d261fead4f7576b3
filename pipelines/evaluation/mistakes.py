"""Posts on the page: masked, the evidence marked, with the words that weighed most."""

from collections.abc import Iterator, Sequence

from nlp.explanation import Explanation, Segment
from nlp.labelled import LabelledPost
from nlp.model import KIND_NAMES
from nlp.study import Study
from nlp.taxonomy import CHINESE
from pipelines.evaluation.markup import Markup, join, tag

_WORDS = 5
"""Words named for the decision, and against it."""

_KEPT = 60
"""Characters kept at either end of a long stretch without evidence."""


def mistakes(study: Study) -> Iterator[Markup]:
    """The worst misses and false alarms of each kind of text."""
    yield tag(
        "p",
        "每种文本里错得最远的帖子。标黄的是支持“是事件”的依据；词后的数字是对数几率的分量，"
        "同 shengyuan explain。标注也会有错：确有错的，请按标注手册改正标注。",
    )
    for kind, told in study.kinds.items():
        yield tag("h3", f"{KIND_NAMES[kind]}：漏掉的事件，概率最低的在前")
        yield tag("ol", *(_post(one.explanation, _label(one.post)) for one in told.missed))
        yield tag("h3", f"{KIND_NAMES[kind]}：误认为事件，概率最高的在前")
        yield tag("ol", *(_post(one.explanation, _label(one.post)) for one in told.false_alarms))


def suspects(study: Study) -> Iterator[Markup]:
    """Unlabelled posts that the model is surest of."""
    yield tag("p", "这些计为误报，但多半是没有人标过的事件：值得先标注。")
    yield tag("ol", *(_post(one, "未标注") for one in study.suspects))


def _label(post: LabelledPost) -> str:
    day = str(post.day) if post.day else "无日期"
    if not post.incident:
        label = "标注：非事件"
    else:
        names = "、".join(CHINESE[category] for category in post.categories)
        label = f"标注：{names}，{post.severity} 级"
    return f"{label} · {post.origin} · {day}"


def _post(explanation: Explanation, label: str) -> Markup:
    probability = f"概率 {explanation.assessment.incident:.3f}"
    fields = [
        tag(
            "p", *_marked([one for one in explanation.segments if one.field == field]), class_=field
        )
        for field in ("title", "body")
        if any(one.field == field for one in explanation.segments)
    ]
    return tag(
        "li",
        tag("p", tag("b", probability), f" · {label}", class_="label"),
        *fields,
        _why(explanation),
    )


def _marked(segments: Sequence[Segment]) -> Iterator[Markup]:
    for segment in segments:
        if segment.weight:
            yield tag("mark", segment.text)
        elif len(segment.text) > 2 * _KEPT:
            yield tag("span", f"{segment.text[:_KEPT]}……{segment.text[-_KEPT:]}")
        else:
            yield tag("span", segment.text)


def _why(explanation: Explanation) -> Markup:
    weighed = explanation.weighed()
    favour = [one for one in weighed if one[1] > 0][:_WORDS]
    against = [one for one in weighed if one[1] < 0][:_WORDS]
    parts = [("基准", [("", explanation.base)]), ("支持", favour), ("反对", against)]
    return tag(
        "p",
        join(
            tag(
                "span",
                f"{name}：",
                "、".join(f"{word} {weight:+.2f}".strip() for word, weight in words),
                "　",
            )
            for name, words in parts
            if words
        ),
        class_="why",
    )
