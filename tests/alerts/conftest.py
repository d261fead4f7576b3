"""A fresh ledger for each test, and a desk on it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from alerts.clock import Clocks
from alerts.ledger import open_ledger
from alerts.links import Links
from alerts.office import Office
from alerts.organisation import Organisation
from tests.alerts.office import ORGANISATION, ROSTER, Recorder
from tests.servers import Postgres

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql")))
"""The databases of a ledger; the tests of the second share one server."""

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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL whose database `empty` has all tables of the ledger."""
    server = Postgres().start()
    try:
        server.run("CREATE DATABASE empty")
        open_ledger(server.url("empty"), originals_key=KEY)

        from django.db import connection

        connection.close()
        yield server
    finally:
        server.remove()


@pytest.fixture
def database() -> str:
    """Where the test's ledger is; a test module that wants both says so with BOTH."""
    return "sqlite"


@pytest.fixture
def ledger_url(
    database: str, empty_ledger: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    if database == "sqlite":
        shutil.copy(empty_ledger, tmp_path / "ledger.db")
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    server.run("DROP DATABASE IF EXISTS test WITH (FORCE)")
    server.run("CREATE DATABASE test TEMPLATE empty")
    yield server.url("test")

    from django.db import connection

    connection.close()


@pytest.fixture
def sql(
    database: str, ledger_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[[str], None]:
    """Runs SQL on the test's ledger past Django; a refusal is an exception with its words."""

    def run(statement: str) -> None:
        if database == "sqlite":
            with sqlite3.connect(tmp_path / "ledger.db") as raw:
                raw.execute(statement)
        else:
            request.getfixturevalue("postgres").run(statement, "test")

    return run


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
        links: Links | None = None,
    ) -> Any:
        given = {"first": sink, "second": sink} if channels is None else channels
        return Desk(ledger, Office(organisation, clocks=clocks, roster=ROSTER, links=links), given)

    return make


@pytest.fixture
def officer() -> Callable[[str], Any]:
    from alerts.ledger.actions import Officer

    return lambda name: Officer(name, "测试")
