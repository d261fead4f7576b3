"""Title, time and author of a page."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from crawlers.dates import CHINA, date_in_url, parse_date
from crawlers.extraction.judge import covered, grams, similarity
from crawlers.extraction.lines import Line
from crawlers.extraction.page import Page
from crawlers.extraction.rules import SiteRule, select
from crawlers.extraction.tree import compact, squeeze, text_of

_SEPARATOR = re.compile(
    r"\s*[_|｜丨]+\s*|\s+[-–—·]+\s+|\s*(?:--+|——+|>>+|»|::+)\s*|\s*[-–—](?=[^-–—]{2,20}$)"
)
_SHORTEST_TITLE = 4
_LONGEST_TITLE = 120

_META_TIMES = (
    "article:published_time", "og:published_time", "bytedance:published_time", "datepublished", "pubdate", "publishdate",
    "publish_date", "og:release_date", "article:create_at", "weibo: article:create_at", "weibo:article:create_at",
    "dc.date.issued", "dcterms.issued", "dc.date", "publish_time", "apub:time", "article_date_original", "originalpublicationdate",
    "parsely-pub-date", "sailthru.date", "firstpublishedtime", "_pubtime", "article:published", "date",
)  # fmt: skip
_SCRIPT_TIME = re.compile(
    r"""["']?\b(?:publish_?time|pub_?(?:date|time)|publish_?date|datepublished|create_?time|ptime|news_?time|ct|oriCreateTime|time)["']?"""
    r"""\s*[:=]\s*["']?((?:19|20)\d{2}[^"',;<]{4,26}|1\d{9}(?:\d{3})?)["',;\s]""",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|[〇零○一二三四五六七八九]{4}年.{1,3}月|\d{2}[-/年]\d{1,2}[-/月]\d{1,2}|"
    r"\d{1,2}月\d{1,2}日|前|昨天|前天|今天|\d{1,2}-\d{1,2}|[A-Z][a-z]{2}.{1,12}(?:19|20)\d{2}|\d{1,2}/\d{1,2}/(?:19|20)\d{2}"
)
_WITH_YEAR = re.compile(
    r"(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|\d{2}[-/年]\d{1,2}[-/月]\d{1,2}"
)
_WITH_CLOCK = re.compile(r"\d{1,2}\s?[:：时]\s?\d{2}")
_TIME_LABEL = re.compile(
    r"发布|发表|时间|日期|来源|更新|修订|于\s?[12]\d|出处|作者|字号|字体|浏览|阅读|点击|人气|稿源|楼主|Posted|Published|Date"
)
_TIME_NAME = re.compile(
    r"time|date|pub|info|source|meta|post|author|detail|from|sub", re.IGNORECASE
)
_NOT_PUBLISHED = re.compile(
    r"今天是|现在是|农历|今日|copyright|©|版权|ICP|注册|加入|登录|生日|截止|最后(?:回复|登录|发表|活动)|有效期|19\d\d\s?[-—]\s?20\d\d",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"(?:作\s*者|撰\s*文|文\s*/|本报记者|[^，。]{0,6}记者|通讯员|楼主|发帖人|发布者|Author)\s*[:：/]?\s*"
    r"(?P<name>[\u4e00-\u9fff·A-Za-z][\w\u4e00-\u9fff·&.-]{1,15})",
    re.IGNORECASE,
)


def find_title(page: Page, rule: SiteRule | None, body: str) -> str:
    """The headline: from the rule, else the heading that the page's title repeats, else its title less the site's name.

    A headline of one to three characters says too little, so the page's title stands instead.
    """
    for element in select(page.root, rule.title) if rule and rule.title else []:
        text = squeeze(text_of(element))
        if _SHORTEST_TITLE <= len(text) <= _LONGEST_TITLE:
            return text
    named = page.said("og:title", "twitter:title", "articletitle", "title") or _json_ld(
        page, "headline"
    )
    full = page.head_title or named
    heading = _heading(page, full)
    if heading:
        return heading
    short = (
        _without_site(named)
        if named and covered(grams(named), grams(full)) > 0.5
        else _without_site(full)
    )
    return _completed(page, short, body) or full or _first_line(body)


def _heading(page: Page, full: str) -> str:
    """The heading that is part of the page's title; the longest when several are."""
    whole = compact(full)
    found = ""
    for element in page.root.iter("h1", "h2", "h3"):
        text = squeeze("".join(element.itertext()))
        if not _SHORTEST_TITLE <= len(text) <= _LONGEST_TITLE or len(text) <= len(found):
            continue
        if compact(text) in whole or (len(text) > 8 and covered(grams(text), grams(full)) > 0.8):
            found = text
    return found


def _without_site(title: str) -> str:
    """The longest leading part of a title between its separators."""
    parts = [part for part in _SEPARATOR.split(title) if part]
    if not parts:
        return title
    first = parts[0]
    return (
        first if len(first) >= _SHORTEST_TITLE else max(parts, key=len) if len(parts) > 2 else title
    )


def _completed(page: Page, short: str, body: str) -> str:
    """The line above the body that the short title is a part of or equal to, else the short title.

    When the page's title names only the site, the headline is the line above the body in bold or a
    heading's size.
    """
    start = body_start(page, body)
    above = [line for line in page.lines[max(0, start - 15) : start] if 4 <= line.chars <= 60]
    for line in reversed(above):
        if (
            len(short) >= _SHORTEST_TITLE
            and compact(short) in compact(line.text)
            and len(line.text) < len(short) + 20
        ):
            return line.text
    if any(
        compact(short) in compact(line.text) for line in page.lines[: start + 3]
    ) and not _names_site(page, short):
        return short
    big = [
        line for line in above if _is_big(line) and line.linked == 0 and not _DATE.search(line.text)
    ]
    return (
        max(big, key=lambda line: _size(line)).text if big and _names_site(page, short) else short
    )


def _names_site(page: Page, title: str) -> bool:
    """Whether a title stands in the page's links too, as a site's or a section's name does."""
    plain = compact(title)
    return (
        any(line.linked and plain in compact(line.text) for line in page.lines) or "欢迎" in title
    )


def _is_big(line: Line) -> bool:
    return _size(line) > 0


def _size(line: Line) -> int:
    """How much a line looks like a headline: heading tags, bold, centred, large fonts."""
    size, element = 0, line.element
    for _ in range(4):
        if element is None:
            break
        tag, looks = (
            str(element.tag),
            f"{element.get('class', '')} {element.get('id', '')} {element.get('style', '')}",
        )
        size += 3 * (tag in {"h1", "h2", "h3"}) + (tag in {"b", "strong", "big", "center"})
        size += 2 * bool(re.search(r"title|tit\b|head", looks, re.IGNORECASE))
        size += 2 * bool(element.get("size") in {"4", "5", "6", "+1", "+2", "+3"})
        size += element.get("align") == "center"
        element = element.getparent()
    return size


def _first_line(body: str) -> str:
    return body.split("\n", 1)[0][:60]


def body_start(page: Page, body: str) -> int:
    """The number of the page's line with which the body begins; the number of lines when none does."""
    plain = compact(body)
    head = plain[:2_000]
    for number, line in enumerate(page.lines):
        text = compact(line.text)
        if len(text) >= 12 and text[:60] in head:
            return number
    return len(page.lines)


def find_time(
    page: Page, rule: SiteRule | None, title: str, body: str, now: datetime
) -> datetime | None:
    """When the page says that it was published, never later than tomorrow; None when it says nothing.

    In this order: the rule; meta elements and JSON-LD; the best dated line near headline and body;
    times in scripts; the URL.
    """
    latest = now + timedelta(days=1)
    earliest = datetime(1990, 1, 1, tzinfo=CHINA)
    for found in _times(page, rule, title, body, now):
        if found is not None and earliest <= found <= latest:
            return found
    return None


def _times(
    page: Page, rule: SiteRule | None, title: str, body: str, now: datetime
) -> Iterator[datetime | None]:
    for element in select(page.root, rule.time) if rule and rule.time else []:
        stated = element.get("title") or element.get("datetime") or ""
        yield parse_date(squeeze(text_of(element)), now) or parse_date(stated, now)
    yield from (parse_date(page.meta[name], now) for name in _META_TIMES if name in page.meta)
    yield parse_date(_json_ld(page, "datePublished"), now)
    of_url = date_in_url(page.url or page.said("og:url"), now)
    yield _visible(page, title, body, now, of_url)
    for script in page.scripts:
        yield from (
            parse_date(match[1].strip(), now) for match in _SCRIPT_TIME.finditer(script[:200_000])
        )
    yield of_url


def _visible(
    page: Page, title: str, body: str, now: datetime, of_url: datetime | None
) -> datetime | None:
    """The date of the line that looks most like a by-line."""
    start, headline = body_start(page, body), _headline_at(page, title)
    best, best_score = None, 0.0
    for number, line in enumerate(page.lines):
        if line.chars > 400 or not _DATE.search(line.text):
            continue
        score = _time_score(line, number, start, headline)
        if score <= best_score:
            continue
        found = parse_date(line.text, now)
        if found is None or found > now + timedelta(days=1):
            continue
        if of_url is not None and found.astimezone(CHINA).date() == of_url.date():
            score += 3
        best, best_score = found, score
    return best


def _headline_at(page: Page, title: str) -> int:
    """The number of the line that is the headline, -1 when there is none."""
    bag = grams(title)
    for number, line in enumerate(page.lines):
        if line.chars < 150 and similarity(grams(line.text), bag) > 0.8:
            return number
    return -1


def _time_score(line: Line, number: int, start: int, headline: int) -> float:
    text, parent = line.text, line.element.getparent()
    names = " ".join(
        f"{e.get('class', '')} {e.get('id', '')}" for e in (line.element, parent) if e is not None
    )
    score = 1.0 if _WITH_YEAR.search(text) else -1.0
    score += 1.5 * bool(_WITH_CLOCK.search(text)) + 1.5 * bool(_TIME_LABEL.search(text))
    score += 1.0 * bool(_TIME_NAME.search(names))
    score -= 4.0 * bool(_NOT_PUBLISHED.search(text)) + 2.0 * (line.linked * 2 > line.chars)
    score -= 1.5 * (line.chars > 80) + 1.5 * (line.chars > 160)
    if headline >= 0:
        score += 2.0 * (0 <= number - headline <= 8) - 1.0 * (number < headline - 3)
    score += 1.0 * (start - 12 <= number <= start)
    return score - 0.02 * max(0, number - start)


def find_author(page: Page, rule: SiteRule | None, body: str) -> str:
    """Who is named as author, "" when nobody is."""
    for element in select(page.root, rule.author) if rule and rule.author else []:
        text = squeeze(text_of(element))
        if text:
            return text[:40]
    start = body_start(page, body)
    for line in page.lines[max(0, start - 10) : start + 2]:
        match = _AUTHOR.search(line.text) if line.chars < 120 else None
        if match:
            return match["name"]
    return page.said("author", "article:author", "mediaid")[:40]


def _json_ld(page: Page, key: str) -> str:
    """A top-level field of the page's JSON-LD, "" when there is none."""
    for script in page.scripts:
        if f'"{key}"' not in script or "schema.org" not in script and "ld+json" not in script:
            continue
        try:
            data = json.loads(script, strict=False)
        except ValueError:
            continue
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict) and isinstance(item.get(key), str):
                return squeeze(item[key])
    return ""
