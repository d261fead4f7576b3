"""How far two annotators agree, label by label, and what a third person must decide. Pure.

Whether a post is an incident is compared on all posts; its categories, victims, severity and status
only where both call it one, as only there both have looked at them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nlp.labelled import FIELDS, LABELS, LabelError, LabelledPost, LabelledRow
from nlp.similarity import normalise
from nlp.taxonomy import CHINESE, COLOURS, Category, Scope, Severity, Status, Victim

FIRST: Final = "first"
SECOND: Final = "second"
"""Columns of the adjudication list: what each annotator said, in words."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One post and what both annotators said of it."""

    first: LabelledRow
    second: LabelledRow

    @property
    def posts(self) -> tuple[LabelledPost, LabelledPost]:
        if self.first.post is None or self.second.post is None:
            raise LabelError(f"{self.first.where}或{self.second.where}没有标注")
        return self.first.post, self.second.post

    @property
    def agreed(self) -> bool:
        """Whether both said the same; the order of categories counts, for the first one leads."""
        first, second = (_verdict(post) for post in self.posts)
        return first == second


@dataclass(frozen=True, slots=True)
class Paired:
    """Posts that both labelled, by key; and how many only one of them did."""

    pairs: tuple[Pair, ...]
    only_first: int
    only_second: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """One label. For a label of several values, `both` counts equal answers, the others are None.

    `kappa` is Cohen's: 1 for full agreement, 0 for that of chance; None where chance alone would
    make them agree, as when nobody ever used the label.
    """

    label: str
    posts: int
    both: int
    only_first: int | None
    only_second: int | None
    observed: float
    kappa: float | None


def pair(first: Iterable[LabelledRow], second: Iterable[LabelledRow]) -> Paired:
    """The rows of two annotators by key.

    Raises LabelError where a key stands twice in one file, or for different texts in the two.
    """
    ours, theirs = _by_key(first), _by_key(second)
    pairs = []
    for key, row in ours.items():
        other = theirs.get(key)
        if other is None:
            continue
        if normalise(row.title + row.body) != normalise(other.title + other.body):
            raise LabelError(
                f"{row.where} 和 {other.where} 的 key 都是 {key}，文字却不同，请检查是否配错了文件"
            )
        pairs.append(Pair(row, other))
    return Paired(tuple(pairs), len(ours) - len(pairs), len(theirs) - len(pairs))


def agreements(pairs: Sequence[Pair]) -> list[Agreement]:
    """Kappa and counts of every label."""
    everything = [one.posts for one in pairs]
    incidents = [(a, b) for a, b in everything if a.incident and b.incident]
    found = [
        _binary("incident", [(a.incident, b.incident) for a, b in everything]),
        _several("scope", [(a.scope, b.scope) for a, b in everything]),
        _several("category:first", [(a.categories[0], b.categories[0]) for a, b in incidents]),
    ]
    for category in Category:
        carried = [(category in a.categories, category in b.categories) for a, b in incidents]
        found.append(_binary(f"category:{category.value}", carried))
    for victim in Victim:
        named = [(victim in a.victims, victim in b.victims) for a, b in incidents]
        found.append(_binary(f"victim:{victim.value}", named))
    found.append(_several("severity", [(a.severity, b.severity) for a, b in incidents]))
    found.append(_several("status", [(a.status, b.status) for a, b in incidents]))
    return [one for one in found if one.posts]


def kappa(first: Sequence[Any], second: Sequence[Any]) -> float | None:
    """Cohen's kappa of two annotators' answers; None where chance alone makes them agree.

    Cohen, A Coefficient of Agreement for Nominal Scales, 1960.
    """
    total = len(first)
    if not total:
        return None
    observed = sum(a == b for a, b in zip(first, second, strict=True))
    ours, theirs = Counter(first), Counter(second)
    # In whole numbers: only so is full agreement on one answer told from any other.
    expected = sum(ours[answer] * theirs[answer] for answer in ours)
    if expected == total * total:
        return None
    return float((total * observed - expected) / (total * total - expected))


def adjudication_row(disputed: Pair) -> dict[str, Any]:
    """The post for a third person: no labels, but what both said, in words."""
    row = {name: value for name, value in disputed.first.fields.items() if name not in LABELS}
    row.pop("annotator", None)
    first, second = (in_words(post) for post in disputed.posts)
    return {"key": disputed.first.key, **row, FIRST: first, SECOND: second}


def agreed_row(pair: Pair) -> dict[str, Any]:
    """A post on which both agree, in the stored form; both annotators are named."""
    names = [str(row.fields.get("annotator", "")) for row in (pair.first, pair.second)]
    row = {"key": pair.first.key, **pair.first.fields, "annotator": "+".join(filter(None, names))}
    return {name: row[name] for name in FIELDS if row.get(name) not in (None, "")}


def in_words(post: LabelledPost) -> str:
    """The labels of a post in Chinese, as people speak of them."""
    if not post.incident:
        return "非事件" if post.scope is Scope.DOMESTIC else "非事件，境外"
    parts = [
        "、".join(CHINESE[category] for category in post.categories),
        "和".join(CHINESE[victim] for victim in sorted(post.victims)),
        f"{post.severity} 级（{COLOURS[Severity(post.severity)]}）",
        CHINESE[Status(post.status)],
        *(["境外"] if post.scope is Scope.FOREIGN else []),
    ]
    return "事件：" + "，".join(parts)


def name_of(label: str) -> str:
    """The Chinese name of a label of `agreements`."""
    group, _, value = label.partition(":")
    return _NAMES.get(label) or f"{_NAMES[group]}：{CHINESE[value]}"


_NAMES: Final = {
    "incident": "是否事件",
    "scope": "国内或境外",
    "category": "类别",
    "category:first": "首位类别",
    "victim": "受害人",
    "severity": "严重程度",
    "status": "状态",
}


def _by_key(rows: Iterable[LabelledRow]) -> Mapping[str, LabelledRow]:
    found: dict[str, LabelledRow] = {}
    for row in rows:
        known = found.setdefault(row.key, row)
        if known is not row:
            raise LabelError(f"{known.where} 和 {row.where} 是同一条（{row.key}），请删去其中一行")
    return found


def _verdict(post: LabelledPost) -> tuple[Any, ...]:
    return (
        post.incident,
        post.scope,
        post.categories,
        post.victims,
        post.severity,
        post.status,
    )


def _binary(label: str, pairs: Sequence[tuple[bool, bool]]) -> Agreement:
    counts = Counter(pairs)
    alone = counts[True, False], counts[False, True]
    return _counted(label, pairs, counts[True, True], alone)


def _several(label: str, pairs: Sequence[tuple[Any, Any]]) -> Agreement:
    return _counted(label, pairs, sum(a == b for a, b in pairs), (None, None))


def _counted(
    label: str,
    pairs: Sequence[tuple[Any, Any]],
    both: int,
    alone: tuple[int, int] | tuple[None, None],
) -> Agreement:
    same = sum(a == b for a, b in pairs)
    observed = same / len(pairs) if pairs else 0.0
    chance_corrected = kappa([a for a, _ in pairs], [b for _, b in pairs])
    return Agreement(label, len(pairs), both, alone[0], alone[1], observed, chance_corrected)
