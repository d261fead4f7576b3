"""The outbox: messages that are due, and what became of each."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from alerts import messages
from alerts.channels.message import Delivered, Message, Refused
from alerts.ledger import bulk, chain
from alerts.ledger.agenda import DESK
from alerts.ledger.guard import guarded, writing
from alerts.ledger.models import Incident, Notice, OutboxMessage
from alerts.mandatory import Report, draft
from alerts.queueing import Waiting, arrange

_RECORD = """
    UPDATE ledger_outboxmessage SET state = %s, attempts = %s, position = %s, next_attempt = %s,
    finished_at = %s, channel = %s, receipt = %s, refusals = %s WHERE id = %s"""
MAX_ATTEMPTS = 5
"""Attempts on one channel before the next one is tried."""

MOST_SENT = 100
"""Messages handed to one channel at a time; within a second it is written down what became of
them, so that an acknowledgement meanwhile cancels the rest."""

_MOST_LOOKED_AT = 10_000
_LONG_PAUSE = 60.0
_MERGED = "merged:"

Rooms = tuple[int | None, int | None]
"""How many messages of any kind, and how many urgent ones, a channel takes now (None: all)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one message: `outcome` sent, retry, next or dead."""

    message: OutboxMessage
    outcome: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes to each channel now; `strays` have no channel that there is."""

    batches: Mapping[str, Sequence[OutboxMessage]]
    strays: Sequence[OutboxMessage]


def plan(now: datetime, rooms: Mapping[str, Rooms | None]) -> Plan:
    """The messages to be sent now through the channels with these rooms (None: busy).

    Messages that go together become one row with a key of its own, which is in the ledger before
    it is sent: whoever is killed after that sends it again under the same key.
    """
    waiting, strays = _waiting(now, rooms)
    groups = {
        name: arrange(items, *(rooms[name] or (0, 0)))[:MOST_SENT]
        for name, items in waiting.items()
    }
    ids = [item.id for group in groups.values() for items in group for item in items]
    if not ids and not strays:
        return Plan({}, ())
    with writing():
        rows = _locked([*ids, *strays])
        batches = {name: _as_rows(name, group, rows, now) for name, group in groups.items()}
    return Plan(
        {name: batch for name, batch in batches.items() if batch},
        [rows[number] for number in strays if number in rows],
    )


def _waiting(
    now: datetime, rooms: Mapping[str, Rooms | None]
) -> tuple[dict[str, list[Waiting]], list[int]]:
    """What is due for each channel that is free, and the ids of what has no channel."""
    found: dict[str, list[Waiting]] = {name: [] for name, room in rooms.items() if room}
    strays: list[int] = []
    with guarded():
        due = (
            OutboxMessage.objects.filter(
                state=OutboxMessage.PENDING, next_attempt__lte=now, receipt=""
            )
            .order_by("-urgent", "id")
            .values_list(
                "id", "urgent", "channels", "position", "created_at", "key", "incident__grade"
            )
        )
        for number, urgent, channels, position, created, key, grade in due[:_MOST_LOOKED_AT]:
            name = channels[position] if channels else ""
            if name not in rooms:
                strays.append(number)
            elif name in found:
                began = key.startswith(_MERGED)
                alone = began or grade is None
                # A merged one that is there already may be half out of the house: it goes first.
                found[name].append(
                    Waiting(number, urgent, alone, 0 if began else grade or 4, created)
                )
    return found, strays[:MOST_SENT]


def _locked(ids: Sequence[int]) -> dict[int, OutboxMessage]:
    """Those of these rows that still wait."""
    found = OutboxMessage.objects.select_for_update(of=("self",)).select_related(
        "alert", "incident"
    )
    return {row.id: row for row in found.filter(id__in=ids, state=OutboxMessage.PENDING)}


def _as_rows(
    name: str,
    groups: Sequence[Sequence[Waiting]],
    rows: Mapping[int, OutboxMessage],
    now: datetime,
) -> list[OutboxMessage]:
    batch = []
    for group in groups:
        members = [rows[item.id] for item in group if item.id in rows]
        if len(members) > 1:
            batch.append(_merged(name, members, now))
        elif members and not _left_behind(members[0], now):
            batch.append(members[0])
    return batch


def _merged(name: str, members: Sequence[OutboxMessage], now: datetime) -> OutboxMessage:
    told = messages.together([(row.subject, row.text, row.link) for row in members])
    digest = hashlib.sha256("\n".join(row.key for row in members).encode()).hexdigest()
    row = OutboxMessage.objects.create(
        key=f"{_MERGED}{now:%Y%m%d%H%M%S}:{digest[:32]}",
        recipient="、".join(dict.fromkeys(row.recipient for row in members))[:100],
        step="合并",
        channels=[name],
        subject=told.subject,
        text=told.text,
        link="",
        created_at=now,
        next_attempt=now,
    )
    OutboxMessage.objects.filter(id__in=[member.id for member in members]).update(receipt=row.key)
    return row


def _left_behind(row: OutboxMessage, now: datetime) -> bool:
    """Whether this is a merged message of which every member has been acknowledged meanwhile."""
    if not row.key.startswith(_MERGED) or _members([row.key]):
        return False
    row.state, row.finished_at = OutboxMessage.CANCELLED, now
    row.save()
    return True


def _members(keys: Sequence[str]) -> list[OutboxMessage]:
    return list(
        OutboxMessage.objects.select_for_update()
        .filter(receipt__in=keys, state=OutboxMessage.PENDING)
        .order_by("id")
    )


def take_back(rows: Sequence[OutboxMessage], now: datetime) -> None:
    """Merged messages that were not begun: their members wait by themselves again."""
    keys = [row.key for row in rows if row.key.startswith(_MERGED)]
    if not keys:
        return
    with writing():
        OutboxMessage.objects.filter(key__in=keys, state=OutboxMessage.PENDING).update(
            state=OutboxMessage.CANCELLED, finished_at=now
        )
        OutboxMessage.objects.filter(receipt__in=keys, state=OutboxMessage.PENDING).update(
            receipt=""
        )


def sent_since(moment: datetime) -> list[tuple[str, datetime]]:
    """Channel and time of each message that went out after this moment, merged ones as one."""
    with guarded():
        rows = OutboxMessage.objects.filter(state=OutboxMessage.SENT, finished_at__gt=moment)
        found = rows.exclude(receipt__startswith=_MERGED).order_by("finished_at")
        return [(name, at) for name, at in found.values_list("channel", "finished_at") if at]


def mandatory_report(incident: Incident, link: str) -> str:
    """The draft of the mandatory report on this incident."""
    return draft(
        Report(
            incident=incident.id,
            title=incident.title,
            excerpt=incident.excerpt,
            categories=incident.categories,
            place=incident.place_name,
            first_seen=incident.first_seen,
            posts=incident.posts,
            verification=incident.verification,
            grounds=[name for name, *_ in incident.points],
            link=link,
        )
    )


def outgoing(message: OutboxMessage, acknowledge: str, *, asks: bool) -> Message:
    """The row as what channels take; `acknowledge` is the link to sign by, if any.

    A message on harm to a minor that `asks` its receiver to act has the mandatory report with it.
    """
    incident = message.incident
    attached = asks and message.urgent and incident is not None
    return Message(
        key=message.key,
        subject=message.subject,
        text=message.text,
        markdown=messages.marked(message.text),
        link=message.link,
        urgent=message.urgent,
        acknowledge=acknowledge,
        attachment=mandatory_report(incident, message.link) if attached and incident else "",
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
        for message, result in _unfolded(results, now):
            if message.id not in pending and isinstance(result, Refused) and not message.receipt:
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


def _unfolded(
    results: Sequence[tuple[OutboxMessage, Delivered | Refused]], now: datetime
) -> list[tuple[OutboxMessage, Delivered | Refused]]:
    """The results with those of merged messages given to their members."""
    given: list[tuple[OutboxMessage, Delivered | Refused]] = []
    for message, result in results:
        if not message.key.startswith(_MERGED):
            given.append((message, result))
            continue
        members = _members([message.key])
        delivered = isinstance(result, Delivered)
        message.state = OutboxMessage.SENT if delivered else OutboxMessage.CANCELLED
        message.finished_at, message.attempts = now, message.attempts + 1
        if isinstance(result, Delivered):
            message.channel, message.receipt = message.channels[0], result.receipt[:300]
            result = Delivered(message.key)
        else:
            message.refusals = [[now.isoformat(), message.channels[0], result.reason[:300]]]
        message.save()
        given += [(member, result) for member in members]
    return given


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
    message.receipt = ""
    message.refusals = [*message.refusals, [now.isoformat(), channel, result.reason[:300]]][-20:]
    more = message.position + 1 < len(message.channels)
    # Nobody waits ten minutes for a robot that is silenced while another way is open.
    waits = result.pause < _LONG_PAUSE or not more
    if result.retryable and message.attempts < MAX_ATTEMPTS and waits:
        pause = timedelta(seconds=result.pause)
        message.next_attempt = now + max(back_off(message.attempts), pause)
        return "retry"
    if more:
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
