"""channels test: whether a message gets through, before the night on which it must."""

from typing import Annotated

import typer

from pipelines.cli.common import FAILED, ConfigOption, JsonOption, known_officer, say, write_line


def test(
    officer: Annotated[str, typer.Option("--as", help="经办人的用户名")],
    names: Annotated[list[str] | None, typer.Argument(help="渠道名；不写则全部")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """向渠道各发一条测试消息，结果记入台账；值班表检查以它为准。

    例：shengyuan channels test --as zhangli
    """
    from alerts.channels import Refused
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.readiness import try_channels

    office, now = load(config), wiring.now()
    wiring.open_ledger(office)

    from alerts.ledger.actions import Officer
    from alerts.ledger.duties import record_tests

    by = Officer(known_officer(officer), "终端")
    results = try_channels(office, tuple(names or ()), now)
    record_tests(results, by, now)
    for name, result in results.items():
        problem = result.reason if isinstance(result, Refused) else ""
        if as_json:
            write_line({"channel": name, "problem": problem})
        else:
            typer.echo(f"{name}：{problem or '已收到'}")
    failed = sum(isinstance(result, Refused) for result in results.values())
    if failed or not results:
        say(f"{failed} 个渠道未通过" if results else "没有配置任何渠道：请填写 [channels]")
        raise typer.Exit(FAILED)
