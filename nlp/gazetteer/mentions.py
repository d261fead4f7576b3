"""Hits in a text → mentions: what is really a name of a place, and how the text uses it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from nlp.assessment import Field
from nlp.gazetteer.context import (
    Role,
    begins_clause,
    role_of,
    speaks_of_matches,
    stands_in_title,
)
from nlp.gazetteer.divisions import Divisions
from nlp.gazetteer.doubts import ACCOUNT, is_doubtful, is_word
from nlp.gazetteer.names import Form, Hit, Names
from nlp.gazetteer.words import Words

_GAP: Final = re.compile(r"(?:[省市县区州]|自治[区州]|[ 　·]|境内|辖区|[市县]?公安局)?$")
_FEATURE: Final = re.compile(r"[院校]区|[岛座仙湖江河寺溪峰帮港](?![区县市北西南畔边里道口])")
_BELOW: Final = re.compile(
    r"[东西南北中]?[一二三四五六]?(?:街道?|大道|路|镇|乡|村|社区|小区|派出所|医院|公园|广场|大厦|桥|站|里弄)"
)
"""What a county's short name is part of when it names a street or a subdistrict elsewhere."""

_TOWNSHIP: Final = re.compile(
    r"(?:社区|村(?![民干支官委超B])|乡(?![村亲下镇音])|镇(?![长政定江海])|街道)"
)
_IN_ADDRESS: Final = re.compile(r"[县区市][^到至和与及往赴在从被、，。；]{1,2}")
"""What stands between a county and the middle of a township's name (肥乡区元|固镇)."""

_COUNTRIES: Final = (
    "美国",
    "英国",
    "日本",
    "韩国",
    "法国",
    "德国",
    "俄罗斯",
    "加拿大",
    "越南",
    "泰国",
)
"""A name right after one of them is a foreign place (美国|铜山)."""

_BUREAU: Final = re.compile(r"(?:市?公安)?分局")
_COMMA: Final = re.compile(r"(?:[省市县区]|[东西南北中]部)?[、，,和及与]")
_WITHOUT_COUNTIES: Final = frozenset({"71", "81", "82"})
_NEAR: Final = 40
"""Code points within which a city's name vouches for a short name that is also a word."""

_NEXT: Final = 6
"""The same for a province's name."""

_UNTELLING: Final = frozenset({Role.PLAIN, Role.CLOSING, Role.NOTHING})
_TEAM: Final = frozenset({Role.PLAIN, Role.CLOSING, Role.PEOPLE, Role.NATIVE})


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name in use, from the first of its parents' names right before it.

    `codes` are the divisions it may mean, likelier ones first. `linked`: the name of its parent
    stands right before it. `doubtful`: the name is also a word, and only other places in the text
    can vouch for it; `common`: so common a word that only its city can. `leading`: nothing but an
    opening, a date or a preposition stands before it. `situated`: the text says that something is
    there (在三亚; a dateline 「山东威海，」).
    """

    field: Field
    start: int
    end: int
    codes: tuple[str, ...]
    form: Form
    role: Role
    linked: bool
    doubtful: bool
    common: bool
    leading: bool
    situated: bool


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
        pending = hits[::-1]
        while pending:
            hit = pending.pop()
            following = pending[-1] if pending else None
            linked = self._linked(mentions, hit, text)
            sure = following is not None and self._holds(hit, following)
            if hit.name.form == "ignored" or (not linked and words.lend(hit)):
                self._take_shorter(hit, words, pending)
            elif linked and (sure or words.may_end(hit)):
                mentions.append(_joined(mentions.pop(), hit, linked, text))
            elif self._is_no_name(mentions, hit, following, text):
                continue
            elif sure or (words.allow(hit) and not self._strays(mentions, hit, words)):
                mentions.append(_mention(field, hit, text, hit.start))
            elif not words.ends(hit.start):
                self._look_again(hit, words, pending)
        return [*_listed(_without_works(mentions, text), text)]

    def _take_shorter(self, hit: Hit, words: Words, pending: list[Hit]) -> None:
        """Put the place before what is pending where the name is none (四川话 in 四川|话题)."""
        if hit.name.form == "ignored" and words.ends(hit.end):
            return
        shorter = self._names.at(words.text, hit.start, hit.end - 1)
        if shorter is not None:
            pending.append(shorter)

    def _look_again(self, hit: Hit, words: Words, pending: list[Hit]) -> None:
        """Put what the rejected hit hides before what is pending (铁|路南|京站 hides 南京)."""
        for at in range(hit.start + 1, hit.end):
            hidden = self._names.at(words.text, at) if words.ends(at) else None
            if hidden is not None and hidden.end > hit.end:
                while pending and pending[-1].start < hidden.end:
                    pending.pop()
                pending.append(hidden)
                return

    def _linked(self, mentions: list[Mention], hit: Hit, text: str) -> tuple[str, ...]:
        """The codes of the hit that lie in the place named right before it."""
        if not mentions or not _GAP.match(text[mentions[-1].end : hit.start]):
            return ()
        return self._within(mentions[-1].codes, hit)

    def _is_no_name(
        self, mentions: list[Mention], hit: Hit, following: Hit | None, text: str
    ) -> bool:
        """Whether a name without its parent's is none here, whatever its words."""
        account = hit.name.text == ACCOUNT and following is not None and following.start == hit.end
        return account or is_word(hit) or self._is_elsewhere(mentions, hit, text)

    def _is_elsewhere(self, mentions: list[Mention], hit: Hit, text: str) -> bool:
        """Whether the name right after another's is a district of that, unknown to the table.

        台北|大同区; 保定|新市区, which was dissolved.
        """
        if not mentions or hit.name.codes[0].endswith("0000"):
            return False
        before = mentions[-1]
        if before.codes[0][:2] in _WITHOUT_COUNTIES:
            return _GAP.match(text[before.end : hit.start]) is not None
        return (
            before.end == hit.start
            and before.codes[0][4:] == "00"
            and hit.name.form in ("full", "former")
            and hit.name.text.endswith("区")
            and not hit.name.codes[0].endswith("00")
        )

    def _holds(self, hit: Hit, following: Hit) -> bool:
        """Whether the next name follows at once and lies in this one, so that both are names."""
        return hit.end == following.start and bool(self._within(hit.name.codes, following))

    def _strays(self, mentions: list[Mention], hit: Hit, words: Words) -> bool:
        """Whether a short county name is part of something in the place named before it.

        上海|瑞金医院 is no 瑞金; 朝阳|海淀 and 郑州|禹州 are two places.
        """
        if hit.name.form != "short":
            return False
        if _TOWNSHIP.match(words.text, hit.end):
            return True
        if hit.name.codes[0].endswith("0000"):
            return False
        if words.text.endswith(_COUNTRIES, 0, hit.start):
            return True
        if not mentions:
            return False
        before = mentions[-1]
        if not _is_short_county(hit):
            return before.end == hit.start and _BELOW.match(words.text, hit.end) is not None
        if self._within(before.codes, hit) or self._beside(before.codes, hit):
            return False
        if _BELOW.match(words.text, hit.end):
            return any(len(m.codes) == 1 for m in mentions)
        if _IN_ADDRESS.fullmatch(words.text, before.end - 1, hit.start):
            return True
        return before.end == hit.start and not (hit.name.trust == "free" and words.holds(hit))

    def _beside(self, codes: tuple[str, ...], hit: Hit) -> bool:
        """Whether the hit may mean a county with the same parent."""
        above = {self._divisions.parents(c)[:1] for c in codes if not c.endswith("00")}
        return any(self._divisions.parents(c)[:1] in above for c in hit.name.codes)

    def _within(self, codes: tuple[str, ...], hit: Hit) -> tuple[str, ...]:
        above = set(codes)
        return tuple(c for c in hit.name.codes if above.intersection(self._divisions.parents(c)))


def _listed(mentions: list[Mention], text: str) -> Iterator[Mention]:
    """The mentions, those of a long list (重庆、云南、福建等地) marked as places passed through.

    In a short one (山东、河北警方) the last name's role is that of all.
    """
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
        shared = run[-1].role if run else Role.NOTHING
        if shared not in (Role.OFFICIAL, Role.PEOPLE, Role.NATIVE, Role.COURT):
            return run
        return [replace(m, role=shared) if m.role is Role.PLAIN else m for m in run]
    return [replace(mention, role=Role.PASSING) for mention in run]


def _is_at(mention: Mention, text: str) -> bool:
    return text[mention.start - 1 : mention.start] in ("在", "于", "赴", "到")


def _is_feature(hit: Hit, text: str) -> bool:
    """Whether the name is part of a river's, an island's, a temple's name (丰县 has no 丰江)."""
    return _is_short_county(hit) and _FEATURE.match(text, hit.end) is not None


def _without_works(mentions: list[Mention], text: str) -> list[Mention]:
    """The mentions, those in titles of works and names of teams marked as no scene."""
    if "《" in text:
        mentions = [
            replace(m, role=Role.EVENT) if stands_in_title(text, m.start, m.end) else m
            for m in mentions
        ]
    if mentions and speaks_of_matches(text):
        mentions = [
            replace(m, role=Role.EVENT) if m.role in _TEAM and not _is_at(m, text) else m
            for m in mentions
        ]
    return mentions


def _is_short_county(hit: Hit) -> bool:
    return hit.name.form == "short" and not hit.name.codes[0].endswith("00")


def _joined(above: Mention, hit: Hit, codes: tuple[str, ...], text: str) -> Mention:
    """The mention of a name right after its parent's; the parent's if it only names a river."""
    if _is_feature(hit, text):
        return above
    mention = _mention(above.field, hit, text, above.start)
    return replace(mention, codes=codes, linked=True, doubtful=False)


def _mention(field: Field, hit: Hit, text: str, start: int) -> Mention:
    """The mention of a hit; it starts where the chain of its parents' names starts."""
    return Mention(
        field=field,
        start=start,
        end=hit.end,
        codes=_borne(hit, text),
        form=hit.name.form,
        role=_role(hit, text, start),
        linked=False,
        doubtful=is_doubtful(hit, text),
        common=hit.name.trust == "linked",
        leading=begins_clause(text, start),
        situated=_is_situated(hit, text, start),
    )


def _is_situated(hit: Hit, text: str, start: int) -> bool:
    if text[start - 1 : start] in ("在", "于"):
        return True
    return begins_clause(text, start) and text[hit.end : hit.end + 1] in ("，", "。", ",")


def _borne(hit: Hit, text: str) -> tuple[str, ...]:
    """The codes that the name may mean; 东营公安分局 is a district's, not the city's."""
    codes = hit.name.codes
    if len(codes) > 1 and codes[0].endswith("00") and _BUREAU.match(text, hit.end):
        return tuple(c for c in codes if not c.endswith("00"))
    return codes


def _role(hit: Hit, text: str, start: int) -> Role:
    if hit.name.form in ("event", "home"):
        return Role.EVENT
    if hit.name.form == "seat":
        return Role.INSTITUTION
    if _is_feature(hit, text):
        return Role.NOTHING
    if text.endswith(ACCOUNT, 0, start):
        return Role.OFFICIAL
    role = role_of(text, start, hit.end)
    if role is Role.INSTITUTION and hit.name.form == "landmark":
        return Role.PLAIN
    return Role.NOTHING if role is Role.COMPANY and hit.name.form == "short" else role


def vouched(mention: Mention, others: list[Mention], divisions: Divisions) -> bool:
    """Whether the city above a doubtful name is named shortly before it."""
    if not mention.leading and mention.role in _UNTELLING:
        return False
    near = [
        (mention.start - other.end, {*other.codes, *divisions.parents(other.codes[0])[:1]})
        for other in others
        if not other.doubtful
        and other.field == mention.field
        and 0 < mention.start - other.end <= _NEAR
    ]
    cities = {code for c in mention.codes for code in divisions.parents(c)[:1]}
    above = {code for c in mention.codes for code in divisions.parents(c)}
    return any(
        cities.intersection(codes)
        or (not mention.common and away <= _NEXT and above.intersection(codes))
        for away, codes in near
    )
