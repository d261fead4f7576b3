"""Per-site rules: which selectors a page answers to."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from urllib.parse import urlsplit

from cssselect import HTMLTranslator, SelectorError
from lxml import etree, html

from crawlers.errors import CrawlError

_ATTRIBUTE = re.compile(r"\[[^\]]*\]")
_NAME = re.compile(r"[\w-]+")
_QUOTED = re.compile(r"\[(?:class|id)[\^*]?='([^']+)'\]")
_KEYS = ("body", "title", "time", "author", "drop")


@dataclass(frozen=True, slots=True)
class SiteRule:
    """Where one site or publishing system keeps what an article consists of.

    `hosts` and their subdomains use it; elsewhere a page that holds `mark` does.
    """

    name: str
    hosts: tuple[str, ...] = ()
    mark: str = ""
    body: str = ""
    title: str = ""
    time: str = ""
    author: str = ""
    drop: str = ""


def rule_from(name: str, options: Mapping[str, object]) -> SiteRule:
    """A rule from its table; raises CrawlError that names the rule and the key that is wrong."""
    hosts = options.get("hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise CrawlError(f"抽取规则 {name} 的 hosts 应当是字符串数组")
    texts: dict[str, str] = {}
    for key, value in options.items():
        if key == "hosts":
            continue
        if key not in {*_KEYS, "mark"}:
            raise CrawlError(
                f"抽取规则 {name} 有不认识的键 {key}（可用：mark、{'、'.join(_KEYS)}、hosts）"
            )
        if not isinstance(value, str):
            raise CrawlError(f"抽取规则 {name} 的 {key} 应当是选择器字符串")
        compiled(value)
        texts[key] = value
    return SiteRule(name, tuple(hosts), **texts)


@cache
def shipped_rules() -> tuple[SiteRule, ...]:
    """The rules that come with the product (sites.toml), in file order."""
    text = resources.files("crawlers").joinpath("sites.toml").read_text("utf-8")
    return tuple(rule_from(name, options) for name, options in tomllib.loads(text).items())


@lru_cache(maxsize=1024)
def compiled(selector: str) -> etree.XPath:
    """A CSS selector, or an XPath when it begins with "/" or "(", ready to be called on an element.

    Raises CrawlError for a selector that is neither.
    """
    try:
        if selector.lstrip().startswith(("/", "(")):
            return etree.XPath(selector)
        return etree.XPath(HTMLTranslator().css_to_xpath(selector))
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise CrawlError(f"选择器写错了：{selector}（{error}）") from error


def select(root: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """The elements that a selector finds, in the order in which it names its alternatives."""
    found: list[html.HtmlElement] = []
    for part in _alternatives(selector):
        matches = compiled(part)(root)
        if isinstance(matches, list):
            found += [m for m in matches if isinstance(m, html.HtmlElement) and m not in found]
    return found


@lru_cache(maxsize=1024)
def _alternatives(selector: str) -> tuple[str, ...]:
    """The comma-separated parts of a CSS selector; an XPath is one part."""
    if selector.lstrip().startswith(("/", "(")):
        return (selector,)
    return tuple(part.strip() for part in selector.split(",") if part.strip())


def rules_for(root: html.HtmlElement, url: str) -> list[SiteRule]:
    """The rules that a page answers to: those of its host first, then those whose mark it holds."""
    host = (_host(url) or _own_host(root)).lower()
    of_host = [
        rule
        for rule in shipped_rules()
        if any(host == h or host.endswith("." + h) for h in rule.hosts)
    ]
    names = _names(root)
    return of_host + [r for r in shipped_rules() if r not in of_host and _is_marked(root, r, names)]


def _is_marked(root: html.HtmlElement, rule: SiteRule, names: str) -> bool:
    """Whether the page holds the rule's mark; the tree is asked only where its names occur."""
    return any(
        all(name in names for name in needed) and select(root, part)
        for part, needed in _parts(rule.mark)
    )


@lru_cache(maxsize=256)
def _parts(mark: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each alternative of a mark with the names without which it cannot match."""
    parts = []
    for part in _alternatives(mark):
        needed = _NAME.findall(_ATTRIBUTE.sub("", part)) + _QUOTED.findall(part)
        parts.append((part, tuple(needed)))
    return tuple(parts)


def _names(root: html.HtmlElement) -> str:
    """Every id, class and tag of the page in one text."""
    names: set[str] = set()
    for element in root.iter(etree.Element):
        names.update((element.tag, element.get("class") or "", element.get("id") or ""))
    return " ".join(names)


def _own_host(root: html.HtmlElement) -> str:
    """The host that the page itself names as its address."""
    named = root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    return next((host for host in map(_host, named) if host), "")


def _host(url: str) -> str:
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
