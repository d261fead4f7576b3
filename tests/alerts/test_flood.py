"""Thousands of alerts through faults and kills: none lost, none twice at the sink."""

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from zlib import crc32

import pytest

from tests.alerts.flood import RECEIVERS, fill
from tests.receivers import Received, Reply, robot

ROOT = Path(__file__).parents[2]
ALERTS = 1500
KILLS = (0.2, 0.5, 0.8)
"""At which share of the messages the desk is killed."""


class Sink:
    """A receiver that knows keys: takes each once, and fails one request in twenty.

    Half of its failures come after it has taken the message, as when an answer is lost.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.taken: list[str] = []
        self._known: set[str] = set()
        self.marks: list[tuple[int, threading.Event]] = []
        self._lock = threading.Lock()

    def answer(self, request: Received) -> Reply:
        key = request.headers["Idempotency-Key"]
        with self._lock:
            self.asked[key] += 1
            lot = crc32(f"{key}{self.asked[key]}".encode()) % 40
            if lot == 0:
                return Reply(500, b"{}")
            if key not in self._known:
                self._known.add(key)
                self.taken.append(key)
            for number, reached in self.marks:
                if len(self.taken) >= number:
                    reached.set()
            return Reply(503 if lot == 1 else 200, b"{}")


@pytest.mark.timeout(180)
def test_a_flood_with_faults_and_three_kills_arrives_whole_and_once(ledger, ledger_url) -> None:
    from alerts.ledger.models import OutboxMessage

    fill(ALERTS)
    messages = ALERTS * len(RECEIVERS)
    sink = Sink()
    sink.marks = [(int(messages * share), threading.Event()) for share in KILLS]
    with robot(sink.answer) as server:
        command = [sys.executable, "-m", "tests.alerts.flood", ledger_url, server.url]
        for _, reached in sink.marks:
            desk = subprocess.Popen(command, cwd=ROOT)
            assert reached.wait(90)
            desk.kill()
            desk.wait(10)
        subprocess.run(command, cwd=ROOT, check=True, timeout=90)
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {OutboxMessage.SENT}
    assert len(sink.taken) == len(set(sink.taken)) == messages
    repeated = sum(count - 1 for count in sink.asked.values())
    assert 0 < repeated < messages * 0.05 + len(KILLS) * 2 * 100 + 50
    assert ledger.verify() >= messages
