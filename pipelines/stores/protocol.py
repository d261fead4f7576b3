"""PostStore: where posts are kept and searched, whatever stands behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class StoreError(Exception):
    """The store refused or cannot be reached; the message is Chinese and says how to mend it."""


class StoreUnavailable(StoreError):
    """The store is down, locked or full: the same call may succeed later, nothing was lost."""


class QueryError(StoreError):
    """The query cannot be understood; `position` is the wrong character's, counted from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class PostDocument:
    """One masked post with its assessment, as it is indexed.

    `written` orders writes of one id: an older write never replaces a newer one. `words` are the
    pre-cut words of title and text. `places` are (code, name, confidence) of the scenes.
    """

    id: str
    version: str
    written: int
    platform: str
    source: str
    url: str
    title: str
    text: str
    words: tuple[str, ...]
    first_seen: datetime
    published: datetime | None
    author_key: str | None
    probability: float
    level: str
    categories: tuple[tuple[str, float], ...]
    severity: int | None
    victims: tuple[str, ...]
    status: str
    scope: str
    setting: str
    places: tuple[tuple[str, str, float], ...]
    evidence: tuple[str, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the desk has got with the incident that a post belongs to."""

    incident: str
    grade: int
    state: str
    lead: str
    acknowledged: datetime | None = None
    written: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A search as parsed; newest first.

    `must` are phrases that title or text must contain as a substring (NFKC, lower case),
    `must_not` those it must not. `since` is inclusive, `until` exclusive. `place` is a division
    code and covers the divisions below it.
    """

    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    place: str = ""
    category: str = ""
    platform: str = ""
    incident: str = ""
    grade: int | None = None
    state: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One found post; `highlight` marks each found phrase of its snippet as 【phrase】."""

    id: str
    title: str
    first_seen: datetime
    platform: str
    url: str
    categories: tuple[str, ...]
    places: tuple[str, ...]
    incident: str
    highlight: str
    grade: int | None = None
    state: str = ""


class PostStore(Protocol):
    """What every store promises. All methods raise StoreError with a Chinese message."""

    def ensure(self) -> None:
        """Create what is missing (tables, templates); harmless when all is there."""

    def finished(self, ids: Sequence[str]) -> Mapping[str, str]:
        """The content hash of the newest indexed version of each id that is indexed."""

    def index(self, documents: Iterable[PostDocument]) -> Mapping[str, str]:
        """Write documents by id; durable and visible to `finished` on return.

        Returns {id: reason} of documents refused for a fault of their own; the rest is written.
        Raises StoreUnavailable when nothing is known to be written (calling again is harmless).
        """

    def stand(self, standings: Mapping[str, Standing]) -> None:
        """Set the incident, grade and state of posts by id; unknown ids are ignored."""

    def get(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The stored documents of these ids as plain mappings, absent ones left out."""

    def search(self, query: Query, limit: int = 20, after: str = "") -> Iterator[Hit]:
        """Hits newest first (then by id); `after` is the id of the last hit of the page before."""

    def count(self, query: Query) -> int:
        """How many posts match."""

    def check(self) -> str:
        """One Chinese line on kind, version and size; raises StoreError when unfit."""

    def refresh(self) -> None:
        """Make all that was written visible to `search`."""

    def close(self) -> None:
        """Release connections and files."""
