"""The made-up posts of the demo and the truth about each: data in content/*.toml, read here.

Nothing in them is real: the places, people, numbers and events are invented.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

CONTENT: Final = Path(__file__).with_name("content")
CHANNELS: Final = ("news", "forum", "rss", "atom", "hot")
BOARDS: Final = {"城事杂谈": 2, "情感家庭": 3, "教育亲子": 4, "打工求职": 5}
"""The boards of the forum and their numbers in its addresses."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One post of the demo.

    `incident` names the planted incident that it belongs to; None says that it is a near-miss, and
    `why` then says by which ruling. `appears` is in seconds after the site's start; an entry that
    is there from the start was published `minutes_ago` before it.
    """

    id: int
    channel: str
    title: str
    body: str = ""
    author: str = ""
    board: str = ""
    incident: str | None = None
    why: str = ""
    minutes_ago: int = 0
    appears: int = 0
    replies: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Its address on the site; it never changes, so that a post keeps its id between runs."""
        if self.channel == "forum":
            return f"/bbs/thread-{self.id}-1-1.html"
        folder = {"news": "news", "rss": "fabu", "atom": "daily", "hot": "hot"}[self.channel]
        return f"/{folder}/{self.id}.html"

    def published(self, start: datetime) -> datetime:
        """When it was published if the site started at `start`."""
        return start + timedelta(seconds=self.appears) - timedelta(minutes=self.minutes_ago)


def load_schedule(folder: Path = CONTENT) -> tuple[Entry, ...]:
    """All entries of the demo, by id.

    Raises ValueError that names the file and the entry when one is malformed or an id comes twice.
    """
    entries: dict[int, Entry] = {}
    for file in sorted(folder.glob("*.toml")):
        for row in tomllib.loads(file.read_text("utf-8"))["entry"]:
            entry = _entry(row, file.name)
            if entry.id in entries:
                raise ValueError(f"{file.name}：条目编号 {entry.id} 重复")
            entries[entry.id] = entry
    return tuple(entries[number] for number in sorted(entries))


def all_at_once(schedule: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same entries, all there from the start."""
    return tuple(
        replace(entry, appears=0, minutes_ago=entry.minutes_ago or 1) for entry in schedule
    )


def _entry(row: dict[str, Any], file: str) -> Entry:
    try:
        row = {**row, "title": row["title"].strip(), "body": row.get("body", "").strip()}
        entry = Entry(**{**row, "replies": tuple(row.get("replies", ()))})
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file}：条目 {row.get('id')} 写法有误：{error}") from error
    if entry.channel not in CHANNELS:
        raise ValueError(f"{file}：条目 {entry.id} 的渠道 {entry.channel!r} 不存在")
    if entry.channel == "forum" and entry.board not in BOARDS:
        raise ValueError(f"{file}：条目 {entry.id} 的版块 {entry.board!r} 不存在")
    if entry.appears and entry.minutes_ago:
        raise ValueError(f"{file}：条目 {entry.id} 的 appears 与 minutes_ago 只能写一个")
    if (entry.incident is None) != bool(entry.why):
        raise ValueError(f"{file}：条目 {entry.id} 必须写明 incident 或 why，且只写一个")
    return entry
