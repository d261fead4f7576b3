"""Does a reply mean that the site does not want us? Pure; one reason in Chinese, or ""."""

import re

from crawlers.decode import decode

_FIRM = {
    405: "网站防火墙拦截了请求（HTTP 405）",
    412: "网站要求执行脚本验证（HTTP 412）",
    418: "网站识别并拒绝了抓取（HTTP 418）",
    444: "网站拒绝了连接（HTTP 444）",
    451: "内容因法律原因不可访问（HTTP 451）",
    521: "网站要求执行脚本验证（HTTP 521）",
}
_REFUSED_IN_A_ROW = 3
_SHORT = 1_500
"""Code points of visible text; a longer page is an article that may well speak of captchas."""

_MARKS = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"访问(?:过于|太)?频繁|操作(?:过于|太)?频繁|请求(?:过于|太)频繁", "网站提示访问过于频繁"),
        (
            r"(?:请|需要?)[^。]{0,12}(?:安全验证|人机验证|滑块?验证|拖动滑块|完成验证)"
            r"|输入[^。]{0,8}验证码[^。]{0,12}(?:继续|访问)|百度安全验证|访问验证",
            "网站要求验证码",
        ),
        (
            r"IP[^。]{0,12}(?:封禁|封锁|禁止访问|异常|限制)|您的(?:访问|请求)[^。]{0,8}(?:被拦截|被阻断|被拒绝)",
            "网站封锁了访问",
        ),
        (
            r"just a moment\.\.\.|checking your browser|cf-chl|attention required! \| cloudflare",
            "网站要求人机验证",
        ),
    )
)
_SCRIPTED = re.compile(
    r"acw_sc__v2|__jsl_clearance|_waf_|/_guard/|TCaptcha|geetest|captcha\.js", re.I
)
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]+>", re.DOTALL | re.IGNORECASE)


def blocked(status: int, body: bytes, *, refused_before: int = 0) -> str:
    """Why the visit must end, or "".

    `refused_before` is the number of refusals (401, 403) directly before this reply: one page may
    be closed to the public, three in a row are a closed door.
    """
    if status in _FIRM:
        return f"{_FIRM[status]}，已停止抓取该来源"
    if status in {401, 403}:
        closed = refused_before + 1 >= _REFUSED_IN_A_ROW
        return f"网站连续拒绝访问（HTTP {status}），已停止抓取该来源" if closed else ""
    if len(body) > 200_000:
        return ""
    return _on_page(decode(body)[0])


def _on_page(source: str) -> str:
    visible = " ".join(_MARKUP.sub(" ", source).split())
    if len(visible) > _SHORT:
        return ""
    for mark, reason in _MARKS:
        if mark.search(visible):
            return f"{reason}，已停止抓取该来源"
    if len(visible) < 200 and _SCRIPTED.search(source):
        return "网站要求人机验证，已停止抓取该来源"
    return ""
