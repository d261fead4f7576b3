"""silences add·list·lift: what the desk keeps back for a while, and who answers for it."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import ConfigOption, JsonOption, known_officer, say, write_line

if TYPE_CHECKING:
    from alerts.silences import Silence

_By = Annotated[str, typer.Option("--as", help="经办人的用户名")]


def add(
    officer: _By,
    reason: Annotated[str, typer.Option(help="理由")],
    hours: Annotated[float, typer.Option(help="多少小时后到期，至多 168")],
    incident: Annotated[str, typer.Option(help="只静默这个事件")] = "",
    category: Annotated[str, typer.Option(help="只静默主要类别为此的事件，代码")] = "",
    place: Annotated[str, typer.Option(help="只静默此地及其下辖各地，六位行政区划代码")] = "",
    config: ConfigOption = None,
) -> None:
    """在一段时间内不发某一范围的预警和提醒；涉未成年人的永不静默。

    例：shengyuan silences add --as zhangli --reason 演练 --hours 2 --place 420222
    """
    now = _open(config)
    from alerts.ledger.actions import Officer
    from alerts.ledger.silencing import silence
    from alerts.silences import Silence

    by = Officer(known_officer(officer), "终端")
    end = now + timedelta(hours=hours)
    wanted = Silence(by.name, reason, now, end, incident, category, place)
    say(f"已设置{silence(wanted, by).name}")


def list_silences(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """列出正在生效的静默。

    例：shengyuan silences list
    """
    now = _open(config)
    from alerts.ledger.silencing import running

    for silence in running(now):
        if as_json:
            write_line(_silence(silence))
        else:
            scope = " ".join(filter(None, (silence.incident, silence.category, silence.place)))
            typer.echo(f"{silence.name}  {scope}")


def lift(
    number: Annotated[int, typer.Argument(help="静默的编号")],
    officer: _By,
    config: ConfigOption = None,
) -> None:
    """提前解除一项静默，压下的预警随即发出。

    例：shengyuan silences lift 1024 --as zhangli
    """
    now = _open(config)
    from alerts.ledger import silencing
    from alerts.ledger.actions import Officer

    lifted = silencing.lift(number, Officer(known_officer(officer), "终端"), now)
    say(f"已解除{replace(lifted, end=now).name}")


def _open(config: Any) -> Any:
    """Open the ledger; returns the present moment."""
    from pipelines import wiring
    from pipelines.config import load

    wiring.open_ledger(load(config))
    return wiring.now()


def _silence(silence: "Silence") -> dict[str, Any]:
    return {
        "number": silence.number,
        "owner": silence.owner,
        "reason": silence.reason,
        "start": silence.start,
        "end": silence.end,
        "incident": silence.incident,
        "category": silence.category,
        "place": silence.place,
    }
