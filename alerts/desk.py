"""The duty desk: folds signals into incidents, raises alerts, keeps the clocks, sends the messages.

One process at a time. Each tick decides and writes in one transaction, then sends, then writes what
was sent: killed anywhere, the next tick repeats what was not written and nothing else.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts.channels.message import Channel, Delivered, Refused
from alerts.docket import Docket
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

_MOST_SENT = 100
"""Messages sent, within a second, before it is written down that they were."""


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
        self._channels = channels or {}
        self._sending = channels is not None
        self._cases = Cases()
        self._docket = Docket(replace(office, channels=tuple(self._channels)), self._cases)

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
        while messages := outbox.due_messages(now, _MOST_SENT):
            for sent in outbox.record(self._send_some(messages), now):
                report.sent += sent.outcome == "sent"
                report.refused += sent.outcome != "sent"
                report.dead += sent.outcome == "dead"
            # What came in meanwhile may be urgent and goes before the rest of the queue.
            while self._fold(now, report) == _CHUNK:
                pass

    def _send_some(
        self, messages: Sequence[OutboxMessage]
    ) -> list[tuple[OutboxMessage, Delivered | Refused]]:
        """Send until a second has gone by: by then acknowledgements may have cancelled the rest."""
        until = time.monotonic() + 1
        results = []
        for message in messages:
            results.append((message, self._send(message)))
            if time.monotonic() > until:
                break
        return results

    def _send(self, message: OutboxMessage) -> Delivered | Refused:
        if not message.channels:
            return Refused(
                f"部门 {message.recipient} 没有配置渠道，请在 org.toml 补上 channels", False
            )
        name = message.channels[message.position]
        channel = self._channels.get(name)
        if channel is None:
            return Refused(f"没有名为 {name} 的渠道，请在 shengyuan.toml 的 [channels] 补上", False)
        return channel.send(outbox.outgoing(message))
