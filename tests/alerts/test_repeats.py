"""重复警情: the same household again, by masked keys and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.signal import COMMON_NAME
from tests.alerts.office import CHANGSHA, START, YANGXIN, signal

NAMES = ("a" * 24, "b" * 24)


def raise_cases(ledger: Any, make_desk: Any, **facts: Any) -> tuple[Any, Any]:
    """Two incidents in two provinces that share `facts`."""
    titles = {"p1": ("阳新一女子被丈夫殴打住院", YANGXIN), "p2": ("长沙女子报警称遭跟踪", CHANGSHA)}
    ledger.append_signals(
        [
            signal(post, title, places=(place,), first_seen=START + timedelta(days=90 * n), **facts)
            for n, (post, (title, place)) in enumerate(titles.items())
        ],
        {},
    )
    make_desk().tick(START + timedelta(days=91))
    placed = ledger.placements(["p1", "p2"])
    first, second = placed["p1"].incident, placed["p2"].incident
    assert first != second
    return ledger.incident(first), ledger.incident(second)


@pytest.mark.parametrize(
    ("facts", "shared"),
    [
        ({"people": NAMES}, [("同一人",)]),
        ({"institutions": ("第三小学",)}, [("同一机构",)]),
        ({"people": NAMES, "institutions": ("第三小学",)}, [("同一人", "同一机构")]),
        ({"people": (COMMON_NAME + "c" * 24,)}, []),
        ({}, []),
    ],
)
def test_the_other_case_is_found_by_what_both_share(
    ledger: Any, make_desk: Any, facts: dict[str, Any], shared: list[tuple[str, ...]]
) -> None:
    from alerts.ledger.repeats import repeats

    first, second = raise_cases(ledger, make_desk, **facts)
    found = repeats(first, ledger.incidents())
    assert [item.shared for item in found] == shared
    assert [item.incident.id for item in found] == [second.id] * len(shared)


def test_a_name_that_half_the_country_speaks_of_is_no_household(
    ledger: Any, make_desk: Any
) -> None:
    from alerts.ledger.models import IncidentKey
    from alerts.ledger.repeats import repeats

    first, second = raise_cases(ledger, make_desk, people=NAMES[:1])
    for number in range(21):
        other = ledger.incident(second.id)
        other.id = f"other-{number}"
        other.save(force_insert=True)
        IncidentKey.objects.create(key=f"n:{NAMES[0]}", incident=other, last_seen=START)
    assert repeats(first, ledger.incidents()) == []


def test_only_what_the_officer_may_see(ledger: Any, make_desk: Any) -> None:
    from alerts.ledger.repeats import repeats

    first, second = raise_cases(ledger, make_desk, people=NAMES)
    assert repeats(first, ledger.incidents().exclude(id=second.id)) == []
