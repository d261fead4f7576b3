from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crawlers.items import Post, make_post
from pipelines.dedupe import Memory, unfinished

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def post(title: str, body: str = "") -> Post:
    return make_post(platform="a", source="s", first_seen=NOW, title=title, body=body)


class Done:
    """A store that has finished these posts."""

    def __init__(self, *posts: Post) -> None:
        self.versions = {p.id: p.content_hash for p in posts}
        self.questions = 0

    def finished(self, ids: Sequence[str]) -> Mapping[str, str]:
        self.questions += 1
        return {i: self.versions[i] for i in ids if i in self.versions}


def test_a_finished_version_is_left_out_and_an_edit_is_not() -> None:
    old, edited, new = post("甲"), replace(post("甲"), content_hash="other"), post("乙")
    store = Done(old)
    assert unfinished([old, new], store) == [new]
    assert unfinished([edited, new], store) == [edited, new]
    assert store.questions == 2


def test_both_versions_in_one_batch_are_kept_and_a_repeated_one_comes_last() -> None:
    first, last = post("甲", "一"), post("甲", "二")
    assert unfinished([first, last], Done()) == [first, last]
    assert unfinished([first, last, first], Done()) == [last, first]


def test_the_memory_forgets_the_oldest_first() -> None:
    memory = Memory(limit=2)
    memory.remember([post("甲"), post("乙")])
    assert memory.knows(post("甲"))
    memory.remember([post("丙")])
    assert not memory.knows(post("乙"))
    assert memory.knows(post("甲")) and memory.knows(post("丙"))
    assert not memory.knows(post("甲", "改过"))
