"""The embedded store: one SQLite file with a full-text index of one token a character.

Measured on half a million posts, an index of words misses substrings that were cut differently (it
found 1,352 of 3,040); one token a character and phrase queries find every substring, at 1.1 times
the size, which also keeps the answers equal to Elasticsearch's.

The index is contentless: to delete from it SQLite needs the very tokens that were put in, and those
change with Python's Unicode tables. So nothing is deleted: an edit of the text gets a new number,
and what stands under the old one is joined to no post any more.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from pipelines.stores.protocol import (
    Hit,
    PostDocument,
    Query,
    Standing,
    StoreError,
    StoreUnavailable,
)
from pipelines.stores.text import fault, highlighted, spaced

_BUSY_SECONDS = 30
_PAGE = 500
_BEIJING = timezone(timedelta(hours=8))

_SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    written INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    platform TEXT NOT NULL,
    level TEXT NOT NULL,
    categories TEXT NOT NULL,
    places TEXT NOT NULL,
    incident TEXT NOT NULL DEFAULT '',
    grade INTEGER,
    state TEXT NOT NULL DEFAULT '',
    lead TEXT NOT NULL DEFAULT '',
    acknowledged INTEGER,
    stood INTEGER NOT NULL DEFAULT -1,
    document BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS posts_newest ON posts (first_seen DESC, id);
CREATE INDEX IF NOT EXISTS posts_incident ON posts (incident) WHERE incident != '';
CREATE INDEX IF NOT EXISTS posts_level ON posts (level, first_seen DESC) WHERE level != '';
CREATE VIRTUAL TABLE IF NOT EXISTS posts_text USING fts5 (
    title, text, content='', tokenize="unicode61 remove_diacritics 0"
);
"""

_INSERT = """
INSERT INTO posts (number, id, version, written, first_seen, platform, level, categories, places,
                   document)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET number = excluded.number, version = excluded.version,
    written = excluded.written, platform = excluded.platform, level = excluded.level,
    categories = excluded.categories, places = excluded.places, document = excluded.document
"""
"""An edit keeps when the post was first seen."""

_STAND = """
UPDATE posts SET incident = ?, grade = ?, state = ?, lead = ?, acknowledged = ?, stood = ?
WHERE id = ? AND stood <= ?
"""


class SqliteStore:
    """A PostStore in one file. Safe for several threads; one writing process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        with self._guarded():
            self._db = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")

    def ensure(self) -> None:
        with self._guarded():
            self._db.executescript(_SCHEMA)

    def finished(self, ids: Sequence[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        with self._guarded():
            for page in _pages(ids):
                marks = ",".join("?" * len(page))
                rows = self._db.execute(
                    f"SELECT id, version FROM posts WHERE id IN ({marks})",  # noqa: S608
                    page,
                )
                found.update(rows)
        return found

    def index(self, documents: Iterable[PostDocument]) -> Mapping[str, str]:
        latest: dict[str, PostDocument] = {}
        refused: dict[str, str] = {}
        for document in documents:
            if reason := fault(document):
                refused[document.id] = reason
                continue
            kept = latest.get(document.id)
            if kept is None or document.written >= kept.written:
                latest[document.id] = document
        with self._writing():
            known = self._known(list(latest))
            (last,) = self._db.execute("SELECT coalesce(max(number), 0) FROM posts").fetchone()
            rows, added = [], []
            for document in latest.values():
                number, written, old = known.get(document.id, (0, -1, b""))
                if written > document.written:
                    continue
                if not number or _text(orjson.loads(old)) != (document.title, document.text):
                    last = number = last + 1
                    added.append((number, spaced(document.title), spaced(document.text)))
                rows.append(_row(number, document))
            self._db.executemany(_INSERT, rows)
            self._db.executemany(
                "INSERT INTO posts_text (rowid, title, text) VALUES (?, ?, ?)", added
            )
        return refused

    def stand(self, standings: Mapping[str, Standing]) -> None:
        rows = [
            (
                s.incident,
                s.grade,
                s.state,
                s.lead,
                _milliseconds(s.acknowledged) if s.acknowledged else None,
                s.written,
                post,
                s.written,
            )
            for post, s in standings.items()
        ]
        with self._writing():
            self._db.executemany(_STAND, rows)

    def get(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        found = {}
        with self._guarded():
            for page in _pages(ids):
                marks = ",".join("?" * len(page))
                rows = self._db.execute(
                    "SELECT id, first_seen, document, incident, grade, state, lead FROM posts"  # noqa: S608
                    f" WHERE id IN ({marks})",
                    page,
                )
                for post, seen, document, incident, grade, state, lead in rows:
                    found[post] = orjson.loads(document) | {
                        "first_seen": _moment(seen).isoformat(),
                        "incident": incident,
                        "grade": grade,
                        "state": state,
                        "lead": lead,
                    }
        return found

    def search(self, query: Query, limit: int = 20, after: str = "") -> Iterator[Hit]:
        source, where, values = _conditions(query)
        if after:
            # The row-value order cannot say "older, then by id": spelled out instead.
            since = "(SELECT first_seen FROM posts WHERE id = ?)"
            where.append(
                f"(posts.first_seen < {since} OR (posts.first_seen = {since} AND posts.id > ?))"
            )
            values += [after, after, after]
        with self._guarded():
            rows = self._db.execute(
                "SELECT posts.id, first_seen, document, incident, grade, state"  # noqa: S608
                f" FROM {source} WHERE {' AND '.join(where) or '1'}"
                " ORDER BY posts.first_seen DESC, posts.id LIMIT ?",
                [*values, limit],
            ).fetchall()
        for row in rows:
            yield _hit(row, query)

    def count(self, query: Query) -> int:
        source, where, values = _conditions(query)
        with self._guarded():
            (number,) = self._db.execute(
                f"SELECT count(*) FROM {source} WHERE {' AND '.join(where) or '1'}",  # noqa: S608
                values,
            ).fetchone()
        return int(number)

    def check(self) -> str:
        with self._guarded():
            (answer,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
            if answer != "ok":
                raise StoreError(f"帖子库 {self._path} 已损坏（{answer}）：请从备份恢复")
            (number,) = self._db.execute("SELECT count(*) FROM posts").fetchone()
        size = self._path.stat().st_size / 1e6
        return f"SQLite {sqlite3.sqlite_version}，{number} 条帖子，{size:.1f} MB"

    def refresh(self) -> None:
        """Writes are visible at once."""

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _known(self, ids: Sequence[str]) -> dict[str, tuple[int, int, bytes]]:
        known = {}
        for page in _pages(ids):
            marks = ",".join("?" * len(page))
            rows = self._db.execute(
                f"SELECT id, number, written, document FROM posts WHERE id IN ({marks})",  # noqa: S608
                page,
            )
            known.update({row[0]: row[1:] for row in rows})
        return known

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError as error:
                raise StoreUnavailable(_explained(self._path, error)) from error
            except sqlite3.DatabaseError as error:
                raise StoreError(
                    f"帖子库 {self._path} 已损坏或不是数据库（{error}）：请从备份恢复"
                ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._guarded():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def _conditions(query: Query) -> tuple[str, list[str], list[Any]]:
    """FROM, the parts of WHERE, and their values."""
    wanted = [words for words in (_phrase(text) for text in query.must) if words]
    unwanted = [words for words in (_phrase(text) for text in query.must_not) if words]
    source, where = "posts", list[str]()
    values: list[Any] = []
    if wanted:
        source = "posts JOIN posts_text ON posts_text.rowid = posts.number"
        where.append("posts_text MATCH ?")
        values.append(" AND ".join(wanted))
    if unwanted:
        where.append("posts.number NOT IN (SELECT rowid FROM posts_text WHERE posts_text MATCH ?)")
        values.append(" OR ".join(unwanted))
    bounds: dict[str, Any] = {
        "posts.first_seen >= ?": _milliseconds(query.since) if query.since else None,
        "posts.first_seen < ?": _milliseconds(query.until) if query.until else None,
        "instr(posts.places, ?)": f",{_stem(query.place)}" if query.place else None,
        "instr(posts.categories, ?)": f",{query.category}," if query.category else None,
        "posts.platform = ?": query.platform or None,
        "posts.incident = ?": query.incident or None,
        "posts.grade = ?": query.grade,
        "posts.state = ?": query.state or None,
        "posts.level = ?": query.level or None,
    }
    for condition, value in bounds.items():
        if value is not None:
            where.append(condition)
            values.append(value)
    return source, where, values


def _phrase(text: str) -> str:
    words = spaced(text).split()
    return f'"{" ".join(words)}"' if words else ""


def _stem(code: str) -> str:
    """The leading digits that a division shares with all below it."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def _text(document: Mapping[str, str]) -> tuple[str, str]:
    return document["title"], document["text"]


def _row(number: int, document: PostDocument) -> tuple[Any, ...]:
    categories = "".join(f",{code}" for code, _ in document.categories)
    places = "".join(f",{code}" for code, _, _ in document.places)
    return (
        number,
        document.id,
        document.version,
        document.written,
        _milliseconds(document.first_seen),
        document.platform,
        document.level,
        f"{categories},",
        f"{places},",
        orjson.dumps(document),
    )


def _hit(row: tuple[Any, ...], query: Query) -> Hit:
    post, seen, raw, incident, grade, state = row
    document = orjson.loads(raw)
    return Hit(
        id=post,
        title=document["title"],
        first_seen=_moment(seen),
        platform=document["platform"],
        url=document["url"],
        categories=tuple(code for code, _ in document["categories"]),
        places=tuple(code for code, _, _ in document["places"]),
        incident=incident,
        highlight=highlighted(document["title"], document["text"], query.must),
        grade=grade,
        state=state,
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, _BEIJING)


def _milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _pages(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while page := list(islice(rest, _PAGE)):
        yield page


def _explained(path: Path, error: sqlite3.OperationalError) -> str:
    problem = str(error).lower()
    if "locked" in problem or "busy" in problem:
        return (
            f"帖子库 {path} 被另一个进程占用超过 {_BUSY_SECONDS} 秒：请确认没有别的程序长时间打开它"
        )
    if "full" in problem:
        return f"帖子库 {path} 所在磁盘已满：请清理磁盘空间，之后会自动重试"
    if "readonly" in problem or "unable to open" in problem:
        return f"帖子库 {path} 打不开或不可写：请检查 [store] url 指向的路径和权限"
    return f"帖子库 {path} 暂时不可用（{error}）"
