"""What a server said about the version of a page it gave us: ETag and Last-Modified.

Only these are kept, never a page: pages name people. They are written only when a visit has
finished everything it saw, so that a crash can never make a page look done.
"""

import json
from collections.abc import Mapping
from pathlib import Path

MAX_PAGES = 2_000


class Validators:
    """The validators of one source's pages; `path` None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known = _read(path)
        self._fresh: dict[str, dict[str, str]] = {}

    def headers(self, url: str) -> Mapping[str, str]:
        """The conditional request headers for a page that is known."""
        known = self._known.get(url, {})
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return {names[key]: value for key, value in known.items() if key in names}

    def note(self, url: str, etag: str, last_modified: str) -> None:
        """Remember what a page's reply said, to be kept at `commit`."""
        said = {"etag": etag, "last-modified": last_modified}
        self._fresh[url] = {key: value for key, value in said.items() if value}

    def commit(self) -> None:
        """Keep what was noted. Raises OSError when the disk cannot take it."""
        if self._path is None or not self._fresh:
            return
        merged = self._known | self._fresh
        kept = dict(list(merged.items())[-MAX_PAGES:])
        partial = self._path.with_suffix(".part")
        partial.write_text(json.dumps(kept, indent=0), encoding="utf-8")
        partial.replace(self._path)


def _read(path: Path | None) -> dict[str, dict[str, str]]:
    if path is None:
        return {}
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Without validators a page is fetched whole: never wrong, only slower.
        return {}
    return known if isinstance(known, dict) else {}
