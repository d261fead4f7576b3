"""Names of minors in a text: behind cues, before cues, in lists, and in any place near harm."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Set
from itertools import chain
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.gazetteer.names import Names
from nlp.lexicon import read_lines
from nlp.masking import cues
from nlp.masking.childnames import compound_names, name_before, name_here, names_anywhere
from nlp.masking.frames import SHORT, framed_names, is_listed_name, is_no_name
from nlp.masking.nameforms import ANY, LIKELY, WEAK
from nlp.masking.plain import Plain
from nlp.masking.spans import PrivateSpan

_CUES: Final = AhoCorasick(read_lines("names-minor-cues.txt"), implementation=Implementation.DFA)
"""Words that speak of a child; a text without any names none."""


_SENTENCE: Final = re.compile("[,。!?]")
_NEAR: Final = 40
"""How many characters from a name without a cue the child may stand in a long text."""


def minors_at(text: str) -> list[PrivateSpan]:
    """Where the spelt text names a minor; pseudonyms (化名) and 李某 are no names."""
    if not _CUES.find_matches_as_indexes(text):
        return []
    named = set(_named(text))
    if not named:
        return []
    plain = Plain(text)
    named = {span for span in named if not plain.hides(*span)}
    found = {
        (start, end)
        for start, end in _with_listed(text, named)
        if "某" not in text[start:end]
        and not cues.ALIAS.match(text, end)
        and not _is_grown(text, start, end)
        and not _is_of_place(text, start, end)
        and not plain.hides(start, end)
    }
    return [PrivateSpan("name", start, end) for start, end in sorted(found)]


def _named(text: str) -> Iterator[tuple[int, int]]:
    listed: set[int] = set()  # list items seen before, lest every name go through all of the list
    for at, promise in _introductions(text):
        end = name_here(text, at, promise)
        if end > at:
            yield at, end
            yield from _more(text, end, cues.NEXT, listed)
    for match in cues.LISTED.finditer(text):
        end = name_here(text, match.end(), LIKELY if match["loose"] else ANY)
        if end > match.end():
            yield match.end(), end
            yield from _more(text, end, cues.NEXT_LISTED, listed)
    listed.clear()
    for pattern, promise in cues.CONCLUSIONS:
        for match in pattern.finditer(text):
            yield from _before(text, match.start(), promise, listed)
    yield from compound_names(text)
    yield from _uncued(text)


def _uncued(text: str) -> Iterator[tuple[int, int]]:
    """Names without a cue of their own, where a child is spoken of and harm is near."""
    if not (cues.HARM.search(text) or _is_told(text)):
        return
    children = [match.start() for match in cues.EVIDENCE.finditer(text)]
    full = names_anywhere(text) if children else ()
    for start, end in chain(full, framed_names(text, full=bool(children))):
        grown = cues.GROWN_BEHIND.match(text, end)
        if grown or is_no_name(text[start:end]):
            continue
        if len(text) <= SHORT or _is_near(children, start, _NEAR):
            yield start, end


def _is_near(places: list[int], at: int, reach: int) -> bool:
    index = bisect_left(places, at - reach)
    return index < len(places) and places[index] <= at + reach


def _is_told(text: str) -> bool:
    """Whether somebody tells of a child in sentences; headlines of stage and sport do not."""
    return _SENTENCE.search(text) is not None and not cues.SHOW.search(text)


def _introductions(text: str) -> Iterator[tuple[int, int]]:
    """Where a name may begin, and what the cue before it promises."""
    for pattern, promise in cues.INTRODUCTIONS:
        for match in pattern.finditer(text):
            yield match.end(), promise
    for match in cues.CALLED.finditer(text):
        if not _speaks_of_grown(text, match.start()):
            yield match.end(), LIKELY
    for match in cues.MENTIONED.finditer(text):
        yield match.end(), WEAK
    for match in cues.NAMED.finditer(text):
        if not _speaks_of_grown(text, match.end() - 1):
            yield match.end(), ANY
    for match in cues.I_AM.finditer(text):
        if cues.YOUNG_SELF.search(text, match.start(), match.end() + 40):
            yield match.end(), ANY if "叫" in match.group() else WEAK


def _before(text: str, at: int, promise: int, listed: set[int]) -> Iterator[tuple[int, int]]:
    """The name that ends here, and those listed before it."""
    start = name_before(text, at, promise)
    while start < at and at not in listed:
        listed.add(at)
        yield start, at
        link = cues.PREVIOUS.search(text[max(0, start - 9) : start])
        if not link:
            return
        at = start - len(link.group())
        start = name_before(text, at, WEAK)
        item = cues.ITEM.search(text[max(0, at - 5) : at])
        if start == at and item and link.group().endswith("、"):
            start = at - len(item[1])


def _more(
    text: str, end: int, link: re.Pattern[str], listed: set[int]
) -> Iterator[tuple[int, int]]:
    """The names listed after the one that ends here."""
    while (match := link.match(text, end)) and match.end() not in listed:
        end = name_here(text, match.end(), LIKELY)
        if end == match.end():
            return
        listed.add(match.end())
        yield match.end(), end


def _with_listed(text: str, names: Set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The names, and what stands beside them in lists: where one item is a name, all are."""
    seen, todo = set(names), sorted(names)
    while todo:
        start, end = todo.pop()
        yield start, end
        before = cues.ITEM_BEFORE.search(text[max(0, start - 9) : start])
        behind = cues.ITEM_HERE.match(text, end)
        shift = max(0, start - 9)
        spans = [(m.start(1) + at, m.end(1) + at) for m, at in ((before, shift), (behind, 0)) if m]
        for span in spans:
            if span not in seen and is_listed_name(text, *span):
                seen.add(span)
                todo.append(span)


def _speaks_of_grown(text: str, at: int) -> bool:
    """Whether the words before this are about an adult rather than a child."""
    before = text[max(0, at - 16) : at]
    grown = cues.GROWN_TALK.search(before)
    return grown is not None and not cues.OF_CHILD.search(before, grown.start() + 2)


def _is_of_place(text: str, start: int, end: int) -> bool:
    """Whether these characters belong to a place that routing needs: 湖南岳阳, 福州12岁."""
    begin = (
        start if cues.CHILD_BEFORE.search(text[max(0, start - 4) : start]) else max(0, start - 3)
    )
    return any(
        begin + hit.start <= start < begin + hit.end or begin + hit.start < end < begin + hit.end
        for hit in Names.shared().find(text[begin : end + 3])
        if hit.name.trust == "free" and hit.name.form in ("full", "short")
    )


def _is_grown(text: str, start: int, end: int) -> bool:
    """Whether an adult's role stands before the name, or an age of 18 or more behind it."""
    if cues.GROWN_BEFORE.search(text[max(0, start - 6) : start]):
        return True
    age = cues.GROWN_AGE.match(text, end)
    return age is not None and (age[1] is None or int(age[1]) >= 18)
