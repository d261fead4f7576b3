"""sources list, check, enable: the catalogue of public sources."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import FAILED, ConfigOption, JsonOption, say, write_line

if TYPE_CHECKING:
    from crawlers.sources import Source
    from pipelines.config import Config

Name = Annotated[str, typer.Argument(help="来源名，见 shengyuan sources list")]


def list_sources(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """列出全部来源：是否启用、是否实测、归属、合法依据、间隔和每天预计条数。

    例：shengyuan sources list
    """
    from crawlers.sources import load_catalogue
    from pipelines.config import load

    office = load(config)
    for source in load_catalogue(office.crawl.catalogue).values():
        enabled = source.name in office.crawl.enabled
        if as_json:
            write_line(_as_object(office, source, enabled))
            continue
        mark = "●" if enabled else "○"
        typer.echo(f"{mark} {source.name}  {source.title}  [{_tested(office, source)}]")
        typer.echo(
            f"    {source.owner}；每 {source.interval_minutes} 分钟，"
            f"每天约 {source.expected_per_day} 条；{source.legal_ground}"
        )
    if not as_json:
        say("● 已启用  ○ 未启用；启用：shengyuan sources enable 来源名")


def check(name: Name, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """实测一个来源：robots、页面、选择器、至少一条帖子；不保存任何帖子。

    例：shengyuan sources check people-society
    """
    from pipelines.config import load

    if not _checked(load(config), name, as_json):
        raise typer.Exit(FAILED)


def enable(name: Name, config: ConfigOption = None) -> None:
    """启用一个来源：先实测，通过才写入 shengyuan.toml。

    例：shengyuan sources enable people-society
    """
    from pipelines.config import FILE_NAME, load
    from pipelines.enabling import enable as enable_in
    from pipelines.errors import ConfigError

    path = config or Path(FILE_NAME)
    if not path.exists():
        raise ConfigError(f"找不到 {path}：先运行 shengyuan init")
    if not _checked(load(path), name, as_json=False):
        say(f"来源 {name} 没有通过实测，未启用")
        raise typer.Exit(FAILED)
    added = enable_in(path, name)
    say(f"来源 {name} 已启用，重新启动后生效" if added else f"来源 {name} 早已启用")


def _checked(office: "Config", name: str, as_json: bool) -> bool:
    from crawlers.sources import load_catalogue
    from pipelines import wiring
    from pipelines.checking import check_source
    from pipelines.errors import ConfigError

    catalogue = load_catalogue(office.crawl.catalogue)
    if name not in catalogue:
        raise ConfigError(f"没有来源 {name}：用 shengyuan sources list 查看全部来源")
    say(f"正在实测 {catalogue[name].title}，最多两分钟……")
    report = check_source(office, catalogue[name], wiring.now())
    if as_json:
        write_line(report)
        return report.passed
    for finding in report.findings:
        typer.echo(f"{'✓' if finding.ok else '✗'} {finding.text}")
    for title in report.titles:
        typer.echo(f"    · {title}")
    typer.echo("通过" if report.passed else "未通过")
    return report.passed


def _tested(office: "Config", source: "Source") -> str:
    from pipelines.checking import last_check

    report = last_check(office, source.name)
    if report is None:
        return source.status
    return f"{report.when:%Y-%m-%d} 实测{'通过' if report.passed else '未通过'}"


def _as_object(office: "Config", source: "Source", enabled: bool) -> dict[str, object]:
    return {
        "name": source.name,
        "title": source.title,
        "enabled": enabled,
        "tested": _tested(office, source),
        "spider": source.spider,
        "platform": source.platform,
        "place": source.place,
        "owner": source.owner,
        "legal_ground": source.legal_ground,
        "interval_minutes": source.interval_minutes,
        "expected_per_day": source.expected_per_day,
        "start_urls": source.start_urls,
    }
