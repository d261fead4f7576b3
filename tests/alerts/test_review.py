"""Verdicts on what waits for a person: labels in the log, and instructions to the desk."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.errors import AlertError, Conflict
from tests.alerts.office import CHANGSHA, START, signal

WOMAN = "阳新一女子被丈夫殴打住院"
DOUBT = "阳新某小区夜里总有人哭喊"
LATER = START + timedelta(hours=1)


@pytest.fixture
def waiting(ledger: Any, make_desk: Any) -> int:
    """The row of a review signal in the queue."""
    from alerts.ledger.models import SignalRow

    ledger.append_signals([signal("p9", DOUBT, level="review", probability=0.4)], {})
    make_desk().tick(START)
    row = SignalRow.objects.get(post="p9")
    assert row.fold == "waiting"
    return row.id


def said(**changes: Any) -> Any:
    from alerts.ledger.labels import Labels

    labels = Labels(True, "domestic", ("child_abuse",), ("child",), 2, "alleged")
    return replace(labels, **changes)


def no_incident() -> Any:
    from alerts.ledger.labels import Labels

    return Labels(incident=False, scope="domestic")


def queue() -> list[str]:
    from alerts.ledger.review import waiting as rows

    return [row.post for row in rows()]


def test_an_incident_is_opened_by_the_desk_in_the_officers_words(
    ledger: Any, make_desk: Any, officer: Any, waiting: int
) -> None:
    ledger.judge(waiting, said(), officer("甲"), LATER)
    assert queue() == []
    assert not ledger.placements(["p9"]), "只有值班台立案"

    report = make_desk().tick(LATER)
    incident = ledger.incident(ledger.placements(["p9"])["p9"].incident)
    assert (report.opened, report.raised) == (1, 1)
    assert (incident.categories, incident.victims) == (["child_abuse"], ["child"])
    assert incident.posts == 1
    (given,) = ledger.verdicts()
    assert (given.officer, given.at, given.labels) == ("甲", LATER, said())
    assert given.signal.title == DOUBT
    assert ledger.verify() > 0


def test_no_incident_leaves_the_queue_and_opens_nothing(
    ledger: Any, make_desk: Any, officer: Any, waiting: int
) -> None:
    from alerts.ledger.models import Event

    ledger.judge(waiting, no_incident(), officer("甲"), LATER)
    assert make_desk().tick(LATER).folded == 0
    assert queue() == []
    assert [given.labels for given in ledger.verdicts()] == [no_incident()]
    event = Event.objects.get(kind="判定")
    assert (event.actor, event.origin, event.post) == ("甲", "测试", "p9")


def test_join_that_case_by_the_number_of_an_alert_even_after_a_merge(
    ledger: Any, make_desk: Any, officer: Any, waiting: int
) -> None:
    from alerts.ledger.models import Incident

    elsewhere = signal("p1", "长沙女子报警称遭跟踪", places=(CHANGSHA,))
    ledger.append_signals([signal("p0", WOMAN), elsewhere], {})
    desk = make_desk()
    desk.tick(START)
    placed = ledger.placements(["p0", "p1"])
    gone, kept = placed["p0"].incident, placed["p1"].incident
    assert kept != gone
    assert ledger.judge(waiting, said(), officer("甲"), LATER, joins=f"{gone}-1") == gone
    Incident.objects.filter(id=gone).update(merged_into=kept)

    assert desk.tick(LATER).joined == 1
    assert ledger.placements(["p9"])["p9"].incident == kept
    assert ledger.incident(kept).posts == 2


def test_the_second_officer_is_told_who_was_first(ledger: Any, officer: Any, waiting: int) -> None:
    ledger.judge(waiting, no_incident(), officer("甲"), LATER)
    with pytest.raises(Conflict, match=r"已由 甲 于 .* 判定：不是事件"):
        ledger.judge(waiting, said(), officer("乙"), LATER)
    assert len(list(ledger.verdicts())) == 1


def test_all_versions_of_a_post_leave_the_queue(
    ledger: Any, make_desk: Any, officer: Any, waiting: int
) -> None:
    ledger.append_signals([signal("p9", DOUBT, version="2", level="review")], {})
    make_desk().tick(START)
    assert queue() == ["p9", "p9"]
    ledger.judge(waiting, no_incident(), officer("甲"), LATER)
    assert queue() == []


def test_abroad_is_a_label_and_no_alert(
    ledger: Any, make_desk: Any, officer: Any, waiting: int
) -> None:
    ledger.judge(waiting, said(scope="foreign"), officer("甲"), LATER)
    assert make_desk().tick(LATER).folded == 0
    assert [given.labels.scope for given in ledger.verdicts()] == ["foreign"]


@pytest.mark.parametrize(
    ("labels", "joins", "says"),
    [
        (lambda: said(categories=()), "", "须选定类别"),
        (lambda: said(severity=0), "", "严重程度"),
        (no_incident, "20240301-00000000", "不能并入"),
        (said, "20240301-00000000", "没有编号为 20240301-00000000"),
    ],
)
def test_what_cannot_be_said_changes_nothing(
    ledger: Any, officer: Any, waiting: int, labels: Any, joins: str, says: str
) -> None:
    with pytest.raises(AlertError, match=says):
        ledger.judge(waiting, labels(), officer("甲"), LATER, joins=joins)
    assert queue() == ["p9"]
    assert list(ledger.verdicts()) == []


def test_an_unknown_row(ledger: Any, officer: Any) -> None:
    with pytest.raises(AlertError, match="没有编号为 77 的待审线索"):
        ledger.judge(77, no_incident(), officer("甲"), LATER)


@pytest.mark.parametrize(
    ("outcome", "incident"),
    [("属实，已处置", [True]), ("不属实", [True]), ("误报，不是侵害事件", [False]), ("别的话", [])],
)
def test_the_outcome_of_a_case_is_a_label_of_the_posts_that_alerted(
    ledger: Any, make_desk: Any, officer: Any, outcome: str, incident: list[bool]
) -> None:
    ledger.append_signals([signal("p1", WOMAN), signal("p2", WOMAN)], {})
    make_desk().tick(START)
    case = ledger.placements(["p1"])["p1"].incident
    ledger.acknowledge(case, officer("甲"), START)
    ledger.close(case, officer("甲"), LATER, outcome=outcome, reason="已核实")

    given = list(ledger.verdicts())
    assert [one.labels.incident for one in given] == incident
    assert [one.signal.post for one in given] == ["p1"] * len(incident)
    assert all(one.labels.categories == ("domestic_violence",) for one in given if incident[0])


def test_verdicts_of_a_time(ledger: Any, officer: Any, waiting: int) -> None:
    ledger.judge(waiting, no_incident(), officer("甲"), LATER)
    assert len(list(ledger.verdicts(LATER))) == 1
    assert list(ledger.verdicts(LATER + timedelta(seconds=1))) == []
    assert list(ledger.verdicts(until=LATER)) == []
