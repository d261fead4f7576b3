"""How things read on a page. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from nlp.taxonomy import CHINESE, COLOURS

PLATFORMS = {
    "19lou": "19楼",
    "baidu": "百度热搜",
    "bilibili": "哔哩哔哩",
    "daily": "日报",
    "douyin": "抖音",
    "forum": "论坛",
    "gov": "政务",
    "hot": "热榜",
    "hualongxiang": "化龙巷",
    "huanbohainews": "环渤海新闻网",
    "news": "新闻",
    "thepaper": "澎湃新闻",
    "tieba": "百度贴吧",
    "toutiao": "今日头条",
    "weibo": "微博",
    "xici": "西祠胡同",
    "zhihu_question": "知乎",
}
"""Platforms of the shipped catalogue that are not named by their own address."""

_ROMAN = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}
_SNIPPET = re.compile("【(.*?)】", re.DOTALL)


def chinese(code: str) -> str:
    """The Chinese name of a label's code; an unknown code stays as it is."""
    return CHINESE.get(code, code)


def platform_name(code: str) -> str:
    """The platform as people call it; one that is named by its address stays as it is."""
    return PLATFORMS.get(code, code)


def grade_name(grade: int) -> str:
    """Colour and number, so that nobody needs to see the colour."""
    return f"{COLOURS.get(grade, '未定')}{_ROMAN.get(grade, '')}"


def remaining(due: datetime, now: datetime) -> str:
    """How long is left until `due`, or how long it has passed."""
    seconds = (due - now).total_seconds()
    minutes = int(abs(seconds) // 60)
    days, hours, left = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} 天" if days else "", f"{hours} 小时" if hours else ""]
    if not days:
        parts.append(f"{left} 分")
    length = " ".join(part for part in parts if part)
    return f"剩 {length}" if seconds >= 0 else f"超时 {length}"


def marked(text: str, words: Sequence[str]) -> SafeString:
    """The text with each of the words in <mark>, the longer word first; everything escaped."""
    wanted = sorted({word for word in words if word.strip()}, key=len, reverse=True)
    if not wanted:
        return conditional_escape(text)
    pattern = re.compile("|".join(re.escape(word) for word in wanted))
    return _with_marks(text, ((m.start(), m.end(), m.group()) for m in pattern.finditer(text)))


def snippet(text: str) -> SafeString:
    """A store's snippet with its 【found】 phrases in <mark>."""
    return _with_marks(text, ((m.start(), m.end(), m.group(1)) for m in _SNIPPET.finditer(text)))


def adds_to(text: str, title: str) -> bool:
    """Whether a store's snippet says anything that the title does not."""
    return text.replace("【", "").replace("】", "").strip("…") not in title


def pointed(query: str, position: int) -> SafeString:
    """The query with the character at `position` (from 0) marked; past the end, a marked gap."""
    if position >= len(query):
        return format_html("{}<mark>␣</mark>", query)
    return format_html(
        "{}<mark>{}</mark>{}", query[:position], query[position], query[position + 1 :]
    )


def _with_marks(text: str, spans: Iterable[tuple[int, int, str]]) -> SafeString:
    pieces: list[SafeString] = []
    end = 0
    for start, stop, shown in spans:
        pieces.append(conditional_escape(text[end:start]))
        pieces.append(format_html("<mark>{}</mark>", shown))
        end = stop
    pieces.append(conditional_escape(text[end:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces)) or mark_safe("")
