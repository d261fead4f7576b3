"""The event chain: append, verify."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from alerts.errors import AlertError
from alerts.ledger import bulk
from alerts.ledger.models import Chain, Event

_NAME = "events"
_GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to be appended; `origin` is where from (console address, terminal, desk)."""

    at: datetime
    actor: str
    kind: str
    incident: str = ""
    post: str = ""
    origin: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def append(entries: Sequence[Entry]) -> None:
    """Append to the chain inside the caller's transaction, in this order."""
    if not entries:
        return
    chain, _ = Chain.objects.select_for_update().get_or_create(
        name=_NAME, defaults={"count": 0, "hash": _GENESIS}
    )
    rows = []
    for entry in entries:
        row = Event(
            number=chain.count + 1,
            at=entry.at,
            actor=entry.actor,
            origin=entry.origin,
            kind=entry.kind,
            incident=entry.incident,
            post=entry.post,
            data=dict(entry.data),
            previous=chain.hash,
        )
        row.hash = chain.hash = _hash(row)
        chain.count += 1
        rows.append(row)
    bulk.insert(rows)
    chain.save()


def verify() -> int:
    """How many events the chain holds, having checked each.

    Raises AlertError naming the first event that was changed, removed or cut off.
    """
    previous, number = _GENESIS, 0
    for event in Event.objects.order_by("number").iterator(chunk_size=2000):
        number += 1
        if event.number != number or event.previous != previous:
            raise AlertError(f"台账日志第 {number} 条缺失或被替换：请封存数据库并与备份比对")
        if event.hash != _hash(event):
            raise AlertError(f"台账日志第 {number} 条内容被改动：请封存数据库并与备份比对")
        previous = event.hash
    chain = Chain.objects.filter(name=_NAME).first()
    if chain is not None and (chain.count, chain.hash) != (number, previous):
        raise AlertError(
            f"台账日志应有 {chain.count} 条，实有 {number} 条：末尾被删去，请与备份比对"
        )
    return number


def _hash(event: Event) -> str:
    content = orjson.dumps(
        [
            event.number,
            event.at.astimezone(UTC),
            event.actor,
            event.origin,
            event.kind,
            event.incident,
            event.post,
            event.data,
            event.previous,
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    return hashlib.sha256(content).hexdigest()
