"""What the names of children are made of, and what only looks like a name."""

import re
from collections.abc import Set
from itertools import accumulate
from typing import Final

import rjieba

from nlp.gazetteer.names import Names
from nlp.lexicon import read_lines
from nlp.masking.patterns import alternatives
from nlp.names import COMPOUND, GIVEN, SURNAMES

RARE: Final = frozenset(read_lines("names-surnames.txt")[2])
"""Surnames that are everyday words more often: the given name behind must be a common one."""

COMMON: Final = frozenset(read_lines("names-given.txt")[1])
"""Characters frequent in the given names of children."""

OF_NAMES: Final = frozenset(read_lines("names-given.txt")[2])
"""Characters of given names that few everyday words hold."""

NEVER: Final = frozenset(
    "的了是在被把和与及或对将向从为因而但也就还又很太不没吗呢吧啊么这那哪谁你我他她它们个次些每各让给叫说问想要着到往"
    "跟比等该此什怎做打骂杀死伤抱哭喊跑吃喝睡病疼痛某岁们係喺俾冇"
)
"""Characters that no name holds."""

ANY, LIKELY, WEAK = 2, 1, 0
"""What a cue promises: a name for certain (名叫), a child with a name (我女儿), a child (女孩)."""

WORDS: Final = re.compile(alternatives("names-words.txt"))
"""Words that stand where a name could, after 叫, 女儿, 学生."""

PET: Final = re.compile(
    r"[小阿][\u4e00-\u9fff]{1,2}|([\u4e00-\u9fff])\1(?!\1)"
    r"|[\u4e00-\u9fff](?:宝|娃|妞|蛋|妹|仔|囡)|[大二三小]宝"
)
NO_PET: Final = re.compile(alternatives("names-no-pets.txt"))
KNOWN_PETS: Final = re.compile("小?" + alternatives("names-pets.txt"))
"""Pet names that are everyday words: 可乐, 石头, 谷雨."""

DOTTED: Final = re.compile(
    r"[\u4e00-\u9fff]{1,6}[·•][\u4e00-\u9fff]{1,8}?(?=[^\u4e00-\u9fff]|今年|被|的|在|是|遭|$)"
)
NO_SURNAME: Final = re.compile(
    "[巴特尔苏日格其木斯图雅娜仁高娃布和哈乌云阿依古丽买提江艾力扎西卓玛央金次旺姆桑杰才让吉克尼达曲拉热孜帕夏迪姑麦合多旦珠措]{3,5}"
)
"""Mongolian, Uyghur, Tibetan and Yi names in Chinese characters use few characters of their own."""

_NAMELIKE: Final = ("n", "a", "z", "i", "l", "g", "b", "t", "v", "d", "m")
"""Tags of words that a given name may be (建国, 志强, 美丽)."""


def surname_length(name: str) -> int:
    """2 for compound surnames, 1 for others, 0 if the name begins with no surname."""
    if len(name) > 2 and name[:2] in COMPOUND:
        return 2
    return 1 if name[0] in SURNAMES or name[0] in RARE else 0


def are_common(chars: str) -> bool:
    """Whether all characters are frequent in given names."""
    return all(char in COMMON for char in chars)


def hold_never(chars: str) -> bool:
    """Whether a character is among them that no name holds."""
    return any(char in NEVER for char in chars)


def are_given(given: str, promise: int, *, rare: bool = False) -> bool:
    """Whether the characters may be a given name, by the cue's promise and the surname."""
    if hold_never(given):
        return False
    if promise == ANY:
        return True
    if rare:
        return are_common(given)
    known = [char in COMMON or (promise == WEAK and char in GIVEN) for char in given]
    return all(known) or (len(given) == 2 and any(known)) or (promise == LIKELY and len(given) == 1)


def is_full(name: str, promise: int) -> bool:
    """Whether these characters are a surname with a given name."""
    surname = surname_length(name)
    given = name[surname:]
    if not surname or (len(given) > 2 and not are_common(given)):
        return False
    rare = surname == 1 and name[0] in RARE
    return (
        not WORDS.fullmatch(name)
        and are_given(given, promise, rare=rare)
        and (promise == ANY or reads_as_name(name, surname))
    )


def reads_as_name(name: str, surname: int, *, aged: bool = False) -> bool:
    """Whether this is no place, and no other word by the dictionary's cut: 成都, 家里, 关门.

    Before an age a word may be a name.
    """
    words = rjieba.tag(name, False)
    first, tag = words[0]
    if surname == 1 and any(hit.name.trust == "free" for hit in Names.shared().find(name)):
        return False
    if aged:
        return True
    common = are_common(name[surname:])
    if len(first) == len(name):
        return common and tag.startswith("nr")
    if len(first) > surname and not tag.startswith("nr"):
        return common and len(name) > surname + 1
    last, last_tag = words[-1]
    return len(last) == 1 or (last_tag.startswith(_NAMELIKE) and (common or last_tag == "nr"))


def given_name(name: str) -> str:
    """The given name alone, if it has two characters: people go on with 梓轩 after 李梓轩."""
    surname = surname_length(name)
    given = name[surname:]
    return given if surname and len(given) == 2 else ""


def is_word(text: str) -> bool:
    """Whether the dictionary knows these characters as one word that is no name."""
    words = rjieba.tag(text, False)
    return len(words) == 1 and not words[0][1].startswith("nr")


def is_doubled(name: str) -> bool:
    """Whether the name is one character twice: 阳阳."""
    return len(name) == 2 and name[0] == name[1]


def is_noun(text: str) -> bool:
    """Whether the dictionary knows these characters as one noun or adjective."""
    words = rjieba.tag(text, False)
    return len(words) == 1 and words[0][1].startswith(("n", "a", "z", "i"))


def holds_word(text: str) -> bool:
    """Whether a word of two or more characters that is no name is in the text."""
    return any(len(word) > 1 and not tag.startswith("nr") for word, tag in rjieba.tag(text, False))


def is_known_name(text: str) -> bool:
    """Whether the dictionary knows this as one person's name."""
    words = rjieba.tag(text, False)
    return len(words) == 1 and words[0][1].startswith("nr")


def cuts(text: str) -> Set[int]:
    """Where the dictionary's words of the text end."""
    return set(accumulate(len(word) for word in rjieba.cut(text, False)))
