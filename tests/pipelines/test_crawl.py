"""The crawl as a process against a real, nasty site."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.config import create_secrets, load
from pipelines.errors import ConfigError
from pipelines.quarantine import Quarantine
from pipelines.stores import open_store
from pipelines.stores.protocol import Query
from tests.crawling import PEAK
from tests.site import Reply, Site, article, board, bomb, links, page, redirect, robots

REPOSITORY = Path(__file__).parents[2]

SOURCE = """
[{name}]
title = "{name}"
spider = "{spider}"
start_urls = ["{url}"]
platform = "{name}"
owner = "测试"
legal_ground = "测试"
interval_minutes = 1
expected_per_day = 1
options = {options}
"""


@dataclass(frozen=True)
class Crawled:
    """What a crawl left behind."""

    code: int
    said: str
    titles: set[str]
    urls: set[str]
    visit: Mapping[str, Any]


class Office:
    """A configuration folder whose sources are pages of one site."""

    def __init__(self, folder: Path, site: Site, worker: Callable[[Path], Any]) -> None:
        self.folder, self.site, self.worker = folder, site, worker
        self.names: list[str] = []
        create_secrets(folder / "var")
        (folder / "sources.toml").write_text("", "utf-8")
        self._write()

    def add(self, name: str, spider: str, path: str, options: str = "{}") -> None:
        text = SOURCE.format(name=name, spider=spider, url=self.site.url + path, options=options)
        with (self.folder / "sources.toml").open("a", encoding="utf-8") as file:
            file.write(text)
        self.names.append(name)
        self._write()

    @property
    def config(self) -> Path:
        return self.folder / "shengyuan.toml"

    def _write(self) -> None:
        lines = [
            "[crawl]",
            f"enabled = {json.dumps(self.names)}",
            'contact = "desk@office.example"',
            'catalogue = "sources.toml"',
            f"allow_private = [{json.dumps(self.site.netloc)}]",
            "delay_seconds = 0.01",
            "batch_seconds = 0.05",
            "max_response_bytes = 2_000_000",
        ]
        self.config.write_text("\n".join(lines), "utf-8")

    def start(self, *options: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.crawling", str(self.config), *options],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stderr=subprocess.PIPE,
            text=True,
        )

    def crawl(self) -> Crawled:
        answer = self.worker(self.config)
        said = "\n".join(answer["said"])
        posts = self.posts()
        visit = json.loads((self.folder / f"var/sources/{self.names[0]}.json").read_text("utf-8"))
        titles = {str(post["title"]) for post in posts}
        urls = {str(post["url"]) for post in posts}
        return Crawled(answer["code"], said, titles, urls, visit)

    def posts(self) -> list[Mapping[str, Any]]:
        store = open_store(load(self.config).store.url)
        store.ensure()
        ids = [hit.id for hit in store.search(Query(), limit=1000)]
        found = list(store.get(ids).values())
        store.close()
        return found


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/robots.txt": robots("User-agent: *\nDisallow: /closed/\n")}) as site:
        yield site


@pytest.fixture(scope="module")
def worker() -> Iterator[Callable[[Path], Any]]:
    """A crawl process that serves the tests of this module one after the other."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crawling", "--serve"],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    requests, answers = process.stdin, process.stdout

    def crawl(config: Path) -> Any:
        requests.write(f"{config}\n")
        requests.flush()
        answer = answers.readline()
        assert answer, "the crawl process died"
        return json.loads(answer)

    yield crawl
    requests.close()
    assert process.wait(30) == 0


@pytest.fixture
def office(tmp_path: Path, site: Site, worker: Callable[[Path], Any]) -> Office:
    return Office(tmp_path, site, worker)


NEWS = {
    "/news/": links(("/a/1.html", "第一篇"), ("/a/2.html", "第二篇"), following="/news/2.html"),
    "/news/2.html": links(("/a/3.html", "第三篇"), following="/news/3.html"),
    "/news/3.html": links(("/a/4.html", "第四篇")),
} | {
    f"/a/{n}.html": article(
        f"第{c}篇报道", f"这是第{c}篇报道的正文，写得足够长。\n还有第二段，说明情况。"
    )
    for n, c in zip((1, 2, 3, 4), "一二三四", strict=True)
}


def test_a_news_site_is_read_once_and_then_only_what_is_new(office: Office, site: Site) -> None:
    site.pages |= NEWS
    office.add("news", "news", "/news/", '{ links = ".list a" }')
    first = office.crawl()
    assert first.code == 0, first.said
    assert first.titles == {f"第{c}篇报道" for c in "一二三四"}
    assert first.visit["outcome"] == "完成"
    assert (first.visit["posts"], first.visit["new"]) == (4, 4)
    dates = {str(post["published"])[:16] for post in office.posts()}
    assert len(dates) == 1

    site.pages["/news/"] = links(("/a/5.html", "第五篇"), following="/news/2.html")
    site.pages["/a/5.html"] = article(
        "第五篇报道", "这是第五篇报道的正文。\n还有第二段，说明情况。"
    )
    site.asked.clear()
    second = office.crawl()
    assert second.visit["new"] == 1
    assert "第五篇报道" in second.titles
    # The second page holds only finished posts: nothing is asked beyond it.
    assert site.asked["/news/2.html"] == 1
    assert site.asked["/news/3.html"] == 0
    assert site.asked["/a/1.html"] == 0


def test_it_says_who_it_is_and_asks_one_thing_at_a_time(office: Office, site: Site) -> None:
    site.pages |= NEWS
    office.add("one", "news", "/news/", '{ links = ".list a" }')
    office.add("two", "news", "/news/2.html", '{ links = ".list a" }')
    office.crawl()
    agent = site.headers["/a/1.html"]["User-Agent"]
    assert agent.startswith("shengyuan/")
    assert "desk@office.example" in agent
    assert site.most_at_once == 1
    assert site.order[0] == "/robots.txt"


def test_robots_are_obeyed(office: Office, site: Site) -> None:
    site.pages["/news/"] = links(("/closed/1.html", "不许抓"), ("/a/1.html", "许抓"))
    site.pages["/closed/1.html"] = article("不许抓", "不应被抓取的正文。")
    site.pages["/a/1.html"] = NEWS["/a/1.html"]
    office.add("news", "news", "/news/", '{ links = ".list a" }')
    crawled = office.crawl()
    assert crawled.titles == {"第一篇报道"}
    assert site.asked["/closed/1.html"] == 0
    assert "robots.txt 不允许抓取" in crawled.visit["problems"][0]


def test_a_robots_file_that_fails_means_not_now(office: Office, site: Site) -> None:
    site.pages |= NEWS | {"/robots.txt": Reply(b"down", "text/plain", 503)}
    office.add("news", "news", "/news/", '{ links = ".list a" }')
    crawled = office.crawl()
    assert not crawled.titles
    assert site.asked["/news/"] == 0


def test_retry_after_is_kept(office: Office, site: Site) -> None:
    site.pages |= NEWS
    busy = Reply(b"slow down", "text/plain", 429, {"Retry-After": "1"})
    times: list[float] = []

    def sometimes(before: int) -> Reply:
        times.append(time.monotonic())
        return busy if before == 0 else NEWS["/a/1.html"]

    site.pages["/a/1.html"] = sometimes
    office.add("news", "news", "/news/", '{ links = ".list a", pages = 1 }')
    crawled = office.crawl()
    assert crawled.titles == {"第一篇报道", "第二篇报道"}
    assert times[1] - times[0] >= 1.0


def test_a_long_wait_ends_the_visit_until_then(office: Office, site: Site) -> None:
    site.pages["/news/"] = Reply(b"", "text/plain", 503, {"Retry-After": "3600"})
    office.add("news", "news", "/news/")
    crawled = office.crawl()
    assert "对方要求稍后再来（HTTP 503），60 分钟后再试" in crawled.visit["outcome"]
    assert crawled.visit["resume_at"] > crawled.visit["finished"]
    assert crawled.code == 3
    site.asked.clear()
    office.crawl()
    assert site.asked["/news/"] == 0


CAPTCHA = page(
    "<html><title>百度安全验证</title><body>请完成下方验证后继续访问：拖动滑块</body></html>"
)


def test_a_captcha_page_stops_the_source_and_no_other(office: Office, site: Site) -> None:
    site.pages |= NEWS | {"/hot": board([{"word": "榜上的题目"}]), "/a/1.html": CAPTCHA}
    office.add("news", "news", "/news/", '{ links = ".list a" }')
    office.add("hot", "hotlist", "/hot", '{ items = "data.realtime", title = "word" }')
    crawled = office.crawl()
    assert "网站要求验证码，已停止抓取该来源" in crawled.visit["outcome"]
    assert "榜上的题目" in crawled.titles
    assert "网站要求验证码" in crawled.said
    assert site.asked["/a/4.html"] == 0


def test_private_addresses_are_refused(office: Office, site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        address = f"127.0.0.1:{inside.getsockname()[1]}"
        site.pages |= {
            "/news/": links(
                ("/a/1.html", "转走"), ("/a/2.html", "元数据"), ("/a/3.html", "本机名")
            ),
            "/a/1.html": redirect(f"http://{address}/admin"),
            "/a/2.html": redirect("http://169.254.169.254/latest/meta-data/"),
            "/a/3.html": redirect(f"http://localhost:{address.partition(':')[2]}/"),
        }
        office.add("news", "news", "/news/", '{ links = ".list a" }')
        crawled = office.crawl()
        inside.settimeout(0)
        with pytest.raises(BlockingIOError):
            inside.accept()
    problems = " ".join(crawled.visit["problems"])
    assert f"拒绝访问内网地址 {address}" in problems
    assert "拒绝访问内网地址 169.254.169.254:80" in problems
    assert "拒绝访问内网地址 localhost" in problems


def test_a_redirect_loop_is_named(office: Office, site: Site) -> None:
    site.pages |= {
        "/news/": links(("/a/1.html", "转圈")),
        "/a/1.html": redirect("/a/2.html"),
        "/a/2.html": redirect("/a/1.html"),
    }
    office.add("news", "news", "/news/", '{ links = ".list a" }')
    crawled = office.crawl()
    assert "重定向循环" in crawled.visit["problems"][0]
    assert site.asked["/a/1.html"] == 1


def test_a_gigabyte_after_decompression_is_refused_without_the_memory(
    office: Office, site: Site
) -> None:
    site.pages |= {
        "/news/": links(("/a/1.html", "炸弹"), ("/a/2.html", "好的")),
        "/a/1.html": bomb(1000),
        "/a/2.html": NEWS["/a/2.html"],
    }
    office.add("news", "news", "/news/", '{ links = ".list a" }')
    process = office.start()
    _, said = process.communicate(timeout=120)
    assert "页面解压后过大，已丢弃" in said
    assert {post["title"] for post in office.posts()} == {"第二篇报道"}
    assert int(said.rpartition(PEAK)[2]) < 700


def forum_page(body: str) -> Reply:
    return page(f"<html><body>{body}</body></html>", "gb18030")


def test_a_forum_in_gb18030_is_read(office: Office, site: Site) -> None:
    site.pages |= {
        "/forum-2-1.html": forum_page(
            '<a class="s xst" href="thread-7-1-1.html">求助：孩子在学校被同学欺负㐂</a>'
            '<a class="nxt" href="forum-2-2.html">下一页</a>'
        ),
        "/forum-2-2.html": forum_page('<a class="s xst" href="thread-8-1-1.html">二手家具转让</a>'),
        "/thread-7-1-1.html": forum_page(
            '<span id="thread_subject">求助</span><div class="authi"><a class="xw1">某家长</a>'
            "<em>发表于 2026-11-20 08:00</em></div>"
            '<td class="t_f">孩子不敢上学了。<br />老师说会处理。</td>'
            '<div class="authi"><a class="xw1">路人</a></div><td class="t_f">支持</td>'
        ),
        "/thread-8-1-1.html": forum_page('<td class="t_f">九成新，自提。</td>'),
    }
    office.add("forum", "forum", "/forum-2-1.html")
    office.crawl()
    posts = {post["title"]: post for post in office.posts()}
    assert set(posts) == {"求助：孩子在学校被同学欺负㐂", "二手家具转让"}
    asked = posts["求助：孩子在学校被同学欺负㐂"]
    assert asked["text"] == "孩子不敢上学了。\n老师说会处理。"
    assert str(asked["author_key"]) not in {"", "None", "某家长"}


def test_a_feed_that_is_html_is_set_aside_and_replayable(office: Office, site: Site) -> None:
    body = "<!DOCTYPE html><html><body>本站订阅服务已停用</body></html>"
    site.pages["/rss.xml"] = Reply(body.encode(), "text/xml")
    office.add("rss", "feed", "/rss.xml")
    crawled = office.crawl()
    assert crawled.code == 3
    assert "这不是订阅源而是网页" in crawled.said
    kept = list(Quarantine(office.folder / "var").entries())
    assert [entry.name for entry in kept] == [f"{site.url}/rss.xml"]
    assert kept[0].content.read_bytes() == body.encode()


def test_a_board_whose_shape_changed_is_named(office: Office, site: Site) -> None:
    site.pages["/hot"] = Reply(b'{"data": {"list": []}, "ok": 1}', "application/json")
    office.add("hot", "hotlist", "/hot", '{ items = "data.realtime", title = "word" }')
    crawled = office.crawl()
    assert "榜单结构已变：data.realtime 处应为列表，最外层有 data、ok" in crawled.visit["outcome"]


def test_an_unchanged_page_is_not_sent_again(office: Office, site: Site) -> None:
    hot = board([{"word": "榜上的题目"}])
    site.pages["/hot"] = Reply(hot.body, hot.content_type, headers={"ETag": '"v1"'})
    office.add("hot", "hotlist", "/hot", '{ items = "data.realtime", title = "word" }')
    assert office.crawl().visit["new"] == 1
    second = office.crawl()
    assert site.headers["/hot"]["If-None-Match"] == '"v1"'
    assert (second.visit["not_modified"], second.visit["posts"]) == (1, 0)
    assert second.code == 0


def test_a_page_is_asked_for_whole_until_all_on_it_is_finished(office: Office, site: Site) -> None:
    listed = links(("/a/1.html", "第一篇"))
    site.pages["/news/"] = Reply(listed.body, listed.content_type, headers={"ETag": '"v1"'})
    site.pages["/a/1.html"] = Reply(b"", "text/plain", 500)
    office.add("news", "news", "/news/", '{ links = ".list a" }')
    assert not office.crawl().titles
    site.pages["/a/1.html"] = NEWS["/a/1.html"]
    assert office.crawl().titles == {"第一篇报道"}


def test_a_post_that_breaks_analysis_is_set_aside_alone(office: Office, site: Site) -> None:
    rows: list[dict[str, object]] = [{"word": f"题目{n}"} for n in range(20)]
    site.pages["/hot"] = board([*rows, {"word": "POISON"}])
    office.add("hot", "hotlist", "/hot", '{ items = "data.realtime", title = "word" }')
    crawled = office.crawl()
    assert len(crawled.titles) == 20
    assert crawled.visit["refused"] == 1
    kept = list(Quarantine(office.folder / "var").entries())
    assert "POISON" in kept[0].content.read_text("utf-8")


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_in_good_order(office: Office, site: Site, number: int) -> None:
    site.pages["/hot"] = board([{"word": "榜上的题目"}])
    office.add("hot", "hotlist", "/hot", '{ items = "data.realtime", title = "word" }')
    process = office.start("--forever")
    state = office.folder / "var/sources/hot.json"
    wait_until(state.exists)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert len(office.posts()) == 1


def test_sources_must_exist_and_be_enabled(office: Office) -> None:
    from pipelines.crawl import choose

    office.add("hot", "hotlist", "/hot")
    config = load(office.config)
    assert [source.name for source in choose(config, [])] == ["hot"]
    with pytest.raises(ConfigError, match="没有来源 nowhere"):
        choose(config, ["nowhere"])
    with pytest.raises(ConfigError, match="weibo-hot 尚未启用"):
        choose(config, ["weibo-hot"])
