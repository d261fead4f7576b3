"""When a page was published and who wrote it."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from crawlers.dates import CHINA, date_in_url, parse_date
from crawlers.extraction.judge import grams, similarity
from crawlers.extraction.lines import Line
from crawlers.extraction.page import Page, body_start
from crawlers.extraction.rules import SiteRule, select
from crawlers.extraction.tree import squeeze, text_of

_META_NAMES = """
    article:published_time og:published_time bytedance:published_time datepublished
    rnews:datepublished article:publish_time article:create_at weibo:article:create_at
    og:release_date og:pubdate bt:pubdate pubdate publishdate publish_date publish-date
    published-date published_at date_published pubtime _pubtime publish_time firstpublishedtime
    originalpublicationdate article_date_original apub:time og:time publication_date
    parsely-pub-date sailthru.date dc.date.issued dcterms.issued dcterms.created dcterms.date
    dc.date cxenseparse:recs:publishtime dateupdate date
"""
_META_TIMES = tuple(_META_NAMES.split())
_SCRIPT_TIME = re.compile(
    r"""["']?\b(?:publish_?time|pub_?(?:date|time)|publish_?date|datepublished|create_?time|ptime|news_?time|ct|oriCreateTime)["']?"""
    r"""\s*[:=]\s*["']?((?:19|20)\d{2}[^"',;<]{4,26}|1\d{9}(?:\d{3})?)["',;\s]""",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|[〇零○一二三四五六七八九]{4}年.{1,3}月|\d{2}[-/年]\d{1,2}[-/月]\d{1,2}|"
    r"\d{1,2}月\d{1,2}日|前|昨天|前天|今天|\d{1,2}-\d{1,2}|[A-Z][a-z]{2}.{1,12}(?:19|20)\d{2}|\d{1,2}/\d{1,2}/(?:19|20)\d{2}"
)
_WITH_YEAR = re.compile(
    r"(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|\d{2}[-/年]\d{1,2}[-/月]\d{1,2}|"
    r"[〇零○一二三四五六七八九]{4}年.{1,3}月|\d{1,2}/\d{1,2}/(?:19|20)\d{2}|[A-Z][a-z]{2}.{1,12}(?:19|20)\d{2}"
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
_SCRIPT_HEAD = 200_000
_LONGEST_LINE = 400
_PROSE = 15
_AUTHOR = re.compile(
    r"(?:作\s*者|撰\s*文|文\s*/|本报记者|[^，。]{0,6}记者|通讯员|楼主|发帖人|发布者|Author)\s*[:：/]?\s*"
    r"(?P<name>[\u4e00-\u9fff·A-Za-z][\w\u4e00-\u9fff·&.-]{1,15})",
    re.IGNORECASE,
)


def find_time(
    page: Page, rule: SiteRule | None, title: str, body: str, now: datetime
) -> datetime | None:
    """When the page says that it was published, never later than tomorrow; None if it does not.

    What the rule, meta elements and JSON-LD say with a year comes first, then the by-line near
    headline and body, times in scripts, dates without a year or relative to now, the URL.
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
    ruled = list(_ruled(page, rule))
    yield from (parse_date(text, now) for text in ruled if _WITH_YEAR.search(text))
    yield from _stated(page, now)
    by_line = _by_line(page, title, body, now)
    if by_line is not None and _WITH_YEAR.search(by_line):
        yield parse_date(by_line, now)
    for script in page.scripts:
        yield from (
            parse_date(match[1].strip(), now)
            for match in _SCRIPT_TIME.finditer(script[:_SCRIPT_HEAD])
        )
    yield from (parse_date(text, now) for text in ruled)
    if by_line is not None:
        yield parse_date(by_line, now)
    yield date_in_url(page.url or page.said("og:url"), now)


def _ruled(page: Page, rule: SiteRule | None) -> Iterator[str]:
    """What the elements that the rule names say, the exact time of a title attribute first."""
    for element in select(page.root, rule.time) if rule and rule.time else []:
        yield from (element.get(name, "") for name in ("datetime", "title"))
        yield squeeze(" ".join(element.itertext()))


def _stated(page: Page, now: datetime) -> Iterator[datetime | None]:
    """What the page says to machines: meta elements, JSON-LD."""
    yield from (parse_date(page.meta[name], now) for name in _META_TIMES if name in page.meta)
    yield parse_date(_json_ld(page, "datePublished"), now)


def _by_line(page: Page, title: str, body: str, now: datetime) -> str | None:
    """The text of the dated line that looks most like a by-line, None when no line has a date."""
    start, headline = body_start(page, body), _headline_at(page, title)
    of_url = date_in_url(page.url or page.said("og:url"), now)
    best, best_score = None, 0.0
    for number, line in enumerate(page.lines):
        if line.chars > _LONGEST_LINE or not _DATE.search(line.text):
            continue
        if line.value >= _PROSE and not _WITH_YEAR.search(line.text):
            continue
        score = _time_score(line, number, start, headline)
        if score + 3 <= best_score:
            continue
        found = parse_date(line.text, now)
        if found is None or found > now + timedelta(days=1):
            continue
        if of_url is not None and found.astimezone(CHINA).date() == of_url.date():
            score += 3
        if score > best_score:
            best, best_score = line.text, score
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
        if f'"{key}"' not in script or ("schema.org" not in script and "ld+json" not in script):
            continue
        try:
            data = json.loads(script, strict=False)
        except ValueError:
            continue
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict) and isinstance(item.get(key), str):
                return squeeze(item[key])
    return ""
