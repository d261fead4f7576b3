"""Pages in, posts out: frozen pages with made-up content beside what they hold."""

import asyncio
import gzip
import io
import lzma
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Request, TextResponse
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.errors import CrawlError
from crawlers.items import Post, make_post
from crawlers.sources import Source
from crawlers.spiders import spider_class
from crawlers.spiders.archive import parse_time, read_rows, row_to_post
from crawlers.spiders.feed import read_feed
from crawlers.spiders.files import read_warc
from crawlers.spiders.hotlist import read_rows as board_rows

PAGES = Path(__file__).parents[1] / "pages"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def spider(kind: str, **options: Any) -> Any:
    source = Source(
        name="test",
        title="测试",
        spider=kind,
        start_urls=("http://a.example/",),
        platform="a",
        owner="测试",
        legal_ground="测试",
        interval_minutes=30,
        expected_per_day=1,
        options=options,
    )

    async def finished(ids: Iterable[str]) -> dict[str, str]:
        return {}

    return spider_class(kind)(
        source=source,
        author_hash_key=b"key",
        clock=lambda: NOW,
        finished=finished,
        set_aside=lambda *_: None,
    )


def gathered(output: AsyncIterator[Any]) -> list[Any]:
    async def gather() -> list[Any]:
        return [item async for item in output]

    return asyncio.run(gather())


def response(body: bytes, url: str = "http://a.example/", kind: str = "text/html") -> TextResponse:
    return TextResponse(url, body=body, headers={"Content-Type": kind}, request=Request(url))


def test_a_feed_in_gb2312_gives_its_items() -> None:
    body = (PAGES / "feed/rss.xml").read_text("utf-8").encode("gb2312")
    first, second = gathered(spider("feed").visit(response(body, kind="text/xml")))
    assert first.title == "情况通报 & 说明"
    assert first.body == "第一段。\n第二段。"
    assert first.url == "http://gov.example/a/1.html"
    assert first.published == datetime.fromisoformat("2026-11-20T09:30:00+08:00")
    assert first.author_key and "宣传部" not in first.author_key
    assert (second.title, second.body, second.published) == ("只有标题", "", None)


def test_a_json_feed_gives_its_items() -> None:
    (entry,) = read_feed((PAGES / "feed/feed.json").read_text("utf-8"), "", NOW)
    assert (entry.title, entry.text, entry.url) == ("一则新闻", "正文。", "http://daily.example/9")
    assert entry.published == datetime.fromisoformat("2026-11-20T08:00:00+08:00")


def test_entities_neither_grow_nor_read_files() -> None:
    entries = read_feed((PAGES / "feed/bomb.xml").read_text("utf-8"), "", NOW)
    assert all(len(entry.title) < 1000 and "root:" not in entry.title for entry in entries)


@pytest.mark.parametrize("text", ["/etc/passwd", "http://127.0.0.1:1/", "", "只是文字", "{}"])
def test_what_is_no_feed_is_refused_and_never_opened(text: str) -> None:
    with pytest.raises(CrawlError, match="不是 RSS、Atom 或 JSON 订阅源"):
        read_feed(text, "", NOW)


def test_board_paths_lead_through_lists() -> None:
    rows = board_rows(
        '{"data": {"cards": [{"content": [{"w": "甲"}, {"w": ""}]}]}}', "data.cards.0.content", "w"
    )
    assert rows == [{"w": "甲"}]
    assert board_rows('{"data": []}', "data", "w") == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("<html>", "榜单不是 JSON"),
        ('{"data": {"list": []}}', "data.rows 处应为列表，最外层有 data"),
        ('{"data": {"rows": [{"name": 1}]}}', "各行没有 word（有 name）"),
    ],
)
def test_a_changed_board_is_named(text: str, named: str) -> None:
    with pytest.raises(CrawlError, match=named.replace("（", ".").replace("）", ".")):
        board_rows(text, "data.rows", "word")


def test_a_board_row_becomes_a_post() -> None:
    board = spider(
        "hotlist", items="data", title="word", id="n", link="https://s.example/?q={title}"
    )
    (post,) = board.visit(response('{"data": [{"word": "甲 乙", "n": 7}]}'.encode()))
    assert post.title == "甲 乙"
    assert post.url.startswith("https://s.example/?q=")


def test_replies_can_be_posts_of_their_own() -> None:
    page = (
        '<h1 class="ts">标题</h1><div class="t_f" id="p1">首帖</div>'
        '<div class="t_f" id="p2">我也遇到过同样的事情</div><div class="t_f">顶</div>'
    )
    posts = list(spider("forum", replies=5).read_post(response(page.encode()), title="标题"))
    assert [post.body for post in posts] == ["首帖", "我也遇到过同样的事情"]
    assert len({post.id for post in posts}) == 2


def test_a_page_without_text_is_set_aside() -> None:
    kept: list[str] = []
    news = spider("news")
    news.set_aside_content = lambda reason, *_: kept.append(reason)
    assert not list(news.read_post(response(b"<html></html>"), title=""))
    assert "没有正文" in kept[0]


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(CrawlError, match="feed 爬虫没有选项 colour"):
        spider("feed", colour="red")


ROWS = [
    b'{"platform":"weibo","title":"\xe7\x94\xb2","first_seen":"2024-03-01"}\n',
    b"{broken\n",
    b"\n",
    b"[1]\n",
    b'{"platform":"weibo","title":"\xe4\xb9\x99","first_seen":"2024-03-01T08:00+08:00"}',
]


@pytest.mark.parametrize("pack", [bytes, lzma.compress, gzip.compress])
def test_rows_are_read_and_bad_lines_are_named(tmp_path: Path, pack: Any) -> None:
    path = tmp_path / "posts"
    path.write_bytes(pack(b"".join(ROWS)))
    rows = list(read_rows(path))
    assert [number for number, _ in rows] == [1, 2, 4, 5]
    assert [isinstance(row, CrawlError) for _, row in rows] == [False, True, True, False]
    assert f"{path} 第 2 行不是有效的 JSON" in str(rows[1][1])


def test_a_file_that_breaks_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "cut.xz"
    path.write_bytes(lzma.compress(b"".join(ROWS[:1] * 50_000))[:-40])
    rows = list(read_rows(path))
    assert len(rows) > 1
    assert "损坏" in str(rows[-1][1])
    with pytest.raises(CrawlError, match="读不了文件"):
        list(read_rows(tmp_path / "none"))
    assert len(list(read_rows(io.BytesIO(b"".join(ROWS))))) == 4


@pytest.mark.parametrize(
    "row",
    [
        {"title": "甲"},
        {"title": "甲", "first_seen": "昨天"},
        {"first_seen": "2024-03-01"},
        {"title": 3, "first_seen": "2024-03-01"},
    ],
)
def test_a_row_that_is_no_post_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(CrawlError):
        row_to_post(row, "replay", b"")


def test_a_date_alone_is_midnight_in_china() -> None:
    assert parse_time("2024-03-01") == datetime.fromisoformat("2024-03-01T00:00:00+08:00")
    assert parse_time("") is None


def test_a_warc_gives_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.0")
        page = "<html><h1>旧闻</h1><p>这是一篇旧闻的正文。</p></html>".encode("gb18030")
        record = writer.create_warc_record(
            "http://a.example/1", "response", payload=io.BytesIO(page), http_headers=headers
        )
        writer.write_record(record)
    ((url, body, _, moment),) = read_warc(path)
    assert (url, body) == ("http://a.example/1", page)
    assert moment.tzinfo is not None
    archive = spider("archive")
    posts = list(archive._from_warc(path))
    assert "旧闻的正文" in posts[0].body
    assert posts[0].first_seen == moment
    (tmp_path / "bad.warc").write_bytes(b"not a warc at all")
    with pytest.raises(CrawlError, match="WARC"):
        list(read_warc(tmp_path / "bad.warc"))


def test_a_post_never_prints_its_text() -> None:
    post: Post = make_post(platform="a", source="s", first_seen=NOW, title="某某的名字")
    assert "某某" not in repr(post)
