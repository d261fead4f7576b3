"""crawl: visits several sources in one process; none of them can stop the others."""

import asyncio
import logging
import signal
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any, cast

import orjson
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawlers.errors import CrawlError
from crawlers.items import Post
from crawlers.sources import Source, load_catalogue
from crawlers.spiders import spider_class
from crawlers.spiders.base import SourceSpider
from crawlers.validators import Validators
from pipelines import wiring
from pipelines.config import Config
from pipelines.errors import ConfigError
from pipelines.handoff import Handoff, Limits, Outlets
from pipelines.quarantine import Quarantine
from pipelines.schedule import schedule_visits
from pipelines.settings import scrapy_settings
from pipelines.visits import PROBLEMS, Visit, read_visit, write_visit

if TYPE_CHECKING:
    from pipelines.analysis import Analyst

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that a stop waits for the visits under way."""

_REASONS = {
    "finished": "完成",
    "shutdown": "程序停止，下次继续",
    "start_error": "没有启动成功",
    "closespider_timeout": "超过一小时未完成",
}


def crawl(
    config: Config,
    names: Sequence[str],
    *,
    once: bool,
    analyst: "Analyst",
    on_event: Callable[[str], None],
) -> int:
    """Visit the named sources (by default all enabled ones) once, or on schedule until stopped.

    Returns the exit code: 0, or 3 when something was set aside or a source failed in a single
    round. Raises ConfigError or CrawlError for what no visit can mend.
    """
    sources = choose(config, names)
    process = AsyncCrawlerProcess(scrapy_settings(config))
    office = CrawlOffice(config, process, analyst, on_event)
    for source in sources:
        office.check(source)
    in_reactor(process, office.run(sources, once=once))
    return office.exit_code if once else 0


def choose(config: Config, names: Sequence[str]) -> list[Source]:
    """The enabled sources, or the named ones of them. Raises ConfigError."""
    catalogue = load_catalogue(config.crawl.catalogue)
    for name in (*names, *config.crawl.enabled):
        if name not in catalogue:
            raise ConfigError(f"没有来源 {name}：用 shengyuan sources list 查看全部来源")
        if name not in config.crawl.enabled:
            raise ConfigError(f"来源 {name} 尚未启用：先运行 shengyuan sources enable {name}")
    chosen = list(dict.fromkeys(names or config.crawl.enabled))
    if not chosen:
        raise ConfigError("没有启用任何来源：用 shengyuan sources enable 名称 启用")
    return [catalogue[name] for name in chosen]


class OfficeCrawler(Crawler):
    """A Scrapy crawler that knows where its posts go."""

    def __init__(self, spider: type[Spider], settings: Any, handoff: Handoff) -> None:
        super().__init__(spider, settings)
        self.handoff = handoff


class CrawlOffice:
    """One process's crawl of one office."""

    def __init__(
        self,
        config: Config,
        process: AsyncCrawlerProcess,
        analyst: "Analyst",
        on_event: Callable[[str], None],
    ) -> None:
        self.exit_code = 0
        self._config = config
        self._settings = Settings(scrapy_settings(config))
        self._process = process
        self._tell = on_event
        self._key = config.secret("author-hash")
        self._quarantine = Quarantine(config.var)
        self._states = config.var / "sources"
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._stop = asyncio.Event()
        self._store = wiring.open_store(config)
        limits = Limits(config.crawl.batch_posts, config.crawl.batch_seconds)
        outlets = Outlets(tell=on_event, set_aside=self._set_post_aside)
        self._handoff = Handoff(analyst, self._store, outlets, limits)

    def check(self, source: Source) -> None:
        """Raise CrawlError when the source's options cannot be used."""
        self._spider(source)

    async def run(self, sources: Sequence[Source], *, once: bool) -> None:
        """Visit until all is done (`once`) or SIGINT or SIGTERM comes; then stop in good order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        # Without its gatherer a crawl would wait for ever: better that it ends and is restarted.
        self._handoff.start(ended=self._stop.set)
        try:
            await (self._once(sources) if once else self._on_schedule(sources))
        finally:
            await self._close()

    async def _once(self, sources: Sequence[Source]) -> None:
        visits = [asyncio.ensure_future(self.visit(source)) for source in sources]
        stopping = asyncio.ensure_future(self._stop.wait())
        pending: set[asyncio.Future[Any]] = set(visits)
        while pending and not self._stop.is_set():
            done, pending = await asyncio.wait(
                {*pending, stopping}, return_when=asyncio.FIRST_COMPLETED
            )
            pending -= {stopping}
            for visit in done - {stopping}:
                visit.result()
        stopping.cancel()

    async def _on_schedule(self, sources: Sequence[Source]) -> None:
        last = {source.name: read_visit(self._states, source.name) for source in sources}
        scheduler = schedule_visits(sources, last, self.visit, wiring.now())
        self._tell(f"抓取已启动：{len(sources)} 个来源")
        await self._stop.wait()
        scheduler.shutdown(wait=False)

    async def visit(self, source: Source) -> Visit | None:
        """Visit one source; sources of one host take turns. Returns None when stopped before."""
        async with AsyncExitStack() as turns:
            for host in sorted(source.hosts):
                await turns.enter_async_context(self._hosts[host])
            if self._stop.is_set():
                return None
            before = read_visit(self._states, source.name)
            now = wiring.now()
            if before is not None and before.resume_at is not None and before.resume_at > now:
                return None
            visit = (await self._visit(source)).after(before)
            if self._stop.is_set() and not visit.ok:
                # Cut short by the end of the process: that says nothing about the source.
                return None
            self._note(visit)
            return visit

    async def _visit(self, source: Source) -> Visit:
        started = wiring.now()
        counted = self._handoff.counts[source.name].copy()
        crawler = OfficeCrawler(spider_class(source.spider), self._settings, self._handoff)
        problem = ""
        try:
            await self._process.crawl(crawler, **self._arguments(source))
        except Exception as error:
            # The edge of one source: the others go on.
            log.exception("visit of %s failed", source.name)
            problem = str(error) if isinstance(error, CrawlError) else f"内部错误：{error!r}"
        counts = self._handoff.counts[source.name] - counted
        spider = cast("SourceSpider | None", crawler.spider)
        stats = crawler.stats.get_stats() if crawler._stats is not None else {}
        problems = [*(spider.problems if spider else ()), *([problem] if problem else ())]
        ended = str(stats.get("finish_reason", "start_error"))
        stopped = problem or (spider.stopped_because if spider else "")
        complete = ended == "finished" and not stopped and spider is not None
        if complete and spider is not None and not spider.incomplete:
            await self._commit(spider)
        if stats.get("spider_exceptions/count"):
            problems.append(f"解析出错 {stats['spider_exceptions/count']} 次，详见日志")
        return Visit(
            source=source.name,
            title=source.title,
            started=started,
            finished=wiring.now(),
            ok=complete and not problems,
            outcome=stopped or _REASONS.get(ended, ended),
            posts=counts["posts"],
            new=counts["new"],
            refused=counts["refused"],
            pages=int(stats.get("response_received_count", 0)),
            not_modified=int(stats.get("politeness/not_modified", 0)),
            problems=tuple(problems[:PROBLEMS]),
            resume_at=spider.resume_at if spider else None,
            expected_per_day=source.expected_per_day,
        )

    async def _commit(self, spider: SourceSpider) -> None:
        """Remember page versions, but only once everything seen on them is finished."""
        if await self._handoff.drain():
            try:
                spider.validators.commit()
            except OSError as error:
                self._tell(f"写不了 {self._config.var}：{error.strerror}，请清理磁盘")

    def _spider(self, source: Source) -> SourceSpider:
        return spider_class(source.spider)(**self._arguments(source))

    def _arguments(self, source: Source) -> dict[str, Any]:
        folder = self._config.var / "validators"
        folder.mkdir(parents=True, exist_ok=True)
        return {
            "source": source,
            "author_hash_key": self._key,
            "clock": wiring.now,
            "finished": self._handoff.finished,
            "set_aside": self._set_page_aside,
            "validators": Validators(folder / f"{source.name}.json"),
        }

    def _note(self, visit: Visit) -> None:
        try:
            write_visit(self._states, visit)
        except OSError as error:
            self._tell(f"写不了 {self._states}：{error.strerror}，请清理磁盘")
        if not visit.ok or visit.refused:
            self.exit_code = 3
        counts = f"{visit.posts} 条，新 {visit.new} 条"
        detail = (
            f"；{visit.problems[0]}"
            if visit.problems and visit.problems[0] != visit.outcome
            else ""
        )
        self._tell(f"{visit.title}（{visit.source}）：{visit.outcome}，{counts}{detail}")

    def _set_page_aside(self, reason: str, content: bytes, name: str) -> None:
        self._put_aside("crawl", reason, content, name)

    def _set_post_aside(self, post: Post, reason: str) -> None:
        row = {
            name: getattr(post, name)
            for name in ("platform", "url", "title", "body", "first_seen", "published", "place")
        }
        # A line that `replay` takes.
        self._put_aside("analyse", reason, orjson.dumps(row), post.id)

    def _put_aside(self, stage: str, reason: str, content: bytes, name: str) -> None:
        try:
            self._quarantine.put(stage, reason, content, name=name, now=wiring.now())
        except OSError as error:
            self._tell(f"写不了 {self._quarantine.folder}：{error.strerror}，请清理磁盘")

    async def _close(self) -> None:
        stopping = asyncio.ensure_future(self._process.stop())
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(stopping), PATIENCE)
        await self._handoff.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.join(), PATIENCE)
        self._store.close()


def in_reactor(process: AsyncCrawlerProcess, main: Coroutine[Any, Any, None]) -> None:
    """Run `main` in the reactor's event loop; its failure is raised here."""
    from twisted.internet import reactor

    task = asyncio.get_event_loop().create_task(main)
    task.add_done_callback(lambda _: cast(Any, reactor).stop())
    process.start(stop_after_crawl=False, install_signal_handlers=False)
    if task.done() and not task.cancelled():
        task.result()
