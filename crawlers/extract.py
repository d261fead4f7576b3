"""An article's text, title, time and author from a page's source.

Per-site rules first; else several candidates and a judge. A rule is believed only when what it
finds is no crumb beside what the page's own lines hold, since layouts change without notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import html

from crawlers.extraction import candidates
from crawlers.extraction.cleaning import trim
from crawlers.extraction.density import first_record, regions, text_in
from crawlers.extraction.judge import AGREED, choose, grams, similarity
from crawlers.extraction.metadata import find_author, find_time
from crawlers.extraction.page import Page, read_page
from crawlers.extraction.rules import SiteRule, rule_from, rules_for, select
from crawlers.extraction.titles import find_title
from crawlers.extraction.tree import compact, drop, text_of

_CRUMB = 0.25
_SHORTEST_BY_RULE = 20
_SHORTEST_LINE = 6
_LONG_TEXT = 30_000


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says: `published` carries a zone, or is None; what was not found is ""."""

    title: str
    text: str
    published: datetime | None
    author: str


def extract_article(
    html: str,
    url: str = "",
    *,
    now: datetime,
    rule: Mapping[str, str] | None = None,
    hint: str = "",
) -> Article:
    """The article of a page, with empty fields for what it does not hold.

    `rule` are selectors of the page's source (body, title, time, author, drop: CSS, or XPath when
    it begins with "/"); they come before the shipped rules. `hint` is what a feed says about the
    page. `now` (with a zone) anchors relative dates. Raises CrawlError only for a wrong selector.
    """
    page = read_page(html, url)
    if page is None:
        return Article("", "", None, "")
    rules = [rule_from("来源", rule)] if rule else []
    rules += rules_for(page.root, url)
    own = own_texts(page)
    used, text = _by_rules(page, rules, own["own"])
    ruled = bool(text)
    text = text or own.get("first record") or _by_candidates(page, own, hint)
    title = find_title(page, used, text)
    text = text if ruled else trim(text, title)
    return Article(
        title=title,
        text=text,
        published=find_time(page, used, title, text, now),
        author=find_author(page, used, text),
    )


def own_texts(page: Page) -> dict[str, str]:
    """The own candidates: the most valuable region, and its first record when it holds several."""
    region, sums = regions(page.root, page.lines, page.nearness)
    if region is None:
        return {"own": ""}
    texts = {"own": text_in(region, page.lines, sums)}
    record = first_record(region, page.lines, sums)
    if record is not None:
        texts["first record"] = text_in(record, page.lines, sums)
    return texts


def _by_rules(page: Page, rules: list[SiteRule], own: str) -> tuple[SiteRule | None, str]:
    """The first rule whose body is more than a crumb, and that body's text."""
    enough = max(_SHORTEST_BY_RULE, _CRUMB * len(compact(own)))
    for rule in rules:
        for body in select(page.root, rule.body)[:4] if rule.body else []:
            text = _ruled_text(body, rule)
            if len(compact(text)) >= enough:
                return rule, text
    return (rules[0] if rules else None), ""


def _ruled_text(body: html.HtmlElement, rule: SiteRule) -> str:
    for unwanted in select(body, rule.drop) if rule.drop else []:
        if unwanted is not body:
            drop(unwanted)
    return text_of(body)


def _by_candidates(page: Page, own: dict[str, str], hint: str) -> str:
    """The judge's choice; the slower candidates are asked only when the first two disagree."""
    texts = dict(own)
    texts["readability"] = candidates.by_readability(page.root)
    agreed = similarity(grams(texts["own"]), grams(texts["readability"])) >= AGREED
    if not agreed or len(own) > 1:
        others: tuple[tuple[str, Callable[[], str]], ...] = (
            ("embedded", lambda: candidates.embedded(page.scripts)),
            ("gne", lambda: candidates.by_gne(page.root)),
            ("trafilatura", lambda: candidates.by_trafilatura(page.root)),
        )
        texts |= {name: ask() for name, ask in others}
    texts = {name: text for name, text in texts.items() if compact(text)}
    if not texts:
        return ""
    about = hint or page.said("description", "og:description")
    worth = {name: _worth(page, text) for name, text in texts.items()}
    return texts[choose(texts, about, worth)]


def _worth(page: Page, text: str) -> float:
    """What those of the page's lines that a text holds add up to; never below zero."""
    own_lines = set(map(compact, text.split("\n")))
    # A library may join lines, so a line is looked for anywhere; in a long text only as a line.
    plain = compact(text) if len(text) <= _LONG_TEXT else ""
    held = 0.0
    for line, near in zip(page.lines, page.nearness, strict=True):
        if line.chars >= _SHORTEST_LINE:
            bare = compact(line.text)
            held += line.value * near if bare in own_lines or bare in plain else 0.0
    return max(0.0, held)
