"""`shengyuan label agreement` and `adjudicate`: two annotators of the same posts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import ConfigOption, JsonOption, say, write_line
from pipelines.cli.label import Out, checked, write
from pipelines.cli.tables import table

if TYPE_CHECKING:
    from nlp.agreement import Agreement, Pair

First = Annotated[Path, typer.Argument(help="第一位标注员的文件")]
Second = Annotated[Path, typer.Argument(help="第二位标注员的文件")]


def agreement(
    first: First, second: Second, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """两位标注员的一致程度：每个标签的 Cohen κ 和各自的条数，按 key（没有则按文字）配对。

    类别、受害人、严重程度和状态只在两人都认为是事件的帖子上比较。

    例：shengyuan label agreement wang.csv li.csv
    """
    from dataclasses import asdict

    from nlp.agreement import agreements

    found = agreements(_pairs(first, second))
    if as_json:
        for one in found:
            write_line(asdict(one))
        return
    header = ("标签", "条数", "都有/相同", f"仅{first.stem}", f"仅{second.stem}", "一致率", "κ")
    typer.echo(table(header, [_agreement_cells(one) for one in found]))


def adjudicate(
    first: First,
    second: Second,
    out: Out = None,
    agreed: Annotated[
        Path | None,
        typer.Option("--agreed", help="两人一致的标注写入此文件", show_default=False),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """列出两位标注员不一致的帖子，附两人的说法，由第三人裁定后用 label import 导入。

    例：shengyuan label adjudicate wang.csv li.csv --out third.csv --agreed agreed.jsonl
    """
    from nlp.agreement import FIRST, SECOND, adjudication_row, agreed_row

    pairs = _pairs(first, second)
    disputed = [pair for pair in pairs if not pair.agreed]
    if agreed is not None:
        write([agreed_row(pair) for pair in pairs if pair.agreed], agreed)
    write([adjudication_row(pair) for pair in disputed], out, (FIRST, SECOND))


def _pairs(first: Path, second: Path) -> Sequence["Pair"]:
    from nlp.agreement import pair
    from nlp.labelled import LabelError

    rows = checked([first, second])
    paired = pair(rows[first], rows[second])
    say(
        f"两人都标注的 {len(paired.pairs)} 条；"
        f"只有 {first.stem} 标注的 {paired.only_first} 条，"
        f"只有 {second.stem} 标注的 {paired.only_second} 条"
    )
    if not paired.pairs:
        raise LabelError(f"{first} 和 {second} 没有共同的帖子，请检查 key 一列是否被改动")
    return paired.pairs


def _agreement_cells(one: "Agreement") -> tuple[str, ...]:
    from nlp.agreement import name_of

    alone = ("—" if count is None else str(count) for count in (one.only_first, one.only_second))
    kappa = "—" if one.kappa is None else f"{one.kappa:.3f}"
    return (name_of(one.label), str(one.posts), str(one.both), *alone, f"{one.observed:.3f}", kappa)
