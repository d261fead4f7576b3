"""What only the embedded store has to stand: other processes, full disks, broken files."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.stores import open_store, sqlite
from pipelines.stores.protocol import Query, StoreError, StoreUnavailable
from pipelines.stores.sqlite import SqliteStore
from tests.pipelines.stores.documents import document

WRITER = """
import sys
from pipelines.stores import open_store
from tests.pipelines.stores.documents import document
store = open_store(sys.argv[1])
store.ensure()
for batch in range(10_000):
    store.index([document(f"{batch}-{n}", f"第{n}个女童") for n in range(500)])
    print(batch, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posts.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path)
    opened.ensure()
    yield opened
    opened.close()


def test_a_killed_writer_loses_nothing_that_it_acknowledged(path: Path) -> None:
    url = f"sqlite:///{path}"
    for stop_after in (0, 3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, url],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        assert writer.stdout is not None
        acknowledged = -1
        while acknowledged < stop_after:
            acknowledged = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        rest = writer.stdout.read().split()
        writer.wait(30)
        acknowledged = int(rest[-1]) if rest else acknowledged
        opened = open_store(url)
        opened.ensure()
        for batch in range(acknowledged + 1):
            ids = [f"{batch}-{n}" for n in range(500)]
            assert set(opened.finished(ids)) == set(ids)
        assert opened.count(Query(must=("女童",))) == opened.count(Query())
        opened.check()
        opened.close()


def test_a_locked_database_is_reported_and_works_afterwards(
    path: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.1)
    impatient = SqliteStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="占用"):
        impatient.index([document("a")])
    other.execute("ROLLBACK")
    other.close()
    assert impatient.index([document("a")]) == {}
    impatient.close()
    assert list(store.finished(["a"])) == ["a"]


def test_a_full_disk_is_reported_and_nothing_is_half_written(store: SqliteStore) -> None:
    store.index([document("a")])
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    big = [document(f"{n}", text=f"{n}很长的文字" * 400) for n in range(50)]
    with pytest.raises(StoreUnavailable, match="磁盘已满"):
        store.index(big)
    assert store.count(Query()) == 1
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.index(big) == {}
    assert store.count(Query(must=("很长的文字",))) == 50


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 400)
    with pytest.raises(StoreError, match=r"posts\.db 已损坏或不是数据库.*备份") as caught:
        SqliteStore(path)
    assert not isinstance(caught.value, StoreUnavailable)


def test_a_damaged_page_is_found_by_check(path: Path, store: SqliteStore) -> None:
    store.index([document(f"{n}", "女童" * 50) for n in range(2000)])
    store.close()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 3 * 4096] = b"\xff" * (3 * 4096)
    path.write_bytes(content)
    damaged = SqliteStore(path)
    with pytest.raises(StoreError, match="损坏"):
        damaged.check()
    damaged.close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"打不开或不可写.*权限"):
        SqliteStore(tmp_path / "nowhere" / "posts.db")


def test_a_url_of_another_kind_is_refused_with_the_remedy() -> None:
    with pytest.raises(StoreError, match=r"mysql://x 不能用.*请改正"):
        open_store("mysql://x")


def test_text_that_stayed_is_not_indexed_again(store: SqliteStore) -> None:
    store.index([document("a", "女童"), document("b", "女孩")])
    before = store._db.execute("SELECT count(*) FROM posts_text_docsize").fetchone()
    store.index([document("a", "女童", written=2, model="m2"), document("b", "女孩", written=2)])
    assert store._db.execute("SELECT count(*) FROM posts_text_docsize").fetchone() == before
    assert store.get(["a"])["a"]["model"] == "m2"
    assert store.count(Query(must=("女",))) == 2
