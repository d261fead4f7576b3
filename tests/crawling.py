"""A crawl in a process of its own: `python -m tests.crawling CONFIG [SOURCE…]`.

The real crawl with the real store; only the analysis behind the hand-off is the simplest one that
keeps its promise: it indexes what it is given. POISON in a title makes it fail, as a bug would.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from crawlers.items import Post
from pipelines import wiring
from pipelines.analysis import Analysed
from pipelines.cli.common import say
from pipelines.config import load
from pipelines.stores.protocol import PostDocument, PostStore


class IndexingAnalyst:
    """Indexes every post without looking into it."""

    def __init__(self, store: PostStore) -> None:
        self._store = store

    def analyse(self, posts: Sequence[Post]) -> Analysed:
        if any("POISON" in post.title for post in posts):
            raise ZeroDivisionError("poison")
        return Analysed(len(posts), 0, 0, self._store.index([document(post) for post in posts]))


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


def main(arguments: Sequence[str]) -> int:
    from pipelines.crawl import crawl

    config = load(Path(arguments[0]))
    store = wiring.open_store(config)
    once = "--forever" not in arguments
    names = [name for name in arguments[1:] if not name.startswith("--")]
    return crawl(config, names, once=once, analyst=IndexingAnalyst(store), on_event=say)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
