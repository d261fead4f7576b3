"""Study → page: the order of its parts, and what each figure means, in words for data staff."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from nlp import goals
from nlp.curves import shown
from nlp.goals import Standing, standings
from nlp.model import KIND_NAMES
from nlp.report import LABEL_NAMES
from nlp.streaming import StreamStudy
from nlp.study import Study
from nlp.taxonomy import COLOURS
from pipelines.evaluation import pictures
from pipelines.evaluation.markup import Markup, join, table, tag
from pipelines.evaluation.mistakes import mistakes, suspects

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser fetches and runs nothing, whatever a post may hold."""

_VERDICTS: Final = {"达到目标": "good", "达到底线": "fair", "未到底线": "bad", "未测": "none"}

_FIGURES: Final = {
    "average_precision": "AP",
    "best_f1": "最佳 F1",
    "precision_at_90": "召回 0.90 时精度",
    "precision_at_95": "召回 0.95 时精度",
    "calibration_error": "校准误差",
}


def render(study: Study, sources: Sequence[str], made: datetime) -> str:
    """The whole page: `sources` name the labelled files and the stream, `made` is local time."""
    title = f"模型 {study.model.version} 的评估"
    style = Markup((files("pipelines.evaluation") / "page.css").read_text(encoding="utf-8"))
    head = tag(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        tag("title", title),
        tag("style", style),
    )
    body = tag("body", tag("main", *_parts(study, title, sources, made)))
    return join((Markup("<!doctype html>"), tag("html", head, body, lang="zh-CN"), "\n"))


def _parts(study: Study, title: str, sources: Sequence[str], made: datetime) -> Iterator[Markup]:
    yield _heading(study, title, sources, made)
    yield _section("与目标对照", _goals(standings(study.figures)))
    yield _section("怎样读这些数字", *_reading(study))
    yield _section("各类文本", _by_kind(study))
    yield _section("精度与召回", *pictures.precision_recall(study))
    yield _section("校准", *pictures.calibration(study))
    yield _section("各类别的召回", *pictures.categories(study))
    yield _section("各年", *pictures.years(study))
    yield _section("严重程度", *_severity(study.severity))
    yield _section("其他标签", _labels(study.figures))
    if study.stream is not None:
        yield _section("真实数据流的一天", *_stream(study.stream))
    yield _section("最严重的错误", *mistakes(study))
    if study.stream is not None:
        yield _section("数据流中未标注而概率最高的帖子", *suspects(study))


def _section(title: str, *parts: Markup) -> Markup:
    return tag("section", tag("h2", title), *parts)


def _heading(study: Study, title: str, sources: Sequence[str], made: datetime) -> Markup:
    decision = study.model.decision
    incidents = sum(post.incident for post in study.posts)
    facts = (
        ("标注", f"{len(study.posts):,} 条，其中事件 {incidents:,} 条"),
        ("来源", "、".join(sources)),
        ("阈值", f"概率不低于 {decision.alert:.3f} 预警，不低于 {decision.review:.3f} 送复核"),
        ("生成时间", f"{made:%Y-%m-%d %H:%M}"),
    )
    return tag(
        "header",
        tag("h1", title),
        tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts)),
        tag(
            "p",
            "本页含公开帖子的文字，隐私信息已自动遮蔽，仍请只在单位内部使用。",
            "如果这些标注参加过该模型的训练，数字会偏好：请用模型没有见过的标注评估。",
            class_="notice",
        ),
    )


def _goals(found: Sequence[Standing]) -> Markup:
    rows = []
    for standing in found:
        *cells, _, verdict = goals.cells(standing)
        digits = 1 if standing.goal.goal > 1 else 3
        ours = "–" if standing.figure is None else _figure(standing.figure, digits)
        mark = tag("span", verdict, class_=f"verdict {_VERDICTS[verdict]}")
        rows.append((*cells, ours, mark))
    note = tag(
        "p",
        "基线：jieba 分词、TF-IDF、逻辑回归。数值后为 95 % 自助法区间，结论按数值本身。",
        class_="note",
    )
    return join((table(goals.HEADER, rows), note))


def _reading(study: Study) -> Iterator[Markup]:
    share = sum(post.incident for post in study.posts) / len(study.posts)
    yield tag(
        "p",
        "标注的帖子是挑模型拿不准的来标的，事件特别多："
        f"这里占 {100 * share:.0f} %。真实的数据流里事件很少，约占 1.5 %。"
        "所以标注数据上的精度不是值班时看到的精度，两者要分开看。",
    )
    if study.stream is None:
        yield tag(
            "p",
            "这次没有给出数据流（--stream），下面都是标注数据原样的数字，没有每天的误报。",
        )
        return
    drawn = study.stream.sample
    yield tag(
        "p",
        tag("b", "按数据流加权"),
        f"：取 {drawn.days[0]} 至 {drawn.days[-1]} 共 {len(drawn.days)} 天，"
        "这些天里的标注每条算一条，同一时期未标注的帖子"
        f"取 {len(drawn.posts):,} 条，每条代表 {drawn.weight:.2f} 条，合起来就是真实的每一天，"
        f"其中事件占 {100 * study.stream.share:.2f} %。"
        "未标注的一律当作非事件；其中有些其实是没有人标过的事件，"
        "所以加权后的精度只会偏低、误报只会偏高。召回与加权无关。",
    )


def _by_kind(study: Study) -> Markup:
    rows = []
    for kind, one in study.figures["kinds"].items():
        name = f"{KIND_NAMES[kind]}，全部标注"
        rows.append((name, f"{one['posts']:,}（{one['incidents']:,}）", *_figures(one)))
        inside = study.stream.kinds.get(kind) if study.stream else None
        if inside is not None:
            rows.append((f"{KIND_NAMES[kind]}，同期标注", "", *_figures(inside.enriched)))
            rows.append((f"{KIND_NAMES[kind]}，按数据流加权", "", *_figures(inside.weighted)))
    return table(("文本", "条数（事件）", *_FIGURES.values()), rows)


def _figures(found: Mapping[str, Any]) -> list[Markup]:
    return [_figure(found[name]) for name in _FIGURES]


def _figure(figure: Sequence[float], digits: int = 3) -> Markup:
    """A value with its interval below, so that columns stay narrow."""
    value, low, high = (f"{one:.{digits}f}" for one in figure)
    return join((tag("span", value), tag("small", f"{low}–{high}")))


def _severity(counts: Sequence[Sequence[int]]) -> Iterator[Markup]:
    yield tag("p", "行是标注的级别，列是模型的级别；格内为条数和占该行的比例。")
    rows = []
    for at, row in enumerate(counts, 1):
        total = max(sum(row), 1)
        cells = [
            tag(
                "span",
                f"{count:,}　{100 * count / total:.0f} %",
                class_="share",
                style=f"background: rgb(31 95 168 / {45 * count / total:.0f}%)",
            )
            for count in row
        ]
        rows.append((_level(at), *cells))
    yield table(("标注＼模型", *(_level(at) for at in range(1, len(counts) + 1))), rows)


def _level(number: int) -> str:
    return f"{number} 级（{COLOURS[number]}）"


def _labels(figures: Mapping[str, Any]) -> Markup:
    rows = [(title, shown(figures[name])) for name, title in LABEL_NAMES.items()]
    rows.append(("事件中直接预警的比例", f"{figures['alerts']:.3f}"))
    return table(("标签", "正确的比例"), rows)


def _stream(stream: StreamStudy) -> Iterator[Markup]:
    day = stream.daily
    rows = [
        ("帖子", f"{day.posts:,.0f}", "标注与未标注合计"),
        ("标注的事件", shown(day.incidents, 1), ""),
        ("　其中预警", shown(day.alerted, 1), ""),
        ("　其中预警或送复核", shown(day.found, 1), ""),
        ("误报", shown(day.false_alerts, 1), "没有标注为事件的预警；未标注的全算误报，是上限"),
        ("　其中标注为非事件", shown(day.labelled_false, 1), "确定的误报，是下限"),
        ("送复核", shown(day.reviews, 1), "预警之外要人看一眼的帖子"),
    ]
    if stream.thin:
        yield tag(
            "p",
            f"标注的事件只占数据流的 {100 * stream.share:.2f} %，少于通常的 1.5 %："
            "这些天里的事件多数没有标注，误报的上限和加权的精度说明不了什么，请看下限，或补充标注。",
            class_="notice",
        )
    yield table(("每天", "条数", "说明"), rows)
    yield pictures.months(stream)
