"""Which short names are places and which the words, persons, brands of the same name (安康)."""

import re
from typing import Final

from nlp.gazetteer.context import begins_clause
from nlp.gazetteer.names import Hit

ACCOUNT: Final = "平安"
"""Police accounts are called 平安 and the place's name."""

_OFFICE: Final = re.compile(
    r"[县区市]?(?:警方|公安|法院|检察院|妇联|教育局|教体局|纪委|分局|派出所|县委|区委|民政局|卫健[局委]|产投|城投)"
)
_BENCH: Final = re.compile(r"警方|公安局|法院|检察院|县委")
_WORDS: Final = frozenset(
    ("会同", "比如", "龙江", "公安", "合作", "互助", "共和", "同心", "解放", "友好", "上街", "平房")
)
"""Names so common as words that nothing but their parent's right before makes them a place."""

_SOMEBODY: Final = re.compile(
    r"一(?:[男女名对所小中高老母父夫妻村镇乡幼医工企酒饭餐店宾景民养教培托车商网学孩鞋服电婴产护保单机]"
    r"|家(?!人)|公司|司机|出租)"
    r"|某(?!海)|[男女](?:子|孩|童|生|婴)|市民|村民|居民|警方|通报|辟谣|地震|暴雨|大雨|风雨|降雨|台风|冰雹|大雪|停电|停水|山火|洪水|疫情|发生|突发"
)
"""What follows a place and hardly ever the word or person of the same name (晋江一鞋厂)."""

_DEED: Final = re.compile(r"遇|遭|被|失踪|失联|坠|发生|突发|打工|务工|旅游")
_DATE: Final = re.compile(r"(?:近日|日前|昨[天日]|今[天日]|\d日)(?:[^，。]{0,4})[，,]\s?$")
_STOPS: Final = frozenset("，。,")


def is_word(hit: Hit) -> bool:
    """Whether the name without its parent's is a word whatever stands around it (公安, 会同)."""
    return hit.name.text in _WORDS


def is_doubtful(hit: Hit, text: str) -> bool:
    """Whether only other places in the text can make the name a place."""
    if hit.name.trust == "free":
        return False
    if hit.name.trust == "linked":
        return not (begins_clause(text, hit.start) and _BENCH.match(text, hit.end))
    if text.endswith(ACCOUNT, 0, hit.start) or _OFFICE.match(text, hit.end):
        return False
    if not begins_clause(text, hit.start):
        return True
    deed = hit.name.codes[0].endswith("00") and _DEED.match(text, hit.end)
    return not deed and not _SOMEBODY.match(text, hit.end) and not _is_dateline(hit, text)


def _is_dateline(hit: Hit, text: str) -> bool:
    """Whether the name alone stands between a date and the story (近日，资中。一女子…)."""
    return (
        _DATE.search(text, max(0, hit.start - 8), hit.start) is not None
        and text[hit.end : hit.end + 1] in _STOPS
    )
