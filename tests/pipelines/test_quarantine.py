"""What cannot be processed is kept with its reason."""

from datetime import UTC, datetime
from pathlib import Path

from pipelines.quarantine import Quarantine

NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)


def test_content_and_reason_can_be_found_again(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path)
    path = quarantine.put("feed", "不是订阅源", b"<html>", name="http://x/rss", now=NOW)
    again = quarantine.put("feed", "不是订阅源", b"<html>", name="http://x/rss", now=NOW)
    assert path == again
    (entry,) = quarantine.entries()
    assert entry.content.read_bytes() == b"<html>"
    assert (entry.stage, entry.reason, entry.name) == ("feed", "不是订阅源", "http://x/rss")
    assert path.parent.name == "2026-03-01"


def test_an_unreadable_note_does_not_hide_the_others(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path)
    broken = quarantine.put("page", "a", b"1", name="a", now=NOW)
    broken.with_suffix(".json").write_text("{")
    quarantine.put("page", "b", b"2", name="b", now=NOW)
    assert [entry.name for entry in quarantine.entries()] == ["b"]
