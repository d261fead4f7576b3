"""Stores under test: a SQLite file, and a genuine Elasticsearch started once for the whole run."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from pipelines.stores import open_store
from pipelines.stores.protocol import PostStore
from tests.servers import Node, elasticsearch_home


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    given = os.environ.get("SHENGYUAN_TEST_ES")
    if given:
        yield given
        return
    node = Node(elasticsearch_home()).start()
    yield node.url
    node.remove()


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("elasticsearch", marks=pytest.mark.xdist_group("elasticsearch")),
    ]
)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], PostStore]]:
    """Opens the store under test, each time with connections of its own."""
    if request.param == "sqlite":
        url, options = f"sqlite:///{tmp_path / 'posts.db'}", {}
    else:
        url = request.getfixturevalue("elasticsearch_url")
        options = {"prefix": f"test-{secrets.token_hex(4)}"}
    with ExitStack() as opened:

        def open_again() -> PostStore:
            store = opened.enter_context(closing(open_store(url, **options)))
            store.ensure()
            return store

        yield open_again


@pytest.fixture
def store(reopen: Callable[[], PostStore]) -> PostStore:
    return reopen()
