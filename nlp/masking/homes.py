"""Home addresses: community, building, unit, room; house numbers of villages."""

import re
from collections.abc import Iterator
from typing import Final

from nlp.gazetteer.names import Names
from nlp.masking.spans import PrivateSpan

_NUMBER = r"(?:\d{1,4}|[一二三四五六七八九十]{1,3}|[A-Za-z]\d{0,2})"
_BUILDING = rf"{_NUMBER}(?:号楼|栋|幢|座|号院|#楼?)"
_UNIT = rf"{_NUMBER}单元"
_ROOM = (
    r"(?:\d{3,4}|[一二三四五六七八九十零〇]{3,4})"
    r"(?:室|号房|房间|房|号|(?![\d个户人名多家辆万元平米]))"
)
_SHORT_ROOM = r"\d{1,4}(?:室|号房|户)"
_HOME: Final = re.compile(
    rf"(?P<place>[\u4e00-\u9fff]{{0,12}}?)(?P<road>(?:[\u4e00-\u9fff]{{1,5}}(?:路|街|巷|弄|大道|胡同))\d{{1,5}}[号弄](?:院)?)?"
    rf"(?P<community>[\u4e00-\u9fff]{{0,10}}?)"
    rf"(?:{_BUILDING}(?:{_UNIT})?\d{{0,2}}(?:层|楼)?(?:{_ROOM}|{_SHORT_ROOM})"
    rf"|{_BUILDING}{_UNIT}|{_UNIT}(?:{_ROOM}|{_SHORT_ROOM})"
    rf"|\d{{1,3}}-\d{{1,2}}-\d{{3,4}}(?:室|号)?"
    r"|(?<=[苑园区城寓府湾庭居厦院])\d{3,4}(?:室|号房|房))"
)
_VILLAGE: Final = re.compile(
    r"[\u4e00-\u9fff]{1,14}村(?:委会)?(?:(?:第?[\d一二三四五六七八九十]{1,3}(?:组|社|队))?\d{1,4}号(?!楼))"
)
_LIVES: Final = re.compile(
    r"(?:家住|住在|住址|现住|居住[在于]|租住[在于]|家庭地址)[是为:：在于]{0,2}"
    r"(?P<home>[\u4e00-\u9fff]{1,20}?(?:(?:路|街|巷|弄|道|胡同|村)\d{1,5}号"
    r"|村(?:委会)?第?[\d一二三四五六七八九十]{1,3}[组社队]))"
)
_HINT: Final = re.compile(r"[号楼栋幢座室#]|单元|\d-\d|村")
_STOP: Final = re.compile(
    r"[^\u4e00-\u9fff]|.*(?:住在|住址|地址|家住|现住|居住在|位于|租住在|租住|搬到|回到|来到|户籍地|家在|[在到是于住的往从]|乡|镇|街道)"
)


def find_homes(text: str) -> Iterator[PrivateSpan]:
    """Addresses down to the door; the division, town or street they lie in stays for routing."""
    if not _HINT.search(text):
        return
    for pattern in (_HOME, _VILLAGE):
        for match in pattern.finditer(text):
            yield PrivateSpan("address", match.start() + _lead(match.group()), match.end())
    for match in _LIVES.finditer(text):
        start = match.start("home") + _lead(match["home"])
        yield PrivateSpan("address", start, match.end())


def _lead(text: str) -> int:
    """The length of what need not be hidden: prepositions, names of divisions and towns."""
    lead = re.match(r"[\u4e00-\u9fff]*", text)
    head = lead.group() if lead else ""
    at = 0
    stop = _STOP.match(head)
    if stop:
        at = stop.end()
    for hit in Names.shared().find(head):
        if hit.start <= at and hit.name.trust == "free":
            at = max(at, hit.end)
    return at
