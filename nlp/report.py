"""What a model is worth: held-out figures with intervals, and the card that tells them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlp import evaluation
from nlp.classifier import Classifier
from nlp.curves import incident_figures, shown
from nlp.labelled import LabelledPost
from nlp.model import KIND_NAMES, KINDS, SHARE, LabelReader, Model, balanced, kind_of
from nlp.taxonomy import CHINESE, Category
from nlp.truth import kinds_of, truth_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_FAMILIES: Final = ("词与相邻词", "字串", "词语分组", "同现的词与组", "角色")

FEWEST: Final = 20
"""Fewer incidents than this tell nothing about a kind of text or a category."""

LABEL_NAMES: Final = {
    "first_category": "首位类别在标注之中",
    "severity_exact": "严重程度完全一致",
    "severity_within_one": "严重程度相差不超过一级",
    "victims_exact": "受害人完全一致",
    "status_exact": "状态完全一致",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """Labelled posts and what a model that had not seen them said.

    `incident` is a probability for every post; `labels` has a row for every incident, a column for
    every head.
    """

    posts: Sequence[LabelledPost]
    incident: Floats
    labels: Floats


def judge(classifier: Classifier, posts: Sequence[LabelledPost]) -> Judged:
    """What the classifier says of the posts."""
    texts = [(post.title, post.body) for post in posts]
    incidents = [text for text, post in zip(texts, posts, strict=True) if post.incident]
    return Judged(posts, classifier.probabilities(texts), classifier.label_probabilities(incidents))


def figures(model: Model, judged: Judged) -> dict[str, Any]:
    """All figures of the card: by kind of text, recall by category, first category, severity.

    The calibration error is that of all kinds together.
    """
    truth, kinds = truth_of(judged.posts), kinds_of(judged.posts)
    result: dict[str, Any] = {"kinds": {}, "recall": {}}
    for kind in KINDS:
        chosen = kinds == kind
        # Precision among incidents alone is always 1 and says nothing.
        if (truth & chosen).sum() >= FEWEST and (~truth & chosen).any():
            result["kinds"][kind] = _incident_figures(truth[chosen], judged.incident[chosen])
    mass = np.ones(len(truth))
    for kind in KINDS:
        mass[kinds == kind] = balanced(truth[kinds == kind])
    result["calibration_error"] = incident_figures(truth, judged.incident, mass)[
        "calibration_error"
    ]
    found = judged.incident[truth] >= model.decision.review
    incidents = [post for post in judged.posts if post.incident]
    for category in Category:
        flags = found[np.array([category in post.categories for post in incidents], dtype=bool)]
        if len(flags) >= FEWEST:
            result["recall"][category.value] = evaluation.interval(evaluation.share, flags)
    result |= _label_figures(model, incidents, judged.labels)
    result["alerts"] = evaluation.share(judged.incident[truth] >= model.decision.alert)
    return result


def card(
    model: Model,
    found: Mapping[str, Any],
    facts: Sequence[tuple[str, str]],
    data: Sequence[str] = (),
) -> str:
    """The model card in Chinese.

    `facts` are name and value of what else a reader should know, `data` the lines of `data_card`.
    """
    lines = [f"# 模型 {model.version}", "", "## 是什么", ""]
    lines += [f"- {name}：{value}" for name, value in _common_facts(model)]
    lines += [f"- {name}：{value}" for name, value in facts]
    if data:
        lines += ["", "## 数据", "", *data]
    lines += ["", "## 表现", "", "数值后为 95 % 自助法区间。", "", *_tables(found)]
    lines += [
        "",
        "## 限度",
        "",
        "- 训练语料是热榜标题和少量自述帖；方言见得少，自述帖的表现低于标题。",
        f"- 概率以事件占 {SHARE:.0%} 为前提校准，校准误差也在此前提下计算；"
        "数据流中事件约占百分之一点五，低概率区间偏高。",
        "- 只用人名、绰号或地名称呼的案件看不出来；辟谣和反转、只言片语的评论容易漏。",
        "- 说到加害行为而按标注手册不算事件的（口角、意外、男性受害、影视剧情、普法）容易误报。",
        "- 模型只提示，不定性；每条预警都要由人研判。",
    ]
    return "\n".join(lines) + "\n"


def data_card(posts: Sequence[LabelledPost]) -> list[str]:
    """What a model learned from, as lines of Markdown: posts by kind and year, by category."""
    tally = Counter((kind_of(post.title, post.body), _year(post), post.incident) for post in posts)
    years = sorted({year for _, year, _ in tally})
    shown_years = " | ".join(str(year) if year else "无日期" for year in years)
    lines = [f"| 文本 | {shown_years} |", "|---|" + "---|" * len(years)]
    for kind in KINDS:
        cells = [
            f"{tally[kind, year, True] + tally[kind, year, False]:,}（{tally[kind, year, True]:,}）"
            for year in years
        ]
        lines.append(f"| {KIND_NAMES[kind]} | {' | '.join(cells)} |")
    counts = Counter(category for post in posts for category in post.categories)
    listed = "、".join(f"{CHINESE[one]} {size:,}" for one, size in counts.most_common())
    return ["条数，括号中为事件。", "", *lines, "", f"事件的类别（可兼有）：{listed}。"]


def _year(post: LabelledPost) -> int:
    return 0 if post.day is None else post.day.year


def _incident_figures(truth: Bools, probability: Floats) -> dict[str, Any]:
    size = {"posts": len(truth), "incidents": int(truth.sum())}
    figures = incident_figures(truth, probability)
    # Probabilities assume one share of incidents: they are right or wrong for that share.
    fair = incident_figures(truth, probability, balanced(truth))
    return {**size, **figures, "calibration_error": fair["calibration_error"]}


def _label_figures(
    model: Model, incidents: Sequence[LabelledPost], labels: Floats
) -> dict[str, Any]:
    reader = LabelReader(model.heads)
    pairs = list(zip(incidents, reader.read(labels), strict=True))
    tests = {
        "first_category": [one.categories[0][0] in post.categories for post, one in pairs],
        "severity_exact": [one.severity == post.severity for post, one in pairs],
        "severity_within_one": [abs(one.severity - post.severity) <= 1 for post, one in pairs],
        "victims_exact": [set(one.victims) == post.victims for post, one in pairs],
        "status_exact": [one.status == post.status for post, one in pairs],
    }
    return {
        name: evaluation.interval(evaluation.share, np.array(flags, dtype=bool))
        for name, flags in tests.items()
    }


def _common_facts(model: Model) -> Iterator[tuple[str, str]]:
    yield "方法", "TF-IDF 线性模型，每个标签一列权重，Platt 校准；不含任何可执行内容"
    sizes = zip(_FAMILIES, model.vocabulary.families, strict=True)
    listed = "、".join(f"{name} {len(family):,}" for name, family in sizes)
    yield "特征", f"{len(model.vocabulary):,} 个：{listed}"
    yield "预警阈值", f"概率 ≥ {model.decision.alert:.3f}"
    yield "复核阈值", f"概率 ≥ {model.decision.review:.3f}"
    if model.gate is not None:
        lost = f"{model.gate.incidents:,} 条达到复核线的标注事件中误拦 {model.gate.lost:.2%}"
        yield "初筛", f"数据流的标题有 {model.gate.passed:.1%} 通过；{lost}；正文和自述帖不经初筛"


def _tables(found: Mapping[str, Any]) -> Iterator[str]:
    yield "| 文本 | 条数（事件） | AP | 最佳 F1 | 召回 0.90 时精度 | 召回 0.95 时精度 | 校准误差 |"
    yield "|---|---|---|---|---|---|---|"
    names = ("average_precision", "best_f1", "precision_at_90", "precision_at_95")
    for kind, one in found["kinds"].items():
        cells = " | ".join(shown(one[name]) for name in (*names, "calibration_error"))
        yield f"| {KIND_NAMES[kind]} | {one['posts']}（{one['incidents']}） | {cells} |"
    yield ""
    yield "| 类别 | 预警或复核的召回 |"
    yield "|---|---|"
    for category, figure in found["recall"].items():
        yield f"| {CHINESE[category]} | {shown(figure)} |"
    yield ""
    yield "| 标签 | 正确的比例 |"
    yield "|---|---|"
    for name, title in LABEL_NAMES.items():
        yield f"| {title} | {shown(found[name])} |"
    yield ""
    yield f"事件中直接预警的比例：{found['alerts']:.3f}。"
