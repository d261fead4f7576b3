"""`shengyuan classify`: the classifier on JSONL, one line out for each line in."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import ConfigOption, Problems, require, work_through
from pipelines.cli.parts import place_object, span_object

if TYPE_CHECKING:
    from nlp.assessment import Assessment, Cue
    from nlp.classifier import Classifier

_BATCH = 1000


def classify(
    file: Annotated[str, typer.Argument(help="JSONL 文件；- 表示标准输入")] = "-",
    model: Annotated[
        str, typer.Option("--model", help="模型版本（默认用已启用的）", show_default=False)
    ] = "",
    config: ConfigOption = None,
) -> None:
    """判断每条帖子是否涉及侵害妇女儿童权益的事件，每行输入输出一行 JSON。

    输入每行一个对象：title、body 至少有一个，key 原样返回。处理不了的行输出带 reason 的一行，
    其余照常处理，退出码为 3。

    例：shengyuan classify posts.jsonl > out.jsonl
    """
    import gc

    from pipelines import wiring
    from pipelines.config import load

    require([file])
    settings = load(config)
    classifier = wiring.open_classifier(settings, model)
    # What was loaded stays: the collector need not walk the vocabulary again and again.
    gc.collect()
    gc.freeze()
    problems = Problems("classify", settings)
    work_through(file, "分类", problems, lambda rows: classify_rows(rows, classifier))
    problems.finish()


def classify_rows(
    rows: Iterable[dict[str, Any] | str], classifier: "Classifier"
) -> Iterator[dict[str, Any]]:
    """One object for each row, in order: the assessment, or `key` and `reason`."""
    waiting = enumerate(rows, 1)
    while batch := list(islice(waiting, _BATCH)):
        checked = [(row, _fault(row, number)) for number, row in batch]
        assessed = _assess([row for row, reason in checked if not reason], classifier)
        for row, reason in checked:
            key = row.get("key") if isinstance(row, dict) else None
            yield {"key": key, "reason": reason} if reason else {"key": key, **next(assessed)}


def _assess(posts: Sequence[Any], classifier: "Classifier") -> Iterator[dict[str, Any]]:
    texts = [(post.get("title") or "", post.get("body") or "") for post in posts]
    for assessment in classifier.assess(texts, full=True):
        yield _shown(assessment)


def _fault(row: dict[str, Any] | str, number: int) -> str:
    """Why the row is no post, in Chinese; "" if it is one."""
    if isinstance(row, str):
        return row
    title, body = row.get("title") or "", row.get("body") or ""
    if not isinstance(title, str) or not isinstance(body, str):
        return f"第 {number} 条的 title 或 body 不是文字，请改为字符串"
    if not title.strip() and not body.strip():
        return f"第 {number} 条的 title 和 body 都是空的，请补上其中一个"
    return ""


def _shown(assessment: "Assessment") -> dict[str, Any]:
    cues = assessment.cues
    return {
        "incident": round(assessment.incident, 6),
        "alert": assessment.alert,
        "review": assessment.review,
        "categories": dict(assessment.categories),
        "severity": assessment.severity,
        "victims": list(assessment.victims),
        "status": assessment.status,
        "scope": assessment.scope,
        "setting": assessment.setting if cues else "",
        "risks": [_cue(cue) for cue in cues if cue.kind == "risk"],
        "vulnerability": [_cue(cue) for cue in cues if cue.kind == "vulnerability"],
        "evidence": [span_object(evidence) for evidence in assessment.evidence],
        "places": [place_object(place) for place in assessment.places],
        "model": assessment.model,
    }


def _cue(cue: "Cue") -> dict[str, Any]:
    return {
        "value": cue.value,
        "field": cue.field,
        "start": cue.start,
        "end": cue.end,
        "text": cue.text,
    }
