"""Folding decides from given candidates: what joins, what is only suggested, what never joins."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.evidence import COMMON, Candidate, jaccard
from alerts.folding import AGAIN, conflict, decide, keys
from alerts.profile import (
    MAX_NAMES,
    MAX_NOUNS,
    MAX_TEXTS,
    joined,
    merged,
    profile_of,
    sketch,
    unpack,
)
from alerts.signal import COMMON_NAME, Signal, SignalPlace
from tests.alerts.office import CHANGSHA, DAYE, START, YANGXIN, signal

WOMAN = "阳新一女子被丈夫殴打住院"
CITY = SignalPlace("420200", "湖北省黄石市", 0.9)
PROVINCE = SignalPlace("420000", "湖北省", 0.9)


def candidate(first: Signal, later: Signal, carried: int = 1) -> Candidate:
    """The incident of `first` as `later` finds it; `carried` incidents have each key."""
    shared = {key: carried for key in keys(first) if key in keys(later)}
    return Candidate("i1", profile_of(first), shared)


def fold(first: Signal, later: Signal, carried: int = 1) -> str:
    return decide(later, [candidate(first, later, carried)], later.first_seen).kind


FIRST = signal("p1", WOMAN, people=("h1",), nouns=("晨跑",), institutions=("某某医院",), ages=(32,))


@pytest.mark.parametrize(
    ("later", "kind"),
    [
        (signal("p2", WOMAN), "same"),
        (signal("p2", "阳新女子遭丈夫殴打住院治疗"), "same"),
        (signal("p2", "警方通报一起家暴案", people=("h1",), places=()), "same"),
        (signal("p2", "晨跑女子家属发声", nouns=("晨跑",), ages=(33,), places=()), "same"),
        (signal("p2", "晨跑女子家属发声", nouns=("晨跑",), ages=(35,), places=()), "new"),
        (signal("p2", WOMAN, places=(CHANGSHA,)), "new"),
        (signal("p2", WOMAN, places=(DAYE,)), "new"),
        (signal("p2", WOMAN, places=(CITY,)), "same"),
        (signal("p2", WOMAN, places=(PROVINCE,)), "same"),
        (
            signal(
                "p2", "男子持刀伤人被抓", places=(), categories=("homicide_injury",), deed="伤害"
            ),
            "new",
        ),
        (signal("p2", "某某医院回应", institutions=("某某医院",), places=(), deed=""), "same"),
    ],
)
def test_what_joins(later: Signal, kind: str) -> None:
    assert fold(FIRST, later) == kind


def test_a_word_that_many_incidents_share_tells_nothing() -> None:
    later = signal("p2", "晨跑女子家属发声", nouns=("晨跑",), places=())
    assert fold(FIRST, later, carried=1) == "same"
    assert fold(FIRST, later, carried=COMMON) != "same"


@pytest.mark.parametrize("level", ["alert", "review"])
def test_one_county_one_kind_is_a_loose_link_for_three_days_and_no_evidence_later(
    level: str,
) -> None:
    told = {"level": level, "first_seen": START + timedelta(days=4)}
    assert fold(FIRST, signal("p2", "邻居听见隔壁妇人深夜呼救", level=level)) == "same"
    assert fold(FIRST, signal("p2", "邻居听见隔壁妇人深夜呼救", **told)) == "suggested"
    assert fold(FIRST, signal("p2", "隔壁妇人晨跑后呼救", nouns=("晨跑",), **told)) == "same"


def test_a_loose_link_is_broken_by_what_speaks_against_it() -> None:
    first = signal("p1", WOMAN, roles=("妻子", "丈夫"), ages=(32,))
    assert fold(first, signal("p2", "隔壁又传来呼救声", roles=("妻子",))) == "same"
    assert fold(first, signal("p2", "隔壁又传来呼救声", roles=("婆婆",))) == "suggested"
    assert fold(first, signal("p2", "隔壁又传来呼救声", roles=("妻子",), ages=(61,))) == "new"
    assert fold(first, signal("p2", "隔壁又传来呼救声", nouns=(AGAIN,), weights=(0.0,))) == "new"
    assert fold(first, signal("p2", "隔壁又传来呼救声", victims=("child",))) != "same"


@pytest.mark.parametrize(("weight", "kind"), [(1.0, "same"), (0.7, "same"), (0.1, "suggested")])
def test_words_of_the_trade_join_nothing(weight: float, kind: str) -> None:
    first = signal("p1", "阳新一女子被打", nouns=("事拘",), weights=(weight,))
    days = timedelta(days=4)
    later = signal(
        "p2", "另一起案件的通报", nouns=("事拘",), weights=(weight,), first_seen=START + days
    )
    assert fold(first, later) == kind


def test_several_weaker_strings_add_up() -> None:
    some, more = ("轮流", "扇耳"), ("轮流", "扇耳", "所内", "流扇")
    first = signal("p1", "阳新一女子被打", nouns=more, weights=(0.35,) * 4)
    assert fold(first, signal("p2", "通报", nouns=some, weights=(0.35,) * 2)) == "same"
    one = {"nouns": some[:1], "weights": (0.35,)}
    later = START + timedelta(days=5)
    assert fold(first, signal("p2", "通报", **one)) == "same"
    assert fold(first, signal("p2", "通报", first_seen=later, **one)) == "suggested"
    far = {"places": (), "deed": ""}
    assert fold(first, signal("p2", "通报", **one, **far)) == "suggested"
    assert fold(first, signal("p2", "通报", nouns=more, weights=(0.35,) * 4, **far)) == "same"


def test_where_kind_and_victim_differ_the_text_must_say_more() -> None:
    other = {"categories": ("trafficking",), "victims": ("child",), "deed": "拐卖"}
    assert fold(FIRST, signal("p2", "孩子由外婆照料", nouns=("晨跑",), **other)) != "same"
    assert fold(FIRST, signal("p2", "孩子由外婆照料", people=("h1",), **other)) == "same"


def test_a_court_speaks_of_the_one_case_of_its_kind_that_is_known_there() -> None:
    late = START + timedelta(days=90)
    said = signal("p2", "丈夫施暴一案开庭", first_seen=late, status="judicial")
    assert fold(FIRST, said, carried=1) == "same"
    assert fold(FIRST, said, carried=2) != "same"
    assert fold(FIRST, replace(said, status="alleged"), carried=1) == "new"
    assert fold(FIRST, replace(said, deed="杀害"), carried=1) != "same"


def test_what_contradicts_is_named_and_keeps_cases_apart() -> None:
    first = signal("p1", WOMAN, places=(), nouns=("23刀", "境外:泰国"), institutions=("第49中",))
    profile = profile_of(first)
    where = {"places": (), "nouns": ("境外:泰国",)}
    assert conflict(signal("p2", "x", **where), profile) == ""
    assert conflict(signal("p2", "x", places=(), nouns=("境外:日本",)), profile) == "国家不同"
    assert conflict(signal("p2", "x"), profile) == "国家不同"
    assert conflict(signal("p2", "x", places=(), nouns=("8刀",)), profile) == "数目不同"
    assert conflict(signal("p2", "x", **where, institutions=("第46中",)), profile) == "机构不同"
    girl = profile_of(signal("p1", "x", roles=("女童",)))
    assert conflict(signal("p2", "x", roles=("男童",)), girl) == "受害人性别不同"
    assert conflict(signal("p2", "x", roles=("男童", "女童")), girl) == ""


def test_people_grow_older_and_two_cities_of_a_province_stay_two() -> None:
    child = profile_of(signal("p1", "x", ages=(10,), places=(PROVINCE, CITY)))
    years = START + timedelta(days=3 * 365)
    assert conflict(signal("p2", "x", ages=(13,), first_seen=years), child) == ""
    assert conflict(signal("p2", "x", ages=(13,)), child) == "年龄不同"
    wuhan = SignalPlace("420100", "湖北省武汉市", 0.9)
    assert conflict(signal("p2", "x", places=(PROVINCE, wuhan)), child) == "地点不同"
    assert conflict(signal("p2", "x", places=(PROVINCE,)), child) == ""


def test_a_surname_names_nobody_by_itself() -> None:
    wang = f"{COMMON_NAME}h"
    first = signal("p1", "阳新王某被丈夫殴打", people=(wang,))
    elsewhere = signal("p2", "警方通报王某案", people=(wang,), places=(), deed="")
    assert fold(first, elsewhere) == "suggested"
    assert fold(first, signal("p2", "警方通报王某案", people=(wang,))) == "same"


def test_two_families_of_one_county_weeks_apart_are_not_one_file() -> None:
    soon = signal("p2", "女子遭家暴报警", first_seen=START + timedelta(days=10))
    months_later = signal("p2", "女子遭家暴报警", first_seen=START + timedelta(days=70))
    assert fold(FIRST, soon) == "suggested"
    assert fold(FIRST, months_later) == "new"


def test_the_better_of_two_candidates_wins_whatever_their_order() -> None:
    other = profile_of(signal("q", "另一女子被打", places=()))
    later = signal("p2", WOMAN)
    both = [Candidate("i2", other, {}), candidate(FIRST, later)]
    for order in (both, both[::-1]):
        decided = decide(later, order, START)
        assert (decided.kind, decided.incident) == ("same", "i1")
        assert "文字相同" in decided.reason


def test_conflicts_are_named() -> None:
    profile = profile_of(FIRST)
    assert conflict(signal("p2", "x", places=(CHANGSHA,)), profile) == "地点不同"
    assert conflict(signal("p2", "x", ages=(40,)), profile) == "年龄不同"
    assert conflict(signal("p2", "x", places=(YANGXIN,), ages=(33,)), profile) == ""


def test_keys_are_few_and_near_duplicates_share_some() -> None:
    near = signal("p2", "阳新一女子被丈夫殴打后住院", places=(), deed="")
    assert jaccard(sketch(FIRST), sketch(near)) > 0.5
    assert any(key.startswith("b:") for key in set(keys(FIRST)) & set(keys(near)))
    crowded = signal(
        "p3",
        "很长的标题" * 50,
        nouns=tuple(f"词{n}" for n in range(50)),
        people=tuple(f"h{n}" for n in range(50)),
        institutions=tuple("某" * 90 + str(n) for n in range(50)),
        places=tuple(SignalPlace(f"42{n:02d}01", "", 0.9) for n in range(50)),
    )
    assert len(keys(crowded)) <= 72
    assert max(map(len, keys(crowded))) <= 80


def test_a_profile_stays_small_and_survives_the_ledger() -> None:
    grown = profile_of(FIRST)
    for number in range(200):
        grown = joined(
            grown,
            signal(
                f"p{number}",
                f"第{number}种说法{number * 7919}",
                first_seen=START + timedelta(hours=number),
                nouns=(f"词{number}",),
            ),
        )
    assert grown.posts == 201
    assert len(grown.texts) == MAX_TEXTS
    assert len(grown.nouns) <= MAX_NOUNS
    assert len(grown.hours) <= MAX_NAMES
    assert unpack(grown.pack()) == grown


def test_merged_profiles_count_both() -> None:
    both = merged(profile_of(FIRST), profile_of(signal("p2", "另说", places=(DAYE,), ages=(33,))))
    assert both.posts == 2
    assert set(both.places) == {"420222", "420281"}
    assert both.ages == {"32": 1, "33": 1}
