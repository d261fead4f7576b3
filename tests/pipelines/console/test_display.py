"""How things read."""

from datetime import timedelta

import pytest

from crawlers.sources import load_catalogue
from pipelines.console.display import (
    PLATFORMS,
    adds_to,
    grade_name,
    marked,
    platform_name,
    pointed,
    remaining,
    snippet,
)
from tests.pipelines.console.office import NOW


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(minutes=14, seconds=59), "剩 14 分"),
        (timedelta(0), "剩 0 分"),
        (timedelta(hours=4, minutes=47), "剩 4 小时 47 分"),
        (timedelta(days=1, hours=23), "剩 1 天 23 小时"),
        (-timedelta(minutes=3), "超时 3 分"),
        (-timedelta(days=2), "超时 2 天"),
    ],
)
def test_remaining(left: timedelta, text: str) -> None:
    assert remaining(NOW + left, NOW) == text


@pytest.mark.parametrize(
    ("text", "words", "html"),
    [
        ("<b>家暴</b>", ("家暴",), "&lt;b&gt;<mark>家暴</mark>&lt;/b&gt;"),
        ("多次家庭暴力", ("家庭", "家庭暴力"), "多次<mark>家庭暴力</mark>"),
        ("a.b", (".", ""), "a<mark>.</mark>b"),
        ("<i>", (), "&lt;i&gt;"),
        ("x<y", ("<",), "x<mark>&lt;</mark>y"),
    ],
)
def test_marked(text: str, words: tuple[str, ...], html: str) -> None:
    assert marked(text, words) == html


def test_snippet() -> None:
    assert snippet("一名<b>【女童】【受伤") == "一名&lt;b&gt;<mark>女童</mark>【受伤"


@pytest.mark.parametrize(
    ("position", "html"), [(1, "a<mark>&lt;</mark>c"), (9, "a&lt;c<mark>␣</mark>")]
)
def test_pointed(position: int, html: str) -> None:
    assert pointed("a<c", position) == html


def test_a_snippet_of_the_title_adds_nothing() -> None:
    assert not adds_to("…一【女童】受伤…", "某县一女童受伤入院")
    assert adds_to("…送【女童】就医", "某县一女童受伤入院")


def test_platforms() -> None:
    assert [platform_name(code) for code in ("weibo", "mps.gov.cn")] == ["微博", "mps.gov.cn"]


def test_every_platform_of_the_catalogue_has_a_name_or_an_address() -> None:
    for source in load_catalogue().values():
        assert "." in source.platform or source.platform in PLATFORMS, source.name


def test_grade_names() -> None:
    assert [grade_name(grade) for grade in (1, 4, 9)] == ["红Ⅰ", "蓝Ⅳ", "未定"]
