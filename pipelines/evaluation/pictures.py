"""The charts of the page: which figures they show, and how a reader should take them."""

from collections.abc import Iterator, Sequence

from nlp.breakdown import Recall
from nlp.curves import Bin, shown
from nlp.model import KIND_NAMES
from nlp.streaming import StreamStudy
from nlp.study import Study
from nlp.taxonomy import CHINESE
from pipelines.evaluation.charts import Bar, Line, Spot, bars, square
from pipelines.evaluation.markup import Markup, tag

_FEWEST = 5
"""A bin with fewer posts is not drawn: its frequency means nothing."""


def precision_recall(study: Study) -> Iterator[Markup]:
    """One square for each kind of text, with the two thresholds marked."""
    yield tag("p", "圆点是现在的两个阈值：右上角越近越好。虚线为按数据流加权。")
    decision = study.model.decision
    charts = []
    for kind, told in study.kinds.items():
        lines = [Line("标注数据", told.curve.thinned(), "first")]
        spots = []
        for name, threshold in (("预警", decision.alert), ("复核", decision.review)):
            precision, recall = told.curve.at(threshold)
            spots.append(Spot(name, (recall, precision)))
        inside = study.stream.kinds.get(kind) if study.stream else None
        if inside is not None:
            lines.append(Line("按数据流加权", inside.curve.thinned(), "second"))
        charts.append(square(KIND_NAMES[kind], ("召回", "精度"), lines, spots))
    yield tag("div", *charts, class_="charts")


def calibration(study: Study) -> Iterator[Markup]:
    """One square for each kind of text: how often what was said came true."""
    yield tag(
        "p",
        "模型说 0.7 的帖子里应当有七成真是事件：点落在对角线上就是准的，在线下方是说高了。"
        "竖线为 95 % 区间，帖子太少的不画。",
    )
    charts = []
    for kind, told in study.kinds.items():
        lines = [Line("", ((0.0, 0.0), (1.0, 1.0)), "ideal")]
        lines.append(Line("标注数据", _points(told.reliability), "first"))
        spots = [
            Spot(
                f"概率 {one.probability:.2f}，事件占 {one.frequency:.2f}，{one.weight:,.0f} 条",
                (one.probability, one.frequency),
                (one.low, one.high),
            )
            for one in told.reliability
            if one.weight >= _FEWEST
        ]
        inside = study.stream.kinds.get(kind) if study.stream else None
        if inside is not None:
            lines.append(Line("按数据流加权", _points(inside.reliability), "second"))
        charts.append(square(KIND_NAMES[kind], ("模型的概率", "事件的比例"), lines, spots))
    yield tag("div", *charts, class_="charts")


def categories(study: Study) -> Iterator[Markup]:
    """A bar for each category."""
    yield tag("p", "深色为预警，浅色为送复核，两者合起来是找到的比例；细线为其 95 % 区间。")
    rows = [_bar(CHINESE[one.name], one) for one in study.categories]
    yield bars("预警或复核的召回", rows)


def years(study: Study) -> Iterator[Markup]:
    """Bars for each year: what was found, how much of it was right, and how the ranking holds."""
    found = [_bar(one.name, one.recall) for one in study.years]
    right = [
        Bar(one.name, one.precision, f"{one.precision:.3f}　{one.posts:,} 条")
        for one in study.years
    ]
    ranking = []
    for one in study.years:
        value, low, high = one.average_precision
        ranking.append(Bar(one.name, value, shown(one.average_precision), low, high))
    yield tag(
        "div",
        bars("预警（深色）或复核（浅色）的召回", found),
        bars("预警的精度（标注数据）", right),
        bars("AP", ranking),
        class_="charts broad",
    )


def months(stream: StreamStudy) -> Markup:
    """A bar for each month: false alerts a day."""
    rows = [Bar(name, count, f"{count:.1f}") for name, count in stream.months.items()]
    return bars("各月平均每天误报（上限），条", rows, max([1.0, *stream.months.values()]))


def _bar(name: str, recall: Recall) -> Bar:
    value, low, high = recall.found
    note = f"{shown(recall.found)}　{recall.incidents:,} 条"
    return Bar(name, value, note, low, high, recall.alerted[0])


def _points(bins: Sequence[Bin]) -> list[tuple[float, float]]:
    return [(one.probability, one.frequency) for one in bins if one.weight >= _FEWEST]
