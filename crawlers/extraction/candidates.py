"""Candidates for an article's text from the libraries, and from what a page's scripts carry.

None of them is trusted alone: each may return an empty text, and the judge compares them.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator

from lxml import etree, html

from crawlers.extraction.tree import compact, parse, prune, text_of

_LONGEST_FOR_LIBRARIES = 300_000
_SHORTEST_EMBEDDED = 80

_STRING = re.compile(
    r"""(?P<key>["']?[A-Za-z_]\w{1,30}["']?)?\s*(?P<colon>[:=])?\s*(?:\w{1,20}\()?"""
    r"""(?P<text>"(?:[^"\\\n]|\\.){80,}"|'(?:[^'\\\n]|\\.){80,}')""",
    re.DOTALL,
)
_BODY_KEY = re.compile(r"content|body|article|text|html|data|detail|desc|noencode", re.IGNORECASE)
_HEX_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
_MARKUP = re.compile(r"<(?:p|div|br|section|span|img)\b", re.IGNORECASE)
_PROSE = re.compile(r"[\u4e00-\u9fff][，。；！？：、][\u4e00-\u9fff“]")


def by_readability(root: html.HtmlElement) -> str:
    """What readability-lxml takes for the article, "" when it finds none."""
    from readability import Document
    from readability.readability import Unparseable

    logging.getLogger("readability.readability").setLevel(logging.CRITICAL)
    source = _source(root)
    if not source:
        return ""
    try:
        summary = parse(Document(source).summary())
    except (Unparseable, etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        return ""
    return "" if summary is None else text_of(summary)


def by_gne(root: html.HtmlElement) -> str:
    """What gne takes for the article, "" when it finds none."""
    from gne import GeneralNewsExtractor
    from gne.exceptions import NoContentException

    source = _source(root)
    if not source:
        return ""
    try:
        return str(GeneralNewsExtractor().extract(source)["content"])
    except (NoContentException, etree.LxmlError, ArithmeticError, LookupError):
        return ""
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""


def by_trafilatura(root: html.HtmlElement) -> str:
    """What trafilatura takes for the article, "" when it finds none."""
    from trafilatura import extract

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    source = _source(root)
    if not source:
        return ""
    try:
        return extract(source, include_comments=False, favor_recall=True, with_metadata=False) or ""
    except (etree.LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return ""


def _source(root: html.HtmlElement) -> str:
    """The pruned page as markup; "" when it is longer than the libraries can read in time."""
    source = str(html.tostring(root, encoding="unicode"))
    return source if len(source) <= _LONGEST_FOR_LIBRARIES else ""


def embedded(scripts: Iterable[str]) -> str:
    """The longest article text that a page's scripts hold as a string; "" when there is none.

    Covers JSON-LD's articleBody, the state that single-page sites start from, WeChat's short posts
    and toutiao's escaped markup.
    """
    texts = (_decoded(literal) for script in scripts for literal in _literals(script))
    return max(texts, key=len, default="")


def _literals(script: str) -> Iterator[str]:
    """A script's string literals that may be an article: long, and named so or holding markup."""
    for match in _STRING.finditer(script):
        literal = match["text"]
        if (
            _BODY_KEY.search(match["key"] or "")
            or "<" in literal
            or "\\u003" in literal
            or "&lt;" in literal
        ):
            yield literal


def _decoded(literal: str) -> str:
    """The text of a string literal's markup; "" when it does not read like prose."""
    inner = _HEX_ESCAPE.sub(lambda m: f"\\u00{m[1]}", literal[1:-1]).replace("\\'", "'")
    if literal[0] == "'":
        inner = re.sub(r'(?<!\\)"', '\\\\"', inner)
    try:
        text = str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        return ""
    if "&lt;" in text:
        text = (
            text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", '"')
            .replace("&amp;", "&")
        )
    if _MARKUP.search(text):
        tree = parse(text.strip('"'))
        if tree is None:
            return ""
        prune(tree)
        text = text_of(tree)
    found = len(_PROSE.findall(text))
    return (
        text
        if found >= 2 and len(compact(text)) >= _SHORTEST_EMBEDDED and found * 200 > len(text)
        else ""
    )
