"""`shengyuan models`: which model is used, what a new one is worth, promote it and go back."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from pipelines.cli.common import (
    FAILED,
    ConfigOption,
    JsonOption,
    Problems,
    open_problems,
    progress,
    say,
    write_line,
)
from pipelines.cli.tables import shortened, table

if TYPE_CHECKING:
    from nlp.comparison import Change, Comparison
    from nlp.promotion import Verdict
    from pipelines.retrain import Deed, Models

Folder = Annotated[
    Path | None,
    typer.Option("--into", help="模型目录（默认 var/models）", show_default=False),
]
Labelled = Annotated[
    list[Path] | None,
    typer.Option("--on", help="两个模型都用这份标注来比，可以给多个", show_default=False),
]

_FIGURES = {
    "kinds": "",
    "headline": "标题",
    "article": "标题加正文",
    "account": "无标题的自述帖",
    "posts": "条数",
    "incidents": "事件数",
    "average_precision": "AP",
    "best_f1": "最佳 F1",
    "precision_at_90": "召回 0.90 时精度",
    "precision_at_95": "召回 0.95 时精度",
    "calibration_error": "校准误差",
    "recall": "召回",
    "first_category": "首位类别正确",
    "severity_exact": "严重程度一致",
    "severity_within_one": "严重程度相差不超过一级",
    "victims_exact": "受害人一致",
    "status_exact": "状态一致",
    "alerts": "事件中直接预警的比例",
}


def list_models(
    into: Folder = None, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """列出随附的和本办公室训练的模型：哪个在用，卡片上的主要数字，最近一次启用的理由。

    例：shengyuan models list
    """
    models = _models(into, config)
    rows = list(_listed(models))
    if as_json:
        for row in rows:
            write_line(row)
        return
    header = ("在用", "版本", "来历", "AP 标题/自述", "保护类别最低召回", "校准误差", "阈值")
    typer.echo(table(header, [_cells(row) for row in rows]))
    for row in rows:
        if row["fault"]:
            say(row["fault"])
        elif row["promoted"]:
            last = row["promoted"]
            forced = "（未过关卡，强制启用）" if last["forced"] else ""
            reason = f"：{last['reason']}" if last["reason"] else ""
            deed = {"promote": "启用", "rollback": "回退到它"}[last["action"]]
            say(f"{row['version']}：{last['by']} 于 {last['at'][:16]} {deed}{forced}{reason}")
    if models.pinned:
        say(f"配置文件的 [model] version 固定为 {models.pinned}，启用和回退要等删去它才起作用")


def promote(
    version: Annotated[str, typer.Argument(help="要启用的版本，见 shengyuan models list")],
    on: Labelled = None,
    force: Annotated[bool, typer.Option("--force", help="关卡不通过也启用，须写明理由")] = False,
    reason: Annotated[str, typer.Option("--reason", help="理由，记入启用记录")] = "",
    into: Folder = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """启用一个模型，先过关卡：受保护类别的召回不得下降超过 1 个百分点，校准误差不得变差。

    用 --on 给出标注文件，两个模型在同样的帖子上比较；不给则比较两张模型卡片。关卡不通过时说明原因，
    不作任何改动，退出码为 1。

    例：shengyuan models promote 2027.1 --on labelled-2026.jsonl
    """
    from pipelines import retrain

    if force and not reason.strip():
        raise typer.BadParameter("--force 要同时用 --reason 写明理由")
    models = _models(into, config)
    with progress("评估") as advance:
        verdict = retrain.weigh(models, version, on or [], advance)
    if as_json:
        write_line(_verdict(version, verdict))
    else:
        for finding in verdict.findings:
            typer.echo(f"{'通过' if finding.passed else '不通过'}  {finding.reason}")
    if not verdict.passed and not force:
        refuse(version, verdict, into)
    forced = not verdict.passed
    retrain.promote(models, version, verdict, deed(reason, forced=forced))
    say(f"已启用 {version}" + ("（强制，已记录理由）" if forced else ""))
    _tell_when(models)


def rollback(
    reason: Annotated[str, typer.Option("--reason", help="理由，记入启用记录")] = "",
    into: Folder = None,
    config: ConfigOption = None,
) -> None:
    """回退到上一个启用过的模型；它的分数与当时完全相同。

    例：shengyuan models rollback --reason 误报增多
    """
    from pipelines import retrain

    models = _models(into, config)
    version = retrain.roll_back(models, deed(reason, forced=False))
    say(f"已回退到 {version}")
    _tell_when(models)


def diff(
    before: Annotated[str, typer.Argument(help="旧版本")],
    after: Annotated[str, typer.Argument(help="新版本")],
    on: Annotated[
        list[str] | None,
        typer.Option("--on", help="在这些帖子上比较：JSONL（可为 .xz、.gz）、CSV 或 -"),
    ] = None,
    largest: Annotated[int, typer.Option(help="列出变化最大的多少条", min=0)] = 20,
    into: Folder = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """比较两个模型：卡片上变了的数字；用 --on 给出帖子时，哪些帖子的处理会变（文字已遮蔽）。

    例：shengyuan models diff 2026.4 2027.1 --on posts.jsonl.xz
    """
    from nlp import registry
    from nlp.comparison import changed_figures

    models = _models(into, config)
    problems = open_problems("models", config)
    folders = models.find(before), models.find(after)
    cards = [registry.describe(folder).get("figures", {}) for folder in folders]
    figures = list(changed_figures(*cards))
    found = _compared(folders, on, largest, problems) if on else None
    if as_json:
        write_line(_difference(before, after, figures, found))
        problems.finish()
        return
    rows = [(_figure_name(name), _number(old), _number(new)) for name, old, new in figures]
    typer.echo(table(("卡片上的数字", before, after), rows) if rows else "卡片上的数字相同")
    if found:
        _print_comparison(found)
    problems.finish()


def named(version: str, into: Path | None) -> str:
    """The version as `models promote` takes it from that folder; None is the default folder."""
    return f"{version} --into {shlex.quote(str(into))}" if into else version


def refuse(version: str, verdict: "Verdict", into: Path | None) -> NoReturn:
    """Say why the gate refuses a version, and leave with code 1."""
    say(f"关卡不通过，没有启用 {version}：")
    for refusal in verdict.refusals:
        say(f"  · {refusal}")
    again = f"models promote {named(version, into)} --force --reason 理由"
    say(f"可以补充标注重新训练；确有必要时用 {again}")
    raise typer.Exit(FAILED)


def deed(reason: str, *, forced: bool) -> "Deed":
    """Who does it, now."""
    from datetime import datetime
    from getpass import getuser

    from alerts.clock import ZONE
    from pipelines.retrain import Deed

    return Deed(getuser(), datetime.now(ZONE), reason.strip(), forced)


def _models(into: Path | None, config: Path | None) -> "Models":
    from pipelines.config import load
    from pipelines.retrain import Models

    if into is not None:
        return Models(into)
    office = load(config)
    return Models(office.var / "models", office.model.version)


def _tell_when(models: "Models") -> None:
    if models.pinned:
        say(f"注意：配置文件的 [model] version 固定为 {models.pinned}，删去它才会用新启用的模型")
    else:
        say("正在运行的抓取要重启后才会用它；其他命令立即使用")


def _listed(models: "Models") -> Iterator[dict[str, Any]]:
    from nlp import registry
    from nlp.errors import NlpError

    try:
        current: Path | None = models.in_use()
    except NlpError:
        current = None
    promoted = {one["version"]: one for one in registry.records(models.folder)}
    own = [] if models.folder.resolve() == registry.SHIPPED.resolve() else [models.folder]
    for folder in (registry.SHIPPED, *own):
        for version in registry.versions(folder):
            path = folder / version
            row: dict[str, Any] = {
                "version": version,
                "shipped": folder == registry.SHIPPED,
                "current": current is not None and path.resolve() == current.resolve(),
                "figures": {},
                "decision": {},
                "promoted": promoted.get(version),
                "fault": "",
            }
            try:
                card = registry.describe(path)
                row |= {"figures": card.get("figures", {}), "decision": card.get("decision", {})}
            except NlpError as error:
                row["fault"] = str(error)
            yield row


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    from nlp.promotion import Measured
    from nlp.taxonomy import PROTECTED

    mark, origin = "●" if row["current"] else "", "随附" if row["shipped"] else "自训"
    if row["fault"]:
        return (mark, row["version"], origin, "损坏", "", "", "")
    figures, decision = row["figures"], row["decision"]
    kinds = figures.get("kinds", {})
    precision = "/".join(
        _number(kinds.get(kind, {}).get("average_precision", [None])[0])
        for kind in ("headline", "account")
    )
    measured = Measured.of_card(figures)
    recall = [measured.recall[one].share for one in PROTECTED if one in measured.recall]
    errors = [value for value, _, _ in measured.calibration.values()]
    limits = f"预警 {_number(decision.get('alert'))} 复核 {_number(decision.get('review'))}"
    lowest, worst = min(recall, default=None), max(errors, default=None)
    return (mark, row["version"], origin, precision, _number(lowest), _number(worst), limits)


def _verdict(version: str, verdict: "Verdict") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "version": version,
        "passed": verdict.passed,
        "findings": [asdict(finding) for finding in verdict.findings],
    }


def _compared(
    folders: tuple[Path, Path], files: list[str], largest: int, problems: Problems
) -> "Comparison":
    from itertools import tee

    from nlp import registry
    from nlp.classifier import Classifier
    from nlp.comparison import compare
    from pipelines.labelling import posts_of_files
    from pipelines.retrain import assessed

    old, new = (Classifier(registry.read(folder)) for folder in folders)
    with progress("比较") as advance:
        # The copies are never more than a batch apart.
        posts, first, second = tee(posts_of_files(files, problems.add), 3)
        judged = zip(
            posts,
            assessed(old, (post.text for post in first)),
            assessed(new, (post.text for post in second), advance),
            strict=True,
        )
        return compare(((p.key, p.text, a, b) for p, (a, _), (b, _) in judged), largest)


def _difference(
    before: str, after: str, figures: list[Any], found: "Comparison | None"
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "before": before,
        "after": after,
        "figures": {name: [old, new] for name, old, new in figures},
    }
    if found:
        result |= {
            "posts": found.posts,
            "changed": found.changed,
            "kinds": {f"{old}>{new}": number for (old, new), number in found.kinds.items()},
            "categories": dict(found.categories),
            "largest": [_change(change) for change in found.largest],
        }
    return result


def _change(change: "Change") -> dict[str, Any]:
    from nlp.privacy import mask

    masked = mask(change.title, change.body)
    return {
        "key": change.key,
        "title": masked.title,
        "body": masked.body,
        "before": change.before,
        "after": change.after,
        "probability_before": round(change.probability_before, 6),
        "probability_after": round(change.probability_after, 6),
        "category": change.category,
    }


def _print_comparison(found: "Comparison") -> None:
    from nlp.comparison import LEVELS
    from nlp.taxonomy import CHINESE

    typer.echo(f"\n{found.posts} 条帖子中 {found.changed} 条的处理会变")
    if not found.changed:
        return
    kinds = sorted(found.kinds.items(), key=lambda one: -one[1])
    rows = [(f"{LEVELS[old]} → {LEVELS[new]}", str(number)) for (old, new), number in kinds]
    typer.echo(table(("变化", "条数"), rows))
    categories = sorted(found.categories.items(), key=lambda one: -one[1])
    rows = [(CHINESE.get(code, "未定"), str(number)) for code, number in categories]
    typer.echo(table(("类别", "条数"), rows))
    lines = []
    for change in map(_change, found.largest):
        levels = f"{LEVELS[change['before']]} → {LEVELS[change['after']]}"
        values = f"{change['probability_before']:.3f} → {change['probability_after']:.3f}"
        lines.append((levels, values, shortened(f"{change['title']} {change['body']}", 60)))
    if lines:
        typer.echo(table(("变化", "概率", "帖子"), lines))


def _figure_name(name: str) -> str:
    from nlp.taxonomy import CHINESE

    parts = [_FIGURES.get(part, CHINESE.get(part, part)) for part in name.split(".")]
    return " ".join(part for part in parts if part)


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"
