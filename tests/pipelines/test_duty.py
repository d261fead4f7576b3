"""The store is told what the desk decided, and told again when the cursor is lost."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipelines.duty import StandingsFeed, one_desk
from pipelines.errors import PipelineError
from pipelines.stores.protocol import Standing

SIGNED = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
PLACED = SimpleNamespace(incident="i1", grade=2, state="已签收", lead="x", acknowledged=SIGNED)
STANDING = Standing("i1", 2, "已签收", "x", SIGNED, written=7)


class Ledger:
    """One change, with event number 7."""

    def changed_since(self, cursor: int) -> tuple[int, dict[str, Any]]:
        return 7, {} if cursor >= 7 else {"p1": PLACED}


@dataclass
class Store:
    told: list[dict[str, Standing]] = field(default_factory=list)

    def stand(self, standings: dict[str, Standing]) -> None:
        self.told.append(standings)


def feed(store: Store, cursor: Path) -> StandingsFeed:
    return StandingsFeed(cast(Any, Ledger()), cast(Any, store), cursor)


def test_a_change_is_told_once_with_its_acknowledgement(tmp_path: Path) -> None:
    store = Store()
    for _ in range(2):
        feed(store, tmp_path / "cursor").catch_up()
    assert store.told == [{"p1": STANDING}]


@pytest.mark.parametrize("damage", ["", "garbage"])
def test_a_damaged_cursor_tells_everything_again(tmp_path: Path, damage: str) -> None:
    store, cursor = Store(), tmp_path / "cursor"
    feed(store, cursor).catch_up()
    cursor.write_text(damage)
    feed(store, cursor).catch_up()
    assert store.told == [{"p1": STANDING}] * 2


def test_a_second_desk_of_one_office_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    with one_desk(tmp_path), pytest.raises(PipelineError, match="已在运行"), one_desk(tmp_path):
        pass
    with one_desk(tmp_path):
        pass
