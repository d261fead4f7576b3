"""Find and mask what must not leave the office: numbers, minors' names, schools, homes.

未成年人保护法 第一百零三条 forbids publishing names, images, homes, schools and whatever else would
tell who a minor in a case is; 个人信息保护法 第二十八条 makes minors' data and accounts sensitive.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

from nlp.assessment import Field
from nlp.masking.accounts import find_accounts
from nlp.masking.childnames import stands_as_name
from nlp.masking.homes import find_homes
from nlp.masking.minors import minors_at
from nlp.masking.nameforms import given_name, is_doubled, is_word
from nlp.masking.numbers import find_numbers
from nlp.masking.schools import find_schools
from nlp.masking.spans import PrivateSpan
from nlp.masking.spelling import spell
from nlp.text import readable

LABELS: Final = {
    "identity": "〔证件号〕",
    "passport": "〔证件号〕",
    "phone": "〔手机号〕",
    "landline": "〔电话〕",
    "bank_card": "〔银行卡号〕",
    "email": "〔邮箱〕",
    "qq": "〔QQ号〕",
    "wechat": "〔微信号〕",
    "account": "〔账号〕",
    "plate": "〔车牌〕",
    "name": "〔姓名〕",
    "school": "〔学校〕",
    "address": "〔住址〕",
}
"""What stands in the place of each kind."""

_ROUNDS: Final = 3
"""Masking brings new neighbours together: looks at the masked text, at most, for more."""


@dataclass(frozen=True, slots=True)
class MaskedSpan:
    """Where something was hidden: offsets are code points of the original field, end exclusive."""

    field: Field
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A post as it may be shown, and what was hidden in it."""

    title: str
    body: str
    spans: tuple[MaskedSpan, ...]


class _Spread:
    """What finds the names of children again where no cue is near, by full and by given name."""

    def __init__(self, names: Set[str]) -> None:
        given = {given_name(name) for name in names} - {"", *names}
        self._everyday = {name for name in names | given if is_word(name) and not is_doubled(name)}
        self._finder = AhoCorasick(sorted(names | given), MatchKind.LeftmostLongest)

    def find(self, text: str) -> Iterator[PrivateSpan]:
        """Every occurrence; an everyday word only where it stands as a name."""
        for _, start, end in self._finder.find_matches_as_indexes(text):
            if text[start:end] not in self._everyday or stands_as_name(text, start, end):
                yield PrivateSpan("name", start, end)


def mask(title: str, body: str) -> Masked:
    """Hide the private data of a post; all else but half characters (U+FFFD) stays as it is.

    Pure, and idempotent: a masked post comes back unchanged.
    """
    title, body = readable(title), readable(body)
    texts: dict[Field, str] = {"title": title} if title else {}
    if body:
        texts["body"] = body
    hidden = _hidden(texts)
    if not any(hidden.values()):
        return Masked(title, body, ())
    for _ in range(_ROUNDS):
        more = _hidden({field: _masked(text, hidden[field]) for field, text in texts.items()})
        if not any(more.values()):
            break
        hidden = {
            field: _disjoint([*spans, *_restored(more[field], spans)])
            for field, spans in hidden.items()
        }
    return Masked(
        _masked(title, hidden.get("title", [])),
        _masked(body, hidden.get("body", [])),
        tuple(
            MaskedSpan(field, span.kind, span.start, span.end)
            for field, spans in hidden.items()
            for span in spans
        ),
    )


def _hidden(texts: Mapping[Field, str]) -> dict[Field, list[PrivateSpan]]:
    """What one look at the fields finds; a name in one of them is hidden in all."""
    spelt = {field: spell(text) for field, text in texts.items()}
    minors = {field: minors_at(text) for field, text in spelt.items()}
    named = {
        spelt[field][span.start : span.end] for field, spans in minors.items() for span in spans
    }
    names = _Spread(named) if named else None
    return {
        field: _disjoint([*minors[field], *_private(text, names)]) for field, text in spelt.items()
    }


def _restored(found: list[PrivateSpan], hidden: list[PrivateSpan]) -> Iterator[PrivateSpan]:
    """What was found in a masked text, as spans of the text before masking."""
    labels, shift = [], 0
    for span in hidden:
        labels.append(span.start + shift)
        shift += len(LABELS[span.kind]) - (span.end - span.start)

    def original(at: int, *, end: bool) -> int:
        index = bisect_right(labels, at - end) - 1
        if index < 0:
            return at
        span, label = hidden[index], labels[index] + len(LABELS[hidden[index].kind])
        if at - end < label:
            return span.end if end else span.start
        return span.end + at - label

    for span in found:
        yield PrivateSpan(span.kind, original(span.start, end=False), original(span.end, end=True))


def _private(text: str, names: _Spread | None) -> list[PrivateSpan]:
    spans = [
        *find_numbers(text),
        *find_accounts(text),
        *find_homes(text, beside_minor=names is not None),
    ]
    if names:
        spans += names.find(text)
    spans += find_schools(text, beside_minor=names is not None)
    return spans


def _disjoint(spans: list[PrivateSpan]) -> list[PrivateSpan]:
    """The spans in order without overlaps: the earlier, then the longer one stays."""
    if len(spans) < 2:
        return spans
    kept: list[PrivateSpan] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end:
            kept[-1] = PrivateSpan(kept[-1].kind, kept[-1].start, span.end)
    return kept


def _masked(text: str, spans: list[PrivateSpan]) -> str:
    if not spans:
        return text
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], LABELS[span.kind]]
        at = span.end
    return "".join([*parts, text[at:]])
