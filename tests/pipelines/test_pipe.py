"""The whole pipe on the demo: real site, crawl and ledger, killed and started again."""

import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.items import canonical_url
from pipelines import wiring
from pipelines.config import load
from pipelines.demo.content import all_at_once, load_schedule
from pipelines.demo.office import prepare
from pipelines.demo.site import DemoSite

REPOSITORY = Path(__file__).parents[2]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def site() -> Iterator[DemoSite]:
    site = DemoSite(now, all_at_once(load_schedule()))
    site.start()
    yield site
    site.stop()


def command(*arguments: str, config: Path) -> list[str]:
    return [sys.executable, "-m", "pipelines.cli", *arguments, "--config", str(config)]


def run(*arguments: str, config: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        command(*arguments, config=config),
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        timeout=180,
    )


def crawl_and_fold(config: Path) -> None:
    for arguments in (("crawl", "--once"), ("duty", "--once")):
        done = run(*arguments, config=config)
        assert done.returncode == 0, done.stderr.decode()


def incidents_by_url(config: Path) -> dict[str, str]:
    """Which incident each post's address has ended in; posts without one are left out."""
    office = load(config)
    store = wiring.open_store(office)
    ledger = wiring.open_ledger(office)
    from pipelines.stores.protocol import Query

    urls = {hit.id: hit.url for hit in store.search(Query(), limit=10_000)}
    placed = ledger.placements(list(urls))
    store.close()
    return {
        urls[post]: placement.incident for post, placement in placed.items() if placement.incident
    }


def test_every_planted_incident_opens_one_incident_and_no_near_miss_does(
    site: DemoSite, tmp_path: Path
) -> None:
    config = prepare(tmp_path, now(), site.base_url)
    crawl_and_fold(config)
    found = incidents_by_url(config)
    truth = {canonical_url(url): incident for url, incident in site.truth().items()}
    opened: dict[str, Counter[str]] = defaultdict(Counter)
    for url, planted in truth.items():
        if planted is not None and url in found:
            opened[planted][found[url]] += 1
    planted = {incident for incident in truth.values() if incident is not None}
    assert set(opened) == planted, f"not opened: {sorted(planted - set(opened))}"
    split = {name: dict(count) for name, count in opened.items() if len(count) > 1}
    assert not split
    owners = Counter(next(iter(count)) for count in opened.values())
    assert max(owners.values()) == 1, "two planted incidents share one case file"
    assert not {url for url, planted in truth.items() if planted is None and url in found}

    before = ledger_facts(config)
    crawl_and_fold(config)
    assert ledger_facts(config) == before


def ledger_facts(config: Path) -> dict[str, object]:
    """What must be equal whatever happened on the way: which posts share a case, who leads it."""
    ledger = wiring.open_ledger(load(config))
    from alerts.ledger.models import Alert, OutboxMessage, SignalRow

    cases: dict[str, set[str]] = defaultdict(set)
    for post, incident in SignalRow.objects.exclude(incident=None).values_list("post", "incident"):
        cases[incident].add(post)
    keys = list(OutboxMessage.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))
    ledger.verify()
    return {
        "cases": sorted(sorted(posts) for posts in cases.values()),
        "leads": sorted(incident.lead for incident in ledger.incidents()),
        "alerted": set(Alert.objects.values_list("incident", flat=True)) == set(cases),
        "signals": SignalRow.objects.count(),
    }


def test_killed_at_ten_points_the_ledger_ends_the_same(site: DemoSite, tmp_path: Path) -> None:
    calm = prepare(tmp_path / "calm", now(), site.base_url)
    crawl_and_fold(calm)
    rough = prepare(tmp_path / "rough", now(), site.base_url)
    for point in range(10):
        stage = "crawl" if point % 2 == 0 else "duty"
        _kill_after_writes(command(stage, "--once", config=rough), rough.parent, point)
    crawl_and_fold(rough)
    assert ledger_facts(rough) == ledger_facts(calm)


def _kill_after_writes(arguments: list[str], folder: Path, point: int) -> None:
    """Start a process and kill -9 it once the databases have grown by `point` more writes."""
    watched = [folder / name for name in ("posts.db-wal", "ledger.db-wal")]
    process = subprocess.Popen(
        arguments,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen, changes = None, 0
    while process.poll() is None:
        state = tuple(map(_size, watched))
        if state != seen:
            seen, changes = state, changes + 1
        if changes > point // 2 + 1:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
