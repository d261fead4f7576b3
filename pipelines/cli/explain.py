"""`shengyuan explain`: why a text is an alert, a case for review, or neither."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import ConfigOption, JsonOption, write_line
from pipelines.cli.parts import place_object, span_object

if TYPE_CHECKING:
    from nlp.assessment import Assessment
    from nlp.explanation import Explanation
    from nlp.model import Decision

_WORDS = 10
"""Most words shown for the decision, and most shown against it."""

_KINDS = {"headline": "只有标题", "article": "标题加正文", "account": "只有正文（自述帖）"}


def explain(
    text: Annotated[str, typer.Argument(help="标题；- 表示读标准输入：第一行是标题，其余是正文")],
    body: Annotated[str, typer.Option("--body", help="正文", show_default=False)] = "",
    model: Annotated[
        str, typer.Option("--model", help="模型版本（默认用已启用的）", show_default=False)
    ] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """说明模型为什么这样判断一条帖子：概率、阈值、支持和反对的词、类别、地点。

    基准值与各词的分量相加，正好是判断的对数几率。隐私信息已遮蔽，依据用〖〗标出。
    没有标题的自述帖：标题写成空的 ""，正文用 --body 给出。

    例：shengyuan explain "女子被前夫当街殴打" --body "昨晚在某小区门口"
    """
    from nlp.explanation import Explainer
    from pipelines import wiring
    from pipelines.config import load

    title, body = _read(text, body)
    if not title.strip() and not body.strip():
        raise typer.BadParameter("没有文字可以说明，请给出标题或 --body")
    classifier = wiring.open_classifier(load(config), model)
    (explanation,) = Explainer(classifier).explain([(title, body)])
    decision = classifier.model.decision
    if as_json:
        write_line(_as_object(explanation, decision))
    else:
        typer.echo("\n".join(_lines(explanation, decision)))


def _read(text: str, body: str) -> tuple[str, str]:
    if text != "-":
        return text, body
    if body:
        raise typer.BadParameter("读标准输入时不能再给 --body，请把正文放在第一行之后")
    try:
        given = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise typer.BadParameter("标准输入不是 UTF-8 编码，请转换编码后重试") from None
    title, _, rest = given.partition("\n")
    return title.strip(), rest.strip()


def _lines(explanation: "Explanation", decision: "Decision") -> Iterator[str]:
    from nlp.gazetteer.divisions import TABLE_VERSION

    assessment = explanation.assessment
    yield f"结论：{_verdict(assessment)}。是侵害事件的概率 {_percent(assessment.incident)}"
    alert, review = _percent(decision.alert), _percent(decision.review)
    yield f"阈值：概率不低于 {alert} 预警，不低于 {review} 送复核"
    tables = f"模型 {assessment.model}；区划表 {TABLE_VERSION}"
    yield f"文体：{_KINDS[explanation.kind]}；{tables}"
    yield ""
    yield "依据（对数几率的分量，正数支持、负数反对“是事件”）："
    yield from _sum(explanation)
    yield ""
    shown = assessment.alert or assessment.review
    yield "判断：" if shown else "假如是事件，判断如下（概率不到复核阈值，仅供参考）："
    yield from (f"  {name}：{value}" for name, value in _labels(assessment))
    yield ""
    yield "原文（已遮蔽隐私，〖〗内是支持最强的依据）："
    yield from (f"  {line}" for line in _marked(explanation).splitlines())


def _sum(explanation: "Explanation") -> Iterator[str]:
    """The parts of the decision; the numbers as shown add up to the last one."""
    weighed = explanation.weighed()
    favour = [one for one in weighed if one[1] > 0]
    against = [one for one in weighed if one[1] <= 0]
    rows = [(explanation.base, "基准值（还没有看任何词）")]
    for side, name in ((favour, "支持"), (against, "反对")):
        rows += [(weight, word) for word, weight in side[:_WORDS]]
        if rest := side[_WORDS:]:
            rows.append((sum(weight for _, weight in rest), f"其余{name}的 {len(rest)} 个词"))
    if abs(explanation.rest) >= 0.0005:
        rows.append((explanation.rest, "不在某一个词上的特征"))
    total = round(explanation.log_odds, 3)
    # What the rows lose by rounding is told with the signs, so that the column adds up on paper.
    signs = total - sum(round(weight, 3) for weight, _ in rows)
    rows += [(signs, "标点、空白和尾数"), (total, "合计")]
    yield from (f"  {weight:+9.3f}  {name}" for weight, name in rows)
    probability = _percent(explanation.assessment.incident)
    yield f"  合计就是对数几率：概率 = 1 ÷ (1 + e^({-total:.3f})) = {probability}"


def _labels(assessment: "Assessment") -> Iterator[tuple[str, str]]:
    from nlp.taxonomy import CHINESE, COLOURS

    yield (
        "类别",
        "、".join(f"{CHINESE[code]} {_percent(value)}" for code, value in assessment.categories),
    )
    yield "严重程度", f"{assessment.severity} 级（{COLOURS[assessment.severity]}）"
    yield "受害人", "、".join(CHINESE[victim] for victim in assessment.victims)
    yield "状态", f"{CHINESE[assessment.status]}；{CHINESE[assessment.scope]}"
    yield "场合", CHINESE.get(assessment.setting, "没有提到")
    for name, kind in (("风险线索", "risk"), ("脆弱情形", "vulnerability")):
        said = dict.fromkeys(f"{cue.value}（{cue.text}）" for cue in assessment.cues_of(kind))
        yield name, "、".join(said) or "没有提到"
    places = [
        f"{place.name}（{place.code}，{'事发地' if place.scene else '背景'}，"
        f"把握 {_percent(place.confidence)}）"
        for place in assessment.places
    ]
    yield "地点", "、".join(places) or "没有提到"


def _marked(explanation: "Explanation") -> str:
    fields: dict[str, str] = {"title": "", "body": ""}
    for segment in explanation.segments:
        fields[segment.field] += f"〖{segment.text}〗" if segment.weight else segment.text
    return "\n".join(text for text in fields.values() if text)


def _verdict(assessment: "Assessment") -> str:
    if assessment.alert:
        return "预警"
    return "送人工复核" if assessment.review else "不提示"


def _percent(value: float) -> str:
    """A probability for people: nothing is ever quite sure."""
    if value >= 0.9995:
        return "99.9 % 以上"
    return "0.1 % 以下" if value < 0.0005 else f"{100 * value:.1f} %"


def _as_object(explanation: "Explanation", decision: "Decision") -> dict[str, Any]:
    assessment = explanation.assessment
    texts = {
        field: "".join(one.text for one in explanation.segments if one.field == field)
        for field in ("title", "body")
    }
    return {
        **texts,
        "incident": assessment.incident,
        "alert": assessment.alert,
        "review": assessment.review,
        "thresholds": {"alert": decision.alert, "review": decision.review},
        "kind": explanation.kind,
        "base": explanation.base,
        "log_odds": explanation.log_odds,
        "words": [span_object(word) for word in explanation.words],
        "rest": explanation.rest,
        "evidence": [span_object(one) for one in assessment.evidence],
        "categories": dict(assessment.categories),
        "severity": assessment.severity,
        "victims": list(assessment.victims),
        "status": assessment.status,
        "scope": assessment.scope,
        "setting": assessment.setting,
        "places": [place_object(place) for place in assessment.places],
        "model": assessment.model,
    }
