"""Schools, kindergartens and classes that would tell who a child is."""

import re
from collections.abc import Iterator
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.gazetteer.names import Names
from nlp.masking.patterns import alternatives
from nlp.masking.spans import PrivateSpan

_HINTS: Final = AhoCorasick(
    [
        *("校", "班", "园", "小学", "中学", "附中", "附小", "附幼", "实小", "完小", "职高", "高中"),
        *("中专", "早教", "托育", "培训", "托管", "跆拳道馆", "营", "实验", "幼师", "书院", "武馆"),
        *("少年宫", "技师学院", "职教中心"),
        *(f"{number}{kind}" for number in "一二三四五六七八九十0123456789" for kind in "中小职幼"),
    ],
    implementation=Implementation.DFA,
)
"""Without any of these there is neither school nor class."""

_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_GRADE = (
    r"(?:[一二三四五六七八九1-9]年级|[初高][一二三123]|小[一二三四五六]|学前|(?:20|19)?\d\d级|[小初高]中?部"
    r"|[初高][一二三]?(?=\d{2,4}班))"
)
_END = r"班(?!主任|[级长车子会费次时制机组师底委干门主])"
_CLASS = (
    rf"(?:\(?(?:\d{{1,4}}|[一二三四五六七八九十]{{1,3}}|[甲乙丙丁A-F])\)?{_END}|\d\.\d{{1,2}}{_END}"
    rf"|[一二三四五六七八九1-9]\({_NUMBER}\){_END}|[一二三四五六七八九]\d{{1,2}}{_END})"
)
_YEARS = rf"(?:[大中小托](?:\(?{_NUMBER}\)?|小)?{_END}|[大中小]{_NUMBER}{_END}|[高中低]{_END})"
_NAMED_CLASS = rf"[^\W\da-zA-Z的是在老里上个了被有说和与这那每本全一我他她]{{1,6}}{_NUMBER}?{_END}"
_TAIL: Final = re.compile(
    rf"(?P<plain>[, ]?的?(?:校本部|[东西南北]校区)?(?:{_GRADE}的?){{0,2}}的?{_CLASS})"
    rf"|(?P<years>[, ]?的?{_YEARS})"
    rf"|(?P<course>(?:{_GRADE}){{0,2}}[\u4e00-\u9fff]{{2,4}}{_CLASS})"
    rf"|[, ]?的?(?:{_GRADE}){{1,2}}(?:{_NAMED_CLASS})?|{_NAMED_CLASS}"
)
"""Grade and class behind a school's name; only a plain or numbered class speaks for itself."""
_ALONE: Final = re.compile(
    rf"(?:{_GRADE}的?){{1,2}}(?:{_CLASS}|[一二三四五六七八九]\d?{_END})"
    rf"|(?<![\d一二三四五六七八九十第])[一二三四五六七八九1-9]\({_NUMBER}\){_END}"
    rf"|(?:(?<=[读上叫是在的])|(?<![\u4e00-\u9fff0-9]))大[一二三四五六]{_END}"
    rf"|[中小托][一二三四五六]{_END}|\d{{4}}级{_CLASS}"
)
_SCHOOL: Final = re.compile(
    alternatives("masking-school-kinds.txt") + r"(?:[东西南北]校区|分校)?(?![生园考〕]|学生)"
)
_ATTENDS: Final = re.compile(
    r"(?:就读[于在]?|在读于|上学于|转学?[到至去]|念书于|[划转]到|学校(?:是|叫|名)?:?|校名:?|毕业于)[\u4e00-\u9fff]{0,16}$"
)
_ATTENDING: Final = re.compile(
    r"(?:校服|上学|读书|念书|就读|[上念]小学|上[一二三四五六]年级|读[一二三四五六七八九初高小])"
)
_BREAK: Final = re.compile(alternatives("masking-school-breaks.txt"))
_NO_NAME: Final = re.compile(alternatives("masking-school-no-names.txt") + "?")
_LOOSE_KIND: Final = re.compile(
    r"教育|.*(?:书院|少年宫|技师学院|机构|教育中心|[营馆]|托班?|托管班)|高中|.?校"
)
"""Kinds whose name alone does not tell a child's school: only together with a class."""
_GENERIC_KIND: Final = re.compile(
    r"(?:[高初]级)?中学|小学|幼[儿稚]园|[职高]高|中专|幼师|.*(?:学校|中心|园)|"
    + _LOOSE_KIND.pattern
)


def find_schools(text: str, *, beside_minor: bool) -> Iterator[PrivateSpan]:
    """Schools with a class, or that a child is said to attend; all of them beside a minor's name.

    The division a school is named after stays: the office needs it to find who is responsible.
    """
    if not _HINTS.find_matches_as_indexes(text):
        return
    for match in _SCHOOL.finditer(text):
        start = _start(text, match.start(), match.group())
        tail = _TAIL.match(text, match.end())
        end = tail.end() if tail else match.end()
        if _is_named(text[start : match.start()], match.group()):
            loose = _LOOSE_KIND.fullmatch(match.group()) is not None
            hidden = beside_minor or (not loose and _is_attended(text, start, end))
            if hidden or (tail and "班" in tail.group()):
                yield PrivateSpan("school", start, end)
        elif tail and (tail["plain"] or tail["course"] or (beside_minor and match.start() > start)):
            yield PrivateSpan("school", start, end)
    for match in _ALONE.finditer(text):
        yield PrivateSpan("school", *match.span())


def _is_named(name: str, kind: str) -> bool:
    """Whether a school's name tells it from others: 阳光小学, 第三中学, not 农村小学."""
    return not _NO_NAME.fullmatch(name) or not _GENERIC_KIND.fullmatch(kind)


def _is_attended(text: str, start: int, end: int) -> bool:
    return bool(_ATTENDS.search(text[max(0, start - 24) : start]) or _ATTENDING.match(text, end))


def _start(text: str, suffix: int, kind: str) -> int:
    """Where the private part of a school's name begins: behind other words and divisions."""
    start = max(0, suffix - 18)
    breaks = [m.end() for m in _BREAK.finditer(text, start, suffix)]
    if breaks:
        start = breaks[-1]
    named_after = [
        hit.end
        for hit in Names.shared().find(text[start:suffix])
        if (hit.name.form == "full" or hit.name.trust == "free")
        and (start + hit.end < suffix or not _GENERIC_KIND.fullmatch(kind))  # 朝阳小学, 西安一中
    ]
    return start + max(named_after, default=0)
