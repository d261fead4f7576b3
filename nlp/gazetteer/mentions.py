"""Hits in a text → mentions: what is really a name of a place, and how the text uses it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import rjieba

from nlp.assessment import Field
from nlp.gazetteer.context import Role, begins_clause, role_of
from nlp.gazetteer.divisions import Divisions
from nlp.gazetteer.names import Form, Hit, Names

_GAP: Final = re.compile(r"(?:[省市县区州]|自治[区州]|[ 　·]|境内|辖区|[市县]?公安局)?$")
_OFFICE: Final = re.compile(
    r"[县区市]?(?:警方|公安|法院|检察院|妇联|教育局|教体局|纪委|分局|派出所|县委|区委|民政局|卫健[局委]|产投|城投)"
)
_FEATURE: Final = re.compile(r"[院校]区|[岛座仙湖江河寺溪峰帮](?![区县市北西南畔])")
_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范石姚谭廖邹熊金陆郝孔崔康毛邱秦史顾侯邵孟龙段雷钱汤尹黎易武乔贺赖龚庞樊殷施洪翟颜倪严温季俞"
    "章鲁葛韦毕聂焦费"
)
_OPEN: Final = re.compile(r"[，。、：；！？\s一某有两三\d男女警]|分局|法院|妇联|$")
_COMMA: Final = re.compile(r"[省市县区]?[、，,和及与]")
_NEAR: Final = 40
"""Code points within which a parent's name vouches for a short name that is also a word."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name in use, from the first of its parents' names right before it.

    `codes` are the divisions it may mean, likelier ones first. `linked`: the name of its parent
    stands right before it. `doubtful`: the name is also a word, and only other places in the text
    can vouch for it. `leading`: nothing but an opening, a date or a preposition stands before it.
    """

    field: Field
    start: int
    end: int
    codes: tuple[str, ...]
    form: Form
    role: Role
    linked: bool
    doubtful: bool
    leading: bool


class Reader:
    """Reads the mentions of one field."""

    def __init__(self, names: Names, divisions: Divisions) -> None:
        self._names = names
        self._divisions = divisions

    def read(self, field: Field, text: str) -> list[Mention]:
        """All mentions in order; a parent's name right before a child's is part of the child's."""
        hits = self._names.find(text)
        if not hits:
            return []
        words = Words(text)
        mentions: list[Mention] = []
        for hit, following in zip(hits, [*hits[1:], None], strict=True):
            if hit.name.form == "ignored":
                continue
            linked = self._linked(mentions, hit, text)
            sure = following is not None and self._holds(hit, following)
            if linked and (sure or words.may_end(hit)):
                mention = _mention(field, hit, text, mentions.pop().start)
                mentions.append(replace(mention, codes=linked, linked=True, doubtful=False))
            elif sure or (words.allow(hit) and not _strays(mentions, hit)):
                mentions.append(_mention(field, hit, text, hit.start))
        return [*_listed(mentions, text)]

    def _linked(self, mentions: list[Mention], hit: Hit, text: str) -> tuple[str, ...]:
        """The codes of the hit that lie in the place named right before it."""
        if not mentions or not _GAP.match(text[mentions[-1].end : hit.start]):
            return ()
        return self._within(mentions[-1].codes, hit)

    def _holds(self, hit: Hit, following: Hit) -> bool:
        """Whether the next name follows at once and lies in this one, so that both are names."""
        return hit.end == following.start and bool(self._within(hit.name.codes, following))

    def _within(self, codes: tuple[str, ...], hit: Hit) -> tuple[str, ...]:
        above = set(codes)
        return tuple(c for c in hit.name.codes if above.intersection(self._divisions.parents(c)))


class Words:
    """Where the words of a text begin and end; cut only when first asked."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: dict[int, int] = {}

    def allow(self, hit: Hit) -> bool:
        """Whether the hit is made of whole words (暴雨|城区 holds no 雨城区)."""
        ends = self._words()
        if hit.start not in ends or (_is_short_county(hit) and self.follows_surname(hit)):
            return False
        return hit.name.form not in ("short", "landmark") or self._ends_well(hit)

    def follows_surname(self, hit: Hit) -> bool:
        """Whether a one-character word before the name makes it somebody's given name (赵|安吉)."""
        before = hit.start - 1
        return (
            self._text[before : hit.start] in _SURNAMES and self._words().get(before) == hit.start
        )

    def may_end(self, hit: Hit) -> bool:
        """Whether a name after its parent's ends where a word may end."""
        if hit.name.form != "short" or hit.name.trust == "free" or hit.end in self._words():
            return True
        return hit.name.trust == "word" and _OPEN.match(self._text, hit.end) is not None

    def _ends_well(self, hit: Hit) -> bool:
        """Whether the name ends with a word, or begins one that is named after it (武汉大学)."""
        words = self._words()
        if hit.end in words or hit.end == len(self._text):
            return True
        if self._text.startswith("周一", hit.end - 1):  # 曲周一女子: the cut sees a Monday
            return True
        return hit.name.codes[0].endswith("00") and words.get(hit.start, 0) > hit.end

    def _words(self) -> dict[int, int]:
        if not self._starts:
            self._starts = dict(_spans(rjieba.cut(self._text, False)))
        return self._starts


def _spans(words: list[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for word in words:
        yield at, at + len(word)
        at += len(word)


def _listed(mentions: list[Mention], text: str) -> Iterator[Mention]:
    """The mentions, those of a long list (重庆、云南、福建等地) marked as places passed through."""
    run: list[Mention] = []
    for mention in mentions:
        if run and not _COMMA.fullmatch(text[run[-1].end : mention.start]):
            yield from _as_list(run, text)
            run = []
        run.append(mention)
    yield from _as_list(run, text)


def _as_list(run: list[Mention], text: str) -> list[Mention]:
    long = len(run) > 2 or (len(run) > 1 and text.startswith("等", run[-1].end))
    if not long:
        return run
    return [replace(mention, role=Role.PASSING) for mention in run]


def _is_doubtful(hit: Hit, text: str) -> bool:
    if hit.name.trust == "word":
        return not _OFFICE.match(text, hit.end)
    return hit.name.trust == "linked"


def _strays(mentions: list[Mention], hit: Hit) -> bool:
    """Whether a short county name follows a place that is not its own (上海|瑞金医院)."""
    return bool(mentions) and _is_short_county(hit) and mentions[-1].end == hit.start


def _is_short_county(hit: Hit) -> bool:
    return hit.name.form == "short" and not hit.name.codes[0].endswith("00")


def _mention(field: Field, hit: Hit, text: str, start: int) -> Mention:
    """The mention of a hit; it starts where the chain of its parents' names starts."""
    return Mention(
        field=field,
        start=start,
        end=hit.end,
        codes=hit.name.codes,
        form=hit.name.form,
        role=_role(hit, text, start),
        linked=False,
        doubtful=_is_doubtful(hit, text),
        leading=begins_clause(text, start),
    )


def _role(hit: Hit, text: str, start: int) -> Role:
    if hit.name.form in ("event", "home"):
        return Role.EVENT
    if _is_short_county(hit) and _FEATURE.match(text, hit.end):
        return Role.NOTHING
    role = role_of(text, start, hit.end)
    return Role.NOTHING if role is Role.COMPANY and hit.name.form == "short" else role


def vouched(mention: Mention, others: list[Mention], divisions: Divisions) -> bool:
    """Whether the city above a doubtful name is named shortly before it."""
    if not mention.leading and mention.role in (Role.PLAIN, Role.NOTHING):
        return False
    cities = {code for c in mention.codes for code in divisions.parents(c)[:1]}
    return any(
        other.field == mention.field
        and 0 < mention.start - other.end <= _NEAR
        and cities.intersection(other.codes)
        for other in others
        if not other.doubtful
    )
