"""The command tree: every command of `shengyuan`, registered in one place."""

from pipelines.cli import (
    agreement,
    channels,
    classify,
    drift,
    evaluate,
    explain,
    extract,
    incidents,
    label,
    mask,
    models,
    office,
    processes,
    replay,
    rostering,
    routing,
    search,
    silences,
    sources,
    train,
    user,
)
from pipelines.cli.chinese import Command, group

app = group("声援：妇女儿童权益舆情监测与预警。先运行 shengyuan run 看演示。")
catalogue = group("公开来源")
roster = group("值班表")
ways = group("通知渠道")
quiet = group("静默：暂不发送某一范围的预警，有人负责、有理由、有期限")
tables = group("派单表：检查改动、启用、历次版本")
users = group("控制台用户")
labels = group("标注：导出、导入、挑选、一致性、裁定、可疑标注")
versions = group("分类模型：列出、启用、回退、比较、看漂移")

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
    evaluate.evaluate,
):
    app.command(cls=Command)(_function)

catalogue.command("list", cls=Command)(sources.list_sources)
catalogue.command("check", cls=Command)(sources.check)
catalogue.command("enable", cls=Command)(sources.enable)
roster.command("check", cls=Command)(rostering.check)
roster.command("show", cls=Command)(rostering.show)
roster.command("swap", cls=Command)(rostering.swap)
roster.command("handover", cls=Command)(rostering.handover)
ways.command("test", cls=Command)(channels.test)
quiet.command("add", cls=Command)(silences.add)
quiet.command("list", cls=Command)(silences.list_silences)
quiet.command("lift", cls=Command)(silences.lift)
tables.command("check", cls=Command)(routing.check)
tables.command("adopt", cls=Command)(routing.adopt)
tables.command("history", cls=Command)(routing.history)
users.command("add", cls=Command)(user.add)
users.command("password", cls=Command)(user.password)
users.command("pin", cls=Command)(user.pin)
labels.command("export", cls=Command)(label.export)
labels.command("import", cls=Command)(label.take_in)
labels.command("queue", cls=Command)(label.queue)
labels.command("suspects", cls=Command)(label.suspects)
labels.command("agreement", cls=Command)(agreement.agreement)
labels.command("adjudicate", cls=Command)(agreement.adjudicate)
versions.command("list", cls=Command)(models.list_models)
versions.command("promote", cls=Command)(models.promote)
versions.command("rollback", cls=Command)(models.rollback)
versions.command("diff", cls=Command)(models.diff)
versions.command("drift", cls=Command)(drift.drift)
app.add_typer(incidents.incidents, name="incidents")
app.add_typer(incidents.alerts, name="alerts")
app.add_typer(catalogue, name="sources")
app.add_typer(roster, name="roster")
app.add_typer(tables, name="routing")
app.add_typer(quiet, name="silences")
app.add_typer(ways, name="channels")
app.add_typer(users, name="user")
app.add_typer(versions, name="models")
app.add_typer(labels, name="label")
