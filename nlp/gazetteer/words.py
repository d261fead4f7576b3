"""Where the words of a text begin and end, and whether a name found there is made of whole ones."""

import re
from collections.abc import Iterator
from typing import Final

import rjieba

from nlp.gazetteer.context import begins_clause
from nlp.gazetteer.names import Hit

_TAIL: Final = frozenset(
    {"法院", "大学", "学院", "警方", "人", "市民", "机场", "中学", "一中", "师大", "站", "火车站"}
)
"""Endings with which the dictionary has a place's name as one word (海淀法院, 义乌人)."""

_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范石姚谭廖邹熊金陆郝孔崔康毛邱秦史顾侯邵孟龙段雷钱汤尹黎易武乔贺赖龚庞樊殷施洪翟颜倪严温季俞"
    "章鲁葛韦毕聂焦费"
)
_SPLIT: Final = frozenset({"河南县", "海南县", "河北区", "吉林市"})
"""Full names that begin with the name of another, larger unit."""

_WORDY: Final = frozenset({"任县", "代县", "和县", "新县", "古县", "成县", "应县", "开县", "安县"})
"""Counties whose names may also be a verb, conjunction or adjective before 县."""

_OF_COUNTIES: Final = frozenset("长委城级域领")

_OPEN: Final = re.compile(r"[，。、：；！？\s一某有两三\d男女警]|分局|法院|妇联|$")


class Words:
    """Where the words of a text begin and end; cut only when first asked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: dict[int, int] = {}

    def allow(self, hit: Hit) -> bool:
        """Whether the hit is made of whole words (暴雨|城区 holds no 雨城区)."""
        ends = self._words()
        if self.text.startswith("级", hit.end):  # 县级, 市级
            return False
        if hit.start not in ends or (_may_be_a_name(hit) and self.follows_surname(hit)):
            return False
        return hit.name.form not in ("short", "landmark") or self._ends_well(hit)

    def ends(self, at: int) -> bool:
        """Whether a word ends there, so that the next begins."""
        return at in self._words() or at == len(self.text)

    def lend(self, hit: Hit) -> bool:
        """Whether the last character of a full name begins the next word (代|县长, 河南|县城)."""
        if hit.name.form not in ("full", "former"):
            return False
        if hit.name.text in _WORDY:
            follows = self.text[hit.end : hit.end + 1]
            return follows in _OF_COUNTIES or not begins_clause(self.text, hit.start)
        return hit.name.text in _SPLIT and self.ends(hit.end - 1) and not self.ends(hit.end)

    def follows_surname(self, hit: Hit) -> bool:
        """Whether a one-character word before the name makes it somebody's given name (赵|安吉)."""
        before = hit.start - 1
        return self.text[before : hit.start] in _SURNAMES and self._words().get(before) == hit.start

    def holds(self, hit: Hit) -> bool:
        """Whether the hit is one word."""
        return self._words().get(hit.start) == hit.end

    def may_end(self, hit: Hit) -> bool:
        """Whether a name after its parent's ends where a word may end."""
        if hit.name.form != "short" or hit.name.trust == "free" or hit.end in self._words():
            return True
        return _OPEN.match(self.text, hit.end) is not None

    def _ends_well(self, hit: Hit) -> bool:
        """Whether the name ends with a word, or begins one that is named after it (武汉大学)."""
        words = self._words()
        if hit.end in words or hit.end == len(self.text):
            return True
        if self.text.startswith("周一", hit.end - 1):  # 曲周一女子: the cut sees a Monday
            return True
        if hit.name.form == "landmark" and self.text.startswith("大学生", hit.end - 1):  # 武大|学生
            return True
        end = words.get(hit.start, 0)
        if hit.name.form == "landmark" or end <= hit.end:
            return False
        return hit.name.codes[0].endswith("00") or self.text[hit.end : end] in _TAIL

    def _words(self) -> dict[int, int]:
        if not self._starts:
            self._starts = dict(_spans(rjieba.cut(self.text, False)))
        return self._starts


def _may_be_a_name(hit: Hit) -> bool:
    """Whether somebody may be called so: provinces are not, whatever stands before them."""
    return hit.name.form == "short" and not hit.name.codes[0].endswith("0000")


def _spans(words: list[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for word in words:
        yield at, at + len(word)
        at += len(word)
