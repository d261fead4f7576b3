"""user add, user password, user pin: who may log in to the console."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import ConfigOption, say

if TYPE_CHECKING:
    from alerts.organisation import Department
    from pipelines.config import Config

UserName = Annotated[str, typer.Argument(help="用户名，用于登录", show_default=False)]


def add(
    username: UserName,
    department: Annotated[str, typer.Option(help="部门编号（org.toml 中的 id）")],
    name: Annotated[str, typer.Option(help="姓名，记入办理日志")] = "",
    role: Annotated[
        str, typer.Option(help="岗位：值班、副班、带班领导、联络员、管理员")
    ] = "联络员",
    phone: Annotated[str, typer.Option(help="电话")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="可查看和办理全部事件")] = False,
    config: ConfigOption = None,
) -> None:
    """添加一名可以登录控制台的人员；密码在提示后输入，或从标准输入读一行。

    例：shengyuan user add wangli --name 王丽 --department 420200-妇联 --role 值班
    """
    from pipelines import wiring
    from pipelines.config import load

    office = load(config)
    home = _department(office, department)
    wiring.open_ledger(office)

    from alerts.ledger.officers import NewOfficer, add_officer

    officer = NewOfficer(
        username=username,
        name=name,
        department=home.id,
        division=home.division,
        role=role,
        phone=phone,
        admin=admin,
    )
    add_officer(officer, _password())
    say(f"已添加 {username}（{home.name}，{role}），可登录 {office.console.url}")


def password(username: UserName, config: ConfigOption = None) -> None:
    """为一名人员设置新密码，并解除其登录锁定；密码在提示后输入，或从标准输入读一行。

    例：shengyuan user password wangli
    """
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.console.settings import for_office

    office = load(config)
    wiring.open_ledger(office, for_office(office))

    from alerts.ledger.officers import change_password
    from pipelines.console.accounts import unlock

    change_password(username, _password())
    unlock(username)
    say(f"已为 {username} 设置新密码；其他设备上的登录已失效")


def pin(username: UserName, config: ConfigOption = None) -> None:
    """为一名人员设置签收用的 PIN（6 到 12 位数字）；在提示后输入，或从标准输入读一行。

    例：shengyuan user pin wangli
    """
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.console.settings import for_office

    office = load(config)
    wiring.open_ledger(office, for_office(office))

    from alerts.ledger.officers import change_pin
    from pipelines.console.accounts import unlock

    change_pin(username, _password("新 PIN"))
    unlock(username)
    say(f"已为 {username} 设置 PIN，可从消息里的链接签收")


def _department(office: "Config", identifier: str) -> "Department":
    from pipelines import wiring
    from pipelines.errors import ConfigError

    organisation = wiring.organisation(office)
    department = organisation.get(identifier)
    if department is None:
        known = "、".join(item.id for item in organisation.departments[:20]) or "420200-公安 的形式"
        raise ConfigError(f"没有部门 {identifier}，请用组织文件里的编号：{known}")
    return department


def _password(asked: str = "新密码") -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt(asked, hide_input=True, confirmation_prompt="再输一次"))
