"""The desk with real channels on real servers: a robot's own result code decides."""

from pathlib import Path

from alerts.channels import build
from tests.alerts.office import START, signal
from tests.receivers import Reply, robot

CASE = "阳新县一女子被丈夫当街殴打"


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
