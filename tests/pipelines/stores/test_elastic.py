"""What only the grown store has to stand: a server that is away, and servers that are none."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest

from pipelines.stores import open_store
from pipelines.stores.protocol import PostDocument, Query, Standing, StoreError, StoreUnavailable
from tests.pipelines.stores.documents import document
from tests.servers import Node, elasticsearch_home, free_port

Serve = Callable[[int, dict[str, object], dict[str, str]], str]
GENUINE = {"X-Elastic-Product": "Elasticsearch"}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts an HTTP server that gives one answer to everything; returns its URL."""
    running: list[ThreadingHTTPServer] = []

    def start(status: int, answer: dict[str, object], headers: dict[str, str]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = orjson.dumps(answer)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Silence."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def info(version: str) -> dict[str, object]:
    return {"version": {"number": version}, "tagline": "You Know, for Search"}


@pytest.mark.parametrize(
    ("status", "answer", "headers", "words"),
    [
        (
            200,
            {"version": {"number": "2.11.0", "distribution": "opensearch"}},
            {},
            "不是 Elasticsearch",
        ),
        (200, {"hello": "world"}, GENUINE, "不是 Elasticsearch"),
        (200, info("7.17.9"), GENUINE, r"7\.17\.9 不受支持：需要 8\.19"),
        (200, info("8.18.0"), GENUINE, "不受支持"),
        (200, info("10.0.0"), GENUINE, "不受支持"),
        (401, {"error": {"type": "security_exception"}, "status": 401}, GENUINE, "API 密钥无效"),
        (404, {"error": "no"}, {}, "不是 Elasticsearch|出错"),
    ],
)
def test_an_unfit_server_is_named(
    serve: Serve,
    status: int,
    answer: dict[str, object],
    headers: dict[str, str],
    words: str,
) -> None:
    store = open_store(serve(status, answer, headers))
    with pytest.raises(StoreError, match=words) as caught:
        store.ensure()
    assert not isinstance(caught.value, StoreUnavailable)
    store.close()


def test_a_server_that_starts_or_is_away_is_waited_for(serve: Serve) -> None:
    starting = open_store(serve(503, {"error": {"type": "x"}, "status": 503}, GENUINE))
    absent = open_store(f"http://127.0.0.1:{free_port()}")
    for store, words in ((starting, "正在启动"), (absent, "连不上")):
        with pytest.raises(StoreUnavailable, match=words):
            store.ensure()
        store.close()


def test_a_missing_certificate_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"ca\.crt.*ca_certs"):
        open_store("https://127.0.0.1:1", ca_certs=tmp_path / "ca.crt")


@pytest.mark.slow
@pytest.mark.xdist_group("elasticsearch")
@pytest.mark.timeout(900)
def test_a_server_killed_while_indexing_loses_nothing() -> None:
    node = Node(elasticsearch_home()).start(400)
    try:
        store = open_store(node.url)
        store.ensure()
        batches = [[document(f"{b}-{n}", f"女童{n}") for n in range(500)] for b in range(30)]
        killer = threading.Thread(target=node.kill)
        waiting: list[list[PostDocument]] = []
        for number, batch in enumerate(batches):
            if number == 4:
                killer.start()
            try:
                assert store.index(batch) == {}
            except StoreUnavailable:
                waiting.append(batch)
        killer.join()
        assert waiting
        with pytest.raises(StoreUnavailable, match="连不上"):
            store.stand({"0-0": Standing("i1", 1, "new", "公安", written=1)})
        node.start(400)
        for batch in waiting:
            assert store.index(batch) == {}
        store.stand({"0-0": Standing("i1", 1, "new", "公安", written=1)})
        store.refresh()
        assert store.count(Query()) == 15_000
        assert [hit.id for hit in store.search(Query(incident="i1"))] == ["0-0"]
        store.close()
    finally:
        node.remove()
