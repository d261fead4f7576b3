"""Where a child's name begins and ends, once a cue has said that one is here.

A cue as strong as 名叫 allows any name, and what follows decides its length: people write names
before 今年, 被, 的 or a comma. A weaker cue (女孩, 学生) allows only characters common in names.
"""

import re
from collections.abc import Iterator
from typing import Final

from nlp.masking.nameforms import (
    ANY,
    COMMON,
    DOTTED,
    KNOWN_PETS,
    LIKELY,
    NEVER,
    NO_PET,
    NO_SURNAME,
    PET,
    RARE,
    WEAK,
    WORDS,
    are_common,
    are_given,
    cuts,
    hold_never,
    holds_word,
    is_full,
    is_known_name,
    is_noun,
    is_word,
    reads_as_name,
)
from nlp.masking.patterns import alternatives
from nlp.names import COMPOUND, SURNAMES

_END: Final = re.compile(r"$|[\s,。、;:!?“”‘’\"'()《》【】\[\]「」〔〕…—\-/|·~0-9A-Za-z@#&+]")
_FOLLOW: Final = re.compile(alternatives("names-follow.txt"))
"""Words that people write after a name."""
_BEFORE: Final = re.compile(alternatives("names-before.txt") + "$")
"""Words that people write before a name."""
_STANDS_ALONE: Final = re.compile(r"^$|[:】。;,、!?“”「」)… \n]$")
_HEAD: Final = re.compile(r"^$|[^\u4e00-\u9fff]$|[把被对给和与]$")
_AGE: Final = re.compile(
    r"[(, ]{0,2}[女男]?[, ]?(?:今年|才|刚|现年)?"
    r"(?:1[0-7]|[1-9]|十?[一二两三四五六七八九十])(?:周?岁|个月(?![花后前内就没里间]))"
)
_SUFFERS: Final = re.compile(alternatives("names-suffers.txt"))
"""What is said of a person, not of a thing: 孩子年糕在托班, but 孩子学费在涨."""
_HAN: Final = re.compile(r"[\u4e00-\u9fff]{0,8}")
_HAN_BEFORE: Final = re.compile(r"[\u4e00-\u9fff]{0,4}$")
_OPENING: Final = frozenset("(,")
_BEFORE_CHILD: Final = frozenset("男女孩儿幼学")
"""Before 童, which is a surname elsewhere."""
UNSURE: Final = frozenset(
    "向于和时成全安单代高金万方常经支杭连关应白相从以曾能路边车花米水元位来包付明严聊留焦曾别游时强甘计解"
)
"""Surnames that are everyday words too: without a cue, only at the head of a clause."""

_PLACE_ENDS: Final = frozenset("路城苑堂湖街镇村园区县市店厂站馆楼桥岛港寺庙")
"""A name without a cue that ends like this is a place's."""

_COMPOUND: Final = "|".join(sorted(COMPOUND))
_COMMON: Final = "".join(sorted(COMMON))
_COMPOUND_NAME: Final = re.compile(rf"(?:{_COMPOUND})[{_COMMON}]{{1,2}}")
_ANYWHERE: Final = re.compile(
    rf"(?=(?:{_COMPOUND}|[{''.join(sorted(SURNAMES | RARE))}])[{_COMMON}]"
    rf"|(?P<pet>([{_COMMON}])\2|[小阿][{_COMMON}]))"
)


def name_here(text: str, at: int, promise: int) -> int:
    """The end of the child's name that begins here, `at` itself for none."""
    run = _HAN.match(text, at).group()  # type: ignore[union-attr]  # it matches the empty text too
    if len(run) < 2 or (run[0] == "童" and text[at - 1 : at] in _BEFORE_CHILD):
        return at
    dotted = DOTTED.match(text, at) if promise else None
    if dotted:
        return dotted.end()
    length = 0
    if run[:2] in COMPOUND or (promise and run[:2] == "东方"):
        length = _length(text, at, run, 2, promise)
    if not length and (run[0] in SURNAMES or run[0] in RARE):
        length = _length(text, at, run, 1, promise)
    return at + (length or _lone_length(text, at, run, promise))


def name_before(text: str, end: int, promise: int) -> int:
    """The beginning of the child's name that ends here, `end` itself for none."""
    run = _HAN_BEFORE.search(text[max(0, end - 4) : end]).group()  # type: ignore[union-attr]
    for length in range(len(run), 1, -1):
        start, name = end - length, run[-length:]
        if name[0] == "童" and text[start - 1 : start] in _BEFORE_CHILD:
            continue
        if length == 4 and name[:2] not in COMPOUND and not _stands_alone(text, start):
            continue
        if is_full(name, promise) and _begins(text, start, length):
            return start
    for length in range(min(3, len(run)), 1, -1):
        start, name = end - length, run[-length:]
        if name[0] in NEVER or not PET.fullmatch(name) or NO_PET.match(text, start):
            continue
        if are_given(name[1:], WEAK) and _begins(text, start, length):
            return start
    return end - len(run) if _is_entry(text, end, run, promise) else end


def compound_names(text: str) -> Iterator[tuple[int, int]]:
    """Names whose surname has two characters: few words look like them."""
    for match in _COMPOUND_NAME.finditer(text):
        end = name_here(text, match.start(), LIKELY)
        if end - match.start() > 2:
            yield match.start(), end


def names_anywhere(text: str) -> Iterator[tuple[int, int]]:
    """Every full name of common characters that begins and ends as names do, cue or none.

    Pet names only at the head of a clause or behind a word that stands before names.
    """
    after = 0
    for match in _ANYWHERE.finditer(text):
        at = match.start()
        if at < after or text[at - 1 : at] in ("@", "·"):
            continue
        if text[at] in UNSURE and not _stands_alone(text, at):
            continue
        if not _begins(text, at, 2 if match["pet"] else 3):
            continue
        end = name_here(text, at, WEAK)
        alone = match["pet"] or _stands_alone(text, at) or text[at - 1] in "被把和跟叫"
        if text[end - 1] in _PLACE_ENDS:
            continue
        if end > at and (end - at > 2 or alone) and are_common(text[at + 1 : end]):
            yield at, end
            after = end


def stands_as_name(text: str, start: int, end: int) -> bool:
    """Whether an everyday word stands here as a name would: head of a clause, before 被 or 在."""
    return _HEAD.search(text[max(0, start - 1) : start]) is not None and _weight(text, end) > 0


def may_begin(text: str, at: int) -> bool:
    """Whether a sign or a word that stands before names is here."""
    return at == 0 or _BEFORE.search(text[max(0, at - 4) : at]) is not None


def may_end(text: str, at: int) -> bool:
    """Whether a sign or a word that follows names is here."""
    return _weight(text, at) > 0


def _is_entry(text: str, end: int, run: str, promise: int) -> bool:
    """Whether the characters are all that stands before the bracket or comma: 和谐, 男, 4岁."""
    return (
        promise > WEAK
        and 1 < len(run) < 5
        and text[end : end + 1] in _OPENING
        and _stands_alone(text, end - len(run))
        and not hold_never(run.removeprefix("和"))
        and not WORDS.fullmatch(run)
        and (promise == ANY or not holds_word(run))
    )


def _begins(text: str, at: int, length: int) -> bool:
    """Whether a name may begin here: after a sign, a word that stands before names, or any word."""
    if at == 0 or _BEFORE.search(text[max(0, at - 4) : at]):
        return True
    if text[at] in UNSURE:
        return False
    begin = max(0, at - 3)
    return length > 2 and at - begin in cuts(text[begin : at + length])


def _stands_alone(text: str, start: int) -> bool:
    return _STANDS_ALONE.search(text[max(0, start - 1) : start]) is not None


def _weight(text: str, at: int) -> int:
    """How well a name may end here: 3 before a sign, 2 before a word that follows names, else 0."""
    if _END.match(text, at):
        return 3
    return 2 if _FOLLOW.match(text, at) else 0


def _length(text: str, at: int, run: str, surname: int, promise: int) -> int:
    """The length of surname and given name, 0 for none."""
    short, long = surname + 1, surname + 2
    if WORDS.fullmatch(run[:short]) or WORDS.fullmatch(run[:long]):
        return 0
    can_short, can_long = _lengths(text, at, run, surname, promise)
    after_long = _weight(text, at + long) if can_long else 0
    after_short = _weight(text, at + short) if can_short else 0
    if after_long and not (after_short and _reads_on(text, at + short, run[short])):
        return long
    if after_short:
        return short
    if surname == 2 and promise and _weight(text, at + 2) == 3:
        return 2
    more = run[surname : long + 1]
    whole = len(more) == 3 and are_common(more) and not holds_word(run[: long + 1])
    if whole and _ends_well(text, at + long + 1):
        return long + 1
    return _cut_length(run, surname, can_short, can_long)


def _lengths(text: str, at: int, run: str, surname: int, promise: int) -> tuple[bool, bool]:
    """Whether one, and whether two characters behind the surname may be the given name."""
    short, long = surname + 1, surname + 2
    rare = surname == 1 and run[0] in RARE
    can_short = len(run) >= short and are_given(run[surname:short], promise, rare=rare)
    can_long = len(run) >= long and are_given(run[surname:long], promise, rare=rare)
    if promise < ANY:
        aged = _AGE.match(text, at + short) is not None
        can_short = can_short and reads_as_name(run[:short], surname, aged=aged)
        can_long = can_long and reads_as_name(run[:long], surname, aged=aged)
    return can_short, can_long


def _ends_well(text: str, at: int) -> bool:
    """Whether a sign or a word of two characters that follows names is here."""
    match = _FOLLOW.match(text, at)
    return _END.match(text, at) is not None or (match is not None and len(match.group()) > 1)


def _reads_on(text: str, at: int, char: str) -> bool:
    """Whether the character after a two-character name begins the next word."""
    match = _FOLLOW.match(text, at)
    return match is not None and (len(match.group()) > 1 or char not in COMMON)


def _cut_length(run: str, surname: int, can_short: bool, can_long: bool) -> int:
    """The length by the dictionary's cut, where no known word follows: 瞿颖儿|陪."""
    short, long = surname + 1, surname + 2
    ends = cuts(run)
    if (
        surname == 1
        and 1 not in ends
        and not any(is_known_name(run[:end]) for end in ends & {2, 3})
    ):
        return 0
    if can_long and long in ends and are_common(run[surname:long]):
        return long
    reads_on = run[short:long] in NEVER or short + 1 not in ends
    if can_short and short in ends and run[surname] in COMMON and len(run) > short and reads_on:
        return short
    return 0


def _lone_length(text: str, at: int, run: str, promise: int) -> int:
    """The length of a name without a surname."""
    foreign = NO_SURNAME.match(text, at)
    if foreign and _weight(text, foreign.end()):
        return foreign.end() - at
    known = KNOWN_PETS.match(text, at) if promise else None
    if known and _weight(text, known.end()):
        return known.end() - at
    pet = PET.match(run)
    if pet and run[0] not in NEVER and not NO_PET.match(text, at):
        return _pet_length(text, at, pet.group(), promise)
    return _other_length(text, at, run, promise) if promise else 0


def _pet_length(text: str, at: int, pet: str, promise: int) -> int:
    """The length of a pet name; 小雨点 is one, 小雨在 is not."""
    for length in range(len(pet), 1, -1):
        if not are_given(pet[1:length], promise) or not _weight(text, at + length):
            continue
        if length < 3 or not _FOLLOW.match(text, at + 2):
            return length
    return 0


def _other_length(text: str, at: int, run: str, promise: int) -> int:
    """The length of any other name: 果冻, 钮祜若兰 after 名叫, 招娣 after 我女儿."""
    for length in range(2, min(4, len(run)) + 1):
        name, end = run[:length], at + length
        if hold_never(name) or WORDS.fullmatch(name):
            continue
        weight = _weight(text, end)
        if weight and (promise == ANY or (length == 2 and _AGE.match(text, end))):
            return length
        if length == 2 and weight and are_common(name) and not is_word(name):
            return length
        if length == 2 and _SUFFERS.match(text, end) and is_noun(name):
            return length
    return 0
