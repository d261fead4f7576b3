"""incidents, alerts: the duty desk from a terminal, in the same log as the console."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.clock import moment
from pipelines.cli.casefile import (
    alert_fields,
    alert_line,
    given,
    incident_fields,
    incident_line,
    progress,
    whole,
)
from pipelines.cli.chinese import Command, group
from pipelines.cli.common import ConfigOption, JsonOption, write_line
from pipelines.cli.times import times

if TYPE_CHECKING:
    from alerts.ledger.book import Ledger
    from alerts.ledger.models import Incident
    from alerts.organisation import Department
    from pipelines.config import Config

Identifier = Annotated[str, typer.Argument(help="事件或预警的编号")]
Officer = Annotated[str, typer.Option("--as", help="经办人的用户名")]
Note = Annotated[str, typer.Option("--note", help="说明")]

_SHOWN = 50


def list_incidents(
    everything: Annotated[bool, typer.Option("--all", help="包括已办结的")] = False,
    limit: Annotated[int, typer.Option(min=1, help="最多显示多少条")] = _SHOWN,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """列出事件，最近的在前。

    例：shengyuan incidents list
    """
    _, ledger = _open(config)
    for incident in ledger.incidents(open_only=not everything)[:limit]:
        _put(incident_fields(incident), incident_line(incident), as_json)


def list_alerts(
    everything: Annotated[bool, typer.Option("--all", help="包括已签收的")] = False,
    limit: Annotated[int, typer.Option(min=1, help="最多显示多少条")] = _SHOWN,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """列出待签收的预警，最近的在前。

    例：shengyuan alerts list --json
    """
    _, ledger = _open(config)
    for alert in ledger.alerts(waiting_only=not everything)[:limit]:
        _put(alert_fields(alert), alert_line(alert), as_json)


def show(identifier: Identifier, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """显示一个事件：要素、定级与派单理由、时限、预警和全部日志。

    例：shengyuan incidents show 20240301-f64551fc
    """
    _, ledger = _open(config)
    incident = ledger.incident(identifier)
    case = whole(ledger, incident)
    if as_json:
        write_line(case)
        return
    typer.echo(incident_line(incident))
    for label, text in (
        ("摘要", incident.excerpt),
        ("评分", "，".join(f"{name} {points}" for name, points in incident.points)),
        ("派单", f"{incident.route_reason}（{incident.basis}）"),
        ("知会", "、".join(incident.informed)),
    ):
        if text:
            typer.echo(f"{label}：{text}")
    for clock in case["deadlines"]:
        start, due = moment(clock["start"]), moment(clock["due"])
        typer.echo(f"时限：{clock['kind']} {due}（自 {start} 起算）{progress(clock)}")
    for repeat in case["repeats"]:
        typer.echo(f"重复警情：{repeat['id']}（{'、'.join(repeat['shared'])}）")
    for event in case["log"]:
        said = "；".join(f"{name} {value}" for name, value in event["data"].items() if value)
        typer.echo(f"{moment(event['at'])} {event['actor']} {event['kind']}  {said}".rstrip())


def acknowledge(
    identifier: Identifier,
    officer: Officer,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """签收：停止催办和一切待发消息。

    例：shengyuan alerts ack 20240301-f64551fc-1 --as zhangli
    """
    _act(
        config, officer, as_json, lambda ledger, who, now: ledger.acknowledge(identifier, who, now)
    )


def assess(
    identifier: Identifier,
    officer: Officer,
    note: Note,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """研判：记下对案情的判断。

    例：shengyuan incidents assess 20240301-f64551fc --as zhangli --note 情况属实
    """
    _act(
        config, officer, as_json, lambda ledger, who, now: ledger.assess(identifier, who, now, note)
    )


def transfer(
    identifier: Identifier,
    officer: Officer,
    to: Annotated[str, typer.Option("--to", help="接手部门的编号、名称或类别（如 民政）")],
    reason: Annotated[str, typer.Option("--reason", help="转办理由")],
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """转办：另一个部门接手主责，并重新签收。

    例：shengyuan incidents transfer 20240301-f64551fc --as zhangli --to 民政 --reason 需临时安置
    """
    office, ledger = _open(config)
    target = _department(office, to, ledger.incident(identifier).lead_division)
    _act(
        config,
        officer,
        as_json,
        lambda ledger, who, now: ledger.hand_over(identifier, who, now, to=target, reason=reason),
    )


def assign(
    identifier: Identifier,
    officer: Officer,
    to: Annotated[str, typer.Option("--to", help="协办部门的编号、名称或类别（如 民政）")],
    note: Note,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """交办：请另一个部门协办，主责不变；对方须另行签收。

    例：shengyuan incidents assign 20240301-f64551fc --as zhangli --to 民政 --note 今晚安排床位
    """
    office, ledger = _open(config)
    target = _department(office, to, ledger.incident(identifier).lead_division)
    _act(
        config,
        officer,
        as_json,
        lambda ledger, who, now: ledger.assign(identifier, who, now, to=target, wanted=note),
    )


def handle(
    identifier: Identifier,
    officer: Officer,
    note: Note,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """处置：记下现场做了什么。

    例：shengyuan incidents handle 20240301-f64551fc --as zhangli --note 已出具告诫书
    """
    _act(
        config, officer, as_json, lambda ledger, who, now: ledger.handle(identifier, who, now, note)
    )


def voice(
    identifier: Identifier,
    officer: Officer,
    link: Annotated[str, typer.Option("--link", help="权威发布的网址")] = "",
    text: Annotated[str, typer.Option("--text", help="发布的正文")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """发声：登记公开回应，停止回应时限。

    例：shengyuan incidents voice 20240301-f64551fc --as zhangli --link https://example.gov.cn/1
    """
    _act(
        config,
        officer,
        as_json,
        lambda ledger, who, now: ledger.record_statement(
            identifier, who, now, link=link, text=text
        ),
    )


def close(
    identifier: Identifier,
    officer: Officer,
    outcome: Annotated[str, typer.Option("--outcome", help="办理结果，如 属实已处置")],
    reason: Annotated[str, typer.Option("--reason", help="办结理由")],
    visit_in: Annotated[int, typer.Option("--visit-in", help="几天后回访", min=1)] = 30,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """办结：写明结果和理由。

    例：shengyuan incidents close 20240301-f64551fc --as zhangli --outcome 属实 --reason 已立案
    """
    _act(
        config,
        officer,
        as_json,
        lambda ledger, who, now: ledger.close(
            identifier, who, now, outcome=outcome, reason=reason, visit_in=visit_in
        ),
    )


def visit(
    identifier: Identifier,
    officer: Officer,
    note: Note,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """回访：办结之后的情况。

    例：shengyuan incidents visit 20240301-f64551fc --as zhangli --note 生活平稳
    """
    _act(
        config, officer, as_json, lambda ledger, who, now: ledger.visit(identifier, who, now, note)
    )


def archive(
    identifier: Identifier,
    officer: Officer,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """归档：不再有后续。

    例：shengyuan incidents archive 20240301-f64551fc --as zhangli
    """
    _act(config, officer, as_json, lambda ledger, who, now: ledger.archive(identifier, who, now))


def remark(
    identifier: Identifier,
    officer: Officer,
    note: Note,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """留言：给同事和协办部门看，不改变办理状态。

    例：shengyuan incidents remark 20240301-f64551fc --as zhangli --note 已约学校明早谈
    """
    _act(
        config,
        officer,
        as_json,
        lambda ledger, who, now: ledger.comment(identifier, who, now, note),
    )


def attach(
    identifier: Identifier,
    file: Annotated[Path, typer.Argument(help="要添加的文件，不超过 10 MB")],
    officer: Officer,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """附件：加密保存在台账中，SHA-256 摘要记入日志。取回用控制台。

    例：shengyuan incidents attach 20240301-f64551fc 告诫书.pdf --as zhangli
    """

    def keep(ledger: "Ledger", who: Any, now: Any) -> "Incident":
        content = given(file)
        return ledger.attach(identifier, who, now, name=file.name, content=content).incident

    _act(config, officer, as_json, keep)


def merge(
    identifier: Identifier,
    officer: Officer,
    into: Annotated[str, typer.Option("--into", help="并入哪个事件（编号）")],
    reason: Annotated[str, typer.Option("--reason", help="并案理由")],
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """并案：两个编号其实是一件事，把前一个并入后一个。

    例：shengyuan incidents merge 20240301-f64551fc --into 20240229-0a1b2c3d --as li --reason 同案
    """
    _act(
        config,
        officer,
        as_json,
        lambda ledger, who, now: ledger.merge(identifier, into, who, now, reason=reason),
    )


def split(
    identifier: Identifier,
    officer: Officer,
    posts: Annotated[list[str], typer.Option("--post", help="要拆出的帖子，可以多次给出")],
    reason: Annotated[str, typer.Option("--reason", help="拆案理由")],
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """拆案：把不属于本事件的帖子拆成另一个事件。

    例：shengyuan incidents split 20240301-f64551fc --post 5f0c2a --as zhangli --reason 另一家
    """
    _act(
        config,
        officer,
        as_json,
        lambda ledger, who, now: ledger.split(identifier, posts, who, now, reason=reason),
    )


incidents = group("事件：列出、查看、办理。")
alerts = group("预警：列出、查看、签收、办理。")
incidents.command("list", cls=Command)(list_incidents)
alerts.command("list", cls=Command)(list_alerts)
alerts.command("times", cls=Command)(times)
for _group in (incidents, alerts):
    for _name, _function in (
        ("show", show),
        ("ack", acknowledge),
        ("assess", assess),
        ("transfer", transfer),
        ("assign", assign),
        ("handle", handle),
        ("voice", voice),
        ("close", close),
        ("visit", visit),
        ("archive", archive),
        ("remark", remark),
        ("attach", attach),
        ("merge", merge),
        ("split", split),
    ):
        _group.command(_name, cls=Command)(_function)


def _open(config: Any) -> "tuple[Config, Ledger]":
    from pipelines import wiring
    from pipelines.config import load

    office = load(config)
    return office, wiring.open_ledger(office)


def _act(config: Any, name: str, as_json: bool, action: Callable[..., "Incident"]) -> None:
    from pipelines import wiring

    _, ledger = _open(config)

    from alerts.ledger.actions import Officer as Actor
    from pipelines.cli.common import known_officer

    incident = action(ledger, Actor(known_officer(name), "终端"), wiring.now())
    _put(whole(ledger, incident) if as_json else {}, incident_line(incident), as_json)


def _put(value: dict[str, Any], line: str, as_json: bool) -> None:
    if as_json:
        write_line(value)
    else:
        typer.echo(line)


def _department(office: "Config", wanted: str, division: str) -> "Department":
    from pipelines import wiring
    from pipelines.errors import ConfigError

    organisation = wiring.organisation(office)
    named = (item for item in organisation.departments if item.name == wanted)
    found = organisation.get(wanted) or next(named, None) or organisation.find(wanted, division)
    if found is None:
        raise ConfigError(f"组织中没有部门 {wanted}：请用部门编号、名称或类别（如 民政）")
    return found
