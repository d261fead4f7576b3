"""The demo's site over real HTTP, on a clock that the tests own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import lxml.html
import pytest
import requests

from pipelines.demo.content import Entry, load_schedule
from pipelines.demo.site import DemoSite

START = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[DemoSite]:
    site = DemoSite(clock)
    site.start()
    yield site
    site.stop()


def get(site: DemoSite, path: str, **headers: str) -> requests.Response:
    return requests.get(site.base_url + path, headers=headers, timeout=5)


def walk(site: DemoSite, path: str) -> Iterator[str]:
    """The hrefs of a list and of all pages after it."""
    while path:
        tree = lxml.html.fromstring(get(site, path).content)
        yield from tree.xpath(
            "//ul[@class='news-list']//a/@href | //a[contains(@class, 'xst')]/@href"
        )
        path = next(iter(tree.xpath("//a[contains(@class, 'next')]/@href")), "")


def test_lists_lead_to_every_post_that_has_appeared(site: DemoSite, clock: Clock) -> None:
    clock.now += timedelta(hours=1)
    linked = {
        link
        for path in ("/news/", *(f"/bbs/forum-{n}-1.html" for n in (2, 3, 4, 5)))
        for link in walk(site, path)
    }
    for feed in ("/feed/rss.xml", "/feed/atom.xml"):
        root = ElementTree.fromstring(get(site, feed).content)  # noqa: S314 - our own
        linked |= {
            node.text or node.get("href", "") for node in root.iter() if node.tag.endswith("link")
        }
    rows = json.loads(get(site, "/hot/board.json").content)["data"]["realtime"]
    linked |= {row["url"] for row in rows}
    found = {link if link.startswith("http") else site.base_url + link for link in linked}
    assert set(site.truth()) <= found
    assert all(get(site, link.removeprefix(site.base_url)).ok for link in site.truth())


def test_new_posts_appear_at_their_time_and_not_before(site: DemoSite, clock: Clock) -> None:
    late = next(e for e in load_schedule() if e.appears and e.channel == "news")
    assert get(site, late.path).status_code == 404
    assert late.path not in get(site, "/news/").text
    clock.now = START + timedelta(seconds=late.appears)
    assert get(site, late.path).ok
    assert late.path in get(site, "/news/").text


def test_the_forum_is_gb18030_and_the_news_utf_8(site: DemoSite) -> None:
    entry = next(e for e in load_schedule() if e.channel == "forum" and not e.appears)
    page = get(site, entry.path)
    assert page.headers["Content-Type"] == "text/html; charset=gbk"
    assert entry.title in page.content.decode("gb18030")
    assert entry.title.encode() not in page.content
    news = next(e for e in load_schedule() if e.channel == "news" and not e.appears)
    assert news.title.encode() in get(site, news.path).content


def test_an_article_stands_among_titles_of_other_posts(site: DemoSite) -> None:
    entry = next(e for e in load_schedule() if e.channel == "news" and e.incident is None)
    tree = lxml.html.fromstring(get(site, entry.path).content)
    titles = {e.title for e in load_schedule() if e.incident is not None}
    assert titles & set(tree.xpath("//div[@class='related']//a/text()"))
    body = tree.xpath("string(//div[@id='content'])")
    assert entry.body.split("\n")[0].strip() in body
    assert not any(title in body for title in titles)


def test_dates_are_shown_in_chinese_time_relative_to_the_start(clock: Clock) -> None:
    site = DemoSite(clock, [Entry(1234, "news", "题目", "正文", why="测试", minutes_ago=45)])
    site.start()
    try:
        assert "2026-03-01 11:45" in get(site, "/news/1234.html").text
    finally:
        site.stop()


def test_an_unchanged_page_is_not_sent_again(site: DemoSite, clock: Clock) -> None:
    first = get(site, "/news/")
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    again = get(site, "/news/", **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert get(site, "/news/", **{"If-Modified-Since": date}).status_code == 304
    clock.now += timedelta(hours=1)
    assert get(site, "/news/", **{"If-None-Match": tag}).status_code == 200
    assert get(site, "/news/", **{"If-Modified-Since": date}).status_code == 200


def test_a_stopped_site_comes_back_at_the_same_address(site: DemoSite, clock: Clock) -> None:
    entry = next(e for e in load_schedule() if e.channel == "news" and not e.appears)
    before = get(site, entry.path).text
    address = site.base_url
    site.stop()
    with pytest.raises(requests.ConnectionError):
        get(site, entry.path)
    clock.now += timedelta(minutes=5)
    assert site.start() == address
    assert get(site, entry.path).text == before


def test_robots_and_the_log_of_requests(site: DemoSite) -> None:
    assert "Disallow: /admin/" in get(site, "/robots.txt", **{"User-Agent": "tester"}).text
    assert get(site, "/nowhere").status_code == 404
    first = site.requests[0]
    assert (first.path, first.status, first.user_agent) == ("/robots.txt", 200, "tester")
    assert site.requests[-1].status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/news/index_99.html",
        "/bbs/forum-9-1.html",
        "/news/9999.html",
        "/bbs/thread-2001-1-1.html",
        "/news/1002.html",
    ],
)
def test_what_is_not_there_is_not_found(site: DemoSite, path: str) -> None:
    assert get(site, path).status_code == 404


def test_a_port_in_use_is_an_error(site: DemoSite, clock: Clock) -> None:
    port = int(site.base_url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        DemoSite(clock, port=port).start()
