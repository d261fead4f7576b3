"""Accounts by which one person is reached: e-mail, QQ, WeChat, short video, payment, passports."""

import re
from collections.abc import Iterator
from typing import Final

from nlp.masking.numbers import is_public
from nlp.masking.spans import PrivateSpan

_HINT: Final = re.compile(r"[A-Za-z0-9_]{4}|@")

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64} ?"
    r"(?:@|[(\[【]at[)\]】]|#(?=(?:qq|163|126|sina|gmail)\.)) ?"
    r"[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,4}\.[A-Za-z]{2,6}",
    re.IGNORECASE,
)
_QQ = re.compile(
    r"(?:[Qq] ?[Qq]|扣扣|加扣|企鹅|uin=|(?<![A-Za-z])[Qq](?=[号:群]))(?:邮箱)?"
    r"(?:[群号码帐账户空间昵称名是为:=(\"“”「'\s就的我他她加]{0,8}|[\u4e00-\u9fff]{1,6}: ?)"
    r"(?P<value>[1-9]\d{4,10})(?!\d)(?![.\-_]?[A-Za-z@])"
)
_NO_HANDLE = r"(?!(?:ios|iphone|ipad|android|windows|pc|mac|pay|beta|ui|app|https?)(?![a-z_]{3}))"
_WECHAT = re.compile(
    r"(?:微 ?信(?: ?账? ?号)?|薇信|威信|we ?chat|v信|(?<![a-z])(?:vx|wx|weixin)|加 ?[v微薇]"
    r"|(?<![参增更添])加我(?=[: ]?[a-z])|绿泡泡|(?<![a-z])v(?=[: ]))"
    r"(?:(?:账号|号码|id|号|名|收款|同号|我|加|的|是|为|转)|[: (\"“”「'=]){0,9}"
    rf"{_NO_HANDLE}(?P<value>[a-z0-9][a-z0-9_.\-]{{4,19}})(?![a-z0-9_])",
    re.IGNORECASE,
)
_WXID = re.compile(r"wxid_[a-z0-9]{6,}")
_PLATFORM = r"(?:抖音|快手|小红书|微博|支付宝|陌陌|探探|[Bb]站|哔哩哔哩|贴吧|淘宝|闲鱼|[Ss]oul)"
_NAMED = r"(?:[账帐][号户]|号码?|昵称|网名|UID|uid|[Ii][Dd]|主页)"
_ACCOUNT = re.compile(
    rf"{_PLATFORM}(?:{_NAMED}|[是为叫: “\"「(]){{1,4}}{_NO_HANDLE}"
    r"(?P<value>[A-Za-z0-9][A-Za-z0-9_.\-]{3,30}(?:@[A-Za-z0-9.\-]{3,30})?)(?![A-Za-z0-9_])"
)
_PLAIN_ACCOUNT = re.compile(
    rf"{_PLATFORM}{_NO_HANDLE}"
    r"(?P<value>(?=[A-Za-z0-9.\-]{0,20}[_\d])[A-Za-z][A-Za-z0-9_.\-]{5,23})(?![A-Za-z0-9_])"
)
_UID = re.compile(r"(?<![A-Za-z])(?:UID|uid)[是为: =]{0,3}(?P<value>\d{5,12})(?!\d)")
_SIGNED_NICKNAME = r"[\u4e00-\u9fff·]{0,18}[A-Za-z0-9_\-][\w\-·]{0,18}"
"""A nickname that cannot be the name of a paper or an office: it holds Latin, digits or a line."""
_NO_OFFICE = r"(?!\w{0,16}(?:发布|[日晚时]报|新闻|公安|法院|检察|官方|在线|政务|警方))"
_AT = re.compile(
    rf"(?:微博|抖音|快手|小红书)(?:{_NAMED}[是为: ]{{0,3}}(?P<told>@{_NO_OFFICE}[\w\-·]{{2,20}})"
    rf"| ?(?P<value>@{_SIGNED_NICKNAME}))"
)
_OF = re.compile(
    rf"@?[“\"「]?(?P<value>{_SIGNED_NICKNAME})[”\"」]?的? ?(?:微博|抖音|快手|小红书){_NAMED}"
)
_PASSPORT_CUE: Final = re.compile(r"护照|通行证|passport", re.IGNORECASE)
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z] ?[A-Z]?\d{7,8}|[A-Z]{2} \d{7})(?![A-Za-z0-9])")

_CUED: Final = (
    ("qq", _QQ),
    ("wechat", _WECHAT),
    ("account", _ACCOUNT),
    ("account", _PLAIN_ACCOUNT),
    ("account", _UID),
    ("account", _AT),
    ("account", _OF),
)
_HANDLE_SIGN: Final = re.compile(r"[\d_\-]")
_OUTSPOKEN: Final = re.compile(r"(?:[号:]|[Ii][Dd])[^号:]{0,3}$|加.?$")


def find_accounts(text: str) -> Iterator[PrivateSpan]:
    """Accounts of a spelt text; a mailbox or number given to everybody stays."""
    if not _HINT.search(text):
        return
    for match in _EMAIL.finditer(text):
        if not is_public(text, match.start()):
            yield PrivateSpan("email", *match.span())
    for kind, pattern in _CUED:
        for match in pattern.finditer(text):
            if kind != "wechat" or _is_handle(match):
                yield PrivateSpan(kind, *match.span(match.lastgroup or "value"))
    for match in _WXID.finditer(text):
        yield PrivateSpan("wechat", *match.span())
    if _PASSPORT_CUE.search(text):
        for match in _PASSPORT.finditer(text):
            yield PrivateSpan("passport", *match.span())


def _is_handle(match: re.Match[str]) -> bool:
    """Whether a Latin word after the cue is an account: it looks like one, or is said to be one."""
    cue = match.string[match.start() : match.start("value")]
    return bool(_HANDLE_SIGN.search(match["value"]) or _OUTSPOKEN.search(cue))
