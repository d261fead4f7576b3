"""A fresh ledger for each test, and a desk on it."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from alerts.clock import Clocks
from alerts.ledger import open_ledger
from alerts.office import Office
from alerts.organisation import Organisation
from tests.alerts.office import ORGANISATION, ROSTER, Recorder

KEY = b"originals-key-for-the-tests-only"


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger file with all its tables and nothing in it."""
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    open_ledger(f"sqlite:///{path}", originals_key=KEY)

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def ledger_url(empty_ledger: Path, tmp_path: Path) -> str:
    shutil.copy(empty_ledger, tmp_path / "ledger.db")
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def ledger(ledger_url: str) -> Any:
    return open_ledger(ledger_url, originals_key=KEY)


@pytest.fixture
def sink() -> Recorder:
    return Recorder()


@pytest.fixture
def make_desk(ledger: Any, sink: Recorder) -> Callable[..., Any]:
    """A desk on the test's ledger: both channels of the office lead to `sink` unless given."""
    from alerts.desk import Desk

    def make(
        channels: Mapping[str, Any] | None = None,
        organisation: Organisation = ORGANISATION,
        clocks: Clocks = Clocks(),  # noqa: B008 - frozen
    ) -> Any:
        given = {"first": sink, "second": sink} if channels is None else channels
        return Desk(ledger, Office(organisation, clocks=clocks, roster=ROSTER), given)

    return make


@pytest.fixture
def officer() -> Callable[[str], Any]:
    from alerts.ledger.actions import Officer

    return lambda name: Officer(name, "测试")
