"""Stores under test: a SQLite file, and a genuine Elasticsearch started once for the whole run."""

import os
import secrets
from collections.abc import Iterator
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
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PostStore]:
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path / 'posts.db'}")
    else:
        url = request.getfixturevalue("elasticsearch_url")
        opened = open_store(url, prefix=f"test-{secrets.token_hex(4)}")
    opened.ensure()
    yield opened
    opened.close()
