"""The desk's deliveries: real channels on real servers, budgets, merging, the minors' lane."""

import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels import Delivered, Message, Refused, build
from alerts.channels.message import Limit
from alerts.links import Links
from alerts.organisation import Organisation
from alerts.signal import SignalPlace
from tests.alerts.conftest import BOTH
from tests.alerts.flood import fill
from tests.alerts.office import START, Recorder, department, signal
from tests.receivers import Reply, robot

CASE = "阳新县一女子被丈夫当街殴打"
OFFICE = Organisation(
    division="420200",
    departments=tuple(
        department(kind, division, "robot" if kind == "妇联" else "police")
        for kind in ("妇联", "公安", "教育", "检察院", "民政", "政法委", "团委", "人社")
        for division in ("420200", "420222")
    ),
)
"""An office whose federation reads one robot, all others another channel."""

DIVISIONS = ("420202", "420203", "420204", "420205", "420222", "420281")


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> str:
    """Every test of delivery runs on both databases."""
    return str(request.param)


class Robot(Recorder):
    """A recorder with a robot's budget, which also notes when it was called."""

    limits = (Limit(20, 60),)

    def __init__(self, *answers: Refused) -> None:
        super().__init__(*answers)
        self.now = START
        self.calls: list[datetime] = []

    def send(self, message: Message) -> Delivered | Refused:
        self.calls.append(self.now)
        return super().send(message)


class Gate(Recorder):
    """A channel that hangs until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()

    def send(self, message: Message) -> Delivered | Refused:
        self.opened.wait(60)
        return super().send(message)


def test_an_error_code_inside_http_200_is_refused_and_the_next_channel_gets_it(
    ledger, make_desk, tmp_path: Path
) -> None:
    from alerts.ledger.models import OutboxMessage

    ledger.append_signals([signal("p1", CASE)], {})
    with robot() as server:
        server.replies = [Reply(body=b'{"errcode":93000,"errmsg":"invalid webhook url"}')]
        channels = {
            "first": build("first", {"kind": "wecom", "url": server.url}, tmp_path),
            "second": build("second", {"kind": "file", "folder": "inbox"}, tmp_path),
        }
        desk = make_desk(channels)
        for _ in range(3):
            desk.tick(START)
    assert server.received, "the robot was asked first"
    messages = list(OutboxMessage.objects.all())
    assert messages and {message.state for message in messages} == {OutboxMessage.SENT}
    assert {message.channel for message in messages} == {"second"}
    assert all("93000" in str(message.refusals) for message in messages)
    inbox = list((tmp_path / "inbox").rglob("*.json"))
    assert len(inbox) == len(messages)


def test_a_robot_that_is_away_keeps_the_message_for_later(
    ledger, make_desk, tmp_path: Path
) -> None:
    from alerts.ledger.models import OutboxMessage

    ledger.append_signals([signal("p1", CASE)], {})
    with robot() as server:
        url = server.url
    channel = build("first", {"kind": "wecom", "url": url}, tmp_path)
    make_desk({"first": channel, "second": channel}).tick(START)
    waiting = list(OutboxMessage.objects.all())
    assert {message.state for message in waiting} == {OutboxMessage.PENDING}
    assert all(message.next_attempt > START for message in waiting if message.attempts)


def test_a_robot_that_hangs_holds_up_nobody_else_and_gets_each_message_once(
    ledger, make_desk
) -> None:
    from alerts.ledger.models import OutboxMessage

    gate, police = Gate(), Recorder()
    desk = make_desk({"robot": gate, "police": police}, OFFICE)
    fill(3)
    desk.tick(START)
    states = OutboxMessage.objects.filter(channels=["police"]).values_list("state", flat=True)
    assert set(states) == {OutboxMessage.SENT}
    assert len(police.taken) == len(states)
    gate.opened.set()
    until = time.monotonic() + 20
    while OutboxMessage.objects.exclude(state=OutboxMessage.SENT).exists():
        desk.tick(START + timedelta(seconds=2))
        assert time.monotonic() < until
    assert set(Counter(gate.keys).values()) == {1}


def test_under_pressure_messages_go_together_within_the_robots_budget_and_none_is_left(
    ledger, make_desk
) -> None:
    from alerts.ledger.models import Event, OutboxMessage

    sink, police = Robot(), Recorder()
    desk = make_desk({"robot": sink, "police": police}, OFFICE)
    fill(60)
    at = START
    while OutboxMessage.objects.filter(state=OutboxMessage.PENDING).exists() or at == START:
        sink.now = at
        desk.tick(at)
        at += timedelta(seconds=2)
        assert at < START + timedelta(minutes=5)
    for first in sink.calls:
        window = [call for call in sink.calls if first <= call < first + timedelta(minutes=1)]
        assert len(window) <= 20
    own = OutboxMessage.objects.exclude(key__startswith="merged:")
    assert own.count() >= 60
    assert set(own.values_list("state", flat=True)) == {OutboxMessage.SENT}
    assert set(Counter(sink.keys).values()) == {1}
    assert any(key.startswith("merged:") for key in sink.keys)
    assert all(len(message.text.encode()) <= 3200 for message in sink.taken)
    assert Event.objects.filter(kind="送达").count() == own.count()
    for link in own.values_list("link", flat=True):
        assert any(link in message.text for message in (*sink.taken, *police.taken))


def test_a_refused_merged_message_leaves_its_members_to_be_tried_again(ledger, make_desk) -> None:
    from alerts.ledger.models import OutboxMessage

    sink = Robot(*[Refused("限流", True, pause=30.0)] * 3)
    desk = make_desk({"robot": sink, "police": Recorder()}, OFFICE)
    fill(60)
    desk.tick(START)
    assert sink.offered == 1, "asked to wait, the desk asks nothing more"
    desk.tick(START + timedelta(seconds=29))
    assert sink.offered == 1
    for seconds in range(30, 600, 5):
        sink.now = START + timedelta(seconds=seconds)
        desk.tick(sink.now)
    own = OutboxMessage.objects.exclude(key__startswith="merged:")
    assert set(own.values_list("state", flat=True)) == {OutboxMessage.SENT}


def test_killed_before_a_merged_message_went_out_it_goes_once_under_the_same_key(
    ledger, make_desk, officer
) -> None:
    from alerts.ledger import outbox
    from alerts.ledger.models import OutboxMessage

    fill(30)
    channels = {"robot": Robot(), "police": Recorder()}
    planned = outbox.plan(START, {"robot": (2, 2), "police": None}).batches["robot"]
    gone, kept = planned
    told = OutboxMessage.objects.filter(receipt=gone.key)
    for incident in set(told.values_list("incident_id", flat=True)):
        ledger.acknowledge(incident, officer("甲"), START)
    make_desk(channels, OFFICE).tick(START)
    assert kept.key in channels["robot"].keys
    assert gone.key not in channels["robot"].keys, "all of it was acknowledged meanwhile"
    assert set(Counter(channels["robot"].keys).values()) == {1}


def test_what_was_merged_but_not_begun_is_not_told_after_its_acknowledgement(
    ledger, make_desk, officer
) -> None:
    from alerts.ledger.models import OutboxMessage

    class SlowRobot(Gate):
        limits = (Limit(20, 60),)

    gate = SlowRobot()
    desk = make_desk({"robot": gate, "police": Recorder()}, OFFICE)
    fill(30)
    desk.tick(START)
    merged = OutboxMessage.objects.filter(key__startswith="merged:").order_by("id")
    begun, *later = merged.values_list("key", flat=True)
    assert later
    signed = OutboxMessage.objects.filter(receipt__in=later)
    for incident in set(signed.values_list("incident_id", flat=True)):
        ledger.acknowledge(incident, officer("甲"), START)
    gate.opened.set()
    until = time.monotonic() + 20
    while OutboxMessage.objects.filter(state=OutboxMessage.PENDING).exists():
        desk.tick(START + timedelta(seconds=2))
        assert time.monotonic() < until
    assert gate.keys == [begun]


def test_whoever_must_sign_gets_a_link_to_sign_by_and_nobody_else(ledger, make_desk) -> None:
    from alerts.ledger.models import Alert

    sink, links = Recorder(), Links(b"k" * 32)
    ledger.append_signals([signal("p1", CASE)], {})
    desk = make_desk({"first": sink, "second": sink}, links=links)
    desk.tick(START)
    alert = Alert.objects.get()
    for message in sink.taken:
        asked = message.key.split(":")[1] == alert.department
        assert bool(message.acknowledge) is asked
        if asked:
            token = message.acknowledge.rpartition("/a/")[2]
            assert links.read(token, START) == alert.id
    assert len({bool(message.acknowledge) for message in sink.taken}) == 2
    desk.tick(START + timedelta(days=1))
    rung = [message for message in sink.taken if message.key.endswith(":1")]
    assert rung and all(message.acknowledge for message in rung)


def test_what_an_earlier_process_sent_counts_against_the_budget(ledger, make_desk) -> None:
    fill(14)
    first = Robot()
    make_desk({"robot": first, "police": Recorder()}, OFFICE).tick(START)
    again = Robot()
    fill(14, first=14)
    make_desk({"robot": again, "police": Recorder()}, OFFICE).tick(START + timedelta(seconds=5))
    assert len(first.calls) == 14
    assert 0 < len(first.calls) + len(again.calls) <= 20


@pytest.mark.parametrize("database", ["sqlite"])
def test_harm_to_a_minor_reaches_its_channel_within_a_minute_behind_a_thousand_posts(
    ledger, make_desk
) -> None:
    """Measured on the desk's own clock, through a robot that takes twenty a minute."""
    sink, police = Robot(), Recorder()
    desk = make_desk({"robot": sink, "police": police}, OFFICE)
    fill(1000)
    desk.tick(START)
    at, reached, ingested = START, {}, {}
    while at < START + timedelta(minutes=4):
        at += timedelta(seconds=2)
        sink.now = at
        seconds = (at - START).seconds
        if seconds % 10 == 0 and len(ingested) < len(DIVISIONS):
            post = f"child-{len(ingested)}"
            place = SignalPlace(DIVISIONS[len(ingested)], "黄石市", 0.9)
            child = {"categories": ("child_abuse",), "victims": ("child",), "people": (post,)}
            child |= {"places": (place,), "ages": (len(ingested) + 1,)}
            title = f"{chr(0x9000 + seconds) * 12}"
            ledger.append_signals([signal(post, title, **child)], {})
            ingested[post] = at
        desk.tick(at)
        for message in (*sink.taken, *police.taken):
            if message.urgent:
                reached.setdefault(message.key, at)
    from alerts.ledger.models import OutboxMessage

    told = OutboxMessage.objects.filter(step="预警", alert__post__in=ingested)
    waits = sorted(reached[row.key] - ingested[row.alert.post] for row in told)
    assert len(waits) >= len(ingested) == len(DIVISIONS)
    assert any(row.channels == ["robot"] for row in told)
    assert waits[int(len(waits) * 0.95)] <= timedelta(seconds=60)
    assert all(message.key in reached for message in sink.taken if message.urgent)
