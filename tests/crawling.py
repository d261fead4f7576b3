"""A crawl in a process of its own: `python -m tests.crawling CONFIG [SOURCE…]`, or `--serve`.

The real crawl with the real store; only the analysis behind the hand-off is the simplest one that
keeps its promise: it indexes what it is given. POISON in a title makes it fail, as a bug would.
With `--serve` it crawls once for each configuration named on standard input and answers each with
a line of JSON: a process that has imported everything serves many tests.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess

from crawlers.items import Post
from pipelines import wiring
from pipelines.cli.common import say
from pipelines.config import load
from pipelines.crawl import CrawlOffice, choose, crawl, in_reactor
from pipelines.stores.protocol import PostDocument, PostStore

PEAK = "peak MB: "
"""What stands before the peak of memory in the last line of standard error."""


@dataclass(frozen=True)
class Analysed:
    refused: Mapping[str, str]


class IndexingAnalyst:
    """Indexes every post without looking into it."""

    def __init__(self, store: PostStore) -> None:
        self._store = store

    def analyse(self, posts: Sequence[Post]) -> Analysed:
        if any("POISON" in post.title for post in posts):
            raise ZeroDivisionError("poison")
        return Analysed(self._store.index([document(post) for post in posts]))


def document(post: Post) -> PostDocument:
    return PostDocument(
        id=post.id,
        version=post.content_hash,
        written=1,
        platform=post.platform,
        source=post.source,
        url=post.url,
        title=post.title,
        text=post.body,
        words=(),
        first_seen=post.first_seen,
        published=post.published,
        author_key=post.author_key,
        probability=0.0,
        level="",
        categories=(),
        severity=None,
        victims=(),
        status="",
        scope="",
        setting="",
        places=(),
        evidence=(),
        model="none",
    )


async def answer_requests(process: AsyncCrawlerProcess) -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        config = load(Path(line.strip()))
        said: list[str] = []
        analyst = IndexingAnalyst(wiring.open_store(config))
        office = CrawlOffice(config, process, analyst, said.append)
        await office.run(choose(config, []), once=True)
        sys.stdout.write(json.dumps({"code": office.exit_code, "said": said}) + "\n")
        sys.stdout.flush()


def serve() -> int:
    process = AsyncCrawlerProcess({"LOG_ENABLED": False})
    in_reactor(process, answer_requests(process))
    return 0


def main(arguments: Sequence[str]) -> int:
    if arguments[0] == "--serve":
        return serve()
    config = load(Path(arguments[0]))
    store = wiring.open_store(config)
    once = "--forever" not in arguments
    names = [name for name in arguments[1:] if not name.startswith("--")]
    code = crawl(config, names, once=once, analyst=IndexingAnalyst(store), on_event=say)
    say(f"{PEAK}{peak()}")
    return code


def peak() -> int:
    """The most memory that this program has held, in MB.

    What `resource` tells of a child counts the memory of the parent that it was forked from.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
