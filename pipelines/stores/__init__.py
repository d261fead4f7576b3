"""Where posts are kept and searched: SQLite on one machine, Elasticsearch on many."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pipelines.stores.protocol import StoreError

if TYPE_CHECKING:
    from pipelines.stores.protocol import PostStore


def open_store(url: str, **options: Any) -> "PostStore":
    """The store at `url`: sqlite:///path, or http(s):// of an Elasticsearch 8.19+ or 9.

    `options` go to the Elasticsearch store: api_key, ca_certs, prefix. Raises StoreError with the
    remedy for a URL of another kind.
    """
    if url.startswith("sqlite:///"):
        from pipelines.stores.sqlite import SqliteStore

        return SqliteStore(Path(unquote(url.removeprefix("sqlite:///"))))
    if url.startswith(("http://", "https://")):
        from pipelines.stores.elastic import ElasticStore

        return ElasticStore(url, **options)
    raise StoreError(
        f"帖子库地址 {url} 不能用：应为 sqlite:///var/posts.db 或 https://主机:9200，"
        "请改正 [store] url"
    )
