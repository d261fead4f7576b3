"""The demo's posts: what they must cover, and that malformed ones are refused."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.demo.content import CHANNELS, Entry, all_at_once, load_schedule

SCHEDULE = load_schedule()


def planted() -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in SCHEDULE:
        if entry.incident is not None:
            found.setdefault(entry.incident, []).append(entry)
    return found


def test_there_are_enough_incidents_and_near_misses() -> None:
    assert len(planted()) >= 25
    assert sum(entry.incident is None for entry in SCHEDULE) >= 25


def test_every_incident_has_one_to_three_posts_on_different_channels() -> None:
    for incident, entries in planted().items():
        assert 1 <= len(entries) <= 3, incident
        assert len({entry.channel for entry in entries}) == len(entries), incident


def test_every_channel_carries_incidents_and_near_misses() -> None:
    kinds = Counter((entry.channel, entry.incident is not None) for entry in SCHEDULE)
    assert set(kinds) == {(channel, kind) for channel in CHANNELS for kind in (True, False)}


def test_posts_of_both_kinds_appear_while_it_runs() -> None:
    late = [entry for entry in SCHEDULE if entry.appears]
    assert {entry.incident is None for entry in late} == {True, False}
    assert min(entry.appears for entry in late) <= 30
    assert not any(entry.appears for entry in all_at_once(SCHEDULE))


def test_dates_are_relative_to_the_start() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    first = Entry(1, "news", "题", minutes_ago=90)
    later = Entry(2, "news", "题", appears=30)
    assert first.published(start) == start - timedelta(minutes=90)
    assert later.published(start) == start + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('id = 1\nchannel = "radio"\ntitle = "题"\nwhy = "据"', "渠道 'radio' 不存在"),
        ('id = 1\nchannel = "forum"\ntitle = "题"\nwhy = "据"', "版块 '' 不存在"),
        ('id = 1\nchannel = "hot"\ntitle = "题"', "必须写明 incident 或 why"),
        ('id = 1\nchannel = "hot"\ntitle = "题"\nwhy = "据"\ncolour = 1', "写法有误"),
        (
            'id = 1\nchannel = "hot"\ntitle = "题"\nwhy = "据"\nappears = 1\nminutes_ago = 1',
            "只能写一个",
        ),
        ('id = 1\nchannel = "hot"\nwhy = "据"', "title"),
    ],
)
def test_a_malformed_entry_is_refused_by_name(tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "bad.toml").write_text(f"[[entry]]\n{row}\n", "utf-8")
    with pytest.raises(ValueError, match=r"bad\.toml：条目 1 ") as caught:
        load_schedule(tmp_path)
    assert message in str(caught.value)


def test_an_id_that_comes_twice_is_refused(tmp_path: Path) -> None:
    row = '[[entry]]\nid = 1\nchannel = "hot"\ntitle = "题"\nwhy = "据"\n'
    (tmp_path / "twice.toml").write_text(row * 2, "utf-8")
    with pytest.raises(ValueError, match="编号 1 重复"):
        load_schedule(tmp_path)
