"""Names of people in a text: the anonymous forms of notices (李某, 贺某阳) and full names by cue.

A full name is believed only after a word that announces one (名叫, 嫌疑人, 教师) and only where a
word ends with it: 李涉嫌 holds none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import rjieba

from nlp.gazetteer.names import Names
from nlp.lexicon import read_lines

_SINGLE, _DOUBLE = read_lines("names-surnames.txt")[:2]
SURNAMES: Final = frozenset(_SINGLE)
COMPOUND: Final = frozenset(_DOUBLE.split())
GIVEN: Final = frozenset(read_lines("names-given.txt")[0])

_UNSURE: Final = frozenset("于时成全向安单代解关万强车占连计明花衣边位方高石金白文易常路左游")
"""Surnames that are everyday words too: before 某 they count only where the 某 ends the name."""

_NOT_SURNAMES: Final = frozenset("明时全解代占计连花衣位单车游向强")
"""Surnames too rare, and words too common, to begin a full name."""

_NOT_GIVEN: Final = re.compile(
    r"女士|先生|老师|师傅|医生|教授|同学|大[爷妈娘]|阿姨|阿婆|叔叔|爷爷|奶奶|[校律院局园所队县市]长|律师|警官|记者|主任"
    r"|书记|经理|老板|家人?|姓|氏|法官|导师|医师|女儿|儿子|同志|教练|小姐"
)
_NOT_NAMES: Final = re.compile(
    r"高[一二三中考校级].?|毕设|江中|韩国|泰国|安静|施暴|卫健委|沙滩|高管|易怒|农家乐|柯基|申请.?|关飞机|马上|农.*|夏令营|凌晨.?|安全.?|万圣.?|武[术侠].?|成[长功绩了全为中老].?|金山|关系|方言|白马|黄金.?"
)
"""Everyday words that the dictionary's cut would let pass for names."""

_NAMELIKE: Final = ("n", "a", "z", "i", "l", "g", "b", "t")
"""Tags of words that a given name may be (建国, 志强, 美丽); verbs and adverbs are not."""

_ANONYMOUS: Final = re.compile(
    rf"({'|'.join(COMPOUND)}|[{_SINGLE}])某(某{{0,2}}[甲乙丙丁]?)"
    rf"(?![日月年天地市省县区校院公司小个些种医平酒学网宝音大单处品知])([\u4e00-\u9fff]?)(.?)"
)
_BOUNDARY: Final = frozenset("，。、；：！？“”‘’（）()《》【】[]「」,.;:!?…— \t\n\r/|·的和与及等")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name and its place in the text, end exclusive."""

    text: str
    start: int
    end: int


def anonymous_names(text: str) -> Iterator[PersonName]:
    """Names that the text itself makes anonymous: 李某, 王某某, 贺某阳, 陈某甲."""
    if "某" not in text:
        return
    for match in _ANONYMOUS.finditer(text):
        surname, more, given, after = match.groups()
        if inside_word(text, match.start()):
            continue
        end = match.end(2)
        if not more and given and _is_given_after(text, match.end(2), given, after):
            end += 1
        elif surname in _UNSURE and not more and given and given not in _BOUNDARY:
            continue
        yield PersonName(text[match.start() : end], match.start(), end)


def is_surname_only(name: str) -> bool:
    """Whether a name is a surname and 某 alone: thousands of people go by 王某."""
    return name.rstrip("某甲乙丙丁") in SURNAMES | COMPOUND


def inside_word(text: str, at: int) -> bool:
    """Whether the character here ends a longer word (九江|某商户)."""
    before = text[at - 1 : at]
    if before in "叫是" or not "\u4e00" <= before <= "\u9fff":
        return False
    begin = max(0, at - 3)
    return at - begin not in _ends(rjieba.tag(text[begin : at + 4], False))


def _is_given_after(text: str, at: int, given: str, after: str) -> bool:
    """Whether the character after 某 belongs to the name: it is one, and a word ends with it."""
    if given not in GIVEN:
        return False
    if not after or after in _BOUNDARY:
        return True
    return rjieba.cut(text[at : at + 4], False)[0] == given


def name_at(text: str, start: int) -> PersonName | None:
    """The full name that begins here: surname and one or two given characters, whole words only."""
    surname = 2 if text[start : start + 2] in COMPOUND else 1
    first = text[start : start + 1]
    if surname == 1 and (first not in SURNAMES or first in _NOT_SURNAMES):
        return None
    if text[start + surname : start + surname + 1] not in GIVEN:
        return None
    length = _length(text[start : start + surname + 7], surname)
    return PersonName(text[start : start + length], start, start + length) if length else None


def name_before(text: str, end: int) -> PersonName | None:
    """The full name that ends here and does not begin inside another word."""
    for length in (4, 3, 2):
        start = end - length
        if start < 0 or (length == 4 and text[start : start + 2] not in COMPOUND):
            continue
        name = name_at(text, start)
        if name and name.end == end and not inside_word(text, start):
            return name
    return None


def _length(text: str, surname: int) -> int:
    """How many characters of the text's beginning are a full name, 0 for none."""
    words = rjieba.tag(text, False)
    ends = _ends(words)
    first, tag = words[0]
    if surname == 1 and len(first) > 1 and _is_place(first):
        return 0
    for length in (surname + 2, surname + 1):
        given = text[surname:length]
        if len(text) < length or length not in ends or not _is_given(given):
            continue
        if _NOT_NAMES.fullmatch(text[:length]) or _is_place(text[:length]):
            return 0
        if len(first) == length and length > 1:
            return length if tag.startswith(("nr", "ns")) else 0
        if len(first) > length:
            continue
        last, last_tag = ends[length]
        if len(last) > 1 and not last_tag.startswith(_NAMELIKE):
            continue
        return length
    return 0


def _is_place(word: str) -> bool:
    hits = Names.shared().find(word)
    return any(hit.name.trust == "free" and hit.end - hit.start == len(word) for hit in hits)


def _is_given(given: str) -> bool:
    return not _NOT_GIVEN.fullmatch(given) and all(char in GIVEN for char in given)


def _ends(words: list[tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """The word that ends at each offset."""
    ends, at = {}, 0
    for word in words:
        at += len(word[0])
        ends[at] = word
    return ends
