"""What goes through a channel now, and what goes together: every message once, minors alone."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.message import Limit
from alerts.courier import Budget
from alerts.messages import marked, together
from alerts.queueing import MOST_TOGETHER, Waiting, arrange
from tests.alerts.office import START


def waiting(number: int, grade: int = 3, *, urgent: bool = False, alone: bool = False) -> Waiting:
    return Waiting(number, urgent, alone, grade, START + timedelta(seconds=number))


def ids(groups: list[tuple[Waiting, ...]]) -> list[list[int]]:
    return [[item.id for item in group] for group in groups]


def test_while_everything_fits_each_message_goes_by_itself_in_its_order() -> None:
    items = [waiting(1), waiting(2, urgent=True), waiting(3, 1)]
    assert ids(arrange(items, 15, 20)) == [[2], [1], [3]]
    assert ids(arrange(items, None, None)) == [[2], [1], [3]]


def test_under_pressure_the_gravest_go_first_and_the_newest_of_a_grade() -> None:
    items = [*(waiting(number) for number in range(1, 20)), waiting(20, 1), waiting(21, 2)]
    (first, second) = ids(arrange(items, 2, 2))
    assert first[:4] == [20, 21, 19, 18]
    assert len(first) == len(second) == MOST_TOGETHER


def test_a_minors_message_is_never_merged_and_takes_the_room_of_the_others() -> None:
    items = [waiting(number, urgent=True) for number in range(1, 6)] + [waiting(9)]
    assert ids(arrange(items, 1, 4)) == [[1], [2], [3], [4]]


def test_a_message_that_must_stay_alone_waits_its_turn_among_the_merged() -> None:
    items = [waiting(1, 4), waiting(2, 4), waiting(3, 0, alone=True)]
    assert ids(arrange(items, 2, 2)) == [[3], [2, 1]]


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(1, 4)), max_size=60),
    st.integers(0, 20),
    st.integers(0, 5),
)
@settings(max_examples=100)
def test_nothing_is_sent_twice_and_the_room_is_kept(
    kinds: list[tuple[bool, bool, int]], room: int, more: int
) -> None:
    items = [
        waiting(number, grade, urgent=urgent, alone=alone)
        for number, (urgent, alone, grade) in enumerate(kinds)
    ]
    groups = arrange(items, room, room + more)
    sent = [item.id for group in groups for item in group]
    assert len(sent) == len(set(sent))
    assert len(groups) <= room + more
    assert all(len(group) == 1 for group in groups if any(i.urgent or i.alone for i in group))
    if room and items:
        assert groups


def test_a_budget_slides_keeps_a_quarter_for_urgent_ones_and_survives_a_clock_set_back() -> None:
    budget = Budget((Limit(20, 60), Limit(5, 1)))
    for second in range(15):
        assert budget.room(START + timedelta(seconds=second), urgent=False)
        budget.spend(START + timedelta(seconds=second))
    at = START + timedelta(seconds=20)
    assert (budget.room(at, urgent=False), budget.room(at, urgent=True)) == (0, 5)
    assert budget.room(START + timedelta(seconds=61), urgent=False) == 2
    assert budget.room(START - timedelta(hours=1), urgent=True) == 5
    budget.close(START + timedelta(minutes=10))
    assert budget.room(START + timedelta(minutes=9), urgent=True) == 0
    assert budget.room(START + timedelta(minutes=10), urgent=True) == 5
    assert Budget(()).room(START, urgent=False) is None


def test_several_in_one_stay_within_the_smallest_robot_and_keep_every_link() -> None:
    link = "https://desk.example.gov.cn/alerts/20240301-0123abcd-1"
    ask = "请阳新县公安局（张某某）于 3月1日 12:00 前签收并核查处置"
    items = [(f"【红】预警：{'家庭暴力' * 20}", f"标题\n{ask}\n处理：{link}", link)] * MOST_TOGETHER
    told = together(items)
    assert len(told.text.encode()) <= 3200
    assert told.text.count(link) == MOST_TOGETHER
    assert "【红】" in told.subject
    short = together([("【橙】预警：家庭暴力·阳新", f"标题\n{ask}", link)] * 2)
    assert short.text.count(ask) == 2


def test_in_markdown_the_order_stands_out_and_strangers_signs_mean_nothing() -> None:
    shown = marked("标题：*点我*[x](http://e)\n请甲于 12:00 前签收\n处理：http://desk/1")
    assert shown == "标题：＊点我＊［x］(http://e)\n\n**请甲于 12:00 前签收**"
