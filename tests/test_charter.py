"""What the product will never do: public pages only, nobody profiled, victims masked.

The crawl's own manners (robots, captcha, Retry-After, redirects to inside) are tested on a real
site in tests/pipelines/test_crawl.py.
"""

import ast
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.errors import AlertError
from crawlers.items import make_post
from pipelines import wiring
from pipelines.config import Config, load
from pipelines.demo.content import all_at_once, load_schedule
from pipelines.demo.office import prepare
from pipelines.demo.site import DemoSite

ROOT = Path(__file__).parents[1]
PLANTED = (
    "13900010027",
    "13800010086",
    "13700010158",
    "990122198804120024",
    "三年级（2）班",
    "一年级（3）班",
)
"""Private data in the demo's posts: see pipelines/demo/content."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An office that has crawled the whole demo and sent its alerts."""
    folder = tmp_path_factory.mktemp("office")
    site = DemoSite(lambda: datetime.now(UTC), all_at_once(load_schedule()))
    config = prepare(folder, datetime.now(UTC), site.start())
    for stage in ("crawl", "duty"):
        subprocess.run(
            [sys.executable, "-m", "pipelines.cli", stage, "--once", "--config", str(config)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            timeout=240,
        )
    site.stop()
    yield config


def test_the_demo_plants_what_must_be_masked() -> None:
    texts = "".join(e.title + e.body + "".join(e.replies) for e in load_schedule())
    assert [private for private in PLANTED if private not in texts] == []


def test_nothing_private_leaves_the_office_in_the_clear(office: Path) -> None:
    folder = office.parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any("inbox" in path.parts for path in files)
    assert any(path.suffix == ".jsonl" for path in files)
    for name in ("posts.db", "ledger.db"):
        with sqlite3.connect(folder / name) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    leaks = [
        f"{path.relative_to(folder)}: {private}"
        for path in files
        for private in PLANTED
        if path.exists() and private.encode() in path.read_bytes()
    ]
    assert leaks == []


def test_an_original_needs_a_reason_and_leaves_a_line(office: Path) -> None:
    ledger = wiring.open_ledger(load(office))
    # Django is configured by now: its models may be imported.
    from alerts.ledger.actions import Officer
    from alerts.ledger.models import Event, Original

    post = Original.objects.values_list("post", flat=True)[0]
    with pytest.raises(AlertError):
        ledger.unmask(post, Officer("zhiban"), "", datetime.now(UTC))
    before = Event.objects.count()
    title, body = ledger.unmask(post, Officer("zhiban"), "核实求助人联系方式", datetime.now(UTC))
    assert title or body
    assert Event.objects.count() == before + 1
    assert ledger.verify() == before + 1


def test_an_author_is_known_by_a_keyed_hash_only() -> None:
    def key_of(author: str, key: bytes) -> str | None:
        now = datetime.now(UTC)
        post = make_post(
            platform="p",
            source="s",
            first_seen=now,
            title="求助",
            author=author,
            author_hash_key=key,
        )
        assert author not in repr(post)
        return post.author_key

    assert key_of("某网友", b"k" * 32) == key_of("某网友", b"k" * 32)
    assert key_of("某网友", b"k" * 32) != key_of("某网友", b"l" * 32)
    assert key_of("某网友", b"") is None


def test_the_crawl_obeys_robots_and_uses_no_disguise(tmp_path: Path) -> None:
    from pipelines.settings import scrapy_settings

    settings = scrapy_settings(Config(root=tmp_path, var=tmp_path / "var"))
    assert settings["ROBOTSTXT_OBEY"] is True
    assert settings["COOKIES_ENABLED"] is False
    assert settings["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert settings["HTTPPROXY_ENABLED"] is False
    assert "shengyuan" in settings["USER_AGENT"]


def test_no_command_removes_posts_steers_comments_or_traces_authors() -> None:
    """Every verb of the command line and of the ledger's actions, against a list of what we do."""
    import pipelines.cli.app as tree

    commands = {str(info.name or info.callback.__name__) for info in tree.app.registered_commands}
    for group in tree.app.registered_groups:
        commands |= {str(info.name) for info in group.typer_instance.registered_commands}
    assert not commands & {"delete", "remove", "takedown", "reply", "comment", "trace", "author"}
    actions = ast.parse((ROOT / "alerts/ledger/actions.py").read_text(encoding="utf-8"))
    names = {node.name for node in ast.walk(actions) if isinstance(node, ast.FunctionDef)}
    assert not {name for name in names if any(word in name for word in ("author", "takedown"))}
