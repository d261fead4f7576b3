"""The grown store: Elasticsearch 8.19+ or 9, monthly indices, strict mapping.

A new post is created, one that is there is changed by a script that compares the times of writing
in one atomic step: an older write never wins, and analysis and desk, which write different fields
of one document, never undo each other. External versions cannot do the second.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.stores.elastic import dsl
from pipelines.stores.elastic.client import Action, Client
from pipelines.stores.protocol import Hit, PostDocument, Query, Standing
from pipelines.stores.text import fault

_PAGE = 500
_REMEMBERED = 20_000
"""Documents whose index this process remembers: those that a search may not show yet."""


class ElasticStore:
    """A PostStore on a cluster. Holds connections only; several processes may write at once."""

    def __init__(
        self, url: str, *, api_key: str = "", ca_certs: Path | None = None, prefix: str = "posts"
    ) -> None:
        self._client = Client(url, api_key=api_key, ca_certs=ca_certs)
        self._prefix = prefix
        self._recent: OrderedDict[str, str] = OrderedDict()

    def ensure(self) -> None:
        self._client.check()
        self._client.install_templates(self._prefix)
        # What this process wrote before a restart must be known to `finished` at once.
        self.refresh()

    def finished(self, ids: Sequence[str]) -> Mapping[str, str]:
        located = self._locate(ids, ("version",))
        return {post: found["version"] for post, (_, found) in located.items()}

    def index(self, documents: Iterable[PostDocument]) -> Mapping[str, str]:
        refused: dict[str, str] = {}
        rest = iter(documents)
        while batch := list(islice(rest, _PAGE)):
            latest: dict[str, PostDocument] = {}
            for document in sorted(batch, key=lambda document: document.written):
                if reason := fault(document):
                    refused[document.id] = reason
                else:
                    latest[document.id] = document
            refused |= self._index(latest)
        return refused

    def stand(self, standings: Mapping[str, Standing]) -> None:
        if not standings:
            return
        known = self._locate(list(standings), ("version",))
        if len(known) < len(standings):
            # What another process has just written is not searchable yet.
            self.refresh()
            known = self._locate(list(standings), ("version",))
        actions = [
            self._scripted(
                known[post][0], post, dsl.STAND, {"standing": dsl.standing_source(standing)}
            )
            for post, standing in standings.items()
            if post in known
        ]
        self._client.bulk(actions)

    def get(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        return {post: dsl.stored(found) for post, (_, found) in self._locate(ids, ("*",)).items()}

    def search(self, query: Query, limit: int = 20, after: str = "") -> Iterator[Hit]:
        body: dict[str, Any] = {"query": dsl.conditions(query), "sort": dsl.NEWEST_FIRST}
        if after:
            last = self._locate([after], ("first_seen",)).get(after)
            if last is None:
                return
            body["search_after"] = [last[1]["first_seen"], after]
        while limit > 0:
            page = self._client.search(self._prefix, body | {"size": min(limit, _PAGE)})
            for row in page:
                yield dsl.hit(row["_source"], query)
            if len(page) < min(limit, _PAGE):
                return
            limit -= len(page)
            body["search_after"] = page[-1]["sort"]

    def count(self, query: Query) -> int:
        return self._client.count(self._prefix, dsl.conditions(query))

    def check(self) -> str:
        version = self._client.check()
        number, size = self._client.size(self._prefix)
        return f"Elasticsearch {version}，{number} 条帖子，{size / 1e6:.1f} MB"

    def refresh(self) -> None:
        self._client.refresh(self._prefix)

    def close(self) -> None:
        self._client.close()

    def _index(self, documents: Mapping[str, PostDocument]) -> dict[str, str]:
        known = self._locate(list(documents), ("version",))
        actions = []
        for post, document in documents.items():
            if post in known:
                actions.append(self._change(known[post][0], document))
            else:
                actions.append(
                    (
                        post,
                        {"create": {"_index": self._month(document), "_id": post}},
                        dsl.source(document),
                    )
                )
        outcome = self._client.bulk(actions)
        # Somebody else created it between the look and the write: change it instead.
        late = [
            self._change(self._month(documents[post]), documents[post]) for post in outcome.there
        ]
        refused = outcome.refused | (self._client.bulk(late).refused if late else {})
        for post, document in documents.items():
            if post not in refused and post not in known:
                self._recent[post] = self._month(document)
        while len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return refused

    def _locate(
        self, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, tuple[str, dict[str, Any]]]:
        """The index and these fields of each document that is there."""
        found: dict[str, tuple[str, dict[str, Any]]] = {}
        rest = iter(dict.fromkeys(ids))
        while page := list(islice(rest, _PAGE)):
            recent = [(self._recent[post], post) for post in page if post in self._recent]
            others = [post for post in page if post not in self._recent]
            found |= self._client.read(recent, fields)
            found |= self._client.find(self._prefix, others, fields)
        return found

    def _change(self, index: str, document: PostDocument) -> Action:
        return self._scripted(index, document.id, dsl.UPSERT, {"document": dsl.source(document)})

    @staticmethod
    def _scripted(index: str, post: str, script: str, params: Mapping[str, Any]) -> Action:
        head = {"update": {"_index": index, "_id": post, "retry_on_conflict": 5}}
        return post, head, {"script": {"source": script, "lang": "painless", "params": params}}

    def _month(self, document: PostDocument) -> str:
        return f"{self._prefix}-v1-{document.first_seen.astimezone(UTC):%Y.%m}"
