"""What could not be processed is set aside with its reason and can be replayed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines import files


@dataclass(frozen=True, slots=True)
class SetAside:
    """One thing in quarantine: its bytes lie in `content`."""

    stage: str
    reason: str
    name: str
    when: str
    content: Path


class Quarantine:
    """The folder var/quarantine: <day>/<stage>-<hash>.bin beside a .json that says why.

    The same content set aside by the same stage on one day is one entry.
    """

    def __init__(self, var: Path) -> None:
        self.folder = var / "quarantine"

    def put(self, stage: str, reason: str, content: bytes, *, name: str, now: datetime) -> Path:
        """Keep `content` with its reason; `name` is the file, URL or id that it came from.

        Returns the path of the content. Raises OSError when the disk cannot take it.
        """
        folder = self.folder / now.date().isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(f"{stage}\0{name}\0".encode() + content).hexdigest()[:16]
        path = folder / f"{stage}-{digest}.bin"
        note = {"stage": stage, "reason": reason, "name": name, "when": now.isoformat()}
        files.replace(path, content)
        text = json.dumps(note, ensure_ascii=False, indent=1)
        files.replace(path.with_suffix(".json"), text)
        return path

    def entries(self) -> Iterator[SetAside]:
        """All entries, oldest day first; an entry whose note is unreadable is left out."""
        for note in sorted(self.folder.glob("*/*.json")):
            try:
                fields = json.loads(note.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            yield SetAside(**fields, content=note.with_suffix(".bin"))
