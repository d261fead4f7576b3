"""The words of every message: Chinese, masked, at most 2 kB, who must do what by when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.channels.markdown import harmless
from alerts.clock import moment
from alerts.grading import COLOURS

MAX_BYTES = 2000

_MOST_TOGETHER = 3200
"""Bytes of several messages in one; the smallest robot takes 4,096 with its heading."""

NAMES = {
    "domestic_violence": "家庭暴力",
    "child_sexual_abuse": "性侵未成年人",
    "sexual_assault": "性侵妇女",
    "sexual_harassment": "性骚扰",
    "trafficking": "拐卖妇女儿童",
    "forced_prostitution": "组织强迫卖淫",
    "illegal_detention": "限制人身自由",
    "homicide_injury": "伤害致死致残",
    "child_abuse": "虐待儿童",
    "abandonment_neglect": "遗弃与监护失职",
    "school_bullying": "校园欺凌",
    "employment_discrimination": "就业性别歧视",
    "child_labour": "使用童工",
    "land_property": "土地与财产权益",
    "marriage_family": "婚姻家庭权益",
    "privacy_online": "网络侵害与隐私",
    "health_rights": "健康与生育权益",
    "school_safety": "校园与儿童用品安全",
}


_ASKING = ("请", "主责：")


@dataclass(frozen=True, slots=True)
class Matter:
    """What a message is about; `due` are (what, until when) of the running clocks,
    `grounds` what the grade rests on, risk cues by name."""

    alert: str
    grade: int
    categories: Sequence[str]
    place: str
    title: str
    excerpt: str
    posts: int
    verification: str
    lead: str
    reason: str
    grounds: Sequence[str]
    basis: str
    acknowledge_by: datetime
    due: Sequence[tuple[str, datetime]]
    urgent: bool
    link: str


def subject(matter: Matter, step: str) -> str:
    """One line: colour, what, where, which rung."""
    kinds = "、".join(NAMES.get(code, code) for code in matter.categories[:2]) or "类别待定"
    place = matter.place or "地点待核"
    return f"【{COLOURS[matter.grade]}】{step}：{kinds}·{place}"[:100]


def text(matter: Matter, step: str, receiver: str, person: str, *, leads: bool) -> str:
    """The whole message for one receiver."""
    kinds = "、".join(NAMES.get(code, code) for code in matter.categories[:4]) or "类别待定"
    lines = [
        f"【{COLOURS[matter.grade]}色预警】{kinds}"
        + ("（涉未成年人，快速通道）" if matter.urgent else ""),
        f"环节：{step}；地点：{matter.place or '待核实'}；核实情况：{matter.verification}",
        f"标题：{matter.title}",
    ]
    if matter.excerpt:
        lines.append(f"摘要：{matter.excerpt}")
    if matter.posts > 1:
        lines.append(f"相关帖子：{matter.posts} 条")
    if leads:
        who = f"{receiver}" + (f"（{person}）" if person else "")
        lines.append(f"请{who}于 {moment(matter.acknowledge_by)} 前签收并核查处置")
        lines += [f"{what}期限：{moment(due)}" for what, due in matter.due]
        if matter.urgent:
            lines.append(f"请依法立即报告公安机关，强制报告草稿：{matter.link}/report")
    else:
        lines.append(f"主责：{matter.lead}；知会{receiver}，请按职责配合")
    lines.append(f"原因：{matter.reason}")
    if matter.grounds:
        lines.append(f"定级理由：{'；'.join(matter.grounds)}")
    lines += [f"依据：{matter.basis}", f"处理：{matter.link}"]
    return fitted(lines)


def reminder(matter: Matter, what: str, due: datetime, stage: str) -> str:
    """A word on a legal clock that runs."""
    return fitted(
        [
            f"【{COLOURS[matter.grade]}色·{stage}】{what}",
            f"事件：{matter.title}",
            f"请{matter.lead}于 {moment(due)} 前完成{what}并在系统登记发声链接",
            f"处理：{matter.link}",
        ]
    )


@dataclass(frozen=True, slots=True)
class Told:
    """Subject and text of a message."""

    subject: str
    text: str


def together(items: Sequence[tuple[str, str, str]]) -> Told:
    """Several messages, each (subject, text, link), as one: what each asks of whom, and its link.

    The first is the gravest and gives the colour.
    """
    subject = f"【合并 {len(items)} 条】{items[0][0]} 等"[:100]
    lines = [f"消息较多，{len(items)} 条合并发送，请逐条签收："]
    room = (_MOST_TOGETHER - len(lines[0].encode())) // len(items)
    for number, (title, text, link) in enumerate(items, 1):
        asked = next((line for line in text.splitlines() if line.startswith(_ASKING)), "")
        kept = f"{number}. {title} {asked}".encode()[: room - len(link.encode()) - 2]
        lines.append(f"{kept.decode(errors='ignore')} {link}")
    return Told(subject, "\n".join(lines))


def marked(text: str) -> str:
    """The text as markdown that every robot reads: who must do what by when stands out.

    The line with the link is left out: channels put their own at the end.
    """
    lines = []
    for line in text.splitlines():
        if line.startswith("处理："):
            continue
        safe = harmless(line)
        lines.append(f"**{safe}**" if line.startswith(_ASKING) else safe)
    return "\n\n".join(lines)


def fitted(lines: Sequence[str]) -> str:
    """The lines as one text of at most 2 kB; the longest line gives way, the link never does."""
    kept = list(lines)
    while len("\n".join(kept).encode()) > MAX_BYTES:
        longest = max(range(len(kept) - 1), key=lambda index: len(kept[index]))
        kept[longest] = kept[longest][: max(len(kept[longest]) * 3 // 4 - 1, 1)] + "…"
    return "\n".join(kept)
