"""One office for the tests of this folder, and clients that are logged in."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.config import load
from pipelines.console.server import application
from tests.pipelines.console.office import NOW, TestOffice, make_office, visitor

if TYPE_CHECKING:
    from django.test import Client

    LogIn = Callable[[str], Client]


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> TestOffice:
    """An office at 03:10, made once and copied for each test."""
    made = make_office(tmp_path_factory.mktemp("seed") / "office")
    application(made.config)  # makes the console's own tables

    from django.db import connection

    # Closing the last connection brings all of the write-ahead log into the file.
    connection.close()
    return made


@pytest.fixture
def office(seed: TestOffice, tmp_path: Path) -> TestOffice:
    """A fresh copy of the office, its console installed in this process."""
    shutil.copytree(seed.path.parent, tmp_path / "office")
    path = tmp_path / "office" / seed.path.name
    config = load(path)
    application(config, lambda: NOW)
    return TestOffice(path, config)


@pytest.fixture
def log_in(office: TestOffice) -> "LogIn":
    """A browser of somebody who is logged in, by user name."""

    def logged_in(username: str) -> "Client":
        from alerts.ledger.models import User

        client = visitor()
        client.force_login(
            User.objects.get(username=username), "django.contrib.auth.backends.ModelBackend"
        )
        return client

    return logged_in
