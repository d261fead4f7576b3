"""The command tree: every command of `shengyuan`, registered in one place."""

from pipelines.cli import (
    classify,
    explain,
    extract,
    incidents,
    mask,
    office,
    processes,
    replay,
    routing,
    search,
    sources,
    train,
    user,
)
from pipelines.cli.chinese import Command, group

app = group("声援：妇女儿童权益舆情监测与预警。先运行 shengyuan run 看演示。")
catalogue = group("公开来源")
roster = group("值班表")
users = group("控制台用户")

for _function in (
    processes.run,
    office.init,
    office.doctor,
    processes.crawl,
    processes.duty,
    processes.console,
    extract.extract,
    classify.classify,
    explain.explain,
    mask.mask,
    replay.replay,
    search.search,
    routing.route,
    train.train,
    train.evaluate,
):
    app.command(cls=Command)(_function)

catalogue.command("list", cls=Command)(sources.list_sources)
catalogue.command("check", cls=Command)(sources.check)
catalogue.command("enable", cls=Command)(sources.enable)
roster.command("check", cls=Command)(office.roster_check)
users.command("add", cls=Command)(user.add)
users.command("password", cls=Command)(user.password)
app.add_typer(incidents.incidents, name="incidents")
app.add_typer(incidents.alerts, name="alerts")
app.add_typer(catalogue, name="sources")
app.add_typer(roster, name="roster")
app.add_typer(users, name="user")
