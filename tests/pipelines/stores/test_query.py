"""The query language: what it means, and where it points when it means nothing."""

from datetime import datetime

import pytest

from pipelines.stores.protocol import Query, QueryError
from pipelines.stores.query import Names, describe, parse

NAMES = Names(
    place=lambda value: {"黄石": "420200", "420222": "420222"}.get(value, ""),
    category=lambda value: {"家庭暴力": "domestic_violence"}.get(value, ""),
)


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T00:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Query()),
        ("   ", Query()),
        ("女童 失踪", Query(must=("女童", "失踪"))),
        ('"女童 失踪"', Query(must=("女童 失踪",))),
        ("“女童”失踪", Query(must=("女童", "失踪"))),
        ("家暴 -电视剧 NOT 电影", Query(must=("家暴",), must_not=("电视剧", "电影"))),
        ('-"电视 剧"', Query(must_not=("电视 剧",))),
        ("NOTHING", Query(must=("NOTHING",))),
        ("covid-19", Query(must=("covid-19",))),
        ("类别:家庭暴力 地区：黄石", Query(category="domestic_violence", place="420200")),
        ("place:420222 platform:weibo", Query(place="420222", platform="weibo")),
        ("等级:红 状态:new 事件:i1", Query(grade=1, state="new", incident="i1")),
        ("grade:4 级别:待研判", Query(grade=4, level="review")),
        ("起:2024-03-01 止:2024-03-01", Query(since=day("2024-03-01"), until=day("2024-03-02"))),
        ("起:2024/03/01", Query(since=day("2024-03-01"))),
        (
            "until:2024-03-01T08:30+00:00",
            Query(until=datetime.fromisoformat("2024-03-01T16:30:00+08:00")),
        ),
    ],
)
def test_a_query_means(text: str, expected: Query) -> None:
    assert parse(text, NAMES) == expected


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ('家暴 "没有完', 3, "引号没有成对"),
        ("家暴 颜色:红", 3, "没有字段 颜色"),
        ("地区:亚特兰蒂斯", 3, "不认识的地区"),
        ("类别:打架", 3, "不认识的类别"),
        ("起:昨天", 2, "不是日期"),
        ("等级:紫", 3, "等级应为"),
        ("级别:高", 3, "级别应为"),
        ("平台:a 平台:b", 5, "只能写一次"),
        ("家暴 -平台:a", 3, "不能加 -"),
        ("家暴 地区:", 5, "后面缺少内容"),
        ('""', 1, "缺少要找的词"),
    ],
)
def test_a_malformed_query_points_at_its_character(text: str, position: int, words: str) -> None:
    with pytest.raises(QueryError, match=words) as caught:
        parse(text, NAMES)
    assert caught.value.position == position
    _, shown, caret = str(caught.value).split("\n")
    assert shown == text
    before = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text[:position])
    assert caret == " " * before + "^"


def test_real_names_of_places_and_categories() -> None:
    assert parse("地区:湖北 类别:校园欺凌") == Query(place="420000", category="school_bullying")
    assert parse("地区:吉林").place == "220000"
    assert parse("地区:阳新县").place == parse("place:420222").place == "420222"


def test_a_query_is_described_in_words() -> None:
    query = parse("女童 -电影 地区:420222 类别:家庭暴力 等级:红 级别:预警 起:2024-03-01", None)
    assert describe(query) == (
        "含“女童”，不含“电影”，类别 家庭暴力，地区 湖北省黄石市阳新县，"
        "自 2024-03-01 00:00+08:00，等级 红，级别 预警"
    )
    assert describe(Query()) == "全部帖子"
