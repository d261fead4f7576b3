"""The headline of a page."""

import re

from crawlers.extraction.judge import covered, grams
from crawlers.extraction.lines import Line
from crawlers.extraction.page import Page, body_start
from crawlers.extraction.rules import SiteRule, select
from crawlers.extraction.tree import compact, squeeze, text_of

_SEPARATOR = re.compile(
    r"\s*[_|｜丨»]+\s*|\s+[-–—·]+\s+|\s*(?:--+|——+|>>+|::+)\s*|\s*[-–—](?=[^-–—]{2,20}$)"
)
_TAGS = re.compile(r"</?[a-zA-Z]{1,10}\s*/?>")
_SITE = re.compile(
    r"(?:网|网站|论坛|社区|博客|频道|首页|主页|门户|日报|晚报|早报|时报|在线|百科|全书|客户端|公众平台|头条|资讯|专栏|新闻中心|"
    r"blog|forum|bbs|home|index)[〗】)）\s]*$|欢迎|谢谢您|访问|welcome|untitled|无标题|新建|\.(?:com|cn|net|org)\b",
    re.IGNORECASE,
)
_NO_HEADLINE = re.compile(
    r"(?:19|20)\d{2}\s?[-/.年]|\d{1,2}:\d{2}|来源|作者|编辑|发布|发表|浏览|点击|阅读|评论|打印|字号|分享|页\s?/|上一|下一|[:：]\s?\d|"
    r"位置|首页|登录|注册|名[:：]"
)
_SHORTEST = 4
_LONGEST = 120
_ABOVE = 15
_FALL_OFF = 0.7
_PROSE = 15
_TOO_FAR = -5.0


def find_title(page: Page, rule: SiteRule | None, body: str) -> str:
    """The headline, "" only for a page without title and text.

    In this order: what the rule names; a heading that the page's title repeats; a part of the
    page's title that stands above the body; a part that is no site's name; the line above the
    body that looks like a headline; the whole title. A headline of one to three characters says
    too little, so the whole title stands instead.
    """
    for element in select(page.root, rule.title) if rule and rule.title else []:
        text = squeeze(text_of(element))
        if _SHORTEST <= len(text) <= _LONGEST:
            return text
        if text and text in page.head_title:
            return _plain(page.head_title)
    named = page.said("og:title", "twitter:title", "articletitle", "title")
    full = _plain(page.head_title or named)
    return _heading(page, full) or _by_lines(page, full, _plain(named), body)


def _plain(title: str) -> str:
    return squeeze(_TAGS.sub(" ", title))


def _heading(page: Page, full: str) -> str:
    """The longest heading that is part of the page's title; any heading if there is no title."""
    whole, bag, found = compact(full), grams(full), ""
    for element in page.root.iter("h1", "h2", "h3"):
        text = squeeze("".join(element.itertext()))
        if not _SHORTEST <= len(text) <= _LONGEST or len(text) <= len(found) or _SITE.search(text):
            continue
        if not whole:
            return text
        if compact(text) in whole or (len(text) > 8 and covered(grams(text), bag) > 0.8):
            found = text
    return found


def _by_lines(page: Page, full: str, named: str, body: str) -> str:
    """The headline from the parts of the page's title and the lines above the body."""
    start = body_start(page, body)
    near = page.lines[max(0, start - _ABOVE) : start + 2]
    parts = _parts(full) + [part for part in _parts(named) if part not in full]
    for part in sorted(parts, key=len, reverse=True):
        matching = [line for line in near if _repeats(line, part)]
        if matching and not _SITE.search(part):
            return matching[-1].text if compact(part) in compact(matching[-1].text) else part
    telling = [part for part in parts if not _SITE.search(part)]
    if telling and len(telling[0]) >= 2 * _SHORTEST:
        return telling[0]
    prose = next((n for n in range(start, len(page.lines)) if page.lines[n].value >= _PROSE), start)
    return (
        _headline_above(page.lines[max(0, prose - _ABOVE) : prose], body)
        or (full if len(parts) < 2 or not telling else telling[0])
        or full
    )


def _parts(title: str) -> list[str]:
    """The parts of a title between its separators that are long enough to be a headline."""
    return [part for part in _SEPARATOR.split(title) if len(part) >= _SHORTEST]


def _repeats(line: Line, part: str) -> bool:
    """Whether a line is a part of the page's title, or that with little around it."""
    text, plain = compact(line.text), compact(part)
    if plain in text:
        return len(text) < len(plain) + 20
    return len(text) >= 6 and text in plain and len(text) * 2 > len(plain)


def _headline_above(near: tuple[Line, ...], body: str) -> str:
    """The line above the body that looks most like a headline, else the body's short first line."""
    fit = [
        (number, line)
        for number, line in enumerate(near)
        if _SHORTEST <= line.chars <= 50 and not line.linked and not _NO_HEADLINE.search(line.text)
    ]
    ranked = [(_size(line) - _FALL_OFF * (len(near) - number), line.text) for number, line in fit]
    best = max(ranked, default=(_TOO_FAR, ""))
    if best[0] > _TOO_FAR:
        return best[1]
    first = body.split("\n", 1)[0]
    return first if len(first) <= 50 else ""


def _size(line: Line) -> int:
    """How much a line looks like a headline: heading tags, bold, centred, large fonts."""
    size, element = 0, line.element
    for _ in range(4):
        if element is None:
            break
        tag = str(element.tag)
        looks = f"{element.get('class', '')} {element.get('id', '')} {element.get('style', '')}"
        size += 3 * (tag in {"h1", "h2", "h3"}) + (tag in {"b", "strong", "big", "center"})
        size += 2 * bool(
            re.search(r"title|tit\b|head|font-size:\s*(?:1[6-9]|2\d|3\d)", looks, re.IGNORECASE)
        )
        size += 2 * (element.get("size") in {"4", "5", "6", "+1", "+2", "+3"})
        size += element.get("align") == "center"
        element = element.getparent()
    return size
