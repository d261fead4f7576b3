"""Names of institutions in a text: schools, hospitals, companies, offices that run a place."""

import re
from functools import cache
from typing import Final

from nlp.gazetteer.names import Names
from nlp.lexicon import read_lines

_SUFFIX: Final = re.compile(
    r"大学|学院|中学|小学|幼儿园|高级中学|职业学校|技校|武校|学校|医院|卫生院|保健院|福利院|养老院|训练营|有限公司|公司|集团"
    r"|酒店|宾馆|商场|工厂|药厂|教育机构|培训中心|托育中心|月子中心|体育馆"
)
_STOP: Final = re.compile(
    r"[^\u4e00-\u9fff·0-9A-Za-z]|[的在从到是被与和向于称据对由给让把将及或等往至就了并即]"
    r"|记者|涉事|当地|一[所家名个间]|某|多[所家名]|全国|该|这[所家]|那[所家]|各|就读|获悉|毕业|来自|进入|位于|一起|知名"
    r"|一[男女]|此事|联系|供|上(?![海饶虞杭])|反映|举报|回应|通报|女子|男子|女童|男童|女孩|男孩|网传|网曝|疑似|曝|岁|年|月|日"
)
_GENERIC: Final = re.compile(
    r"中|小|高|初|乡镇|乡村|[民公私][办立]|附近|其他|连锁|快捷|[一二三四五]星级|三甲|重点|女子|希望|互联网|上市|.*[一二两三几多些]"
)
_LONGEST: Final = 14
_NUMBERED: Final = re.compile(
    r"(?:第([一二三四五六七八九十百]+|\d{1,3})|([二三四五六七八九]?十[一二三四五六七八九]?|(?<![\d.])\d{2,3})(?=[小中]))"
    r" ?(小学?|中学?|幼儿园|人民医院|医院)(?![心国年])"
)
_UNITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")}


def find_institutions(text: str) -> tuple[str, ...]:
    """Institutions as the text names them (临沂妇幼保健院); generic ones (某小学) are none."""
    found: dict[str, None] = {}
    places: list[tuple[int, int]] | None = None
    for match in _SUFFIX.finditer(text):
        if places is None:
            places = [(hit.start, hit.end) for hit in Names.shared().find(text)]
        start = _start(text, match.start(), places)
        name = text[start : match.start()]
        if len(name) >= 2 and not _GENERIC.fullmatch(name):
            found[text[start : match.end()]] = None
    found.update(dict.fromkeys(_numbered(text)))
    found.update(dict.fromkeys(_brands().findall(text)))
    return tuple(found)


def _numbered(text: str) -> list[str]:
    """Schools and hospitals that go by a number, however it is written (49中, 四十九中学)."""
    return [f"第{_value(m[1] or m[2])}{m[3].replace('学', '')}" for m in _NUMBERED.finditer(text)]


def _value(numeral: str) -> int:
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, units = numeral.partition("十")
    if not ten:
        return _UNITS.get(numeral[0], 0)
    return (_UNITS[tens[-1]] if tens else 1) * 10 + (_UNITS[units] if units else 0)


@cache
def _brands() -> re.Pattern[str]:
    """Companies, chains and universities that titles name without 公司 or 大学."""
    names = sorted(" ".join(read_lines("facts-brands.txt")).split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def _start(text: str, suffix: int, places: list[tuple[int, int]]) -> int:
    """Where the name begins: after the last word that cannot belong to it, or at a place's name."""
    earliest = max(0, suffix - _LONGEST)
    stops = [m.end() for m in _STOP.finditer(text, earliest, suffix)]
    if stops:
        earliest = stops[-1]
    inside = [start for start, end in places if earliest <= start and end <= suffix]
    return inside[0] if inside else earliest
