"""`shengyuan models drift`: how far the stream has moved away from what a model learned."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import (
    ConfigOption,
    JsonOption,
    Problems,
    open_problems,
    progress,
    require,
    say,
    write_line,
)
from pipelines.cli.tables import table

if TYPE_CHECKING:
    from nlp.drift import Judged, Row

Posts = Annotated[list[str], typer.Argument(help="帖子文件：JSONL（可为 .xz、.gz）、CSV 或 -")]


def drift(
    files: Posts,
    model: Annotated[
        str, typer.Option("--model", help="模型版本（默认用已启用的）", show_default=False)
    ] = "",
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", help="与这些帖子相比（默认与文件中第一个满 500 条的月份）"),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """按月看数据流是否离开了模型学过的样子：数量、生词比例、分数分布（PSI）、预警和复核的比例。

    PSI 低于 0.1 为平稳，0.1 至 0.25 为变化，更高为偏移：应补充标注并重新训练。

    例：shengyuan models drift posts-2026.jsonl.xz
    """
    from nlp.drift import FEWEST, Tally, against, known_words, reference_month, tally
    from pipelines import wiring
    from pipelines.config import load

    require([*files, *(reference or [])])
    classifier = wiring.open_classifier(load(config), model)
    known = known_words(classifier.model)
    problems = open_problems("models", config)
    with progress("漂移") as advance:
        months = tally(_days(classifier, files, advance, problems), known)
        base = Tally()
        for day, assessment, words in _days(classifier, reference or [], advance, problems):
            base.add(day, assessment, words, known)
    first = "" if reference else reference_month(months)
    if not reference:
        base = months.get(first, base)
    rows = against(base, months) if base.posts else []
    if as_json:
        for row in rows:
            write_line(_row_object(row, first))
        problems.finish()
        return
    header = ("月份", "条数", "每天", "生词", "PSI", "预警", "复核", "")
    typer.echo(table(header, [_row_cells(row, first) for row in rows]))
    if not rows:
        say(f"没有一个月有 {FEWEST} 条帖子，无法比较：请给出更多有日期（first_seen）的帖子")
    problems.finish()


def _days(
    classifier: Any, files: list[str], advance: Any, problems: Problems
) -> "Iterator[Judged]":
    from itertools import tee

    from pipelines.labelling import posts_of_files
    from pipelines.retrain import assessed

    posts, texts = tee(post for post in posts_of_files(files, problems.add) if post.day)
    results = assessed(classifier, (post.text for post in texts), advance)
    for post, (assessment, words) in zip(posts, results, strict=True):
        yield post.day, assessment, words


def _row_object(row: "Row", reference: str) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(row) | {"reference": reference or None}


def _row_cells(row: "Row", reference: str) -> tuple[str, ...]:
    return (
        row.month,
        str(row.posts),
        f"{row.daily:.0f}",
        f"{row.unknown:.1%}",
        f"{row.stability:.3f}",
        f"{row.alerts:.2%}",
        f"{row.reviews:.2%}",
        "基准" if row.month == reference else "、".join(row.signs) or "平稳",
    )
