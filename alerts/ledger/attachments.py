"""Files that officers add to an incident: kept encrypted, their hash in the log for ever."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from alerts.errors import AlertError
from alerts.ledger import chain
from alerts.ledger.actions import Officer, find
from alerts.ledger.guard import writing
from alerts.ledger.models import Attachment

MOST_BYTES = 10 * 1024 * 1024
"""The largest file that is taken."""

MOST_FILES = 50
"""Files of one incident."""

_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was given: `name` without any folder."""

    name: str
    content: bytes


def attach(
    identifier: str,
    file: File,
    officer: Officer,
    now: datetime,
    seal: Callable[[bytes], bytes],
) -> Attachment:
    """Keep a file with an incident; its SHA-256 goes into the log.

    Raises AlertError for an empty or too large file, or when the incident has MOST_FILES.
    """
    name = _name(file.name)
    if not file.content:
        raise AlertError(f"附件 {name} 是空文件：请重新选择")
    if len(file.content) > MOST_BYTES:
        raise AlertError(f"附件 {name} 超过 {MOST_BYTES >> 20} MB：请压缩或分成几份")
    with writing():
        incident = find(identifier, lock=True)
        if Attachment.objects.filter(incident=incident).count() >= MOST_FILES:
            raise AlertError(f"事件 {incident.id} 已有 {MOST_FILES} 个附件，不能再加")
        kept = Attachment.objects.create(
            incident=incident,
            name=name,
            size=len(file.content),
            digest=hashlib.sha256(file.content).hexdigest(),
            added_at=now,
            added_by=officer.name,
            sealed=seal(file.content),
        )
        data = {"附件": name, "字节": kept.size, "SHA-256": kept.digest}
        _log("附件", kept, officer, now, data)
    return kept


def fetch(number: int, officer: Officer, now: datetime, unseal: Callable[[bytes], bytes]) -> File:
    """The file as it was given; each look leaves an event.

    Raises AlertError when there is none, or when it is no longer what was given.
    """
    with writing():
        kept = Attachment.objects.filter(id=number).first()
        if kept is None:
            raise AlertError(f"没有编号为 {number} 的附件")
        _log("查看附件", kept, officer, now, {"附件": kept.name})
        content = unseal(bytes(kept.sealed))
        if hashlib.sha256(content).hexdigest() != kept.digest:
            raise AlertError(f"附件 {kept.name} 与登记时的摘要不符：请封存数据库并与备份比对")
    return File(kept.name, content)


def _log(
    kind: str, kept: Attachment, officer: Officer, now: datetime, data: dict[str, object]
) -> None:
    entry = chain.Entry(now, officer.name, kind, kept.incident_id, origin=officer.origin, data=data)
    chain.append([entry])


def _name(given: str) -> str:
    plain = "".join(sign for sign in PurePath(given.replace("\\", "/")).name if sign.isprintable())
    return plain.strip()[-_LONGEST_NAME:] or "附件"
