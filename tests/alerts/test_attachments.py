"""Attachments: kept as given, sealed, hashed, bounded, and every look on record."""

import hashlib
from typing import Any

import pytest

from alerts.errors import AlertError
from tests.alerts.office import CHANGSHA, START, signal

PAPER = "告诫书：张某".encode() * 100


@pytest.fixture
def case(ledger: Any, make_desk: Any) -> str:
    ledger.append_signals([signal("p1", "阳新一女子被丈夫殴打住院")], {})
    make_desk().tick(START)
    incident: str = ledger.placements(["p1"])["p1"].incident
    return incident


def keep(ledger: Any, officer: Any, case: str, name: str = "告诫书.pdf") -> Any:
    return ledger.attach(case, officer("甲"), START, name=name, content=PAPER)


def test_a_file_comes_back_as_it_was_given_and_each_look_is_logged(
    ledger: Any, officer: Any, case: str
) -> None:
    from alerts.ledger.models import Attachment

    kept = keep(ledger, officer, case)
    assert PAPER not in bytes(Attachment.objects.get().sealed)
    file = ledger.attachment(kept.id, officer("乙"), START)
    assert (file.name, file.content) == ("告诫书.pdf", PAPER)
    given, looked = ledger.log(case)[-2:]
    assert given.data["SHA-256"] == hashlib.sha256(PAPER).hexdigest()
    assert (looked.kind, looked.actor) == ("查看附件", "乙")
    assert ledger.verify() > 0


def test_a_file_that_was_replaced_is_not_handed_out(ledger: Any, officer: Any, case: str) -> None:
    from alerts.ledger.models import Attachment

    first, second = (keep(ledger, officer, case) for _ in range(2))
    other = ledger.attach(case, officer("甲"), START, name="x", content=b"other")
    Attachment.objects.filter(id=first.id).update(sealed=other.sealed)
    with pytest.raises(AlertError, match="与登记时的摘要不符"):
        ledger.attachment(first.id, officer("乙"), START)
    Attachment.objects.filter(id=second.id).update(sealed=b"nonsense")
    with pytest.raises(AlertError, match="解不开"):
        ledger.attachment(second.id, officer("乙"), START)


def test_bounds(ledger: Any, officer: Any, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alerts.ledger import attachments

    with pytest.raises(AlertError, match="空文件"):
        ledger.attach(case, officer("甲"), START, name="x", content=b"")
    large = bytes(attachments.MOST_BYTES + 1)
    with pytest.raises(AlertError, match="超过 10 MB"):
        ledger.attach(case, officer("甲"), START, name="x", content=large)
    monkeypatch.setattr(attachments, "MOST_FILES", 1)
    keep(ledger, officer, case)
    with pytest.raises(AlertError, match="已有 1 个附件"):
        keep(ledger, officer, case)
    with pytest.raises(AlertError, match="没有编号为 99 的附件"):
        ledger.attachment(99, officer("甲"), START)
    assert ledger.incident(case).attachments.count() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\照片.jpg", "照片.jpg"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("/", "附件"),
        ("长" * 200 + ".pdf", "长" * 146 + ".pdf"),
    ],
)
def test_names_hold_no_folder_and_no_line_break(
    ledger: Any, officer: Any, case: str, given: str, kept: str
) -> None:
    assert keep(ledger, officer, case, given).name == kept


def test_attachments_go_along_with_a_merge(
    ledger: Any, make_desk: Any, officer: Any, case: str
) -> None:
    ledger.append_signals([signal("p2", "长沙女子报警称遭跟踪", places=(CHANGSHA,))], {})
    make_desk().tick(START)
    other = ledger.placements(["p2"])["p2"].incident
    assert other != case
    keep(ledger, officer, case)
    ledger.merge(case, other, officer("甲"), START, reason="同案")
    assert ledger.incident(other).attachments.count() == 1
