"""`sources check` against a real local site."""

import json
from datetime import UTC, datetime
from pathlib import Path

from crawlers.sources import Source
from pipelines.checking import check_source, last_check
from pipelines.config import load
from tests.site import Site, article, links, robots

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def source(site: Site, **options: str) -> Source:
    return Source(
        name="news",
        title="新闻",
        spider="news",
        start_urls=(f"{site.url}/news/",),
        platform="news",
        owner="测试",
        legal_ground="测试",
        interval_minutes=30,
        expected_per_day=1,
        options=options,
    )


def test_a_source_passes_with_posts_and_fails_in_plain_words(tmp_path: Path) -> None:
    pages = {
        "/robots.txt": robots("User-agent: *\nDisallow:\n"),
        "/news/": links(("/a/1.html", "第一篇")),
        "/a/1.html": article("第一篇报道", "这是第一篇报道的正文，写得足够长。\n还有第二段。"),
    }
    with Site(dict(pages)) as site:
        path = tmp_path / "shengyuan.toml"
        path.write_text(
            f"[crawl]\nallow_private = [{json.dumps(site.netloc)}]\ndelay_seconds = 0.01\n", "utf-8"
        )
        config = load(path)
        good = check_source(config, source(site, links=".list a"), NOW)
        assert good.passed, good.findings
        assert good.titles == ("第一篇报道",)
        assert last_check(config, "news") == good

        bad = check_source(config, source(site, links=".gone a"), NOW)
        assert not bad.passed
        assert any("没有找到帖子链接" in finding.text for finding in bad.findings)

        site.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /\n")
        closed = check_source(config, source(site, links=".list a"), NOW)
        assert not closed.passed
        assert "robots.txt 不允许抓取" in closed.findings[0].text
