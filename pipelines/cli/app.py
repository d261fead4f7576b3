"""The command tree: every command of `shengyuan`, registered in one place."""

from pipelines.cli import office, processes, replay
from pipelines.cli.chinese import Command, group

app = group("声援：妇女儿童权益舆情监测与预警。先运行 shengyuan run 看演示。")
roster = group("值班表")

for _function in (
    processes.run,
    processes.crawl,
    processes.duty,
    processes.console,
    office.init,
    office.doctor,
    replay.replay,
):
    app.command(cls=Command)(_function)

roster.command("check", cls=Command)(office.roster_check)
app.add_typer(roster, name="roster")
