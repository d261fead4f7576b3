"""Names of children that only the words on both sides give away: 我女儿向前十三岁, 心疼果果,才三岁.

Such names lack a surname, or are everyday words. What stands before, what stands behind and what
the characters are worth are weighed together: one strong side may do for a likely name, a word of
the dictionary needs two.
"""

import re
from collections.abc import Iterator
from typing import Final

import rjieba

from nlp.masking import cues
from nlp.masking.childnames import UNSURE, may_begin, may_end
from nlp.masking.nameforms import (
    COMMON,
    KNOWN_PETS,
    NO_PET,
    OF_NAMES,
    PET,
    WORDS,
    are_common,
    cuts,
    hold_never,
    is_doubled,
    is_word,
    surname_length,
)
from nlp.masking.patterns import alternatives
from nlp.names import SURNAMES

_BEFORE: Final = re.compile(
    rf"(?:{cues.KIN}|{cues.CHILD}|{alternatives('names-frame-before.txt')})[:“「\"‘ ]?"
)
"""Words that a person's name follows."""
_BEFORE_END: Final = re.compile(f"{_BEFORE.pattern}$")
_NAMING: Final = re.compile(
    r"(?:(?<![喊大尖哭嚎惨呼狂乱嗷])叫(?:[做作]|什么|个)?|姓|,名叫?"
    r"|(?:大|小|乳|真|外|绰|本)[名号](?:就?叫|是)?)[:“「\"‘ ]?$"
)
"""Words that hardly anything but a name follows."""
_BEHIND: Final = re.compile(rf"[”」\"’]?{alternatives('names-frame-behind.txt')}")
"""Words that follow a person's name, and hardly the name of a thing."""
_AGED: Final = re.compile(alternatives("names-frame-aged.txt"))
"""A child's age, or what a name is: words that nothing but a name stands before."""
_NO_NAME: Final = re.compile(alternatives("names-frame-words.txt"))
_KIND: Final = re.compile(f"{cues.KIN}|{cues.CHILD}")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]{2,4}")

SHORT: Final = 200
"""The longer a text, the more everyday words stand where a name could: more is asked of them."""
_WINDOW: Final = 12
"""How many characters the words before a name take."""
_NAMELIKE: Final = ("n", "a", "z", "i", "l", "b", "v", "s", "t")
"""Tags of words that begin with a surname and may be a name (向前, 成功, 温柔)."""
_NOUNS: Final = ("n", "z", "s", "t")
"""Tags of other words that may be a name (明月, 麦子)."""
_BEFORE_TAGS: Final = ("v", "p", "c", "u", "r", "d", "f", "m", "x", "w", "y", "t")
_BEHIND_TAGS: Final = ("v", "p", "c", "u", "r", "d", "f", "m", "x", "w", "y", "t")
"""Tags of words beside which a full name may begin or end."""
_SINGLE: Final = "".join(sorted(SURNAMES))
_CHARS: Final = "".join(sorted(COMMON))
_SPECIAL: Final = "".join(sorted(OF_NAMES))
_FULL: Final = re.compile(
    rf"(?=[{_SINGLE}][{_CHARS}小阿]|([\u4e00-\u9fff])\1|[{_CHARS}][{_SPECIAL}]|[{_SPECIAL}][{_CHARS}])"
)
"""Where a name may begin that needs no frame."""
_FULL_WORTH: Final = 3
_NAMED: Final = 3
_SURE: Final = SURNAMES - UNSURE
_ENOUGH: Final = 5
"""The least weight of both sides and the characters together."""


def framed_names(text: str, *, full: bool) -> Iterator[tuple[int, int]]:
    """Where the spelt text, which tells of a child, frames a name: start and end.

    With `full`, whatever reads as surname and given name is weighed, be there a frame or none.
    """
    for match in _BEFORE.finditer(text):
        yield from _best(text, [(match.end(), match.end() + length) for length in (2, 3)])
    for pattern in (_AGED, _BEHIND):
        for match in pattern.finditer(text):
            at = match.start()
            yield from _best(text, [(at - length, at) for length in (2, 3)])
    for match in _FULL.finditer(text) if full else ():
        yield from _best(text, [(match.start(), match.start() + length) for length in (2, 3)])


def is_no_name(name: str) -> bool:
    """Whether the characters are known for words that only look like a name."""
    if KNOWN_PETS.fullmatch(name):
        return False
    return bool(_NO_NAME.fullmatch(name) or _KIND.fullmatch(name))


def is_listed_name(text: str, start: int, end: int) -> bool:
    """Whether the characters may be one more name of a list of names."""
    name = text[start:end]
    known = surname_length(name) and name[0] in SURNAMES and not is_word(name)
    return bool(_worth(text, start, name) or (known and _may_be(text, start, name)))


def _best(text: str, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    weight, start, end = max((_weight(text, start, end), start, end) for start, end in places)
    if weight >= _ENOUGH:
        yield start, end


def _weight(text: str, start: int, end: int) -> int:
    """The weight of the name between its neighbours; 0 where none can be."""
    if start < 0:
        return 0
    name = text[start:end]
    worth = _worth(text, start, name)
    before = _before(text, start, worth)
    told = before == _NAMED or (before and _AGED.match(text, end))
    if told and not worth:
        worth = int(is_word(name) and _may_be(text, start, name) and not WORDS.fullmatch(name))
    if not worth:
        return 0
    behind = _behind(text, end) if before else 0
    framed = behind or (worth == _FULL_WORTH and before > 1)
    total = before + behind + worth if framed else 0
    return total if worth > 1 or len(text) <= SHORT else total - 1


def _before(text: str, start: int, worth: int) -> int:
    window = text[max(0, start - _WINDOW) : start]
    if _NAMING.search(window):
        return _NAMED
    if _BEFORE_END.search(window):
        return 2
    if may_begin(text, start):
        return 1
    words = rjieba.tag(window[-4:], False) if worth == _FULL_WORTH else []
    return int(bool(words) and words[-1][1].startswith(_BEFORE_TAGS))


def _behind(text: str, end: int) -> int:
    if _AGED.match(text, end):
        return 3
    if _BEHIND.match(text, end):
        return 2
    if may_end(text, end):
        return 1
    after = rjieba.tag(text[end : end + 5], False)
    return int(bool(after) and after[0][1].startswith(_BEHIND_TAGS))


def _worth(text: str, start: int, name: str) -> int:
    """3 for a full name, 2 for characters that are likely one, 1 for a word that may be, else 0."""
    possible = _may_be(text, start, name)
    if KNOWN_PETS.fullmatch(name):
        return _FULL_WORTH if possible and is_doubled(name) else 2
    if not possible:
        return 0
    surname = surname_length(name)
    given = name[1:] if surname else name
    pet = PET.fullmatch(name) is not None
    common = are_common(given) or given[0] in "小阿"
    words = rjieba.tag(name, False)
    if is_word(name) and not (pet and name[0] in "小阿"):
        if name[0] in SURNAMES and common and words[0][1].startswith(_NAMELIKE):
            return 1 if WORDS.fullmatch(name) else 2
        noun = words[0][1].startswith(_NOUNS) or (words[0][1] == "v" and are_common(name))
        return int(len(name) == 2 and noun)
    if is_doubled(name):
        return 0 if _straddles(text, start, name, words) else _FULL_WORTH
    if surname and common and (len(name) == 3 or name[0] in _SURE):
        return 0 if _straddles(text, start, name, words) else _FULL_WORTH
    if len(name) == 2 and common and not _straddles(text, start, name, words):
        sure = any(char in OF_NAMES for char in name) and all(char in COMMON for char in name)
        return _FULL_WORTH if sure else 2
    return 2 if pet or (surname and len(words) == 1) else 0


def _may_be(text: str, start: int, name: str) -> bool:
    if not _HAN.fullmatch(name) or hold_never(name[1:]) or is_no_name(name):
        return False
    if hold_never(name[0]) and not is_word(name):
        return False
    return name[0] in OF_NAMES or not NO_PET.match(text, start)


def _straddles(text: str, start: int, name: str, words: list[tuple[str, str]]) -> bool:
    """Whether a word of the dictionary lies across a border of the name, or surname and given."""
    if len(name) == 3 and len(words[0][0]) == 2 and not words[0][1].startswith("nr"):
        return True
    begin, end = max(0, start - 3), start + len(name)
    ends = cuts(text[begin : end + 3])
    return (start > begin and start - begin not in ends) or end - begin not in ends
