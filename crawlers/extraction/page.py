"""A page read once: its pruned tree, its lines, its scripts and what its head says."""

from dataclasses import dataclass

from lxml import html

from crawlers.extraction.lines import Line, lines_of
from crawlers.extraction.tree import parse, prune, squeeze

_MOST_SCRIPT = 3_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """What every part of the extraction looks at."""

    url: str
    root: html.HtmlElement
    lines: tuple[Line, ...]
    scripts: tuple[str, ...]
    meta: dict[str, str]
    head_title: str

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
    return Page(url, root, tuple(lines_of(root)), scripts, meta, head_title)


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
    """What meta elements say, by lower-case name, property or itemprop; the first of a name wins."""
    said: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = squeeze(element.get("content") or "")
        if name and content:
            said.setdefault(name.strip().lower(), content)
    return said
