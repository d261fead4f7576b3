"""The ledger: durable, idempotent, append-only, and plain about what is wrong."""

import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.errors import AlertError, Conflict, LedgerUnavailable
from alerts.ledger import open_ledger
from tests.alerts.conftest import BOTH, KEY
from tests.alerts.office import START, signal

WOMAN = "阳新一女子被丈夫殴打住院"
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> str:
    """Every test of the ledger runs on both databases."""
    return str(request.param)


@pytest.fixture
def opened(ledger, make_desk) -> str:
    """The id of an incident that waits for its acknowledgement."""
    ledger.append_signals([signal("p1", WOMAN)], {"p1": ("张某某被打", "原文")})
    make_desk().tick(START)
    return ledger.placements(["p1"])["p1"].incident


def test_signals_are_kept_once_whoever_appends_them(ledger) -> None:
    batch = [signal("p1", WOMAN), signal("p2", WOMAN), signal("p1", WOMAN)]
    assert ledger.append_signals(batch, {}) == 2
    assert ledger.append_signals(batch, {}) == 0
    assert ledger.append_signals([signal("p1", WOMAN, version="2")], {}) == 1
    assert ledger.pending() == 3


def test_two_processes_appending_the_same_signals_keep_each_once(ledger, ledger_url) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from alerts.ledger import open_ledger
from tests.alerts.office import signal
ledger = open_ledger({ledger_url!r}, originals_key=b"k" * 32)
print(sum(ledger.append_signals([signal(f"p{{n}}", f"第{{n}}条") for n in range(at, at + 20)], {{}})
          for at in range(0, 200, 10)))
"""
    workers = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    kept = [int(worker.communicate(timeout=120)[0]) for worker in workers]
    assert sum(kept) == ledger.pending() == 210


def test_two_processes_may_create_the_ledger_at_once(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    if database == "postgresql":
        server = request.getfixturevalue("postgres")
        server.run("CREATE DATABASE new")
        url = server.url("new")
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from alerts.ledger import open_ledger
open_ledger({url!r}, originals_key=b"k" * 32).pending()
"""
    workers = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]


def test_events_cannot_be_changed_from_python_or_sql(ledger, opened, sql) -> None:
    from alerts.ledger.models import Event

    event = Event.objects.get(number=1)
    for forbidden in (event.save, event.delete, Event.objects.all().delete):
        with pytest.raises(AlertError, match="只能"):
            forbidden()
    with pytest.raises(AlertError, match="不能修改"):
        Event.objects.update(actor="别人")
    for statement in ("UPDATE ledger_event SET actor = 'x'", "DELETE FROM ledger_event"):
        with pytest.raises((sqlite3.IntegrityError, RuntimeError), match="只能追加"):
            sql(statement)
    assert ledger.verify() == Event.objects.count()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE ledger_event SET actor = '别人' WHERE number = 2", "第 2 条内容被改动"),
        ("DELETE FROM ledger_event WHERE number = 2", "第 2 条缺失"),
        ("DELETE FROM ledger_event WHERE number > 2", "末尾被删去"),
    ],
)
def test_whoever_gets_round_the_triggers_is_found_out(
    ledger, opened, sql, database: str, damage: str, told: str
) -> None:
    on = " ON ledger_event" if database == "postgresql" else ""
    sql(f"DROP TRIGGER ledger_event_no_update{on}")
    sql(f"DROP TRIGGER ledger_event_no_delete{on}")
    sql(damage)
    with pytest.raises(AlertError, match=told):
        ledger.verify()


def test_originals_are_encrypted_and_each_look_is_logged(
    ledger, opened, officer, ledger_url, tmp_path: Path
) -> None:
    from alerts.ledger.models import Original

    assert "张某某被打".encode() not in bytes(Original.objects.get(post="p1").sealed)
    for file in tmp_path.glob("ledger.db*"):
        assert "张某某被打".encode() not in file.read_bytes()
    with pytest.raises(AlertError, match="理由"):
        ledger.unmask("p1", officer("甲"), " ", START)
    assert ledger.unmask("p1", officer("甲"), "核实身份", START) == ("张某某被打", "原文")

    from alerts.ledger.models import Event

    assert Event.objects.get(kind="查看原文").data == {"理由": "核实身份"}
    other = open_ledger(ledger_url, originals_key=b"another key")
    with pytest.raises(AlertError, match="密钥"):
        other.unmask("p1", officer("甲"), "核实身份", START)


def test_the_whole_loop_leaves_who_when_and_where(ledger, opened, officer) -> None:
    who = officer("甲")
    ledger.acknowledge(opened, who, START)
    ledger.assess(opened, who, START, "属实")
    ledger.handle(opened, who, START, "已出具告诫书")
    ledger.record_statement(opened, who, START, link="https://example.gov.cn/1")
    ledger.close(opened, who, START, outcome="属实已处置", reason="施暴者被行政拘留")
    ledger.visit(opened, who, START, "生活平稳")
    ledger.archive(opened, who, START)
    done = [event for event in ledger.log(opened) if event.actor == "甲"]
    assert "".join(event.kind for event in done) == "签收研判处置发声办结回访归档"
    assert {event.origin for event in done} == {"测试"}
    assert ledger.incident(opened).state == "已归档"
    assert not ledger.incidents(open_only=True)


def test_what_the_state_does_not_allow_is_refused_with_what_it_does(
    ledger, opened, officer
) -> None:
    with pytest.raises(Conflict, match="现为“待签收”，不能办结；现在可以：签收"):
        ledger.close(opened, officer("甲"), START, outcome="x", reason="y")
    ledger.acknowledge(opened, officer("甲"), START)
    with pytest.raises(AlertError, match="办结理由"):
        ledger.close(opened, officer("甲"), START, outcome="x", reason=" ")
    with pytest.raises(AlertError, match="链接或正文"):
        ledger.record_statement(opened, officer("甲"), START)
    assert ledger.incident(opened).state == "已签收"


def test_an_unknown_number_is_named(ledger) -> None:
    with pytest.raises(AlertError, match="没有编号为 20990101-0 的事件或预警"):
        ledger.incident("20990101-0")


def test_a_closed_incident_asks_nobody_to_sign(ledger, opened, officer) -> None:
    from tests.alerts.office import ORGANISATION

    ledger.acknowledge(opened, officer("甲"), START)
    to = ORGANISATION.get("420222-民政")
    ledger.hand_over(opened, officer("甲"), START, to=to, reason="需临时安置")
    assert ledger.alerts().count() == 1
    ledger.close(opened, officer("乙"), START, outcome="属实已处置", reason="已安置")
    assert ledger.alerts().count() == 0


def test_a_new_grave_post_reopens_a_closed_incident(ledger, opened, officer, make_desk) -> None:
    ledger.acknowledge(opened, officer("甲"), START)
    ledger.close(opened, officer("甲"), START, outcome="不实", reason="查无此事")
    ledger.append_signals([signal("p2", WOMAN, severity=1)], {})
    make_desk().tick(START + timedelta(hours=1))
    incident = ledger.incident(opened)
    assert (incident.state, incident.grade) == ("待签收", 1)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_locked_ledger_says_so_and_takes_the_signals_later(
    ledger, ledger_url, tmp_path: Path
) -> None:
    from django.db import connection

    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 50")
    holder = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable, match="占用"):
        ledger.append_signals([signal("p1", WOMAN)], {})
    holder.execute("ROLLBACK")
    holder.close()
    assert ledger.append_signals([signal("p1", WOMAN)], {}) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_full_disk_says_so_and_takes_the_signals_later(ledger) -> None:
    from django.db import connection

    connection.ensure_connection()
    (pages,) = connection.connection.execute("PRAGMA page_count").fetchone()
    connection.connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    batch = [signal(f"p{number}", f"第{number}条" * 40) for number in range(300)]
    with pytest.raises(LedgerUnavailable, match="磁盘已满"):
        ledger.append_signals(batch, {})
    connection.connection.execute("PRAGMA max_page_count = 1000000")
    assert ledger.append_signals(batch, {}) == 300


@pytest.mark.parametrize("database", BOTH[1:])
def test_a_server_that_goes_away_says_so_and_is_used_again_when_it_is_back(
    ledger, postgres
) -> None:
    ledger.append_signals([signal("p1", WOMAN)], {})
    postgres.stop()
    try:
        for _ in range(2):
            with pytest.raises(LedgerUnavailable, match="自动重试"):
                ledger.append_signals([signal("p2", WOMAN)], {})
    finally:
        postgres.start()
    assert ledger.append_signals([signal("p1", WOMAN), signal("p2", WOMAN)], {}) == 1


@pytest.mark.parametrize("url", ["mysql://x/y", "ledger.db", "postgresql://host", ""])
def test_an_address_that_cannot_be_a_ledger_is_refused(url: str) -> None:
    with pytest.raises(AlertError, match="台账地址"):
        open_ledger(url, originals_key=KEY)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "junk.db").write_bytes(b"this is no database, only some text" * 100)
    with pytest.raises(AlertError):
        open_ledger(f"sqlite:///{tmp_path}/junk.db", originals_key=KEY)
