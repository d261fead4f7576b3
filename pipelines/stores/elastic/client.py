"""The one place that talks to the server: errors in Chinese, a bulk writer that waits."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import elasticsearch
import orjson

from pipelines.stores.protocol import StoreError, StoreUnavailable

Action = tuple[str, dict[str, Any], dict[str, Any]]
"""A document's id, the action's line and the line after it."""

OLDEST = (8, 19)
_RETRY = {429, 502, 503, 504}
_SERVERS_FAULT = {
    "cluster_block_exception",
    "index_closed_exception",
    "unavailable_shards_exception",
    "security_exception",
}
_PATIENCE = 5
"""Rounds of a bulk before the server counts as away; the caller offers the batch again."""


@dataclass(slots=True)
class Outcome:
    """What became of a bulk: `there` already existed, `refused` are items' own faults by type."""

    there: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


class Client:
    """The calls that the store needs. Raises StoreError and StoreUnavailable only."""

    def __init__(self, url: str, *, api_key: str, ca_certs: Path | None) -> None:
        self._url = url
        options: dict[str, Any] = {"request_timeout": 30, "max_retries": 0}
        if api_key:
            options["api_key"] = api_key
        if ca_certs is not None:
            if not ca_certs.is_file():
                raise StoreError(f"找不到证书文件 {ca_certs}：请检查 [store] ca_certs")
            options["ca_certs"] = str(ca_certs)
        try:
            self._es = elasticsearch.Elasticsearch(url, **options)
        except ValueError as error:
            raise StoreError(f"检索服务器地址 {url} 不能用：应如 https://主机:9200") from error

    def check(self) -> str:
        """The server's version. Raises StoreError for another product or an unfit version."""
        answer = self._call(lambda: self._es.info())
        version = str(answer.get("version", {}).get("number", ""))
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        if answer.get("tagline") != "You Know, for Search" or len(numbers) < 2:
            raise StoreError(f"{self._url} 不是 Elasticsearch：请检查 [store] url")
        if numbers < OLDEST or numbers[0] > 9:
            raise StoreError(
                f"{self._url} 的 Elasticsearch {version} 不受支持：需要 8.19 以上或 9.x，请升级"
            )
        return version

    def install_templates(self, prefix: str) -> None:
        """Put the component and index templates, settings apart from mappings."""
        folder = files("pipelines.stores.elastic") / "mapping"
        for name in ("settings", "mappings"):
            body = orjson.loads((folder / f"{name}.json").read_bytes())
            self._call(
                lambda name=name, body=body: self._es.cluster.put_component_template(
                    name=f"{prefix}-{name}", template=body["template"], version=body["version"]
                )
            )
        self._call(
            lambda: self._es.indices.put_index_template(
                name=prefix,
                index_patterns=[f"{prefix}-v1-*"],
                priority=300,
                composed_of=[f"{prefix}-settings", f"{prefix}-mappings"],
                template={"aliases": {prefix: {}}},
            )
        )

    def bulk(self, actions: Sequence[Action]) -> Outcome:
        """Write all actions; items that the server has no room for are sent again with back-off.

        Raises StoreUnavailable when some are still not written after several rounds: all may be
        offered again, since a write repeated changes nothing.
        """
        outcome = Outcome()
        rest = list(actions)
        for round_ in range(_PATIENCE):
            if not rest:
                return outcome
            if round_:
                time.sleep(random.uniform(0.5, 1) * 0.2 * 2**round_)  # noqa: S311 - jitter
            rest = self._bulk(rest, outcome)
        if rest:
            raise StoreUnavailable(
                f"检索服务器 {self._url} 暂不接收写入（繁忙、磁盘已满或索引关闭）：之后会自动重试"
            )
        return outcome

    def find(
        self, prefix: str, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, tuple[str, dict[str, Any]]]:
        """Index and these fields ("*" for all) of the documents, as far as a search shows them."""
        if not ids:
            return {}
        body = {
            "query": {"ids": {"values": list(ids)}},
            "size": len(ids),
            "sort": ["_doc"],
            "track_total_hits": False,
            "_source": list(fields),
        }
        return {row["_id"]: (row["_index"], row["_source"]) for row in self.search(prefix, body)}

    def read(
        self, places: Sequence[tuple[str, str]], fields: Sequence[str]
    ) -> dict[str, tuple[str, dict[str, Any]]]:
        """Index and these fields of the documents at these (index, id), as of this moment."""
        if not places:
            return {}
        docs = [{"_index": index, "_id": post} for index, post in places]
        answer = self._call(lambda: self._es.mget(docs=docs, source_includes=list(fields)))
        return {
            row["_id"]: (row["_index"], row["_source"])
            for row in answer["docs"]
            if row.get("found")
        }

    def search(self, prefix: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The hits of a search; none when no index is there yet."""
        answer = self._call(
            lambda: self._es.search(index=f"{prefix}-v1-*", ignore_unavailable=True, **body)
        )
        return list(answer["hits"]["hits"])

    def count(self, prefix: str, query: Mapping[str, Any]) -> int:
        return int(self._call(lambda: self._es.count(index=f"{prefix}-v1-*", query=query))["count"])

    def size(self, prefix: str) -> tuple[int, int]:
        """Number of documents and bytes."""
        answer = self._call(lambda: self._es.indices.stats(index=f"{prefix}-v1-*"))
        total = answer["_all"]["primaries"]
        return int(total.get("docs", {}).get("count", 0)), int(
            total.get("store", {}).get("size_in_bytes", 0)
        )

    def refresh(self, prefix: str) -> None:
        self._call(lambda: self._es.indices.refresh(index=f"{prefix}-v1-*"))

    def close(self) -> None:
        self._es.close()

    def _bulk(self, actions: Sequence[Action], outcome: Outcome) -> list[Action]:
        """One request; returns the actions to send again."""
        body = b"".join(
            orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
            for _, head, tail in actions
            for line in (head, tail)
        )
        try:
            answer = self._es.bulk(operations=body)  # type: ignore[arg-type] # bytes pass as they are
        except elasticsearch.ApiError as error:
            if error.status_code in _RETRY:
                return list(actions)
            if error.status_code not in (400, 413):
                raise self._explained(error) from error
            return self._halved(actions, outcome, error)
        except elasticsearch.TransportError as error:
            raise self._explained(error) from error
        again = []
        for action, item in zip(actions, answer["items"], strict=True):
            (result,) = item.values()
            kind = str(result.get("error", {}).get("type", ""))
            if result["status"] == 409 and "create" in action[1]:
                outcome.there.append(action[0])
            elif result["status"] in _RETRY or result["status"] == 409 or kind in _SERVERS_FAULT:
                again.append(action)
            elif result["status"] >= 300 and kind != "document_missing_exception":
                outcome.refused[action[0]] = kind
        return again

    def _halved(
        self, actions: Sequence[Action], outcome: Outcome, error: elasticsearch.ApiError
    ) -> list[Action]:
        """One bad document can refuse a whole request: find it by halves."""
        if len(actions) == 1:
            outcome.refused[actions[0][0]] = str(error.status_code)
            return []
        middle = len(actions) // 2
        return self._bulk(actions[:middle], outcome) + self._bulk(actions[middle:], outcome)

    def _call(self, request: Any) -> Any:
        try:
            return request()
        except (elasticsearch.ApiError, elasticsearch.TransportError) as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> StoreError:
        if isinstance(error, elasticsearch.SSLError):
            return StoreError(f"{self._url} 的证书不受信任：请检查 [store] ca_certs")
        if isinstance(error, elasticsearch.UnsupportedProductError):
            return StoreError(f"{self._url} 不是 Elasticsearch：请检查 [store] url")
        if isinstance(error, elasticsearch.ApiError):
            if error.status_code in (401, 403):
                return StoreError(f"{self._url} 拒绝访问：API 密钥无效或权限不足，请检查密钥和角色")
            if error.status_code in _RETRY:
                return StoreUnavailable(f"检索服务器 {self._url} 繁忙或正在启动：之后会自动重试")
            return StoreError(f"检索服务器 {self._url} 出错（{error.status_code}，{error.error}）")
        return StoreUnavailable(f"连不上检索服务器 {self._url}：请检查它是否在运行，之后会自动重试")
