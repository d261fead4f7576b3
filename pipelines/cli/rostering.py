"""roster check·show·swap·handover: who is on duty, and whether the next 30 days hold."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import FAILED, ConfigOption, JsonOption, known_officer, say, write_line

if TYPE_CHECKING:
    from alerts.ledger.duties import Standing
    from alerts.roster import Gap, Roster
    from pipelines.config import Config

_By = Annotated[str, typer.Option("--as", help="经办人的用户名")]


def check(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """检查值班表未来 30 天有没有空档、值班人有没有测试过的渠道。

    例：shengyuan roster check
    """
    from pipelines import wiring
    from pipelines.readiness import unready

    office, roster = _roster(config)
    wiring.open_ledger(office)
    now = wiring.now()
    gaps, missed = roster.gaps(now), unready(office, roster, now)
    for gap in gaps:
        if as_json:
            write_line({"start": gap.start, "end": gap.end, "role": gap.role})
        else:
            typer.echo(_gap(gap))
    for one in missed:
        if as_json:
            write_line({"person": one.person, "problem": one.problem})
        else:
            typer.echo(f"{one.person}：{one.problem}")
    if gaps or missed:
        say(f"共 {len(gaps)} 段空档、{len(missed)} 名值班人联系不上，请在当班之前补好")
        raise typer.Exit(FAILED)
    say("未来 30 天无空档，值班人都有测试过的渠道")


def show(config: ConfigOption = None) -> None:
    """现在谁在值班、上一班的交接说明、待办的预警和时限。

    例：shengyuan roster show
    """
    from alerts.clock import ZONE, holiday, moment
    from alerts.roster import ROLES
    from pipelines import wiring

    office, roster = _roster(config)
    wiring.open_ledger(office)
    now = wiring.now()

    from alerts.ledger import duties

    named = holiday(now.astimezone(ZONE).date())
    typer.echo(moment(now) + (f"（{named}）" if named else ""))
    for role in ROLES:
        typer.echo(f"{role}：{roster.on_duty(role, now) or '无人'}")
    note = duties.last_handover()
    if note is not None:
        typer.echo(f"交接：{moment(note.at)} {note.actor} 交 {note.to}：{note.note}")
    typer.echo(_standing(duties.state_of_desk()))


def swap(
    person: Annotated[str, typer.Argument(help="让出这一班的人")],
    start: Annotated[str, typer.Argument(help="这一班的开始时间，如 2026-01-31T08:00")],
    other: Annotated[str, typer.Option("--with", help="接这一班的人")],
    officer: _By,
    back: Annotated[
        str, typer.Option("--for", help="对方换出的那一班的开始时间；不写则只顶班")
    ] = "",
    role: Annotated[str, typer.Option(help="岗位，同时有几个岗位时须写明")] = "",
    config: ConfigOption = None,
) -> None:
    """换班或顶班：检查后改写值班表，记入台账；值班台重新启动后按它派送。

    例：shengyuan roster swap wangwu 2026-01-31T08:00 --with lisi --as zhangli
    """
    from alerts.clock import moment
    from alerts.roster import Slot, read_moment, write_roster
    from pipelines import files, wiring

    office, roster = _roster(config)
    wiring.open_ledger(office)
    by = known_officer(officer)
    given = Slot(person, read_moment(start, "班次开始"), role)
    taken = Slot(other, read_moment(back, "--for "), role) if back else None
    changed = roster.swapped(given, taken, other)

    from alerts.ledger.actions import Officer
    from alerts.ledger.duties import record_swap

    told = f"{person} {moment(given.start)} 的班由 {other} 值"
    if taken is not None:
        told += f"，{other} {moment(taken.start)} 的班由 {person} 值"
    files.replace(_path(office), write_roster(changed))
    record_swap(told, Officer(by, "终端"), wiring.now())
    say(f"已换班：{told}")


def handover(
    officer: _By,
    to: Annotated[str, typer.Option(help="接班人")],
    note: Annotated[str, typer.Option(help="交接说明：要接着办的事")],
    config: ConfigOption = None,
) -> None:
    """交接班：说明连同待签收、未办结的数目记入台账，接班人用 roster show 查看。

    例：shengyuan roster handover --as zhangli --to lisi --note 阳新一事待民政回复
    """
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.errors import ConfigError

    wiring.open_ledger(load(config))
    if not note.strip():
        raise ConfigError("交接说明不能为空：没有要接着办的事，请写“无”")
    by = known_officer(officer)

    from alerts.ledger.actions import Officer
    from alerts.ledger.duties import hand_over

    standing = hand_over(note.strip(), to, Officer(by, "终端"), wiring.now())
    say(f"已交接给 {to}。{_standing(standing)}")


def _roster(config: Path | None) -> "tuple[Config, Roster]":
    from alerts.roster import load_roster
    from pipelines.config import load

    office = load(config)
    return office, load_roster(_path(office))


def _path(office: "Config") -> Path:
    from pipelines.errors import ConfigError

    if office.office.roster is None:
        raise ConfigError("没有值班表：请设置 [office] roster")
    return office.office.roster


def _gap(gap: "Gap") -> str:
    from alerts.clock import ZONE, holiday, moment

    named = holiday(gap.start.astimezone(ZONE).date())
    day = f"，{named}" if named else ""
    return f"{moment(gap.start)} 至 {moment(gap.end)} 无人值守（{gap.role}{day}）"


def _standing(standing: "Standing") -> str:
    from alerts.clock import moment

    told = f"待签收 {standing.waiting} 个，未办结 {standing.open} 起"
    if standing.next_due is None:
        return told
    incident, kind, due = standing.next_due
    return f"{told}，最近的时限：{incident} {kind} {moment(due)}"
