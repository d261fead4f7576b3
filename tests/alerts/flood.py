"""Many alerts at once, and a desk in a process of its own that sends them and may be killed.

python -m tests.alerts.flood LEDGER SINK sends until nothing waits any more.
"""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.channels import build
from alerts.ledger import open_ledger
from alerts.office import Office
from tests.alerts.office import ORGANISATION, ROSTER, START

RECEIVERS = (("420222-妇联", "robot"), ("420222-公安", "police"))
"""Who is told of each alert, and through which channel."""


def fill(number: int, at: datetime = START, first: int = 0) -> None:
    """Messages of as many alerts in the outbox, each to the federation's robot and the police."""
    from alerts.ledger.models import Alert, Incident, OutboxMessage

    numbers = range(first, first + number)
    incidents = Incident.objects.bulk_create(
        Incident(
            id=f"20240301-{count:08x}",
            title=f"第{count}件",
            grade=2 + count % 3,
            first_seen=at,
            last_seen=at,
            opened_at=at,
            lead="420222-公安",
        )
        for count in numbers
    )
    raised = Alert.objects.bulk_create(
        Alert(
            id=f"{incident.id}-1",
            incident=incident,
            reason="新事件",
            grade=incident.grade,
            department=incident.lead,
            raised_at=at,
            acknowledge_by=at + timedelta(hours=2),
            next_step_at=at + timedelta(hours=2),
        )
        for incident in incidents
    )
    OutboxMessage.objects.bulk_create(_messages(raised, at))


def _messages(raised: list[Any], at: datetime) -> Iterator[Any]:
    from alerts.ledger.models import OutboxMessage

    for alert in raised:
        for receiver, channel in RECEIVERS:
            yield OutboxMessage(
                key=f"{alert.id}:{receiver}:0",
                alert=alert,
                incident=alert.incident,
                recipient=receiver,
                step="预警",
                channels=[channel],
                subject="【黄】预警：家庭暴力·阳新县",
                text=f"标题：某事\n请{receiver}于 03月01日 10:00 前签收并核查处置",
                link=f"http://127.0.0.1:8000/alerts/{alert.id}",
                created_at=at,
                next_attempt=at,
            )


def main(url: str, sink: str) -> None:
    ledger = open_ledger(url, originals_key=b"k" * 32)

    from alerts.desk import Desk
    from alerts.ledger.models import OutboxMessage

    channels = {
        name: build(name, {"kind": "webhook", "url": sink, "secret": "flood"}, Path("/"))
        for _, name in RECEIVERS
    }
    desk = Desk(ledger, Office(ORGANISATION, roster=ROSTER), channels)
    now = START
    while OutboxMessage.objects.filter(state=OutboxMessage.PENDING).exists():
        desk.tick(now)
        now += timedelta(seconds=5)


if __name__ == "__main__":
    main(*sys.argv[1:])
