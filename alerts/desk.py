"""The duty desk: folds signals into incidents, raises alerts, keeps the clocks, sends the messages.

One process at a time. Each tick decides and writes in one transaction, then sends, then writes what
was sent: killed anywhere, the next tick repeats what was not written and nothing else.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.channels.message import Channel, Delivered, Message, Refused
from alerts.courier import Courier
from alerts.docket import Docket
from alerts.escalation import RUNGS
from alerts.folding import decide
from alerts.grading import COLOURS
from alerts.ledger import agenda, outbox
from alerts.ledger.book import Ledger
from alerts.ledger.cases import Arrival, Cases
from alerts.ledger.guard import writing
from alerts.ledger.models import OutboxMessage
from alerts.office import Office

_CHUNK = 500
"""Signals folded in one transaction; officers' actions wait for at most one."""


@dataclass(slots=True)
class TickReport:
    """What one tick did; `lines` are for the log, in Chinese."""

    folded: int = 0
    opened: int = 0
    joined: int = 0
    waiting: int = 0
    raised: int = 0
    climbed: int = 0
    reminded: int = 0
    sent: int = 0
    refused: int = 0
    dead: int = 0
    lines: list[str] = field(default_factory=list)


class Desk:
    """The one writer of incidents and the only caller of channels.

    Without channels (None, as in a replay) every message stays in the outbox.
    """

    def __init__(
        self, ledger: Ledger, office: Office, channels: Mapping[str, Channel] | None
    ) -> None:
        self.ledger = ledger
        self._courier: Courier[OutboxMessage] = Courier(channels or {})
        self._handed: dict[str, Sequence[OutboxMessage]] = {}
        self._restored = False
        self._sending = channels is not None
        self._office = replace(office, channels=tuple(channels or ()))
        self._cases = Cases()
        self._docket = Docket(self._office, self._cases)

    def tick(self, now: datetime) -> TickReport:
        """Fold what is pending, raise alerts, climb ladders, remind, send what is due.

        Raises LedgerUnavailable; what was decided before is kept, the next tick does the rest.
        """
        report = TickReport()
        while self._fold(now, report) == _CHUNK:
            pass
        self._look_at_clocks(now, report)
        if self._sending:
            self._deliver(now, report)
        return report

    def _fold(self, now: datetime, report: TickReport) -> int:
        if not self.ledger.pending():
            return 0
        with writing():
            arrivals = self._cases.begin(_CHUNK)
            for arrival in arrivals:
                self._place(arrival, now, report)
            report.raised += len(self._cases.alerts)
            report.lines += [
                f"{COLOURS[alert.grade]}色预警 {alert.id} {alert.incident.title}：{alert.detail}"
                for alert in self._cases.alerts
            ]
            self._docket.climb(self._cases.alerts, now)
            self._cases.flush()
        return len(arrivals)

    def _place(self, arrival: Arrival, now: datetime, report: TickReport) -> None:
        signal = arrival.signal
        report.folded += 1
        known = self._cases.earlier(signal.post)
        if known is not None:
            self._docket.edit(known, arrival, now)
            return
        chosen = self._cases.chosen(signal)
        if chosen is not None:
            report.joined += 1
            self._docket.join(chosen, arrival, "人工判定并入", now)
            return
        fold = decide(signal, self._cases.candidates(arrival), now)
        if fold.kind == "same":
            report.joined += 1
            self._docket.join(self._cases.get(fold.incident), arrival, fold.reason, now)
        elif signal.level == "alert" and signal.scope != "foreign":
            report.opened += 1
            self._docket.open(arrival, fold, now)
        else:
            report.waiting += 1
            kind = "suggested" if fold.kind == "suggested" else "waiting"
            self._cases.place(arrival, kind, fold.reason, None, fold.incident)

    def _look_at_clocks(self, now: datetime, report: TickReport) -> None:
        while True:
            with writing():
                self._cases.begin(0)
                alerts, deadlines = agenda.due_alerts(now), agenda.due_deadlines(now)
                self._cases.prepare_clocks(
                    {alert.incident_id for alert in alerts}
                    | {deadline.incident_id for deadline in deadlines}
                )
                self._docket.climb(alerts, now)
                self._docket.remind(deadlines, now)
                self._cases.write_progress(alerts, deadlines)
            report.climbed += len(alerts)
            report.reminded += len(deadlines)
            if not alerts and not deadlines:
                return

    def _deliver(self, now: datetime, report: TickReport) -> None:
        began = time.monotonic()
        if not self._restored:
            self._courier.restore(outbox.sent_since(now - timedelta(minutes=1)))
            self._restored = True
        started: list[str] = []
        while True:
            # Robots count by their own clock: what a tick takes of time is theirs too.
            moment = now + timedelta(seconds=time.monotonic() - began)
            self._record(self._courier.collect(started, moment), now, report)
            # What came in meanwhile may be urgent and goes before the rest of the queue.
            while self._fold(now, report) == _CHUNK:
                pass
            plan = outbox.plan(now, self._rooms(moment))
            if plan.strays:
                refused = [(row, _no_channel(row)) for row in plan.strays]
                self._count(outbox.record(refused, now), report)
            started = list(plan.batches)
            if not started and not plan.strays:
                return
            self._handed |= plan.batches
            self._courier.start(
                {
                    name: [(row, self._outgoing(row)) for row in batch]
                    for name, batch in plan.batches.items()
                }
            )

    def _outgoing(self, row: OutboxMessage) -> Message:
        """The message; who is only informed gets neither link to sign by nor mandatory report."""
        alert, links = row.alert, self._office.links
        asks = alert is not None and (row.step != RUNGS[0] or row.recipient == alert.department)
        sign_by = ""
        if asks and alert is not None and links is not None:
            token = links.token(alert.id, row.created_at)
            sign_by = f"{self._office.public_url}/a/{token}"
        return outbox.outgoing(row, sign_by, asks=asks)

    def _rooms(self, moment: datetime) -> dict[str, outbox.Rooms | None]:
        free = self._courier.free()
        return {
            name: (lane.budget.room(moment, urgent=False), lane.budget.room(moment, urgent=True))
            if name in free
            else None
            for name, lane in self._courier.lanes.items()
        }

    def _record(
        self,
        results: Sequence[tuple[OutboxMessage, Delivered | Refused]],
        now: datetime,
        report: TickReport,
    ) -> None:
        """Write down what came of finished batches, and take back what they did not begin."""
        if results:
            self._count(outbox.record(results, now), report)
        done = {row.id for row, _ in results}
        for name in self._courier.free():
            batch = self._handed.pop(name, ())
            outbox.take_back([row for row in batch if row.id not in done], now)

    def _count(self, settled: Sequence[outbox.Sent], report: TickReport) -> None:
        for item in settled:
            report.sent += item.outcome == "sent"
            report.refused += item.outcome != "sent"
            report.dead += item.outcome == "dead"


def _no_channel(row: OutboxMessage) -> Refused:
    if not row.channels:
        return Refused(f"部门 {row.recipient} 没有配置渠道，请在 org.toml 补上 channels", False)
    name = row.channels[row.position]
    return Refused(f"没有名为 {name} 的渠道，请在 shengyuan.toml 的 [channels] 补上", False)
