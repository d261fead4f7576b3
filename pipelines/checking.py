"""sources check: does a source give posts here and now, and may we have them? In plain words."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from crawlers.errors import CrawlError
from crawlers.items import Post
from crawlers.sources import Source
from pipelines import files
from pipelines.config import Config

if TYPE_CHECKING:
    from crawlers.spiders.base import SourceSpider

POSTS, PAGES, SECONDS = 5, 10, 120
"""A check ends after so many posts, pages or seconds."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and how it was found."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of one source found; `titles` are of the posts that it gave."""

    source: str
    when: datetime
    passed: bool
    findings: tuple[Finding, ...]
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a short visit brought."""

    posts: Sequence[Post]
    problems: Sequence[str]
    stopped: str
    stats: dict[str, Any]


def check_source(config: Config, source: Source, now: datetime) -> CheckReport:
    """Visit a source briefly, storing nothing, and keep the report for `last_check`.

    Runs in a process of its own, so it can be called from anywhere and as often as needed. Raises
    CrawlError when the source's options cannot be used, OSError when the report cannot be written.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seen = pool.submit(_visit, config, source).result()
    report = judge(source, seen, now)
    path = _path(config, source.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(report), ensure_ascii=False, default=datetime.isoformat, indent=1)
    files.replace(path, text)
    return report


def last_check(config: Config, name: str) -> CheckReport | None:
    """The kept report of a source's last check; None when there is none."""
    try:
        kept = json.loads(_path(config, name).read_text(encoding="utf-8"))
        return CheckReport(
            source=kept["source"],
            when=datetime.fromisoformat(kept["when"]),
            passed=kept["passed"],
            findings=tuple(Finding(**finding) for finding in kept["findings"]),
            titles=tuple(kept["titles"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def judge(source: Source, seen: _Seen, now: datetime) -> CheckReport:
    """The report on what a short visit brought."""
    findings = (_robots(seen), _pages(seen), _posts(seen), *_parts(source, seen))
    essential = findings[:3]
    return CheckReport(
        source=source.name,
        when=now,
        passed=all(finding.ok for finding in essential),
        findings=findings,
        titles=tuple((post.title or post.body)[:40] for post in seen.posts),
    )


def _robots(seen: _Seen) -> Finding:
    forbidden = seen.stats.get("robotstxt/forbidden", 0)
    if forbidden:
        return Finding(False, f"robots.txt 不允许抓取（{forbidden} 个页面被拒），请另选来源")
    if not seen.stats.get("robotstxt/response_count") and seen.stats.get("robotstxt/request_count"):
        return Finding(False, "读不到 robots.txt：请检查网络后重试")
    return Finding(True, "robots.txt 允许抓取")


def _pages(seen: _Seen) -> Finding:
    if seen.stopped:
        return Finding(False, seen.stopped)
    if seen.problems and not seen.posts:
        return Finding(False, seen.problems[0])
    return Finding(True, f"取得 {seen.stats.get('response_received_count', 0)} 个页面")


def _posts(seen: _Seen) -> Finding:
    if seen.stats.get("spider_exceptions/count"):
        return Finding(False, "解析页面时出错，详见日志")
    if not seen.posts:
        return Finding(False, "没有得到任何帖子：请检查 start_urls 和选择器")
    return Finding(True, f"得到 {len(seen.posts)} 条帖子")


def _parts(source: Source, seen: _Seen) -> list[Finding]:
    """What the posts hold; a board of titles alone needs neither text nor date."""
    if not seen.posts or source.spider == "hotlist":
        return []
    count = len(seen.posts)
    bodies = sum(bool(post.body) for post in seen.posts)
    dates = sum(post.published is not None for post in seen.posts)
    return [
        Finding(bodies > 0, f"{bodies}/{count} 条有正文" + ("" if bodies else "：请更新选项 body")),
        Finding(dates > 0, f"{dates}/{count} 条有时间" + ("" if dates else "：请更新选项 time")),
    ]


def _path(config: Config, name: str) -> Path:
    return config.var / "checks" / f"{name}.json"


def _visit(config: Config, source: Source) -> _Seen:
    """Runs in the child process: one short visit without stages."""
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers.spiders import spider_class
    from pipelines import wiring
    from pipelines.settings import scrapy_settings

    settings = scrapy_settings(config) | {
        "ITEM_PIPELINES": {},
        "CLOSESPIDER_ITEMCOUNT": POSTS,
        "CLOSESPIDER_PAGECOUNT": PAGES,
        "CLOSESPIDER_TIMEOUT": SECONDS,
    }
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider_class(source.spider))
    posts: list[Post] = []

    def keep(item: Post) -> None:
        posts.append(item)

    crawler.signals.connect(keep, signals.item_scraped)
    visit = process.crawl(
        crawler,
        source=source,
        author_hash_key=b"",
        clock=wiring.now,
        finished=_nothing_finished,
        set_aside=_forget,
    )
    process.start()
    if (error := visit.exception()) is not None:
        raise error if isinstance(error, CrawlError) else CrawlError(str(error))
    spider = cast("SourceSpider", crawler.spider)
    stats = crawler.stats.get_stats()
    plain = {key: value for key, value in stats.items() if isinstance(value, int | str)}
    return _Seen(posts, spider.problems, spider.stopped_because, plain)


async def _nothing_finished(ids: Sequence[str]) -> dict[str, str]:
    await asyncio.sleep(0)
    return {}


def _forget(reason: str, content: bytes, name: str) -> None:
    """A check keeps nothing: what went wrong is in its report."""
