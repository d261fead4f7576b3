"""Plain words that only look like a child's name: deeds, places, times, and everyday ones.

What the desk routes and judges by must survive masking, so such a word passes for a name only
where the text says outright that it is one (名叫, 小名, a pseudonym, an age right behind).
"""

import re
from bisect import bisect_left, bisect_right
from functools import cache
from itertools import accumulate, chain
from typing import Final, Literal

import rjieba
from ahocorasick_rs import AhoCorasick, MatchKind

from nlp.gazetteer.names import Names
from nlp.lexicon import read_lines
from nlp.masking import cues
from nlp.masking.childnames import UNSURE
from nlp.masking.nameforms import (
    KNOWN_PETS,
    PET,
    RARE,
    are_common,
    is_doubled,
    is_word,
    surname_length,
)
from nlp.masking.patterns import alternatives
from nlp.roles import Roles

_NAMED: Final = re.compile(
    rf"(?:{cues.NAMED.pattern}|(?<![喊大尖哭嚎惨呼狂乱嗷])叫(?:[做作]|什么)?|[小乳外绰]名|外号|昵称|[取起]名|,姓)"
    r"(?:就?叫|就?是|为)?[:“「\"‘ ]{0,2}$"
)
"""Words that nothing but a name follows."""
_CALLED: Final = re.compile(r"[”」]?\((?:小名|乳名|外号|绰号|昵称)")
_OWN: Final = re.compile(
    rf"(?<!小孩)(?<!孩子)(?:{cues.KIN}|[哥姐弟妹]{{2}}|(?:我|[我她他]的|我家)(?:朋友|同学|同桌|闺蜜|发小)"
    r"|[她他]同学|[室舍]友|、|@所有人 ?)(?<!小孩)(?<!孩子)[:“「\"‘ ]?$"
)
"""A relation right before the name, or another item of a list."""
_AGED_BEFORE: Final = re.compile(r"岁的$")
_PERSON: Final = re.compile(f"{cues.CHILD}|{cues.KIN}")
_OF: Final = re.compile("、|的?(?:爸|妈|父母|父亲|母亲|家长|班主任|家人)")
"""Whose parents are spoken of, or the next item of a list."""
_AGED: Final = re.compile(
    alternatives("names-frame-aged.txt") + "(?!大?的?(?:[男女孩童儿幼少学亲养继]|小孩))"
)
"""An age or the word for what the name is, and no other child that it belongs to."""
_FIXED: Final = frozenset(" ".join(read_lines("names-never.txt")).split())
"""Countries, mountains, rivers, universities, times, places and deeds that the tables lack."""
_EVERYDAY: Final = frozenset(" ".join(read_lines("names-plain.txt")).split())
"""Everyday words that the dictionary takes for names: 玉米, 花露水."""
_LONGEST: Final = 16
"""No word of the lists is longer."""
_WINDOW: Final = 16
"""How many characters the words before a name take."""
_NOUNS: Final = ("n", "a", "z", "i", "l", "g", "j", "t", "s")
"""Tags of words that a child may be called."""
_FORMS: Final = frozenset(("full", "short", "former", "landmark", "event", "seat"))


class Plain:
    """The plain words of one spelt text."""

    def __init__(self, text: str) -> None:
        self._text = text
        words = rjieba.tag(text, False)
        self._ends = [*accumulate(len(word) for word, _ in words)]
        self._tags = [tag for _, tag in words]
        self._fixed = sorted(
            chain(
                ((start, end) for start, end, _ in Roles.shared().spans(text) if end - start > 1),
                (
                    (hit.start, hit.end)
                    for hit in Names.shared().find(text)
                    if hit.name.form in _FORMS and hit.name.trust == "free"
                ),
                ((start, end) for _, start, end in _finder().find_matches_as_indexes(text)),
            )
        )

    def hides(self, start: int, end: int) -> bool:
        """Whether a name here would hide a plain word."""
        text, name = self._text, self._text[start:end]
        before = text[max(0, start - _WINDOW) : start]
        named = (
            _NAMED.search(before)
            and not before.endswith("自称")
            and not (name in _FIXED or _PERSON.fullmatch(name))
        )
        if named or _CALLED.match(text, end) or "·" in name or "•" in name:
            return False
        pet = KNOWN_PETS.fullmatch(name) is not None or is_doubled(name)
        if name in _FIXED or (not pet and self._holds_fixed(start, end)):
            return True
        likeness = self._likeness(start, end)
        if pet or not likeness:
            return False
        if _AGED.match(text, end) or _AGED_BEFORE.search(before):
            return False
        return likeness != "noun" or not (_OWN.search(before) or _OF.match(text, end))

    def _holds_fixed(self, start: int, end: int) -> bool:
        """Whether a word of the lexicon or a place is here, unless surname and given name hold it:
        王子|耀, 李|安全."""
        full = self._is_full(start, end)
        near = self._fixed[
            bisect_left(self._fixed, (start - _LONGEST, 0)) : bisect_left(self._fixed, (end, 0))
        ]
        return any(
            not (full and self._is_part(first, last, start, end))
            for first, last in near
            if start < last
        )

    def _is_part(self, first: int, last: int, start: int, end: int) -> bool:
        """Whether a word is less than the name that holds it, and no child or relation."""
        inside = start <= first and last <= end and last - first < end - start
        word = self._text[first:last]
        return inside and (is_doubled(word) or not _PERSON.fullmatch(word))

    def _is_full(self, start: int, end: int) -> bool:
        """Whether this is a surname that is no everyday word, and common given characters."""
        name = self._text[start:end]
        surname = surname_length(name)
        unsure = surname == 1 and (name[0] in UNSURE or name[0] in RARE)
        return bool(surname) and not unsure and are_common(name[surname:])

    def _likeness(self, start: int, end: int) -> Literal["", "noun", "other"]:
        """What the dictionary makes of the characters: a noun, another word or parts of one."""
        name = self._text[start:end]
        words = rjieba.tag(name, False)
        surname = surname_length(name)
        if name in _EVERYDAY:
            return "other"
        if len(words) == 1:
            tag = words[0][1]
            if (tag.startswith("nr") and (surname or PET.fullmatch(name))) or name[0] in "小阿":
                return ""
            possible = surname and are_common(name[surname:])
            return "noun" if possible or tag.startswith(_NOUNS) else "other"
        given = name[surname:]
        if surname and given in _EVERYDAY:
            return "other"
        if self._is_full(start, end):
            return ""
        if surname and len(given) == 2:
            if are_common(given) or PET.fullmatch(given):
                return ""
            if is_word(given):
                return "other" if name[0] in UNSURE | RARE else ""
        return self._cut(start, end)

    def _cut(self, start: int, end: int) -> Literal["", "other"]:
        return "other" if self._is_inside(start) or self._is_inside(end) else ""

    def _is_inside(self, at: int) -> bool:
        """Whether a dictionary's word that is no name lies across this place."""
        index = bisect_right(self._ends, at)
        inside = at > 0 and self._ends[index - 1 : index] != [at] and index < len(self._tags)
        return inside and not self._tags[index].startswith("nr")


@cache
def _finder() -> AhoCorasick:
    return AhoCorasick(sorted(_FIXED), MatchKind.LeftmostLongest)
