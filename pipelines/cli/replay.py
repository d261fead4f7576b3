"""replay: posts from files through the whole pipe, by simulated clock."""

import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from pipelines.cli.common import ConfigOption, Problems, progress, require, say

if TYPE_CHECKING:
    from pipelines.replay import Line, Summary


def replay(
    files: Annotated[list[str], typer.Argument(help="帖子文件：JSONL、JSONL.xz、JSONL.gz 或 -")],
    since: Annotated[str, typer.Option(help="只回放此时刻起的帖子，如 2024-03-01")] = "",
    until: Annotated[str, typer.Option(help="只回放此时刻前的帖子（不含），如 2024-04-01")] = "",
    speed: Annotated[
        float, typer.Option(help="每秒回放多少秒的历史；0 表示全速", min=0.0, show_default=True)
    ] = 0.0,
    limit: Annotated[int, typer.Option(help="最多回放多少条；0 表示全部", min=0)] = 0,
    into: Annotated[
        Path | None, typer.Option(help="结果写入此目录（posts.db、ledger.db）；默认用后即弃")
    ] = None,
    out: Annotated[str, typer.Option(help="逐条结果写入此文件；- 为标准输出")] = "",
    config: ConfigOption = None,
) -> None:
    """回放历史帖子：与抓取走同一条流水线，值班时钟按帖子时间推进，不向外发送任何消息。

    例：shengyuan replay headlines.jsonl.xz --since 2024-03-01 --until 2024-04-01 --out out.jsonl
    """
    from pipelines.config import load
    from pipelines.errors import ConfigError
    from pipelines.replaying import replay_office

    window = (_moment(since, "--since"), _moment(until, "--until"))
    require(files)
    office = load(config)
    problems = Problems("replay", office)
    if into is not None and into.resolve() == office.var.resolve():
        raise ConfigError(
            f"不能回放进正在使用的数据目录 {into}：值班台会把其中的预警真的发出去，请换一个目录"
        )
    with (
        tempfile.TemporaryDirectory(prefix="shengyuan-replay-") as scratch,
        replay_office(office, into, Path(scratch)) as desk,
        progress("回放") as bar,
    ):
        lines = desk.lines(files, window, limit, speed)
        summary = desk.replay.run(_noted(lines, problems), bar)
        for post, reason in summary.refused.items():
            problems.add(f"帖子 {post} 未能入库：{reason}", post.encode(), "replay")
        if out:
            _write(desk.replay.outcome(desk.ledger), out)
        _print_summary(summary, desk.figures())
    problems.finish()


def _moment(text: str, option: str) -> datetime | None:
    if not text:
        return None
    from crawlers.spiders.archive import parse_time

    moment = parse_time(text)
    if moment is None:
        raise typer.BadParameter(f"{option} 不是时间：{text}，应如 2024-03-01 或 2024-03-01T08:00")
    return moment


def _noted(lines: "Iterator[Line]", problems: Problems) -> "Iterator[Line]":
    for line in lines:
        if line.post is None:
            problems.add(line.reason, line.raw, line.name)
        yield line


def _write(outcome: Iterator[dict[str, Any]], out: str) -> None:
    if out == "-":
        for line in outcome:
            sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        return
    target = Path(out)
    partial = target.with_name(target.name + ".part")
    with partial.open("wb") as file:
        for line in outcome:
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    partial.replace(target)


def _print_summary(summary: "Summary", figures: dict[str, str]) -> None:
    counts = summary.counts
    days = (
        f"{summary.first:%Y-%m-%d} 至 {summary.last:%Y-%m-%d}"
        if summary.first and summary.last
        else "无"
    )
    rows = {
        "时间范围": days,
        "帖子": str(counts["posts"]),
        "其中首次出现": str(counts["new"]),
        "判为预警": str(counts["alert"]),
        "待人工研判": str(counts["review"]),
        "搁置": str(counts["set_aside"]),
        **figures,
    }
    for name, value in rows.items():
        say(f"  {name}\t{value}")
