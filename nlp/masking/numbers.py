"""Numbers that lead to one person: identity cards, phones, landlines, bank cards, plates."""

import re
from collections.abc import Iterator
from typing import Final

from nlp.masking.spans import PrivateSpan

_WRITTEN: Final = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_DIGITS: Final = str.maketrans(_WRITTEN, "001234567891123456789")
_GAP = "[ \\-—–_.·,/*~\ufe0f\u20e3]"
_HINT: Final = re.compile(
    rf"\d(?:{_GAP}{{0,3}}[\d{_WRITTEN}]){{5}}|[{_WRITTEN}](?:{_GAP}{{0,2}}[\d{_WRITTEN}]){{6}}"
)
"""Without six digits near each other there is no number to hide; a plate is looked for apart."""

_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)"
_IDENTITY = re.compile(
    rf"(?<!\d)(?=[1-9])\d(?:{_GAP}{{0,3}}\d){{16}}{_GAP}{{0,3}}[\dXx](?:\d\d(?!\d))?(?!\d)(?![A-WYZa-wyz])"
)
_OLD_IDENTITY = re.compile(rf"(?<!\d){_REGION}\d{{6}}{_MONTH_DAY}\d{{3}}(?!\d)")
_IDENTITY_CUE = re.compile(
    r"(?:身份|证件?|社保卡?|社会保障|驾驶证|残疾证)(?:证|号码?|卡)*[^\d]{0,8}$"
)
_PHONE = re.compile(
    rf"(?<!\d)(?:\(?(?:\+|00)?86\)?{_GAP}{{0,2}})?(?P<number>1{_GAP}{{0,3}}[3-9](?:{_GAP}{{0,3}}\d){{9}})(?!\d)"
)
_WRITTEN_PHONE = re.compile(
    rf"(?<![\d{_WRITTEN}])[1一幺壹]{_GAP}?[3-9三四五六七八九叁肆伍陆柒捌玖](?:{_GAP}?[\d{_WRITTEN}]){{9}}"
    rf"(?!{_GAP}?[\d{_WRITTEN}])"
)
_SEPARATORS: Final = re.compile(r"\D+")
_GROUPINGS: Final = frozenset(
    {
        (3, 4, 4),
        (3, 8),
        (7, 4),
        (3, 3, 5),
        (4, 3, 4),
        (4, 4, 3),
        (3, 2, 3, 3),
        (2, 3, 3, 3),
        (5, 6),
        (5, 3, 3),
        (3, 5, 3),
        (3, 2, 2, 2, 2),
        (1,) * 11,
    }
)
"""How people break a mobile number up; other breaks are dates, scores and lists."""

_LANDLINE = re.compile(
    r"(?<!\d)(?:\(0\d{2,3}\)[ \-—–]{0,2}|0(?:10|2\d|[3-9]\d\d)[ \-—–~]{1,3})"
    r"[2-9]\d{2,3}[ \-—–]?\d{3,4}(?:[\-—转]{1,2}\d{1,5})?(?!\d)"
    r"|(?<!\d)0(?:10|2\d)[2-8]\d{7}(?!\d)|(?<!\d)0[3-9]\d\d[2-8]\d{6,7}(?:转\d{1,5})?(?!\d)"
)
_BARE_LANDLINE = re.compile(
    r"(?:电话|座机|固话|[Tt][Ee][Ll]|致电|拨打)(?:号码?|机)?[是为: .(]{0,3}"
    r"(?P<number>[2-9]\d{2,3}[ \-—–]?\d{4})(?:转\d{1,5})?(?!\d)(?![人元个万名次])"
)
_CARD = re.compile(rf"(?<![\dA-Za-z])[3-69]\d{{2,3}}(?:{_GAP}?\d){{11,15}}(?!\d)(?![A-Za-z])")
_CARD_CUE = re.compile(r"(?:卡|[账帐][号户]|户头|打[到给]|转[到给入]|汇[到给入])[^\d]{0,10}$")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-HJ-NP-Z][\-·•. ]?"
    r"(?=[A-HJ-NP-Z0-9]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])"
)
_PUBLIC: Final = re.compile(
    r"(?:[报爆]料(?!人)|投稿|热线|举报|监督|值班|咨询|客服|征集)[^\d,。;]{0,6}$"
)
"""Before a contact that an office or a paper gives to everybody."""

_WINDOW: Final = 24
"""How many characters before a number may hold its cue."""


def find_numbers(text: str) -> Iterator[PrivateSpan]:
    """Private numbers of a spelt text; hot lines (12345, 400-…) are not private."""
    for match in _PLATE.finditer(text):
        yield PrivateSpan("plate", *match.span())
    if not _HINT.search(text):
        return
    yield from _identities(text)
    yield from _phones(text)
    yield from _cards(text)
    for match in _LANDLINE.finditer(text):
        if not is_public(text, match.start()):
            yield PrivateSpan("landline", *match.span())
    for match in _BARE_LANDLINE.finditer(text):
        if not is_public(text, match.start() + 2):
            yield PrivateSpan("landline", match.start("number"), match.end())


def is_public(text: str, at: int) -> bool:
    """Whether the contact here is one that is given to everybody."""
    return _PUBLIC.search(text[max(0, at - _WINDOW) : at]) is not None


def _identities(text: str) -> Iterator[PrivateSpan]:
    for match in _IDENTITY.finditer(text):
        if valid_identity(match.group()) or _is_cued(_IDENTITY_CUE, text, match.start()):
            yield PrivateSpan("identity", *match.span())
    for match in _OLD_IDENTITY.finditer(text):
        yield PrivateSpan("identity", *match.span())


def _phones(text: str) -> Iterator[PrivateSpan]:
    for match in _PHONE.finditer(text):
        groups = tuple(len(group) for group in _SEPARATORS.split(match["number"]))
        if len(groups) == 1 or groups in _GROUPINGS:
            yield PrivateSpan("phone", *match.span())
    for match in _WRITTEN_PHONE.finditer(text):
        if not match.group().isascii():
            yield PrivateSpan("phone", *match.span())


def _cards(text: str) -> Iterator[PrivateSpan]:
    for match in _CARD.finditer(text):
        number = match.group()
        if (valid_card(number) and number[0] != "9") or _is_cued(_CARD_CUE, text, match.start()):
            yield PrivateSpan("bank_card", *match.span())


def _is_cued(cue: re.Pattern[str], text: str, at: int) -> bool:
    return cue.search(text[max(0, at - _WINDOW) : at]) is not None


def valid_identity(number: str) -> bool:
    """Whether the last of 18 digits is the check digit of GB 11643-1999.

    Two more digits after it make the number of a disability card.
    """
    digits = [char for char in number.upper() if char.isdigit() or char == "X"][:18]
    if len(digits) != 18 or "X" in digits[:17]:
        return False
    total = sum(int(digit) * (1 << (17 - at)) for at, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17]


def valid_card(number: str) -> bool:
    """Whether the digits satisfy Luhn's formula (ISO/IEC 7812-1)."""
    total = 0
    for at, digit in enumerate(reversed([int(char) for char in number if char.isdigit()])):
        doubled = digit * 2 if at % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
