"""The outbox: messages that are due, and what became of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from alerts.channels.message import Delivered, Message, Refused
from alerts.ledger import bulk, chain
from alerts.ledger.agenda import DESK
from alerts.ledger.guard import guarded, writing
from alerts.ledger.models import Notice, OutboxMessage

_RECORD = """
    UPDATE ledger_outboxmessage SET state = %s, attempts = %s, position = %s, next_attempt = %s,
    finished_at = %s, channel = %s, receipt = %s, refusals = %s WHERE id = %s"""
MAX_ATTEMPTS = 5
"""Attempts on one channel before the next one is tried."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one message: `outcome` sent, retry, next or dead."""

    message: OutboxMessage
    outcome: str


def due_messages(now: datetime, limit: int) -> list[OutboxMessage]:
    """Messages to be sent now, urgent ones first, then in the order of their making."""
    with guarded():
        return list(
            OutboxMessage.objects.filter(
                state=OutboxMessage.PENDING, next_attempt__lte=now
            ).order_by("-urgent", "id")[:limit]
        )


def outgoing(message: OutboxMessage) -> Message:
    """The row as what channels take."""
    return Message(
        key=message.key,
        subject=message.subject,
        text=message.text,
        markdown="",
        link=message.link,
        urgent=message.urgent,
    )


def record(
    results: Sequence[tuple[OutboxMessage, Delivered | Refused]], now: datetime
) -> list[Sent]:
    """Keep what the channels answered, in one transaction, with an event for each end."""
    sent, entries, notices = [], [], []
    with writing():
        pending = set(
            OutboxMessage.objects.select_for_update()
            .filter(id__in=[message.id for message, _ in results], state=OutboxMessage.PENDING)
            .values_list("id", flat=True)
        )
        for message, result in results:
            if message.id not in pending and isinstance(result, Refused):
                continue
            outcome = _settle(message, result, now)
            sent.append(Sent(message, outcome))
            if outcome == "retry":
                continue
            entries.append(_entry(message, outcome, now))
            if outcome == "dead":
                notices.append(_dead_letter(message, now))
        _write([item.message for item in sent])
        bulk.insert(notices, bulk.SKIP)
        chain.append(entries)
    return sent


def _write(rows: Sequence[OutboxMessage]) -> None:
    if not rows:
        return
    moment = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            _RECORD,
            [
                (
                    row.state,
                    row.attempts,
                    row.position,
                    moment(row.next_attempt),
                    row.finished_at and moment(row.finished_at),
                    row.channel,
                    row.receipt,
                    json.dumps(row.refusals, ensure_ascii=False),
                    row.id,
                )
                for row in rows
            ],
        )


def _settle(message: OutboxMessage, result: Delivered | Refused, now: datetime) -> str:
    channel = message.channels[message.position] if message.channels else ""
    message.attempts += 1
    if isinstance(result, Delivered):
        message.state, message.finished_at = OutboxMessage.SENT, now
        message.channel, message.receipt = channel, result.receipt[:300]
        return "sent"
    message.refusals = [*message.refusals, [now.isoformat(), channel, result.reason[:300]]][-20:]
    if result.retryable and message.attempts < MAX_ATTEMPTS:
        message.next_attempt = now + back_off(message.attempts)
        return "retry"
    if message.position + 1 < len(message.channels):
        message.position, message.attempts, message.next_attempt = message.position + 1, 0, now
        return "next"
    message.state, message.finished_at = OutboxMessage.DEAD, now
    return "dead"


def back_off(attempts: int) -> timedelta:
    """How long to wait after this many refusals: 5 s, 20 s, 80 s, 320 s."""
    return timedelta(seconds=5 * 4 ** (attempts - 1))


def _entry(message: OutboxMessage, outcome: str, now: datetime) -> chain.Entry:
    kind = {"sent": "送达", "next": "换渠道", "dead": "无法送达"}[outcome]
    data = {"消息": message.key, "收件部门": message.recipient, "渠道": message.channel}
    if outcome != "sent":
        data["原因"] = message.refusals[-1][2]
    return chain.Entry(now, DESK, kind, incident=message.incident_id or "", data=data)


def _dead_letter(message: OutboxMessage, now: datetime) -> Notice:
    reason = message.refusals[-1][2]
    return Notice(
        key=f"dead:{message.key}" if message.channels else f"no-channel:{message.recipient}",
        at=now,
        incident_id=message.incident_id,
        text=f"发给 {message.recipient} 的消息无法送达（{message.subject}）：{reason}。"
        "请电话通知该部门，并检查其渠道",
    )
