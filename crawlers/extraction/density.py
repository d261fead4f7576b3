"""The own candidate: the subtree whose lines are worth most, its first record, its pruned text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree, html

from crawlers.extraction.lines import Line, is_aside

_RECORD_MARK = re.compile(
    r"(?<!\d)\d{1,2}:\d{2}(?!\d)|发表于|发布于|楼主|(?:^|\s)[#＃]?\d+\s?(?:楼|#)|沙发|板凳"
)
_ASIDE_SHARE = 0.6
_ASIDE_COST = 0.2
_DROP_COST = 0.4
_PROSE_VALUE = 15
_HEIR_SHARE = 0.88
_PARAGRAPH_TAGS = "p span font strong b em i a h1 h2 h3 h4 li"
_PARAGRAPH = frozenset(_PARAGRAPH_TAGS.split())


@dataclass(slots=True)
class Sum:
    """What the lines below one element add up to.

    `value` counts a block of links or furniture at a part of its cost, since the block can be left
    out of the text; `raw` counts it in full, so that a block does not get cheaper by nesting.
    """

    value: float = 0.0
    raw: float = 0.0
    chars: int = 0
    linked: int = 0
    lines: list[int] = field(default_factory=list)


Sums = dict[html.HtmlElement, Sum]


def regions(
    root: html.HtmlElement, lines: Sequence[Line], nearness: Sequence[float]
) -> tuple[html.HtmlElement | None, Sums]:
    """The most valuable subtree (None for an empty page) and every element's sum.

    A line counts by its value and by how near to the headline it stands.
    """
    asides = _asides(lines)
    held: dict[html.HtmlElement, list[int]] = {}
    for number, line in enumerate(lines):
        held.setdefault(line.element, []).append(number)
    sums: Sums = {}
    for _, element in etree.iterwalk(root, events=("end",)):
        total = Sum()
        for number in held.get(element, ()):
            line = lines[number]
            value = -_ASIDE_COST * abs(line.value) if number in asides else line.value
            value *= nearness[number]
            _add(total, Sum(value, value, line.chars, line.linked, [number]), 1.0)
        for child in element:
            if child in sums:
                _add(total, sums[child], _DROP_COST)
        if total.lines:
            total.lines.sort()
            sums[element] = total
    best = max(sums, key=lambda e: sums[e].value, default=None)
    return _narrowest(best, sums), sums


def _add(total: Sum, part: Sum, cost: float) -> None:
    total.value += part.value if part.value >= 0 else cost * part.raw
    total.raw += part.value if part.value >= 0 else part.raw
    total.chars += part.chars
    total.linked += part.linked
    total.lines += part.lines


def _asides(lines: Sequence[Line]) -> set[int]:
    """Lines below an element named as furniture, unless most of the page sits there."""
    by_aside: dict[html.HtmlElement, list[int]] = {}
    chains: dict[html.HtmlElement, tuple[html.HtmlElement, ...]] = {}
    for number, line in enumerate(lines):
        for aside in _aside_chain(line.element, chains):
            by_aside.setdefault(aside, []).append(number)
    total = sum(max(line.value, 0) for line in lines) or 1
    return {
        number
        for members in by_aside.values()
        if sum(max(lines[n].value, 0) for n in members) < _ASIDE_SHARE * total
        for number in members
    }


def _aside_chain(
    element: html.HtmlElement, known: dict[html.HtmlElement, tuple[html.HtmlElement, ...]]
) -> tuple[html.HtmlElement, ...]:
    """The elements named as furniture that an element lies in, itself included."""
    path: list[html.HtmlElement] = []
    above: html.HtmlElement | None = element
    while above is not None and above not in known:
        path.append(above)
        above = above.getparent()
    chain = known[above] if above is not None else ()
    for step in reversed(path):
        if step.tag not in {"body", "html"} and is_aside(step):
            chain = (*chain, step)
        known[step] = chain
    return chain


def _narrowest(best: html.HtmlElement | None, sums: Sums) -> html.HtmlElement | None:
    """Step down while one block holds nearly all that its parent is worth."""
    while best is not None:
        heir = max((c for c in best if c in sums), key=lambda c: sums[c].value, default=None)
        if (
            heir is None
            or heir.tag in _PARAGRAPH
            or sums[heir].value < _HEIR_SHARE * sums[best].value
        ):
            return best
        best = heir
    return None


def first_record(
    region: html.HtmlElement, lines: Sequence[Line], sums: Sums
) -> html.HtmlElement | None:
    """The first of several like blocks: a thread's posts, a blog's entries. None for one text.

    Blocks are alike when they are siblings of one tag and class, each worth something and each
    carrying a by-line with a time or a floor number at its edge.
    """
    level: list[html.HtmlElement] = [region]
    for _ in range(6):
        for element in level:
            records = _records(element, lines, sums)
            if records:
                return records[0]
        level = [
            c for e in level for c in e if c in sums and sums[c].value > 0.5 * sums[region].value
        ]
        if not level:
            return None
    return None


def _records(
    element: html.HtmlElement, lines: Sequence[Line], sums: Sums
) -> list[html.HtmlElement]:
    groups: dict[tuple[str, str], list[html.HtmlElement]] = {}
    for child in element:
        if child in sums and sums[child].value > 0 and child.tag not in _PARAGRAPH:
            shape = re.sub(r"[\d_-]+", "", child.get("class", ""))
            groups.setdefault((str(child.tag), shape), []).append(child)
    total = sums[element].value
    for group in groups.values():
        if len(group) < 2 or sum(sums[c].value for c in group) < 0.8 * total:
            continue
        marked = [c for c in group if _is_marked(c, lines, sums)]
        if len(marked) >= max(2, 0.7 * len(group)):
            return marked
    return []


def _is_marked(record: html.HtmlElement, lines: Sequence[Line], sums: Sums) -> bool:
    """Whether a line at a block's edge is a by-line: short, with a time or a floor number."""
    numbers = sums[record].lines
    edges = {*numbers[:4], *numbers[-3:]}
    return any(lines[n].chars < 60 and _RECORD_MARK.search(lines[n].text) for n in edges)


def text_in(region: html.HtmlElement, lines: Sequence[Line], sums: Sums) -> str:
    """The lines below `region` without its blocks of links and without furniture at the end."""
    dropped = {n for block in _link_blocks(region, sums) for n in sums[block].lines}
    kept = [lines[n] for n in sums[region].lines if n not in dropped]
    return "\n".join(line.text for line in kept[: _end(kept)])


def _end(kept: Sequence[Line]) -> int:
    """The number of lines up to the first that costs, behind the last that reads like prose."""
    prose = [number for number, line in enumerate(kept) if line.value >= _PROSE_VALUE]
    if not prose:
        return len(kept)
    for number in range(prose[-1] + 1, len(kept)):
        if kept[number].value < -4:
            return number
    return len(kept)


def _link_blocks(region: html.HtmlElement, sums: Sums) -> list[html.HtmlElement]:
    """Blocks below `region` that are mostly links and cost more than they are worth."""
    found: list[html.HtmlElement] = []
    stack = [region]
    while stack:
        element = stack.pop()
        for child in element:
            total = sums.get(child)
            if total is None:
                continue
            named = child.tag not in {"p", "a", "span", "strong", "b", "em", "font"} and is_aside(
                child
            )
            if total.value < 0 and (total.linked > 0.5 * total.chars or named):
                found.append(child)
            else:
                stack.append(child)
    return found
