"""Messages into a folder: a demo's inbox, a printer's spool, an office without the internet."""

import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from alerts.channels.message import Channel, Delivered, Message, Refused
from alerts.channels.options import Options


@dataclass(frozen=True, slots=True)
class FileChannel:
    """Writes <name>.txt for people, <name>.html for an attachment and <name>.json for programs.

    A second send changes nothing.
    """

    folder: Path
    clock: Callable[[], datetime]

    def send(self, message: Message) -> Delivered | Refused:
        name = file_name(message.key)
        done = self.folder / f"{name}.json"
        record = asdict(message) | {"written": self.clock().isoformat()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not done.exists():
                _write(self.folder / f"{name}.txt", _readable(message))
                if message.attachment:
                    _write(self.folder / f"{name}.html", message.attachment)
                # The JSON is the mark of a finished message, so it comes last.
                _write(done, json.dumps(record, ensure_ascii=False, indent=1))
        except OSError as error:
            return Refused(
                f"写不了消息文件夹 {self.folder}：{error.strerror}，请检查权限和空间", True
            )
        return Delivered(done.name)


def build(options: Options) -> Channel:
    """Option `folder`."""
    folder = options.path("folder")
    options.finish()
    return FileChannel(folder, lambda: datetime.now(UTC))


def file_name(key: str) -> str:
    """The same name for the same key, safe on every file system."""
    readable = re.sub(r"[^0-9A-Za-z-]+", "-", key)[:60].strip("-")
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _readable(message: Message) -> str:
    signing = f"签收：{message.acknowledge}" if message.acknowledge else ""
    parts = [message.subject, message.text, message.link, signing]
    return "\n\n".join(part for part in parts if part) + "\n"


def _write(path: Path, content: str) -> None:
    partial = path.with_suffix(f"{path.suffix}.part")
    with partial.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
