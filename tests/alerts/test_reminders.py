"""Clocks of open incidents: every word once, whatever happens to the desk or to the time."""

import json
import signal as signals
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.ledger import open_ledger
from tests.alerts.conftest import KEY
from tests.alerts.office import START, signal

ROOT = Path(__file__).parents[2]
WOMAN = "阳新一女子被丈夫殴打住院"
NIGHT = [str(hour / 2) for hour in range(100)]
"""Ticks every half hour over two days and two hours: past the end of the longest clock."""


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def work(folder: Path, point: int, night: list[str]) -> int:
    command = [sys.executable, "-m", "tests.alerts.night", f"sqlite:///{folder}/ledger.db"]
    words = [str(folder / "inbox"), str(point), *night]
    return subprocess.run([*command, *words], cwd=ROOT, timeout=300, check=False).returncode


@pytest.mark.parametrize("points", [(30, 45, 21), (64, 90, 3)])
def test_three_kills_leave_each_due_time_one_reminder(
    ledger_url: str, tmp_path: Path, points: tuple[int, int, int]
) -> None:
    ledger = open_ledger(ledger_url, originals_key=KEY)
    death = {"categories": ("homicide_injury",), "severity": 1}
    job = {"categories": ("employment_discrimination",), "severity": 4, "setting": "work"}
    given = [
        signal("p1", WOMAN),
        signal("p2", "大冶一妇女遇害", **death),
        signal("p3", "阳新某厂招工不要已婚女性", **job),
    ]
    ledger.append_signals(given, {})

    from django.db import connection

    connection.close()
    for point in points:
        assert work(tmp_path, point, NIGHT) == -signals.SIGKILL
    assert work(tmp_path, 0, NIGHT) == 0

    from alerts.ledger.models import Deadline, Event

    clocks = list(Deadline.objects.exclude(kind="受理"))
    assert sorted(clock.kind for clock in clocks) == ["回应", "回应", "新闻发布会", "权威发布"]
    expected = sorted(
        f"{clock.incident_id}:{clock.kind}:{stage}" for clock in clocks for stage in range(3)
    )
    kept = [json.loads(path.read_text()) for path in (tmp_path / "inbox").glob("*.json")]
    keys = [message["key"] for message in kept]
    assert (
        sorted(key for key in keys if key.split(":")[1] in {"回应", "新闻发布会", "权威发布"})
        == expected
    )
    for clock in clocks:
        events = Event.objects.filter(incident=clock.incident_id, kind__in=["提醒", "超时"])
        told = [(e.kind, e.data["阶段"]) for e in events if e.data["时限"] == clock.kind]
        assert told == [("提醒", "时限过半"), ("提醒", "时限已过八成"), ("超时", "已超时限")]


def words(sink, incident: str) -> list[str]:
    return [key.rsplit(":", 2)[2] for key in sink.keys if key.startswith(f"{incident}:回应:")]


@pytest.fixture
def incident(ledger, make_desk) -> str:
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    return str(ledger.placements(["p1"])["p1"].incident)


def test_each_word_comes_at_its_minute(ledger, make_desk, sink, incident: str) -> None:
    for moment, told in (
        (hours(24) - timedelta(minutes=1), []),
        (hours(24), ["0"]),
        (hours(38.4) - timedelta(minutes=1), ["0"]),
        (hours(38.4), ["0", "1"]),
        (hours(48) - timedelta(minutes=1), ["0", "1"]),
        (hours(48), ["0", "1", "2"]),
        (hours(99), ["0", "1", "2"]),
    ):
        make_desk().tick(START + moment)
        assert words(sink, incident) == told


def test_after_an_outage_every_word_is_said_and_a_jump_back_repeats_none(
    make_desk, sink, incident: str
) -> None:
    make_desk().tick(START + hours(50))
    assert words(sink, incident) == ["0", "1", "2"]
    for moment in (1, 24, 30, 50):
        make_desk().tick(START + hours(moment))
    assert words(sink, incident) == ["0", "1", "2"]


def test_of_words_due_before_the_case_was_known_only_the_latest_is_said(
    ledger, make_desk, sink
) -> None:
    ledger.append_signals([signal("p1", WOMAN, first_seen=START - hours(100))], {})
    make_desk().tick(START)
    assert words(sink, ledger.placements(["p1"])["p1"].incident) == ["2"]


def test_a_measure_stops_acceptance_and_a_statement_the_rest(ledger, make_desk, officer) -> None:
    job = {"categories": ("employment_discrimination",), "severity": 4, "setting": "work"}
    ledger.append_signals([signal("p1", "某厂招工不要已婚女性", **job)], {})
    make_desk().tick(START)
    case, who = ledger.placements(["p1"])["p1"].incident, officer("甲")
    ledger.acknowledge(case, who, START)
    ledger.record_statement(case, who, START, text="已介入")
    running = ledger.incident(case).deadlines.filter(met_at=None)
    assert [clock.kind for clock in running] == ["受理"]
    ledger.handle(case, who, START + hours(1), "人社局已立案")
    assert not running.all().exists()
