"""alerts times: how long each department takes to acknowledge and to speak."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import ConfigOption, JsonOption, say, write_line

if TYPE_CHECKING:
    from alerts.times import Spread, Times


def times(
    since: Annotated[str, typer.Option(help="只算此日起的预警和事件，如 2026-03-01")] = "",
    until: Annotated[str, typer.Option(help="只算此日为止的预警和事件，如 2026-03-31")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """各部门的签收用时和发声用时，全部由日志算出：中位数、九成在多久以内、按时的比例。

    签收自预警起算，发声自立案起算；按时与否看签收期限和第一个法定时限。

    例：shengyuan alerts times --since 2026-03-01 --until 2026-03-31
    """
    from pipelines import wiring
    from pipelines.config import load

    office = load(config)
    begin, last = _day(since, "--since"), _day(until, "--until")
    found = wiring.open_ledger(office).times(begin, last and last + timedelta(days=1))
    organisation = wiring.organisation(office)
    for row in found:
        department = organisation.get(row.department)
        name = department.name if department else row.department
        if as_json:
            write_line(_fields(row, name))
        else:
            typer.echo(_line(row, name))
    if not found:
        say("这段时间没有预警")


def _line(row: "Times", name: str) -> str:
    from alerts.times import length

    parts = [f"{name}：预警 {row.called}，签收 {row.acknowledged.count}"]
    for what, spread in (("签收", row.acknowledged), ("发声", row.voiced)):
        if spread.count:
            middle, most = length(spread.median), length(spread.ninth_decile)
            parts.append(f"{what}用时中位数 {middle}，九成在 {most} 内")
            parts.append(f"按时 {spread.in_time}/{spread.count}")
    return "；".join(parts)


def _fields(row: "Times", name: str) -> dict[str, Any]:
    return {
        "department": row.department,
        "name": name,
        "called": row.called,
        "acknowledged": _spread(row.acknowledged),
        "voiced": _spread(row.voiced),
    }


def _spread(spread: "Spread") -> dict[str, Any]:
    return {
        "count": spread.count,
        "median_seconds": spread.median and spread.median.total_seconds(),
        "ninth_decile_seconds": spread.ninth_decile and spread.ninth_decile.total_seconds(),
        "in_time": spread.in_time,
    }


def _day(text: str, option: str) -> datetime | None:
    from alerts.clock import ZONE

    try:
        day = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{option} 不是日期：{text}，应如 2026-03-01") from None
    return day and (day if day.tzinfo else day.replace(tzinfo=ZONE))
