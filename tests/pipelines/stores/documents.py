"""Documents for store tests."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pipelines.stores.protocol import PostDocument

START = datetime.fromisoformat("2026-03-31T22:00:00+08:00")

_BLANK = PostDocument(
    id="",
    version="v1",
    written=1,
    platform="forum",
    source="bbs",
    url="https://bbs.example.cn/1",
    title="",
    text="",
    words=(),
    first_seen=START,
    published=None,
    author_key=None,
    probability=0.02,
    level="",
    categories=(),
    severity=None,
    victims=(),
    status="",
    scope="",
    setting="",
    places=(),
    evidence=(),
    model="m1",
)


def document(post: str, title: str = "标题", hours: float = 0, **values: Any) -> PostDocument:
    """A document seen `hours` after START."""
    moment = START + timedelta(hours=hours)
    return replace(_BLANK, id=post, title=title, first_seen=moment, **values)
