"""init, doctor: setting an office up and seeing whether it is well."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import FAILED, ConfigOption, JsonOption, say, write_line

if TYPE_CHECKING:
    from pipelines.office import Founding

_ROBOTS = ("wecom", "dingtalk", "feishu", "webhook")
_MARKS = {"ok": "✓", "warning": "!", "error": "✗"}


def _secret_option(help_text: str, variable: str) -> Any:
    """An option that a person may give by environment instead: command lines show in `ps`."""
    text = f"{help_text}；也可用环境变量 {variable}"
    return typer.Option(help=text, envvar=variable, show_envvar=False)


def init(
    division: Annotated[
        str, typer.Option(help="本办公室的行政区划代码；不给则询问", show_default=False)
    ] = "",
    officer: Annotated[
        str,
        typer.Option(help="第一个用户（同时排入值班表）；不给则询问", show_default=False),
    ] = "",
    name: Annotated[str, typer.Option(help="办公室名称；默认按区划名生成")] = "",
    departments: Annotated[
        str, typer.Option(help="部门类别，逗号分隔；默认全部十六类，如 妇联,公安,教育")
    ] = "",
    channel: Annotated[
        str,
        typer.Option(
            help="第一个通知渠道：file、smtp、wecom、dingtalk、feishu、webhook；不给则询问",
            show_default=False,
        ),
    ] = "",
    channel_url: Annotated[str, typer.Option(help="机器人或 webhook 的地址")] = "",
    channel_secret: Annotated[
        str,
        _secret_option("机器人加签密钥或 webhook 密钥", "SHENGYUAN_INIT_CHANNEL_SECRET"),
    ] = "",
    smtp_host: Annotated[str, typer.Option(help="邮件服务器")] = "",
    smtp_user: Annotated[str, typer.Option(help="邮件账号")] = "",
    smtp_password: Annotated[
        str,
        _secret_option("邮件密码（存入 var/secrets）", "SHENGYUAN_INIT_SMTP_PASSWORD"),
    ] = "",
    smtp_sender: Annotated[str, typer.Option(help="发件人地址")] = "",
    smtp_recipient: Annotated[str, typer.Option(help="收件人地址")] = "",
    password: Annotated[
        str,
        _secret_option("第一个用户的密码，默认随机生成并显示一次", "SHENGYUAN_INIT_PASSWORD"),
    ] = "",
    contact: Annotated[str, typer.Option(help="抓取时告知网站的联系方式（电话或邮箱）")] = "",
    config: Annotated[
        Path, typer.Option("--config", help="写入的配置文件；其余文件与它同目录")
    ] = Path("shengyuan.toml"),
) -> None:
    """为一个真实的办公室写出可用的配置：shengyuan.toml、org.toml、roster.csv、密钥和第一个用户。

    例：shengyuan init --division 420200 --officer zhangli --channel file
    """
    from alerts.channels import build
    from alerts.passwords import check_password
    from pipelines.office import Founding

    division = _asked(division, "行政区划代码（六位，如 420200）", "--division")
    place = _place(division)
    officer = _asked(officer, "第一个用户的用户名", "--officer")
    kinds_of_channel = f"通知渠道（file、smtp、{'、'.join(_ROBOTS)}）"
    channel = _asked(channel, kinds_of_channel, "--channel", "file")
    kinds = _kinds(departments)
    options, hidden = _channel(
        channel,
        {"url": channel_url, "secret": channel_secret},
        {
            "host": smtp_host,
            "user": smtp_user,
            "password": smtp_password,
            "sender": smtp_sender,
            "recipient": smtp_recipient,
        },
    )
    build(channel, _with_secrets(options, hidden), config.parent)
    given = password or secrets.token_urlsafe(9)
    check_password(given)
    answers = Founding(
        division=division,
        place=place,
        name=name or f"{place}妇女儿童权益舆情值班室",
        kinds=kinds,
        channel_name=channel,
        channel=options,
        officer=officer,
        contact=contact,
        secrets=hidden,
    )
    for path in _establish(answers, config, given):
        say(f"已写入 {path}")
    say(
        f"用户 {officer}"
        + ("" if password else f"，初始密码 {given}（只显示这一次，请登录后修改）")
    )
    say("下一步：shengyuan doctor 检查；shengyuan sources list 选择来源；shengyuan run 启动")


def _kinds(departments: str) -> list[str]:
    """The kinds of department asked for, the women's federation always among them."""
    from pipelines.errors import ConfigError
    from pipelines.office import DEPARTMENT_NAMES

    kinds = [kind.strip() for kind in departments.replace("，", ",").split(",") if kind.strip()]
    unknown = [kind for kind in kinds if kind not in DEPARTMENT_NAMES]
    if unknown:
        raise ConfigError(f"不认识的部门 {unknown[0]}；可用：{'、'.join(DEPARTMENT_NAMES)}")
    if kinds and "妇联" not in kinds:
        kinds.insert(0, "妇联")
    return kinds or list(DEPARTMENT_NAMES)


def _establish(answers: "Founding", config: Path, password: str) -> list[Path]:
    """Write the office's files, its empty databases and its first user; returns the files."""
    from alerts.clock import ZONE
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.office import found

    written = found(answers, config, datetime.now(ZONE))
    office = load(config)
    wiring.open_store(office).close()
    wiring.open_ledger(office)
    _first_user(answers.officer, password, answers.division)
    return written


def doctor(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """检查配置、帖子库、台账、模型、渠道、时钟、值班表和来源，说明问题和处理办法。

    例：shengyuan doctor
    """
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.doctor import examine

    bad = False
    for finding in examine(load(config), wiring.now()):
        bad = bad or finding.state == "error"
        if as_json:
            write_line({"part": finding.part, "state": finding.state, "message": finding.message})
        else:
            typer.echo(f"{_MARKS[finding.state]} {finding.part}：{finding.message}")
    if bad:
        raise typer.Exit(FAILED)


def _with_secrets(options: Mapping[str, Any], hidden: Mapping[str, str]) -> dict[str, Any]:
    """The channel's options with its secrets in place of their files, which are not there yet."""
    return {
        key.removesuffix("_file"): hidden[Path(value).name] if key.endswith("_file") else value
        for key, value in options.items()
    }


def _asked(given: str, question: str, option: str, default: str = "") -> str:
    """The option's value, else the person's answer, else (nobody there) the default."""
    from pipelines.errors import ConfigError

    if given:
        return given
    try:
        answer: str = typer.prompt(question, default=default or None, err=True)
    except typer.Abort as error:
        if default:
            return default
        raise ConfigError(f"缺少 {option}：请作为选项给出，或在提示后输入") from error
    return answer.strip()


def _first_user(username: str, password: str, division: str) -> None:
    from alerts.ledger.officers import NewOfficer, add_officer

    add_officer(
        NewOfficer(username, department=f"{division}-妇联", division=division, admin=True), password
    )


def _place(division: str) -> str:
    from nlp.places import Divisions
    from pipelines.errors import ConfigError

    divisions = Divisions.shared()
    if not divisions.exists(division):
        raise ConfigError(f"行政区划代码 {division} 不存在：应为六位，如 420200（黄石市）")
    return divisions.own_name(division)


def _channel(
    kind: str, robot: Mapping[str, str], smtp: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The channel's options, and the secret values that go into files of their own."""
    from pipelines.errors import ConfigError

    if kind == "file":
        return {"kind": "file", "folder": "var/inbox"}, {}
    if kind in _ROBOTS:
        if not robot["url"]:
            raise ConfigError(f"渠道 {kind} 需要 --channel-url")
        given = {key: value for key, value in robot.items() if value}
        files = {key: f"{kind}-{key}" for key in given}
        options = {f"{key}_file": f"var/secrets/{name}" for key, name in files.items()}
        return {"kind": kind, **options}, {files[key]: value for key, value in given.items()}
    if kind == "smtp":
        missing = [key for key in ("host", "sender", "recipient") if not smtp[key]]
        if missing:
            raise ConfigError(f"渠道 smtp 需要 --smtp-{missing[0]}")
        mail: dict[str, Any] = {
            "kind": "smtp",
            "host": smtp["host"],
            "sender": smtp["sender"],
            "recipients": [smtp["recipient"]],
        }
        if not smtp["user"]:
            return mail, {}
        account = {"user": smtp["user"], "password_file": "var/secrets/smtp-password"}
        return mail | account, {"smtp-password": smtp["password"]}
    raise ConfigError(f"不认识的渠道 {kind}；可用：file、smtp、{'、'.join(_ROBOTS)}")
