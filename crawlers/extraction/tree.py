"""A page as a tree: parsing that survives anything, text with line breaks, what is never text."""

import re
from collections.abc import Iterator

from lxml import etree, html

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MONSTER_TAG = re.compile(r"<(\w{1,20})[^<>]{20000,}>")
_LONGEST = 8_000_000
_INNER_SPACE = re.compile(r"[ \t\r\n\f\v\xa0\u3000\u200b\ufeff]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)

_NEVER_TEXT = """
    script style noscript template textarea select option button iframe object embed applet svg
    math canvas video audio map area head title meta link input marquee
"""
_BLOCKS = """
    address article aside blockquote body br caption center dd details dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p
    pre section summary table tbody td tfoot th thead tr ul
"""
NEVER_TEXT = frozenset(_NEVER_TEXT.split())
BLOCKS = frozenset(_BLOCKS.split())


def parse(source: str) -> html.HtmlElement | None:
    """The page's root element; None when there is nothing to parse.

    Control characters that XML cannot hold are dropped, comments too. Broken markup is no error.
    A tag of more than 20,000 characters loses its attributes (libxml2 needs quadratic time for
    them), and what comes behind eight million characters is not read.
    """
    clean = _MONSTER_TAG.sub(r"<\1>", _CONTROL.sub("", source[:_LONGEST]))
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = html.document_fromstring(clean.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    return root if isinstance(root, html.HtmlElement) else None


def prune(root: html.HtmlElement) -> None:
    """Take out, in place, everything that is never text: scripts, forms' controls, hidden blocks.

    A hidden block stays when it holds most of the page: some sites show their article by script.
    """
    doomed = [
        e for e in root.iter(*(NEVER_TEXT - {"head", "title", "meta", "link"})) if e is not root
    ]
    for element in doomed:
        drop(element)
    total = len("".join(root.itertext()))
    for element in root.xpath("//*[contains(@style, 'none')]"):
        if (
            _HIDDEN.search(element.get("style", ""))
            and len("".join(element.itertext())) * 3 < total
        ):
            drop(element)


def drop(element: html.HtmlElement) -> None:
    """Take an element out of its tree; the text after it stays. A root is left as it is."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + element.tail
        else:
            previous.tail = (previous.tail or "") + element.tail
    parent.remove(element)


def pieces(root: html.HtmlElement) -> Iterator[tuple[html.HtmlElement, str | None]]:
    """(element, text) in reading order; text None marks a line break at a block's edge.

    The element of a text is the one that directly holds it. Iterative: depth costs no stack.
    """
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag
        if event == "start":
            if not isinstance(tag, str) or (tag in NEVER_TEXT and element is not root):
                walker.skip_subtree()
                continue
            if tag in BLOCKS:
                yield element, None
            if element.text:
                yield element, element.text
            continue
        if tag in BLOCKS and tag != "br":
            yield element, None
        if element is not root and element.tail:
            yield element.getparent(), element.tail


def text_of(root: html.HtmlElement) -> str:
    """The text below `root`, one line a block, no blank lines, runs of space made one."""
    lines: list[str] = []
    current: list[str] = []
    for _, text in pieces(root):
        if text is not None:
            current.append(text)
        elif current:
            lines.append(squeeze("".join(current)))
            current = []
    lines.append(squeeze("".join(current)))
    return "\n".join(line for line in lines if line)


def squeeze(text: str) -> str:
    """`text` on one line, every run of white space one blank, ends stripped."""
    return _INNER_SPACE.sub(" ", text).strip()


def compact(text: str) -> str:
    """`text` without any white space: what two renderings of one article have in common."""
    return "".join(_INNER_SPACE.sub("", text).split())
