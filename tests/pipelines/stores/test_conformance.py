"""What every PostStore promises, on both."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pipelines.stores.protocol import PostStore, Query, Standing
from tests.pipelines.stores.documents import START, document

VIOLENCE = (("domestic_violence", 0.9), ("homicide_injury", 0.4))
COUNTY = (("420222", "湖北省黄石市阳新县", 0.9),)


def ids(store: PostStore, **fields: object) -> list[str]:
    store.refresh()
    query = Query(**fields)  # type: ignore[arg-type]
    found = [hit.id for hit in store.search(query, limit=100)]
    assert store.count(query) == len(found)
    return found


def test_what_was_indexed_is_finished_at_once(store: PostStore) -> None:
    assert store.finished(["a", "b"]) == {}
    assert store.index([document("a", version="v1"), document("b", version="v2")]) == {}
    assert store.finished(["a", "b", "c"]) == {"a": "v1", "b": "v2"}


def test_the_same_again_changes_nothing_and_an_edit_replaces(store: PostStore) -> None:
    store.index([document("a", "丈夫打人")])
    store.index([document("a", "丈夫打人")])
    assert ids(store, must=("打人",)) == ["a"]
    store.index([document("a", "丈夫道歉", version="v2", written=2)])
    assert ids(store, must=("打人",)) == []
    assert ids(store, must=("道歉",)) == ["a"]
    assert store.finished(["a"]) == {"a": "v2"}


def test_an_older_write_never_wins(store: PostStore) -> None:
    store.index([document("a", "新", version="v2", written=5)])
    store.index([document("a", "旧", version="v1", written=4)])
    assert store.finished(["a"]) == {"a": "v2"}
    store.index([document("b", "旧", written=1), document("b", "新", version="v3", written=3)])
    assert store.finished(["b"]) == {"b": "v3"}


def test_an_edit_keeps_when_the_post_was_first_seen(store: PostStore) -> None:
    store.index([document("a", "一")])
    store.index([document("a", "二", hours=24 * 40, version="v2", written=2)])
    store.refresh()
    (hit,) = store.search(Query())
    assert hit.first_seen == START


def test_standing_and_document_never_undo_each_other(store: PostStore) -> None:
    store.index([document("a", "一")])
    store.stand(
        {"a": Standing("i1", 2, "new", "公安", written=7), "unknown": Standing("", 0, "", "")}
    )
    store.index([document("a", "二", version="v2", written=2)])
    store.stand({"a": Standing("i0", 4, "new", "妇联", written=6)})
    assert ids(store, incident="i1", grade=2, state="new") == ["a"]
    stored = store.get(["a", "unknown"])
    assert set(stored) == {"a"}
    assert (stored["a"]["title"], stored["a"]["incident"], stored["a"]["lead"]) == (
        "二",
        "i1",
        "公安",
    )


@pytest.mark.parametrize(
    ("phrases", "expected"),
    [
        (("女童失踪",), ["a"]),
        (("童",), ["c", "b", "a"]),
        (("女童", "失踪"), ["b", "a"]),
        (("13岁",), ["c"]),
        (("abc",), ["c"]),
        (("ＡＢＣ",), ["c"]),
        (("岁女", "保护"), ["c"]),
        (("失踪保护",), []),
    ],
)
def test_phrases_are_substrings(
    store: PostStore, phrases: tuple[str, ...], expected: list[str]
) -> None:
    store.index(
        [
            document("a", "昨日女童失踪", hours=0),
            document("b", "失踪，女童找到了", hours=1),
            document("c", "Abc网友：13岁女童", hours=2, text="保护孩子"),
            document("d", "失踪", hours=3, text="保护"),
        ]
    )
    assert [post for post in ids(store, must=phrases) if post != "d"] == expected


def test_every_field_narrows(store: PostStore) -> None:
    store.index(
        [
            document("a", "一", 0, categories=VIOLENCE, level="alert", places=COUNTY),
            document("b", "二", 3, platform="weibo", level="review"),
        ]
    )
    store.stand({"a": Standing("i9", 1, "acknowledged", "公安", written=1)})
    for fields in (
        {"category": "homicide_injury"},
        {"place": "420000"},
        {"place": "420200"},
        {"place": "420222"},
        {"platform": "forum"},
        {"level": "alert"},
        {"incident": "i9"},
        {"grade": 1},
        {"state": "acknowledged"},
        {"until": START + timedelta(hours=3)},
        {"must_not": ("二",)},
    ):
        assert ids(store, **fields) == ["a"], fields
    assert ids(store, since=START + timedelta(hours=3)) == ["b"]
    assert ids(store, place="420300") == []
    assert ids(store, category="violence") == []


def test_pages_follow_each_other_newest_first(store: PostStore) -> None:
    store.index([document(f"{n:02}", "同一时刻", hours=n // 3) for n in range(20)])
    store.refresh()
    whole = [hit.id for hit in store.search(Query(), limit=20)]
    assert whole[:3] == ["18", "19", "15"]
    paged, after = [], ""
    while page := [hit.id for hit in store.search(Query(), limit=7, after=after)]:
        paged += page
        after = page[-1]
    assert paged == whole


def test_a_hit_shows_the_found_words(store: PostStore) -> None:
    store.index([document("a", "通报", text="网传某县女童被继父虐待，警方介入", places=COUNTY)])
    store.refresh()
    (hit,) = store.search(Query(must=("虐待",)))
    assert "被继父【虐待】，警方" in hit.highlight
    assert hit.places == ("420222",)


def test_a_store_says_what_it_is(store: PostStore) -> None:
    store.index([document("a"), document("b")])
    store.refresh()
    assert "2 条帖子" in store.check()


def test_a_document_that_no_store_can_keep_is_named_and_the_rest_is_written(
    store: PostStore,
) -> None:
    refused = store.index(
        [document("a", "好"), document("b", "坏\ud800"), document("长" * 300), document("c", "好")]
    )
    assert set(refused) == {"b", "长" * 300}
    assert ids(store, must=("好",)) == ["a", "c"]


def test_signs_part_phrases_and_match_each_other(store: PostStore) -> None:
    store.index(
        [document("a", "女童，失踪"), document("b", "女童失踪 zq"), document("c", "女童!失踪")]
    )
    assert ids(store, must=("女童 失踪",)) == ["a", "c"]
    assert ids(store, must=("女童失踪",)) == ["b"]
    assert ids(store, must=("zq",)) == ["b"]


def test_what_another_connection_wrote_is_finished_after_a_restart(
    store: PostStore, reopen: Callable[[], PostStore]
) -> None:
    store.index([document("a", version="v1")])
    again = reopen()
    assert again.finished(["a"]) == {"a": "v1"}
    again.stand({"a": Standing("i1", 3, "new", "教育", written=1)})
    again.index([document("a", hours=24 * 60, version="v2", written=2)])
    assert store.finished(["a"]) == {"a": "v2"}
    assert ids(store, incident="i1") == ["a"]
