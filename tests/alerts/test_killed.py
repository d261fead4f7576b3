"""The desk killed with -9 at many points and started again: the same ledger, no key twice."""

import shutil
import signal as signals
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.ledger import open_ledger
from tests.alerts.conftest import KEY
from tests.alerts.office import CHANGSHA, signal

ROOT = Path(__file__).parents[2]
TABLES = {
    "ledger_incident": "id, grade, state, lead, place, posts, alerts_raised",
    "ledger_alert": "id, post, reason, grade, step",
    "ledger_outboxmessage": "key, state, channel",
    "ledger_deadline": "incident_id, kind, due, stage",
    "ledger_signalrow": "post, version, fold, incident_id",
    "ledger_event": "number, kind, incident, post",
}


def work(folder: Path, point: int) -> int:
    """Run the desk in its process; its exit code."""
    command = [sys.executable, "-m", "tests.alerts.night", f"sqlite:///{folder}/ledger.db"]
    done = subprocess.run(
        [*command, str(folder / "inbox"), str(point)], cwd=ROOT, timeout=120, check=False
    )
    return done.returncode


def contents(folder: Path) -> dict[str, list[tuple]]:
    with sqlite3.connect(folder / "ledger.db") as raw:
        return {
            table: sorted(raw.execute(f"SELECT {columns} FROM {table}"))  # noqa: S608
            for table, columns in TABLES.items()
        }


@pytest.fixture(scope="module")
def start(empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger in which signals wait."""
    folder = tmp_path_factory.mktemp("start")
    shutil.copy(empty_ledger, folder / "ledger.db")
    ledger = open_ledger(f"sqlite:///{folder}/ledger.db", originals_key=KEY)
    title = "阳新一女子被丈夫殴打住院"
    child = {"categories": ("child_abuse",), "victims": ("child",), "severity": 1}
    ledger.append_signals(
        [
            signal("p1", title),
            signal("p2", title, platform="zhihu"),
            signal("p3", "大冶某幼儿园教师扎伤多名幼儿", **child),
            signal("p4", title, places=(CHANGSHA,)),
            signal("p5", "另有一事待人判断", level="review", places=()),
        ],
        {},
    )

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder


@pytest.fixture(scope="module")
def undisturbed(start: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple]]:
    folder = tmp_path_factory.mktemp("undisturbed") / "office"
    shutil.copytree(start, folder)
    assert work(folder, 0) == 0
    return contents(folder)


@pytest.mark.parametrize("points", [(2, 8), (14, 20), (27, 9)])
def test_killed_twice_and_restarted_the_ledger_ends_the_same(
    start: Path, undisturbed, tmp_path: Path, points: tuple[int, int]
) -> None:
    folder = tmp_path / "office"
    shutil.copytree(start, folder)
    for point in points:
        assert work(folder, point) == -signals.SIGKILL
    assert work(folder, 0) == 0
    assert contents(folder) == undisturbed
    sent = [key for key, state, _ in undisturbed["ledger_outboxmessage"] if state == "已送达"]
    assert len(sent) == len(set(sent)) > 10
    assert len(list((folder / "inbox").glob("*.json"))) == len(sent)
