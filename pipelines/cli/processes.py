"""run, crawl, duty, console: the processes that watch."""

import socket
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import ConfigOption, say

if TYPE_CHECKING:
    from alerts.desk import TickReport
    from pipelines.config import Config


def run(config: ConfigOption = None) -> None:
    """启动全部：按计划抓取、值班台、控制台；没有 shengyuan.toml 时启动演示。Ctrl-C 停止。

    例：shengyuan run
    """
    from pipelines.config import FILE_NAME, load

    if config is None and not Path(FILE_NAME).exists():
        from pipelines.demo.running import demo

        with demo(Path("var/demo"), say) as path:
            _supervise(load(path), path)
        return
    path = config or Path(FILE_NAME)
    _supervise(load(path), path)


def crawl(
    sources: Annotated[list[str] | None, typer.Argument(help="来源名；默认全部已启用的")] = None,
    once: Annotated[bool, typer.Option("--once", help="每个来源抓取一次后退出")] = False,
    config: ConfigOption = None,
) -> None:
    """抓取已启用的公开来源并分析；遵守 robots.txt，不登录，不绕过封锁。

    例：shengyuan crawl --once
    """
    from pipelines import logs, wiring
    from pipelines.config import load
    from pipelines.crawl import crawl as crawl_sources

    office = load(config)
    logs.configure(office, "crawl")
    store = wiring.open_store(office)
    ledger = wiring.open_ledger(office)
    analyst = wiring.open_analyst(office, store, ledger, wiring.now)
    code = crawl_sources(office, tuple(sources or ()), once=once, analyst=analyst, on_event=say)
    raise typer.Exit(code)


def duty(
    once: Annotated[bool, typer.Option("--once", help="处理完现有信号后退出")] = False,
    config: ConfigOption = None,
) -> None:
    """值班台：归并事件、定级、派送、计时、催办。同一台账只运行一个。

    例：shengyuan duty
    """
    from pipelines import logs, wiring
    from pipelines.config import load
    from pipelines.duty import StandingsFeed, keep_watch, one_desk
    from pipelines.supervisor import stop_on_signals

    office = load(config)
    logs.configure(office, "duty")
    with one_desk(office.var):
        store = wiring.open_store(office)
        ledger = wiring.open_ledger(office)
        desk = wiring.open_desk(office, ledger, sending=True)
        feed = StandingsFeed(ledger, store, office.var / "standings.cursor")
        if once:
            _tell_report(desk.tick(wiring.now()))
            feed.catch_up()
            return
        stop = threading.Event()
        stop_on_signals(stop)
        say("值班台已启动")
        keep_watch(desk, feed, wiring.now, stop, office.desk.tick_seconds, _tell_report)


def console(config: ConfigOption = None) -> None:
    """控制台：预警、事件、检索，浏览器打开。

    例：shengyuan console
    """
    from pipelines import logs
    from pipelines.config import load
    from pipelines.console import serve

    office = load(config)
    check_port(office)
    logs.configure(office, "console")
    say(f"控制台已启动：{office.console.url}")
    serve(office)


def check_port(office: "Config") -> None:
    """Raise PipelineError when the console's port cannot be had."""
    from pipelines.console.server import port_problem
    from pipelines.errors import PipelineError

    host, port = office.console.host, office.console.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PipelineError(port_problem(error, host, port)) from error


def _supervise(office: "Config", path: Path) -> None:
    from pipelines import wiring
    from pipelines.supervisor import Supervisor, stop_on_signals

    check_port(office)
    # Tables are made here, once, so that the three processes do not all try at the same moment.
    wiring.open_store(office).close()
    wiring.open_ledger(office)
    base = [sys.executable, "-m", "pipelines.cli"]
    option = ["--config", str(path)]
    commands = {
        "控制台": [*base, "console", *option],
        "值班台": [*base, "duty", *option],
        "抓取": [*base, "crawl", *option],
    }
    if not office.crawl.enabled:
        say("没有启用任何来源，暂不抓取：用 shengyuan sources enable 名称 启用后重新启动")
        del commands["抓取"]
    supervisor = Supervisor(commands, say)
    stop_on_signals(supervisor.stop)
    say("按 Ctrl-C 停止")
    code = supervisor.run()
    say("已全部停止")
    raise typer.Exit(code)


def _tell_report(report: "TickReport") -> None:
    from alerts.clock import ZONE

    for line in report.lines:
        say(f"{datetime.now(ZONE):%H:%M:%S} {line}")
