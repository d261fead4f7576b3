"""How the last visit to each source went: var/sources/<name>.json, for doctor and console."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import files

PROBLEMS = 5
"""Problems kept of one visit; the log has all."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit. `outcome` is Chinese; `ok` means that the source gave all it was asked for.

    `posts` were seen, `new` of them analysed, `refused` set aside; `pages` were fetched and
    `not_modified` were as before. `failures` counts bad visits in a row, `last_new` is when the
    source last gave something new, `resume_at` when the site allows the next visit.
    """

    source: str
    title: str
    started: datetime
    finished: datetime
    ok: bool
    outcome: str
    posts: int = 0
    new: int = 0
    refused: int = 0
    pages: int = 0
    not_modified: int = 0
    problems: tuple[str, ...] = ()
    failures: int = 0
    last_new: datetime | None = None
    resume_at: datetime | None = None
    expected_per_day: int = 0

    def after(self, before: "Visit | None") -> "Visit":
        """This visit with what it carries on from the one before."""
        failures = 0 if self.ok else (before.failures if before else 0) + 1
        last_new = self.finished if self.new else before.last_new if before else None
        return replace(self, failures=failures, last_new=last_new)


_TIMES = ("started", "finished", "last_new", "resume_at")


def write_visit(folder: Path, visit: Visit) -> None:
    """Replace the source's state. Raises OSError when the disk cannot take it."""
    folder.mkdir(parents=True, exist_ok=True)
    values = asdict(visit)
    for name in _TIMES:
        values[name] = values[name] and values[name].isoformat(timespec="seconds")
    text = json.dumps(values, ensure_ascii=False, indent=1)
    files.replace(folder / f"{visit.source}.json", text)


def read_visit(folder: Path, source: str) -> Visit | None:
    """The last visit to a source; None when there was none or its file is unreadable."""
    try:
        values = json.loads((folder / f"{source}.json").read_text(encoding="utf-8"))
        known = {f.name: values[f.name] for f in fields(Visit) if f.name in values}
        return Visit(**(known | {"problems": tuple(known["problems"])} | _times(known)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def read_visits(folder: Path) -> Iterator[Visit]:
    """The last visits to all sources that were ever visited."""
    for path in sorted(folder.glob("*.json")):
        visit = read_visit(folder, path.stem)
        if visit is not None:
            yield visit


def _times(values: dict[str, Any]) -> dict[str, Any]:
    return {n: values[n] and datetime.fromisoformat(values[n]) for n in _TIMES if n in values}
