"""A night at the desk, by a simulated clock, on a real ledger."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.channels import Refused
from alerts.clock import Clocks
from alerts.errors import Conflict
from alerts.office import Office
from alerts.organisation import national
from tests.alerts.office import CHANGSHA, START, YANGXIN, Recorder, signal

WOMAN = "阳新一女子被丈夫殴打住院"
CHILD = "阳新某幼儿园教师扎伤多名幼儿"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def child(post: str = "c1", **changes):
    given = {
        "categories": ("child_abuse",),
        "victims": ("child",),
        "severity": 1,
        "setting": "school",
    }
    return signal(post, CHILD, **{**given, **changes})


def test_a_signal_becomes_one_alert_at_the_lead_and_the_informed(ledger, make_desk, sink) -> None:
    ledger.append_signals([signal("p1", WOMAN)], {})
    report = make_desk().tick(START)
    assert (report.opened, report.raised, report.sent) == (1, 1, 3)
    placement = ledger.placements(["p1"])["p1"]
    assert (placement.grade, placement.state, placement.lead) == (3, "待签收", "420222-公安")
    (alert,) = placement.alerts
    assert sink.keys == [f"{alert}:420222-{kind}:0" for kind in ("公安", "妇联", "民政")]
    text = sink.taken[0].text
    for part in (
        "黄色预警",
        "家庭暴力",
        "阳新县",
        WOMAN,
        "420222公安（甲）",
        "03月01日 10:00",
        f"/alerts/{alert}",
    ):
        assert part in text
    assert len(text.encode()) <= 2048


def test_a_second_tick_and_a_repeated_signal_change_nothing(ledger, make_desk, sink) -> None:
    ledger.append_signals([signal("p1", WOMAN)], {})
    desk = make_desk()
    desk.tick(START)
    assert ledger.append_signals([signal("p1", WOMAN)], {}) == 0
    report = make_desk().tick(START + minutes(1))
    assert (report.folded, report.sent) == (0, 0)
    assert len(sink.keys) == len(set(sink.keys)) == 3


def test_reposts_rewrites_and_edits_join_without_a_new_alert(ledger, make_desk, sink) -> None:
    desk = make_desk()
    ledger.append_signals([signal("p1", WOMAN)], {})
    desk.tick(START)
    ledger.append_signals(
        [
            signal("p2", WOMAN, platform="zhihu"),
            signal("p3", "阳新女子遭丈夫殴打住院治疗", level="review"),
            signal("p1", WOMAN + "，警方介入", version="2"),
        ],
        {},
    )
    report = desk.tick(START + minutes(5))
    assert (report.joined, report.opened, report.raised) == (2, 0, 0)
    standings = ledger.placements(["p1", "p2", "p3"])
    assert len({placement.incident for placement in standings.values()}) == 1
    incident = ledger.incident(standings["p1"].incident)
    assert incident.posts == 3
    assert len(sink.keys) == 3


def test_another_county_is_another_incident(ledger, make_desk) -> None:
    ledger.append_signals([signal("p1", WOMAN), signal("p2", WOMAN, places=(CHANGSHA,))], {})
    make_desk(organisation=national()).tick(START)
    standings = ledger.placements(["p1", "p2"])
    assert standings["p1"].incident != standings["p2"].incident


def test_a_doubtful_post_waits_for_a_person_and_opens_nothing(ledger, make_desk, sink) -> None:
    ledger.append_signals([signal("p1", WOMAN, level="review"), child(scope="foreign")], {})
    report = make_desk().tick(START)
    assert (report.waiting, report.opened) == (2, 0)
    assert not sink.taken
    assert ledger.totals()["待人工研判"] == "2"


def test_a_place_outside_the_jurisdiction_is_recorded_and_told_of_only_when_red(
    ledger, make_desk, sink
) -> None:
    ledger.append_signals(
        [
            signal("p1", WOMAN, places=(CHANGSHA,)),
            child(places=(CHANGSHA,)),
        ],
        {},
    )
    make_desk().tick(START)
    standings = ledger.placements(["p1", "c1"])
    assert (standings["p1"].state, standings["p1"].alerts) == ("已备案", ())
    assert standings["c1"].state == "待签收"
    assert [key.split(":")[1] for key in sink.keys] == ["420200-妇联"]


def test_a_rise_of_grade_and_a_place_that_becomes_known_are_told_again(ledger, make_desk) -> None:
    desk = make_desk()
    ledger.append_signals([signal("p1", WOMAN, places=())], {})
    desk.tick(START)
    first = ledger.placements(["p1"])["p1"]
    assert first.lead == "420200-妇联"
    ledger.append_signals([signal("p2", WOMAN, severity=1, platform="douyin")], {})
    desk.tick(START + minutes(10))
    second = ledger.placements(["p2"])["p2"]
    assert second.incident == first.incident
    assert (second.grade, second.lead) == (1, "420222-公安")
    (alert,) = second.alerts
    detail = ledger.alerts(waiting_only=False).get(id=alert).detail
    assert "由黄升为红" in detail
    assert "阳新县" in detail


def test_the_ladder_is_climbed_at_the_exact_minute_and_ends_with_a_notice(
    ledger, make_desk, sink
) -> None:
    from alerts.ledger.models import Notice

    desk = make_desk()
    ledger.append_signals([signal("p1", WOMAN)], {})
    desk.tick(START)
    assert desk.tick(START + minutes(119.9)).climbed == 0
    assert desk.tick(START + minutes(120)).climbed == 1
    assert "420222公安（乙）" in sink.taken[-1].text
    assert desk.tick(START + minutes(240)).climbed == 1
    assert {key.rsplit(":", 2)[1] for key in sink.keys[-2:]} == {"420222-公安", "420200-妇联"}
    desk.tick(START + minutes(360))
    assert sink.keys[-1].endswith(":420200-公安:3")
    desk.tick(START + minutes(480))
    assert Notice.objects.filter(key__startswith="unanswered:").count() == 1
    assert len(sink.keys) == len(set(sink.keys))


def test_after_an_acknowledgement_no_message_of_the_alert_follows(
    ledger, make_desk, officer
) -> None:
    refusing = Recorder(*[Refused("机器人限流", retryable=True)] * 3)
    desk = make_desk({"first": refusing, "second": refusing})
    ledger.append_signals([signal("p1", WOMAN)], {})
    desk.tick(START)
    incident = ledger.placements(["p1"])["p1"].incident
    ledger.acknowledge(incident, officer("甲"), START + minutes(1))
    for hours in range(1, 12):
        desk.tick(START + timedelta(hours=hours))
    assert not refusing.taken


def test_the_second_officer_is_told_who_was_first(ledger, make_desk, officer) -> None:
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk().tick(START)
    alert = ledger.placements(["p1"])["p1"].alerts[0]
    ledger.acknowledge(alert, officer("甲"), START)
    with pytest.raises(Conflict, match="已由 甲 于 03月01日 08:00 签收"):
        ledger.acknowledge(alert, officer("乙"), START)


@pytest.mark.parametrize(
    ("severity", "hours"),
    [(1, {"权威发布": 5, "新闻发布会": 24}), (3, {"回应": 48})],
)
def test_clocks_start_with_the_post_and_tell_each_stage_once(
    ledger, make_desk, sink, officer, severity, hours
) -> None:
    desk = make_desk()
    ledger.append_signals([signal("p1", WOMAN, severity=severity)], {})
    desk.tick(START + minutes(1))
    incident = ledger.incident(ledger.placements(["p1"])["p1"].incident)
    clocks = list(incident.deadlines.all())
    assert {clock.kind: (clock.due - START) / timedelta(hours=1) for clock in clocks} == hours
    ledger.acknowledge(incident.id, officer("甲"), START + minutes(2))
    before = len(sink.keys)
    for step in range(60):
        make_desk().tick(START + timedelta(hours=step))
    told = sink.keys[before:]
    assert sorted(told) == sorted(
        f"{incident.id}:{kind}:{stage}" for kind in hours for stage in range(3)
    )


def test_clocks_may_start_with_the_alert(ledger, make_desk) -> None:
    ledger.append_signals([signal("p1", WOMAN)], {})
    make_desk(clocks=Clocks("alerted")).tick(START + minutes(90))
    incident = ledger.incident(ledger.placements(["p1"])["p1"].incident)
    assert incident.deadlines.get().start == START + minutes(90)


def test_a_statement_stops_the_clocks(ledger, make_desk, sink, officer) -> None:
    desk = make_desk()
    ledger.append_signals([signal("p1", WOMAN)], {})
    desk.tick(START)
    incident = ledger.placements(["p1"])["p1"].incident
    ledger.acknowledge(incident, officer("甲"), START)
    ledger.record_statement(incident, officer("甲"), START, link="https://example.gov.cn/1")
    before = len(sink.keys)
    desk.tick(START + timedelta(days=3))
    assert len(sink.keys) == before


def test_refused_for_good_goes_to_the_next_channel_and_then_to_the_dead_letters(
    ledger, make_desk
) -> None:
    from alerts.ledger.models import Notice, OutboxMessage

    refusal = Refused("关键词不符（310000）", retryable=False)
    first, second = Recorder(*[refusal] * 3), Recorder(refusal)
    ledger.append_signals([signal("p1", WOMAN)], {})
    report = make_desk({"first": first, "second": second}).tick(START)
    assert (len(first.taken), len(second.taken), report.dead) == (0, 2, 1)
    dead = OutboxMessage.objects.get(state=OutboxMessage.DEAD)
    assert [channel for _, channel, _ in dead.refusals] == ["first", "second"]
    assert "关键词不符" in Notice.objects.get(key=f"dead:{dead.key}").text


def test_a_passing_refusal_is_tried_again_after_a_while(ledger, make_desk) -> None:
    first = Recorder(*[Refused("限流", retryable=True)] * 3)
    desk = make_desk({"first": first, "second": Recorder()})
    ledger.append_signals([signal("p1", WOMAN)], {})
    desk.tick(START)
    assert not first.taken
    assert desk.tick(START + timedelta(seconds=4)).sent == 0
    assert desk.tick(START + timedelta(seconds=5)).sent == 3


def test_harm_to_a_minor_goes_before_everything_else(ledger, make_desk, sink) -> None:
    many = [
        signal(f"p{n}", f"{n}号村女子第{n}次遭殴打的{n * 7}事", ages=(n,), people=(f"h{n}",))
        for n in range(20, 60, 2)
    ]
    ledger.append_signals([*many, child()], {})
    make_desk().tick(START)
    urgent = [message.urgent for message in sink.taken]
    assert sum(urgent) > 0
    assert urgent == sorted(urgent, reverse=True)
    assert "快速通道" in sink.taken[0].text


def test_a_handed_over_incident_is_acknowledged_by_its_new_lead(
    ledger, make_desk, sink, officer
) -> None:
    from tests.alerts.office import ORGANISATION

    desk = make_desk()
    ledger.append_signals([signal("p1", WOMAN)], {})
    desk.tick(START)
    incident = ledger.placements(["p1"])["p1"].incident
    ledger.acknowledge(incident, officer("甲"), START)
    to = ORGANISATION.get("420222-民政")
    ledger.hand_over(incident, officer("甲"), START + minutes(1), to=to, reason="需临时安置")
    before = len(sink.keys)
    called = ledger.alerts().get()
    assert called.acknowledge_by > called.raised_at, "the new lead has its own time to sign"
    desk.tick(START + minutes(2))
    assert sink.keys[before].split(":")[1] == "420222-民政"
    ledger.append_signals([signal("p2", WOMAN)], {})
    desk.tick(START + minutes(3))
    assert ledger.incident(incident).lead == "420222-民政"
    ledger.acknowledge(incident, officer("民政员"), START + minutes(4))
    assert ledger.incident(incident).state == "已签收"


def test_what_changed_is_handed_out_for_the_store(ledger, make_desk, officer) -> None:
    ledger.append_signals([signal("p1", WOMAN), signal("p2", WOMAN, platform="zhihu")], {})
    make_desk().tick(START)
    cursor, changed = ledger.changed_since(0)
    assert set(changed) == {"p1", "p2"}
    assert ledger.changed_since(cursor) == (cursor, {})
    ledger.acknowledge(changed["p1"].incident, officer("甲"), START)
    _, changed = ledger.changed_since(cursor)
    assert {placement.state for placement in changed.values()} == {"已签收"}


def test_a_desk_that_sends_nothing_keeps_its_messages(ledger, make_desk, sink) -> None:
    from alerts.desk import Desk
    from alerts.ledger.models import OutboxMessage

    ledger.append_signals([signal("p1", replace(YANGXIN).name)], {})
    desk = Desk(ledger, Office(national()), None)
    assert desk.tick(START).raised == 1
    assert OutboxMessage.objects.filter(state=OutboxMessage.PENDING).count() == 3
