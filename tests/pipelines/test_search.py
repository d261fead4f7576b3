"""search: the contract of the command line on a store of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.stores import open_store
from tests.pipelines.stores.documents import document

FIELDS = [
    *("id", "title", "first_seen", "platform", "url"),
    *("categories", "places", "incident", "highlight"),
]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    store = open_store(f"sqlite:///{tmp_path}/var/posts.db")
    store.ensure()
    store.index(
        [
            document("a", "某县女童失踪", places=(("420222", "湖北省黄石市阳新县", 0.9),)),
            document("b", "女童找到了", hours=48),
        ]
    )
    store.close()
    (tmp_path / "shengyuan.toml").write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/var/posts.db"\n'
    )
    return tmp_path


def search(office: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "search", *arguments],
        cwd=office,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def test_found_posts_are_one_object_a_line_newest_first(office: Path) -> None:
    done = search(office, "女童", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [row["id"] for row in rows]) == (0, ["b", "a"])
    assert list(rows[1]) == FIELDS
    assert rows[1]["highlight"] == "某县【女童】失踪"
    assert rows[1]["places"] == ["420222"]
    assert rows[1]["incident"] is None


def test_options_narrow_and_people_get_a_count(office: Path) -> None:
    done = search(office, "女童 地区:湖北", "--until", "2026-03-31", "--limit", "1")
    assert done.returncode == 0
    assert "某县女童失踪" in done.stdout
    assert "共 1 条" in done.stderr
    assert search(office, "女童", "--since", "2026-04-10", "--json").stdout == ""


def test_a_malformed_query_points_and_ends_with_a_usage_code(office: Path) -> None:
    done = search(office, "女童 地区:亚特兰蒂斯")
    assert done.returncode == 2
    assert "不认识的地区" in done.stderr
    assert done.stderr.rstrip().endswith("^")
    assert "Traceback" not in done.stderr
