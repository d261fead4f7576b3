"""Whether the office will be reached tonight: channels that took a test, members behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines import wiring
from pipelines.config import Config
from pipelines.errors import ConfigError

if TYPE_CHECKING:
    from alerts.channels import Delivered, Refused
    from alerts.ledger.duties import Member, Test
    from alerts.roster import Roster

TRUSTED = timedelta(days=30)
"""How long a channel that took its test message counts as tested."""


@dataclass(frozen=True, slots=True)
class Unready:
    """Somebody on duty whom no alert would reach for sure, and what to do about it."""

    person: str
    problem: str


def try_channels(
    config: Config, names: tuple[str, ...], now: datetime
) -> "dict[str, Delivered | Refused]":
    """Send a test message through each named channel, all when none is named.

    Raises ConfigError for a channel that is not configured.
    """
    from alerts.channels import Message

    built = wiring.channels(config)
    for name in names:
        if name not in built:
            known = "、".join(built) or "无"
            raise ConfigError(f"没有名为 {name} 的渠道；已配置：{known}")
    return {
        name: built[name].send(
            Message(
                key=f"test:{name}:{now.isoformat()}",
                subject="【测试】声援渠道测试",
                text=f"这是 {config.office.name} 的渠道测试（{name}），收到即正常，无需处理。",
                markdown="",
                link=config.console.url,
                urgent=False,
            )
        )
        for name in names or tuple(built)
    }


def unready(config: Config, roster: "Roster", now: datetime) -> list[Unready]:
    """Everybody on duty within the next 30 days who has no tested channel. The ledger is open."""
    from alerts.ledger import duties

    members = {key: item for item in duties.members() for key in (item.name, item.username) if key}
    tests = duties.tests()
    found = []
    for person in roster.people(now):
        member = members.get(person)
        problem = (
            "不是系统用户：请用 shengyuan user add 添加，或改正值班表里的名字"
            if member is None
            else _untested(config, member, tests, now)
        )
        if problem:
            found.append(Unready(person, problem))
    return found


def _untested(config: Config, member: "Member", tests: "Mapping[str, Test]", now: datetime) -> str:
    """Why no channel of the member's department counts as tested; empty when one does."""
    department = wiring.organisation(config).get(member.department)
    if department is None:
        return f"所属部门 {member.department or '（空）'} 不在组织中：请改正用户的部门"
    names = department.channels or tuple(config.channels)
    if not names:
        return f"{department.name}没有渠道：请在 org.toml 的 channels 中填写"
    problems = []
    for name in names:
        test = tests.get(name)
        if test is None or now - test.at > TRUSTED:
            problems.append(f"{name} 最近 {TRUSTED.days} 天没有测试过")
        elif test.problem:
            problems.append(f"{name} 测试未通过（{test.problem}）")
        else:
            return ""
    return f"{'；'.join(problems)}：请运行 shengyuan channels test"
