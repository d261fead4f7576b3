"""The draft of a mandatory report (强制报告) on suspected harm to a minor: a printable page. Pure.

未成年人保护法 第十一条, and the opinion of nine departments of May 2020 on mandatory reporting: who
suspects harm reports to the police at once. The draft holds what is known, masked, and leaves open
what only people can fill in; nothing is sent to the police by the product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from alerts.clock import moment
from alerts.messages import NAMES

TITLE = "侵害未成年人案件强制报告（草稿）"
_OPEN = "________________"
_BASIS = (
    "《中华人民共和国未成年人保护法》第十一条；"
    "《关于建立侵害未成年人案件强制报告制度的意见（试行）》（2020年5月，九部门）"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of the case, masked; `link` opens it in the console."""

    incident: str
    title: str
    excerpt: str
    categories: Sequence[str]
    place: str
    first_seen: datetime
    posts: int
    verification: str
    grounds: Sequence[str]
    link: str


def draft(report: Report) -> str:
    """The page: HTML without script, style or anything from outside, ready to be printed."""
    kinds = "、".join(NAMES.get(code, code) for code in report.categories) or "待核实"
    rows = (
        ("报告单位", _OPEN),
        ("报告人及联系电话", _OPEN),
        ("报送公安机关", f"{_OPEN}（案件线索发生地或未成年人所在地，或拨打 110）"),
        ("报告时间", _OPEN),
        ("线索编号", report.incident),
        ("线索发现时间", moment(report.first_seen)),
        (
            "线索来源",
            f"互联网公开信息，相关帖子 {report.posts} 条，核实情况：{report.verification}",
        ),
        ("疑似情形", kinds),
        ("发生地点", report.place or "待核实"),
        ("未成年人基本情况", "已脱敏；姓名、年龄、监护人由公安机关核实"),
        ("线索标题", report.title),
        ("线索内容（已脱敏）", report.excerpt or "见线索标题"),
        ("危害和风险", "；".join(report.grounds) or "待研判"),
        ("已采取的保护措施", _OPEN),
        ("证据保存", f"原文和留存记录见 {report.link}（查看原文须写明理由）"),
        ("报告依据", _BASIS),
        ("单位负责人签字（盖章）", _OPEN),
    )
    lines = "\n".join(
        f'<tr><th align="left" width="24%">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f"""<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{TITLE} {escape(report.incident)}</title></head>
<body>
<h1 align="center">{TITLE}</h1>
<p>本页由系统根据公开信息生成，内容已脱敏，须经人工核对、补全后立即报送公安机关；不得转发给无关人员。</p>
<table border="1" cellpadding="8" cellspacing="0" width="100%">
{lines}
</table>
</body>
</html>
"""
