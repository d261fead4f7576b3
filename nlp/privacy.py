"""Find and mask what must not leave the office: numbers, minors' names, schools, homes.

未成年人保护法 第一百零三条 forbids publishing names, images, homes, schools and whatever else would
tell who a minor in a case is; 个人信息保护法 第二十八条 makes minors' data and accounts sensitive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nlp.assessment import Field
from nlp.masking.homes import find_homes
from nlp.masking.minors import find_minors, find_schools
from nlp.masking.numbers import find_numbers
from nlp.masking.spans import PrivateSpan

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


def mask(title: str, body: str) -> Masked:
    """Hide the private data of a post; all else stays as it is.

    Pure, and idempotent: a masked post comes back unchanged.
    """
    minors = find_minors(title) | find_minors(body)
    hidden_title = _disjoint(_private(title, minors))
    hidden_body = _disjoint(_private(body, minors))
    if not hidden_title and not hidden_body:
        return Masked(title, body, ())
    spans = [MaskedSpan("title", s.kind, s.start, s.end) for s in hidden_title]
    spans += [MaskedSpan("body", s.kind, s.start, s.end) for s in hidden_body]
    return Masked(_masked(title, hidden_title), _masked(body, hidden_body), tuple(spans))


def _private(text: str, minors: Iterable[str]) -> list[PrivateSpan]:
    if not text:
        return []
    spans = [*find_numbers(text), *find_homes(text)]
    for name in minors:
        at = text.find(name)
        while at >= 0:
            spans.append(PrivateSpan("name", at, at + len(name)))
            at = text.find(name, at + len(name))
    spans += find_schools(text, beside_minor=bool(minors))
    return spans


def _disjoint(spans: list[PrivateSpan]) -> list[PrivateSpan]:
    """The spans in order without overlaps: the earlier, then the longer one stays."""
    kept: list[PrivateSpan] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end:
            kept[-1] = PrivateSpan(kept[-1].kind, kept[-1].start, span.end)
    return kept


def _masked(text: str, spans: list[PrivateSpan]) -> str:
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], LABELS[span.kind]]
        at = span.end
    return "".join([*parts, text[at:]])
