from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.sources import load_catalogue
from pipelines.schedule import next_visit
from pipelines.visits import Visit, read_visit, read_visits, write_visit

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SOURCE = load_catalogue()["weibo-hot"]
VISIT = Visit(
    source="weibo-hot",
    title="微博热搜榜",
    started=NOW,
    finished=NOW,
    ok=True,
    outcome="完成",
    new=3,
    problems=("一",),
)


def test_a_source_is_due_one_interval_after_a_good_visit_and_at_once_otherwise() -> None:
    later = NOW + timedelta(minutes=5)
    assert next_visit(SOURCE, None, later) == later
    assert next_visit(SOURCE, VISIT, later) == NOW + timedelta(minutes=15)
    assert next_visit(SOURCE, VISIT, NOW + timedelta(days=1)) == NOW + timedelta(days=1)
    assert next_visit(SOURCE, replace(VISIT, ok=False), later) == later


def test_a_site_is_not_visited_before_it_allows_it() -> None:
    resume = NOW + timedelta(hours=2)
    assert next_visit(SOURCE, replace(VISIT, ok=False, resume_at=resume), NOW) == resume


def test_a_visit_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    write_visit(tmp_path, VISIT)
    assert read_visit(tmp_path, "weibo-hot") == VISIT
    assert list(read_visits(tmp_path)) == [VISIT]
    (tmp_path / "weibo-hot.json").write_text("{", "utf-8")
    assert read_visit(tmp_path, "weibo-hot") is None


def test_failures_in_a_row_are_counted_and_the_last_new_post_is_remembered() -> None:
    good = VISIT.after(None)
    bad = replace(VISIT, ok=False, new=0, finished=NOW + timedelta(hours=1)).after(good)
    worse = replace(bad, finished=NOW + timedelta(hours=2)).after(bad)
    assert (good.failures, bad.failures, worse.failures) == (0, 1, 2)
    assert worse.last_new == NOW
    assert VISIT.after(worse).failures == 0
