"""replay: the crawl's own path by simulated clock, and its contract."""

import json
from pathlib import Path

from pipelines import wiring
from pipelines.config import Config, Ledger, Store
from pipelines.stores import open_store
from pipelines.stores.protocol import Query
from tests.pipelines.test_bad_input import jsonl
from tests.pipelines.test_cli import shengyuan

CASE = "湖北阳新县一女子被前夫当街殴打 警方介入"
ROWS = (
    {"key": "a", "platform": "weibo", "first_seen": "2026-03-01T08:00+08:00", "title": CASE},
    {"key": "b", "platform": "weibo", "first_seen": "2026-03-01T09:00+08:00", "title": CASE},
    {"key": "c", "platform": "toutiao", "first_seen": "2026-03-01T10:00+08:00", "title": CASE},
    {"key": "d", "platform": "weibo", "first_seen": "2026-03-02", "title": "今天天气很好"},
)


def replayed(folder: Path, *options: str) -> list[dict[str, object]]:
    done = shengyuan("replay", "-", "--out", "-", *options, folder=folder, given=jsonl(*ROWS))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_line_out_for_each_line_in(tmp_path: Path) -> None:
    a, b, c, d = replayed(tmp_path)
    assert [line["key"] for line in (a, b, c, d)] == ["a", "b", "c", "d"]
    assert a["post"] == b["post"] != c["post"], "the same title on one board is one post"
    assert a["incident"] == b["incident"] == c["incident"] is not None
    assert len(a["alerts"]) == 1 and b["alerts"] == [] and c["alerts"] == []
    assert (a["grade"], a["lead"]) == (3, "420222-公安")
    assert (d["incident"], d["grade"], d["lead"], d["alerts"]) == (None, None, None, [])


def test_a_replay_kept_in_a_folder_can_be_searched_and_repeats_without_effect(
    tmp_path: Path,
) -> None:
    first = replayed(tmp_path, "--into", "kept")
    again = replayed(tmp_path, "--into", "kept")
    assert [line["incident"] for line in again] == [line["incident"] for line in first]
    store = open_store(f"sqlite:///{tmp_path / 'kept/posts.db'}")
    (newest, oldest) = store.search(Query(must=("前夫",)))
    assert newest.incident == oldest.incident == first[0]["incident"]
    assert store.count(Query()) == 3
    store.close()


def test_no_message_leaves_the_machine(tmp_path: Path) -> None:
    replayed(tmp_path, "--into", "kept")
    folder = tmp_path / "kept"
    config = Config(
        root=folder,
        var=folder,
        store=Store(url=f"sqlite:///{folder / 'posts.db'}"),
        ledger=Ledger(url=f"sqlite:///{folder / 'ledger.db'}"),
    )
    wiring.open_ledger(config)
    from alerts.ledger.models import OutboxMessage

    states = set(OutboxMessage.objects.values_list("state", flat=True))
    assert states == {OutboxMessage.PENDING}


def test_window_and_limit(tmp_path: Path) -> None:
    assert [line["key"] for line in replayed(tmp_path, "--since", "2026-03-01T09:30")] == ["c", "d"]
    assert [line["key"] for line in replayed(tmp_path, "--until", "2026-03-02")] == ["a", "b", "c"]
    assert [line["key"] for line in replayed(tmp_path, "--limit", "1")] == ["a"]


def test_an_edit_in_the_same_batch_does_not_hide_the_call_for_help(tmp_path: Path) -> None:
    post = {"platform": "bbs", "url": "https://bbs.example.cn/t/1"}
    rows = (
        post | {"key": 1, "first_seen": "2026-03-01T10:00", "title": "13岁女孩被继父强奸"},
        post | {"key": 2, "first_seen": "2026-03-01T11:00", "title": "内容已由作者修改"},
    )
    done = shengyuan("replay", "-", "--out", "-", folder=tmp_path, given=jsonl(*rows))
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["post"] == second["post"]
    assert first["incident"] and len(first["alerts"]) == 1
