"""Numbers and accounts: identity cards, phones, bank cards, e-mail, QQ, WeChat, plates."""

import re
from collections.abc import Iterator
from typing import Final

from nlp.masking.spans import PrivateSpan

_HINT: Final = re.compile(r"\d{4}|[A-Za-z0-9_]{4}|@")
_WIDTHS: Final = {0xFF01 + i: 0x21 + i for i in range(94)}
"""Full-width signs to ASCII, one for one, so that offsets stay."""

_GAP = r"[ \-—.·]?"
_IDENTITY = re.compile(
    rf"(?<!\d)[1-9]\d{{5}}{_GAP}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_GAP}"
    r"\d{3}[\dXx](?![0-9A-Za-z])"
)
_OLD_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_IDENTITY_CUE = re.compile(r"身份证?(?:号码?)?[^\d]{0,8}$|证件号码?[^\d]{0,6}$")
_PHONE = re.compile(
    rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d"
    rf"(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|\d{_GAP}\d{{3}}{_GAP}\d{{4}})(?!\d)"
)
_LANDLINE = re.compile(
    r"(?<!\d)(?:\(0\d{2,3}\)[ ]?|0(?:10|2\d|[3-9]\d\d)[ \-—])[2-8]\d{6,7}(?:[\-—转]\d{1,5})?(?!\d)"
    r"|(?<!\d)0(?:10|2\d)[2-8]\d{7}(?!\d)|(?<!\d)0[3-9]\d\d[2-8]\d{6,7}(?!\d)"
)
_CARD = re.compile(
    r"(?<![\dA-Za-z])[3-6]\d{3}(?:[ \-]?\d{4}){2}[ \-]?\d{4}(?:[ \-]?\d{1,3})?(?![\dA-Za-z])"
)
_CARD_CUE = re.compile(r"(?:卡号|账号|帐号|账户|银行卡|户头)[^\d]{0,8}$")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,6}")
_QQ = re.compile(
    r"(?:[Qq]{2}|扣扣|企鹅|(?<![A-Za-z])[Qq](?=[号:：]))(?:群|号码?|账号)?[是为:：\s]{0,3}(?P<value>[1-9]\d{4,10})(?!\d)"
)
_WECHAT = re.compile(
    r"(?:微信(?:账号)?|薇信|威信|[Vv]信|(?<![A-Za-z])(?:vx|VX|Vx|wx|WX|weixin)|加[vV微薇]|(?<![A-Za-z])[Vv](?=[:：]))"
    r"(?:号?[是为:：]\s{0,2}|号\s{0,2}|\s{0,2}(?=[A-Za-z0-9_\-]*\d))"
    r"(?P<value>[A-Za-z0-9][A-Za-z0-9_\-]{4,19})(?![A-Za-z0-9_])"
    r"|(?P<id>wxid_[a-z0-9]{6,})"
)
_ACCOUNT = re.compile(
    r"(?:抖音|快手|小红书|微博|支付宝|陌陌|探探)(?:账号|帐号|账户|号|[Ii][Dd])[是为:：\s]{0,3}"
    r"(?P<value>[A-Za-z0-9][A-Za-z0-9_.\-]{3,23})(?![A-Za-z0-9_])"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·• .]?"
    r"(?=[A-HJ-NP-Z0-9]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])"
)
_PASSPORT = re.compile(r"护照(?:号码?)?[是为:：\s]{0,3}(?P<value>[A-Z]{1,2}\d{7,8})(?!\d)")

_PUBLIC: Final = re.compile(
    r"(?:[报爆]料|投稿|热线|举报|监督|值班|咨询|客服|征集)[^\d，。；]{0,6}$"
)
"""Before a contact that an office or a paper gives to everybody."""

_CUED: Final = (("qq", _QQ), ("wechat", _WECHAT), ("account", _ACCOUNT), ("passport", _PASSPORT))
_PLAIN: Final = (
    ("phone", _PHONE),
    ("landline", _LANDLINE),
    ("email", _EMAIL),
    ("plate", _PLATE),
)


def find_numbers(text: str) -> Iterator[PrivateSpan]:
    """Private numbers and accounts; hot lines (12345, 400-…) are not private."""
    plain = text.translate(_WIDTHS) if not text.isascii() else text
    if not _HINT.search(plain):
        return
    yield from _identities(plain)
    yield from _cards(plain)
    for kind, pattern in _PLAIN:
        for match in pattern.finditer(plain):
            if kind not in ("landline", "email") or not _PUBLIC.search(plain, 0, match.start()):
                yield PrivateSpan(kind, *match.span())
    for kind, pattern in _CUED:
        for match in pattern.finditer(plain):
            group = match.lastgroup or "value"
            yield PrivateSpan(kind, match.start(group), match.end(group))


def _identities(text: str) -> Iterator[PrivateSpan]:
    for match in _IDENTITY.finditer(text):
        if valid_identity(match.group()) or _IDENTITY_CUE.search(text, 0, match.start()):
            yield PrivateSpan("identity", *match.span())
    for match in _OLD_IDENTITY.finditer(text):
        if _IDENTITY_CUE.search(text, 0, match.start()):
            yield PrivateSpan("identity", *match.span())


def _cards(text: str) -> Iterator[PrivateSpan]:
    for match in _CARD.finditer(text):
        if valid_card(match.group()) or _CARD_CUE.search(text, 0, match.start()):
            yield PrivateSpan("bank_card", *match.span())


def valid_identity(number: str) -> bool:
    """Whether the last of 18 digits is the check digit of GB 11643-1999."""
    digits = [char for char in number.upper() if char.isdigit() or char == "X"]
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
