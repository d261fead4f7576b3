"""A page read once: its pruned tree, its lines, its scripts and what its head says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import html

from crawlers.extraction.lines import Line, lines_of
from crawlers.extraction.tree import compact, parse, prune, squeeze

_MOST_SCRIPT = 3_000_000
_MOST_LINES = 20_000
_SHORTEST_HEADLINE = 6
_FAR = 0.3
_HALF_WAY = 150


@dataclass(frozen=True, slots=True)
class Page:
    """What every part of the extraction looks at.

    `nearness` says for each line how near to the headline it stands, from 1 down to a floor: the
    more links lie between, the less likely is it the article. All 1 where no headline is seen.
    """

    url: str
    root: html.HtmlElement
    lines: tuple[Line, ...]
    scripts: tuple[str, ...]
    meta: dict[str, str]
    head_title: str
    nearness: tuple[float, ...]

    def said(self, *names: str) -> str:
        """The first of the named meta fields that says something, "" when none does."""
        return next((self.meta[name] for name in names if self.meta.get(name)), "")


def read_page(source: str, url: str) -> Page | None:
    """The page behind a source text; None when there is no markup and no text in it."""
    root = parse(source)
    if root is None:
        return None
    scripts = tuple(_scripts(root))
    meta = _meta(root)
    titles = root.xpath("//title[not(ancestor::svg)]")
    head_title = squeeze("".join(titles[0].itertext())) if titles else ""
    prune(root)
    lines = tuple(islice(lines_of(root), _MOST_LINES))
    nearness = _nearness(lines, _headline(lines, head_title or meta.get("og:title", "")))
    return Page(url, root, lines, scripts, meta, head_title, nearness)


def _headline(lines: Sequence[Line], title: str) -> int:
    """The number of the unlinked line that holds most of the page's title; -1 for none."""
    whole, best, longest = compact(title), -1, _SHORTEST_HEADLINE - 1
    for number, line in enumerate(lines):
        text = compact(line.text)
        if len(text) <= longest or line.linked * 2 > line.chars or len(text) > len(whole) + 20:
            continue
        if text in whole or (whole and whole in text):
            best, longest = number, len(text)
    return best


def _nearness(lines: Sequence[Line], headline: int) -> tuple[float, ...]:
    """See Page; lines above the headline are as far as can be, but for the last few."""
    if headline < 0:
        return (1.0,) * len(lines)
    near = [1.0 if number > headline - 4 else _FAR for number in range(headline)]
    between = 0.0
    for line in lines[headline:]:
        near.append(max(_FAR, 1 / (1 + between / _HALF_WAY)))
        between += max(0.0, -line.value)
    return tuple(near)


def _scripts(root: html.HtmlElement) -> list[str]:
    """The texts of the page's scripts, up to a bound that no article needs."""
    kept, budget = [], _MOST_SCRIPT
    for script in root.iter("script"):
        text = script.text or ""
        budget -= len(text)
        if budget < 0:
            break
        kept.append(text)
    return kept


def _meta(root: html.HtmlElement) -> dict[str, str]:
    """What meta elements say, by name, property or itemprop in lower case; the first wins."""
    said: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = squeeze(element.get("content") or "")
        if name and content:
            said.setdefault("".join(name.lower().split()), content)
    return said


def body_start(page: Page, body: str) -> int:
    """The number of the line with which the body begins; the number of lines when none does."""
    wanted = [compact(line) for line in body.split("\n", 3)[:3]]
    texts = [compact(line.text) for line in page.lines]
    for number, text in enumerate(texts):
        if text == wanted[0] and all(line in texts[number : number + 8] for line in wanted[1:2]):
            return number
    head = compact(body[:2_000])
    return next(
        (n for n, text in enumerate(texts) if len(text) >= 12 and text[:60] in head), len(texts)
    )
