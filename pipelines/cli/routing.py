"""route: who must act on such a case, and by which rule."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import ConfigOption, JsonOption, say, write_line

if TYPE_CHECKING:
    from alerts.organisation import Department
    from alerts.routing import Routing


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
    from alerts.routing import Case, shipped_rules
    from alerts.routing import route as decide
    from pipelines import wiring
    from pipelines.config import load

    case = Case(
        categories=_known("--category", _listed(category), _categories()),
        victims=_known("--victims", _victims(victims), ("child", "woman")),
        setting=next(iter(_known("--setting", _listed([setting]), _settings())), ""),
        places=_divisions(_listed(place or [])),
        grade=grade,
        institution=institution,
    )
    routing = decide(case, wiring.organisation(load(config)), shipped_rules())
    if as_json:
        write_line(_routing(routing))
        return
    informed = "、".join(item.name for item in routing.informed) or "无"
    typer.echo(f"主责：{routing.lead.name}\n知会：{informed}\n规则：{routing.rule}")
    typer.echo(f"依据：{routing.basis}\n理由：{routing.reason}")
    if routing.notice:
        say(f"提示：{routing.notice}")


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
