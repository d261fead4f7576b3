"""`shengyuan evaluate`: what a model is worth on labelled posts, as tables, JSON or a page."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import ConfigOption, JsonOption, progress, say, write_line
from pipelines.cli.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.classifier import Classifier
    from nlp.report import Judged
    from nlp.streaming import StreamStudy
    from nlp.study import Study


def evaluate(
    files: Annotated[list[Path], typer.Argument(help="标注文件，JSONL 或 CSV，可以有多个")],
    model: Annotated[
        str, typer.Option("--model", help="模型版本（默认用已启用的）", show_default=False)
    ] = "",
    stream: Annotated[
        Path | None,
        typer.Option(
            "--stream",
            help="同一时期未标注的帖子流，JSONL 或 .xz、.gz：算每天的误报",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", help="另写一页可打印的报告，含曲线和最严重的错误", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """用标注数据评估一个模型：与目标对照，是否事件、类别、严重程度等，附 95 % 区间。

    训练用过的数据会得到过好的结果，请用另外的数据。报告是单独一个文件，不引用任何外部资源，
    其中的帖子已遮蔽隐私。

    例：shengyuan evaluate labelled-2025.jsonl --stream 2025.jsonl.xz --html report.html
    """
    from alerts.clock import ZONE
    from nlp import report
    from nlp.labelled import read_labelled
    from nlp.study import study
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.evaluation import render

    if html is not None and not html.parent.is_dir():
        raise typer.BadParameter(f"目录 {html.parent} 不存在，请先建立")
    classifier = wiring.open_classifier(load(config), model)
    posts = [post for file in files for post in read_labelled(file)]
    if not posts:
        raise typer.BadParameter("文件里没有一条标注，请换一个标注文件")
    say(f"标注 {len(posts):,} 条，模型 {classifier.version}")
    judged = report.judge(classifier, posts)
    found = study(classifier, judged, _in_stream(classifier, judged, stream))
    if html is not None:
        sources = [str(file) for file in (*files, *([stream] if stream else []))]
        html.write_text(render(found, sources, datetime.now(ZONE)), encoding="utf-8")
        say(f"报告已写到 {html}")
    if as_json:
        write_line(found.as_object())
    else:
        typer.echo("\n".join(_lines(found, files)))


def _in_stream(
    classifier: "Classifier", judged: "Judged", path: Path | None
) -> "StreamStudy | None":
    from nlp import streaming
    from nlp.background import read_stream

    if path is None:
        return None
    known = {post.title for post in judged.posts}
    drawn = streaming.sample(read_stream(path, known), judged.posts)
    say(f"帖子流 {len(drawn.posts):,} 条，{drawn.days[0]} 至 {drawn.days[-1]}")
    with progress("帖子流", len(drawn.posts)) as advance:
        return streaming.study(classifier, judged, drawn, advance)


def _lines(found: "Study", files: list[Path]) -> "Iterator[str]":
    from nlp import goals, report

    yield table(goals.HEADER, [goals.cells(one) for one in goals.standings(found.figures)])
    yield ""
    if found.stream is not None:
        yield from _day(found.stream)
    facts = [("评估数据", "、".join(str(file) for file in files))]
    yield report.card(found.model, found.figures, facts).rstrip()


def _day(stream: "StreamStudy") -> "Iterator[str]":
    """The stream beside the labelled posts of the same days, which are rich in incidents."""
    from nlp.curves import shown
    from nlp.model import KIND_NAMES

    day = stream.daily
    yield (
        f"数据流的一天：帖子 {day.posts:,.0f} 条，标注的事件 {shown(day.incidents, 1)} 条，"
        f"其中预警 {shown(day.alerted, 1)} 条；误报 {shown(day.labelled_false, 1)} 条，"
        f"把未标注的都算作误报则为 {shown(day.false_alerts, 1)} 条；"
        f"送复核 {shown(day.reviews, 1)} 条。"
    )
    if stream.thin:
        yield (
            f"标注的事件只占数据流的 {100 * stream.share:.2f} %，少于通常的 1.5 %："
            "多数事件没有标注，误报的上限和加权的精度说明不了什么。"
        )
    header = ("同一时期", "AP", "最佳 F1", "召回 0.90 时精度", "召回 0.95 时精度", "校准误差")
    rows = [
        (f"{KIND_NAMES[kind]}，{name}", *(shown(figure) for figure in figures.values()))
        for kind, one in stream.kinds.items()
        for name, figures in (("标注数据", one.enriched), ("按数据流加权", one.weighted))
    ]
    yield table(header, rows)
    yield ""
