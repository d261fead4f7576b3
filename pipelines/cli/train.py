"""`shengyuan train`: a model from labelled posts, with its card."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import ConfigOption, say

_Files = Annotated[list[Path], typer.Argument(help="标注文件，JSONL 或 CSV，可以有多个")]


def train(
    files: _Files,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="模型目录（默认 var/models）", show_default=False),
    ] = None,
    version: Annotated[
        str, typer.Option("--version", help="版本名（默认为当前时间）", show_default=False)
    ] = "",
    stream: Annotated[
        Path | None,
        typer.Option("--stream", help="未标注的帖子流，JSONL 或 .xz、.gz", show_default=False),
    ] = None,
    false_alerts: Annotated[
        float, typer.Option("--false-alerts", min=0.1, help="每天能容忍的误报条数")
    ] = 4.0,
    promote: Annotated[
        bool, typer.Option("--promote", help="训练后按模型卡片过关卡，通过即启用")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """用标注数据训练分类模型，连同模型卡片一起保存。

    标注有误时指出文件、行号和改法，不训练。同样的数据总得到同样的模型。

    例：shengyuan train labelled.jsonl --into var/models --promote
    """
    from alerts.clock import ZONE
    from nlp import registry, report
    from nlp.background import read_stream
    from nlp.labelled import read_labelled
    from nlp.training import train as learn
    from nlp.written import WRITTEN, written_posts
    from pipelines.config import load

    folder = into or load(config).var / "models"
    # The folder is an office's own and named in its local time, as its people read it.
    name = version or datetime.now(ZONE).strftime("%Y%m%d-%H%M%S")
    registry.free(name, folder)
    posts = [post for file in files for post in read_labelled(file)]
    known = {post.title for post in posts}
    unlabelled = list(read_stream(stream, known)) if stream else []
    say(f"标注 {len(posts)} 条，未标注 {len(unlabelled)} 条")
    written = written_posts(seed=0, size=WRITTEN)
    trained = learn(
        posts,
        name,
        written=written,
        stream=unlabelled,
        false_alerts=false_alerts,
        progress=say,
    )
    judged = report.Judged(posts, trained.held_out, trained.labels)
    figures = report.figures(trained.model, judged)
    facts = [
        ("标注", f"{len(posts):,} 条，其中事件 {sum(post.incident for post in posts):,} 条"),
        ("自编的帖子", f"{len(written):,} 条，只用来学，不用来评"),
        ("未标注的帖子流", f"{len(unlabelled):,} 条"),
        ("来源与许可", "标注文件由使用者提供；模型只含词表和权重，不含原文"),
        ("随机种子", "固定为 0；同一台机器上，同样的数据得到同样的模型"),
        (
            "评估方法",
            "交叉验证：是否事件按季度分五份（无日期的按内容），其他标签分三份，"
            "每份由没有学过它的权重评分；词表和词语分组是共用的，裁剪前的模型",
        ),
        (
            "误报",
            f"预警阈值定在最近一年平均每天 {trained.false_alerts:.1f} 条，"
            "算标注的非事件和数据流中选作反例的帖子",
        ),
        ("裁剪与取整的代价", f"{trained.changed:.2%} 的标注帖子处理有变（预警、复核或不提示）"),
    ]
    card = report.card(trained.model, figures, facts, report.data_card(posts))
    saved = registry.save(trained.model, folder, figures, card)
    say(f"模型已保存到 {saved}")
    if promote:
        _promote(name, folder)
    else:
        from pipelines.cli.models import named

        say(f"启用：shengyuan models promote {named(name, into)}")


def _promote(version: str, folder: Path) -> None:
    """Through the gate, by the cards; an office's first own model is only compared aloud."""
    from nlp import registry
    from pipelines import retrain
    from pipelines.cli.models import deed, refuse

    if folder.resolve() == registry.SHIPPED.resolve():
        registry.promote(version, folder)
    else:
        models = retrain.Models(folder)
        verdict = retrain.weigh(models, version, [])
        for finding in verdict.findings:
            say(f"{'通过' if finding.passed else '不通过'}  {finding.reason}")
        if not verdict.passed and registry.current(folder):
            refuse(version, verdict, folder)
        retrain.promote(models, version, verdict, deed("训练时启用", forced=not verdict.passed))
    say(f"已启用 {version}")
