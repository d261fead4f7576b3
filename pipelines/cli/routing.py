"""route, routing check·adopt·history: who must act on a case, and changes of who must."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import FAILED, ConfigOption, JsonOption, say, write_line

if TYPE_CHECKING:
    from alerts.organisation import Department
    from alerts.routing import Routing
    from pipelines.tables import Rehearsal


def route(
    category: Annotated[list[str], typer.Option(help="类别代码，可重复，最重要的在前")],
    victims: Annotated[str, typer.Option(help="受害人：child、woman 或 both")] = "",
    place: Annotated[list[str] | None, typer.Option(help="六位行政区划代码，可重复")] = None,
    grade: Annotated[int, typer.Option(min=1, max=4, help="等级：1 红 2 橙 3 黄 4 蓝")] = 3,
    setting: Annotated[
        str, typer.Option(help="场所：home school work public online institution")
    ] = "",
    institution: Annotated[str, typer.Option(help="涉及机构的名称")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """这样一件事由哪个部门主责、知会谁、依据什么。

    例：shengyuan route --category domestic_violence --victims woman --place 420222 --grade 2
    """
    from alerts.routing import Case
    from alerts.routing import route as decide
    from pipelines import tables
    from pipelines.config import load

    case = Case(
        categories=_known("--category", _listed(category), _categories()),
        victims=_known("--victims", _victims(victims), ("child", "woman")),
        setting=next(iter(_known("--setting", _listed([setting]), _settings())), ""),
        places=_divisions(_listed(place or [])),
        grade=grade,
        institution=institution,
    )
    written = tables.as_written(load(config))
    routing = decide(case, written.organisation, written.rules)
    if as_json:
        write_line(_routing(routing))
        return
    informed = "、".join(item.name for item in routing.informed) or "无"
    typer.echo(f"主责：{routing.lead.name}\n知会：{informed}\n规则：{routing.rule}")
    typer.echo(f"依据：{routing.basis}\n理由：{routing.reason}")
    if routing.notice:
        say(f"提示：{routing.notice}")


def check(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """组织文件和路由表的改动会不会使最近 7 天的事件无人接收。只检查，不启用。

    例：shengyuan routing check
    """
    from alerts.rehearsal import idle
    from pipelines import tables, wiring
    from pipelines.config import load

    office = load(config)
    wiring.open_ledger(office)
    done = tables.rehearse(office, wiring.now())
    for warning in idle(done.tables):
        say(f"提示：{warning}")
    if as_json:
        for loss in done.losses:
            write_line({"category": loss.category, "cases": loss.cases, "reason": loss.reason})
    if done.losses:
        say(f"不能启用：{tables.refusal(done)}")
        raise typer.Exit(FAILED)
    say(_state(done))


def adopt(
    officer: Annotated[str, typer.Option("--as", help="经办人的用户名")],
    force: Annotated[bool, typer.Option("--force", help="检查不通过也启用，须写明理由")] = False,
    reason: Annotated[str, typer.Option(help="理由，记入台账")] = "",
    config: ConfigOption = None,
) -> None:
    """启用现在的组织文件和路由表，检查通过才行；值班台重新启动后按它派单。

    例：shengyuan routing adopt --as zhangli
    """
    from pipelines import tables, wiring
    from pipelines.cli.common import known_officer
    from pipelines.config import load

    office = load(config)
    wiring.open_ledger(office)

    from alerts.ledger.actions import Officer

    by = Officer(known_officer(officer), "终端")
    done = tables.adopt(office, by, wiring.now(), force, reason)
    say("没有改动：现在的文件已在使用" if done.effective else "已启用，值班台重新启动后生效")


def history(
    limit: Annotated[int, typer.Option(min=1, help="最多显示多少版")] = 20,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """组织文件和路由表的历次启用：何时、何人、理由。--json 含全文。

    例：shengyuan routing history
    """
    from alerts.clock import moment
    from pipelines import wiring
    from pipelines.config import load

    wiring.open_ledger(load(config))

    from alerts.ledger import versions

    for version in versions.history(limit):
        if as_json:
            texts = {"organisation": version.texts.organisation, "rules": version.texts.rules}
            known = {"version": version.texts.digest, "at": version.at, "by": version.actor}
            write_line({**known, "reason": version.reason, **texts})
        else:
            line = f"{moment(version.at)}  {version.texts.digest}  {version.actor}"
            typer.echo(f"{line}  {version.reason}".rstrip())


def _state(done: "Rehearsal") -> str:
    if done.effective:
        return "没有改动：现在的文件已在使用"
    return f"可以启用：最近 7 天的 {done.cases} 起事件都有部门接收"


def _routing(routing: "Routing") -> dict[str, Any]:
    return {
        "lead": _receiver(routing.lead),
        "informed": [_receiver(item) for item in routing.informed],
        "rule": routing.rule,
        "basis": routing.basis,
        "reason": routing.reason,
        "outside": routing.outside,
        "notice": routing.notice,
    }


def _receiver(department: "Department") -> dict[str, str]:
    return {
        "department": department.kind,
        "division": department.division,
        "id": department.id,
        "name": department.name,
    }


def _listed(values: list[str]) -> tuple[str, ...]:
    parts = (part.strip() for value in values for part in value.replace("，", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _victims(text: str) -> tuple[str, ...]:
    return ("child", "woman") if text.strip() == "both" else _listed([text])


def _known(option: str, values: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    from pipelines.errors import ConfigError

    for value in values:
        if value not in allowed:
            raise ConfigError(f"{option} 的值 {value} 不认识；可用：{'、'.join(allowed)}")
    return values


def _categories() -> tuple[str, ...]:
    from alerts.routing import CATEGORIES

    return CATEGORIES


def _settings() -> tuple[str, ...]:
    from alerts.routing import SETTINGS

    return SETTINGS


def _divisions(codes: tuple[str, ...]) -> tuple[str, ...]:
    from pipelines.errors import ConfigError

    for code in codes:
        if len(code) != 6 or not code.isdigit():
            raise ConfigError(f"--place 的值 {code} 应为六位行政区划代码，例如 420222")
    return codes
