"""Home addresses: community, building, unit, room; house numbers of streets; groups of villages."""

import re
from collections.abc import Iterator
from typing import Final

from nlp.gazetteer.names import Names
from nlp.masking.cues import HARM
from nlp.masking.patterns import alternatives
from nlp.masking.spans import PrivateSpan

_HINT: Final = re.compile(r"[号楼栋幢座室#组社队屯院巷排村]|单元|\d-\d|小区|[厦园寓馆]\d")

_N = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,4}|[A-Za-z]\d{0,2}|[甲乙丙丁])"
_BUILDING = rf"(?:[A-Za-z]区|{_N}期)?{_N}(?:号楼|栋|幢|座|号院|排(?=\d)|#楼?)(?:[A-Z]座)?"
_UNIT = rf"(?:{_N}单元|[东西中]单元|\d门(?=\d))"
_NOT_A_COUNT = r"(?![\d个户人名多家辆万元平米年月斤块楼路])"
_ROOM = (
    rf"(?:\d{{3,4}}(?:室|号房|房间|房|号|户|{_NOT_A_COUNT})"
    r"|[一二三四五六七八九十零〇]{3,4}(?:室|号?房|号)|\d{1,2}(?:室|号房|户|号)|[东西南北中]户)"
)
_FLOOR = rf"(?:负?{_N}[层楼](?!道|上|下|房))"
_SIDE = r"(?:[东西]户)?"
_DOOR: Final = re.compile(
    rf"(?:{_BUILDING}){{1,2}}"
    rf"(?:{_UNIT}(?:{_FLOOR}?{_ROOM})?{_FLOOR}?{_SIDE}|{_FLOOR}?{_ROOM}|{_FLOOR}{_SIDE})"
    rf"|{_UNIT}{_ROOM}"
    r"|(?<![\d\-])[A-Za-z]?\d{1,3}-\d{1,2}-\d{3,4}(?:室|号)?(?![\d\-])"
    r"|(?<=[苑园区城寓府湾庭居厦院])\d{3,4}(?:室|号房|房)"
    rf"|(?<=公寓|大厦|花园|小区|家园|宾馆|寓楼)\d{{3,4}}{_NOT_A_COUNT}"
    r"|(?<=公寓)\d{1,2}[楼层](?!道|上|下)"
)
_BLOCK: Final = re.compile(
    alternatives("masking-home-kinds.txt")
    + rf"(?P<door>(?:{_N}期)?\d{{1,3}}(?:号楼|栋|幢|#楼?)|{_N}期{_N}[栋幢座])"
)
"""A building of a community: 御景湾15栋."""
_VILLAGE: Final = re.compile(
    r"(?:村|寨|屯|庄|社区|大队|[坪湾冲坝塘])(?:委会)?"
    rf"(?:第?{_N}(?:村民)?[组社队](?![织成长员合区会伍照图数对镜人])(?:{_N}号)?|\d{{1,4}}号(?!楼))"
    r"|村[\u4e00-\u9fff]{2}组(?![织成长员合])"
)
_HAMLET: Final = re.compile(r"(?<=[镇乡])[\u4e00-\u9fff]{1,5}?村(?![民里长支委级干上])")
_UNITS = (
    rf"(?:{_N}(?:号(?:院|楼|附{_N}号)?|室|栋|幢|座|单元|[层楼户]|号?房|[组社队])"
    r"|村(?![民里长支委干])(?:[\u4e00-\u9fff]{2}组)?|[小社]区|花园|公寓|新村|家园|宿舍|家属院|[苑屯寨]"
    r"|[一二三四五六七八九十\d][巷弄])"
)
_SIGN = r"[\u4e00-\u9fff0-9A-Za-z#\-]"
_LIVES: Final = re.compile(
    alternatives("masking-home-cues.txt") + r"[是为:在于地 ]{0,3}"
    rf"(?P<home>{_SIGN}{{1,24}}?{_UNITS}(?:{_SIGN}{{0,6}}?{_UNITS}){{0,3}})"
)
_CUED: Final = re.compile(
    alternatives("masking-home-cues.txt") + r"|[我咱俺]们?(?=[\u4e00-\u9fff]*$)"
)
_NO_HOME: Final = re.compile(alternatives("masking-no-homes.txt"))
_BREAK: Final = re.compile(alternatives("masking-home-breaks.txt"))
_PUBLIC_PLACE: Final = re.compile(r"(?:中心|广场|商场|市场|医院|学校|酒店|大楼)$")
_TOWN: Final = re.compile(r"[\u4e00-\u9fff]{1,6}?(?:[镇乡](?![下间])|街道)")
_DIVISIONS: Final = frozenset(("full", "short", "former"))
_SEAM: Final = re.compile(r"[东西南北中]?[路街巷]|大道|小区|花园|新村|村")
"""What is named after a division when it stands right behind its name: 中山路."""
_REACH: Final = 22
"""How many characters before the door the names of community and street may take."""


def find_homes(text: str, *, beside_minor: bool) -> Iterator[PrivateSpan]:
    """Addresses down to the door or the group of a village; division and town stay for routing.

    A building alone or a group of a village is a home only where somebody lives there or comes to
    harm: else it is where the street lamp is broken. Beside a minor's name the village goes too.
    """
    if not _HINT.search(text):
        return
    for match in _DOOR.finditer(text):
        if _PUBLIC_PLACE.search(text[max(0, match.start() - 4) : match.start()]):
            continue
        yield PrivateSpan("address", _start(text, match.start()), match.end())
    blocks = [*_BLOCK.finditer(text), *_VILLAGE.finditer(text)]
    private = beside_minor or (bool(blocks) and HARM.search(text) is not None)
    for match in blocks:
        at = match.start("door") if match.lastgroup else match.start()
        if private or match.group().endswith("号") or _is_cued(text, at):
            yield PrivateSpan("address", _start(text, at), match.end())
    for match in _HAMLET.finditer(text) if beside_minor else ():
        yield PrivateSpan("address", *match.span())
    yield from _lived_in(text)


def _lived_in(text: str) -> Iterator[PrivateSpan]:
    """Whatever stands behind 家住 or 住址 and ends like an address."""
    for match in _LIVES.finditer(text):
        start = _start(text, match.start("home") + 1, match.start("home"))
        if not _NO_HOME.fullmatch(match["home"]):
            end = match.end()
            yield PrivateSpan("address", _after_divisions(text, start, end), end)


def _is_cued(text: str, at: int) -> bool:
    return _CUED.search(text[max(0, at - _REACH) : at]) is not None


def _start(text: str, anchor: int, least: int = 0) -> int:
    """Where the private part of the address that has its door here begins."""
    start = max(least, anchor - _REACH)
    breaks = [match.end() for match in _BREAK.finditer(text, start, anchor)]
    return _after_divisions(text, breaks[-1] if breaks else start, anchor)


def _after_divisions(text: str, start: int, end: int) -> int:
    """Behind the names of divisions that stand here, unless a street is named after one."""
    at = start
    for hit in Names.shared().find(text[start:end]):
        if start + hit.start > at or hit.name.trust != "free" or hit.name.form not in _DIVISIONS:
            break
        if _SEAM.match(text, start + hit.end) or text[start + hit.end - 1] in "路街":
            break
        at = start + hit.end
    towns = [match.end() for match in _TOWN.finditer(text, at, end)]
    return towns[-1] if towns else at
