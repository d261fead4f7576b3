"""Merge and split by hand: posts, keys, alerts and clocks move; the log says who and why."""

from datetime import timedelta

import pytest

from alerts.errors import AlertError, Conflict
from tests.alerts.conftest import BOTH
from tests.alerts.office import CHANGSHA, DAYE, START, signal

WOMAN = "阳新一女子被丈夫殴打住院"
OTHER = "大冶男子持刀伤妻后逃跑"
LATER = START + timedelta(hours=1)


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def where(ledger, *posts: str) -> list[str]:
    found = ledger.placements(list(posts))
    return [found[post].incident for post in posts]


@pytest.fixture
def two(ledger, make_desk) -> tuple[str, str]:
    """Two incidents of one post each, the second graver."""
    graver = signal("q1", OTHER, places=(DAYE,), severity=1, nouns=("弃车",))
    ledger.append_signals([signal("p1", WOMAN, nouns=("晨跑",)), graver], {})
    make_desk().tick(START)
    first, second = where(ledger, "p1", "q1")
    assert first != second
    return first, second


def test_after_a_merge_posts_alerts_and_later_posts_are_in_one_file(
    ledger, make_desk, two, officer
) -> None:
    first, second = two
    grades = [ledger.incident(name).grade for name in two]
    kept = ledger.merge(second, first, officer("甲"), LATER, reason="同一案件")
    assert where(ledger, "p1", "q1") == [first, first]
    assert ledger.incident(second).id == first
    assert (kept.posts, kept.grade) == (2, min(grades))
    assert {alert.incident_id for alert in ledger.alerts()} == {first}
    assert [row.id for row in ledger.incidents()] == [first]
    follow_up = signal(
        "q2", "弃车男子被抓", places=(DAYE,), nouns=("弃车",), first_seen=LATER, deed=""
    )
    ledger.append_signals([follow_up], {})
    make_desk().tick(LATER + timedelta(minutes=5))
    assert where(ledger, "q2") == [first]
    assert ledger.verify() > 0


def test_a_merge_is_logged_at_both_and_needs_a_reason(ledger, two, officer) -> None:
    from alerts.ledger.models import Event

    first, second = two
    with pytest.raises(AlertError, match="请填写并案理由"):
        ledger.merge(second, first, officer("甲"), LATER, reason=" ")
    ledger.merge(second, first, officer("甲"), LATER, reason="同一案件")
    logged = {row.incident: row for row in Event.objects.filter(kind="并案")}
    assert set(logged) == {first, second}
    assert logged[second].data == {"并入": first, "理由": "同一案件"}
    assert (logged[first].actor, logged[first].origin) == ("甲", "测试")
    with pytest.raises(Conflict, match="已经是同一事件"):
        ledger.merge(second, first, officer("乙"), LATER, reason="再并一次")


def test_of_two_clocks_of_one_kind_the_earlier_due_stays(ledger, make_desk, officer) -> None:
    from alerts.ledger.models import Deadline

    late = START + timedelta(hours=3)
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    ledger.append_signals([signal("q1", OTHER, places=(CHANGSHA,), first_seen=late)], {})
    make_desk().tick(late)
    older, newer = where(ledger, "p1", "q1")
    due = {row.kind: row.due for row in Deadline.objects.filter(incident=older)}
    assert due
    ledger.merge(older, newer, officer("甲"), late, reason="同一案件")
    assert {row.kind: row.due for row in Deadline.objects.filter(incident=newer)} == due
    assert not Deadline.objects.filter(incident=older).exists()


def test_who_has_signed_for_one_file_has_signed_for_both(
    ledger, make_desk, sink, two, officer
) -> None:
    first, second = two
    ledger.acknowledge(first, officer("甲"), LATER)
    ledger.merge(second, first, officer("甲"), LATER, reason="同一案件")
    sent = sink.offered
    make_desk().tick(LATER + timedelta(hours=2))
    assert not [key for key in sink.keys[sent:] if key.endswith(":1")]
    assert not ledger.alerts().exists()


def test_an_open_file_opens_a_closed_one(ledger, two, officer) -> None:
    first, second = two
    ledger.acknowledge(first, officer("甲"), LATER)
    ledger.close(first, officer("甲"), LATER, outcome="已处置", reason="结束")
    kept = ledger.merge(second, first, officer("甲"), LATER, reason="同一案件")
    assert kept.state == "待签收"


@pytest.fixture
def mixed(ledger, make_desk) -> str:
    """One incident in which a post of another case sits."""
    ledger.append_signals(
        [
            signal("p1", WOMAN, nouns=("晨跑",)),
            signal("p2", WOMAN + "后续", nouns=("晨跑",)),
            signal("q1", WOMAN + "又有说法", nouns=("弃车",), ages=(33,)),
        ],
        {},
    )
    make_desk().tick(START)
    (incident,) = set(where(ledger, "p1", "p2", "q1"))
    return incident


def test_a_split_gives_posts_a_file_a_call_and_their_followers(
    ledger, make_desk, sink, mixed, officer
) -> None:
    new = ledger.split(mixed, ["q1"], officer("甲"), LATER, reason="另一家庭")
    assert where(ledger, "p1", "p2", "q1") == [mixed, mixed, new.id]
    old = ledger.incident(mixed)
    assert (old.posts, new.posts) == (2, 1)
    assert "弃车" not in old.profile["nouns"]
    assert new.lead == old.lead
    desk = make_desk()
    desk.tick(LATER)
    assert any(key.startswith(f"{new.id}-1:") for key in sink.keys)
    follow_up = signal("q2", "弃车男子被抓", nouns=("弃车",), first_seen=LATER, ages=(33,))
    ledger.append_signals([follow_up], {})
    desk.tick(LATER + timedelta(minutes=5))
    assert where(ledger, "q2") == [new.id]
    assert ledger.verify() > 0


def test_what_cannot_be_split_is_said_plainly(ledger, mixed, officer) -> None:
    with pytest.raises(AlertError, match="请填写拆案理由"):
        ledger.split(mixed, ["q1"], officer("甲"), LATER, reason="")
    with pytest.raises(AlertError, match="里没有帖子 nobody"):
        ledger.split(mixed, ["nobody"], officer("甲"), LATER, reason="另一家庭")
    with pytest.raises(AlertError, match="未选"):
        ledger.split(mixed, [], officer("甲"), LATER, reason="另一家庭")
    with pytest.raises(AlertError, match="至少留下一条"):
        ledger.split(mixed, ["p1", "p2", "q1"], officer("甲"), LATER, reason="另一家庭")
    assert len(set(where(ledger, "p1", "p2", "q1"))) == 1


def test_a_split_undone_is_one_file_again(ledger, mixed, officer) -> None:
    new = ledger.split(mixed, ["q1"], officer("甲"), LATER, reason="另一家庭")
    ledger.merge(new.id, mixed, officer("甲"), LATER, reason="看错了")
    assert set(where(ledger, "p1", "p2", "q1")) == {mixed}
    assert ledger.incident(mixed).posts == 3
    with pytest.raises(Conflict, match="已从事件"):
        ledger.split(mixed, ["q1"], officer("甲"), LATER, reason="还是另一家庭")
