"""The review queue: its order, what a verdict does, and the way of a verdict into training."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlp.labelled import read_labelled
from pipelines import wiring
from tests.pipelines.console.office import NOW, SIGNALS, TestOffice, document, wait
from tests.pipelines.console.test_console import incident_of, page

LogIn = Callable[[str], Any]
DOUBT = SIGNALS[-1]
WHOLE = "不清楚是不是家里的事，有人知道吗？联系电话13800000000。"


def row_of(post: str) -> Any:
    from alerts.ledger.models import SignalRow

    return SignalRow.objects.filter(post=post).latest("id")


def form(row: int, **values: Any) -> dict[str, Any]:
    given = {
        "categories": ["child_abuse"],
        "victims": ["child"],
        "severity": "2",
        "status": "alleged",
        "scope": "domestic",
        **values,
    }
    return {f"v{row}-{name}": value for name, value in given.items()}


def test_likely_and_old_ones_come_first_and_nothing_waits_for_ever(
    office: TestOffice, log_in: LogIn
) -> None:
    wait(office, ("x1", 0.2, 0), ("x2", 0.6, 0), ("x3", 0.3, 2), ("x4", 0.2, 5))
    text = page(log_in("zhiban"), "/review")
    assert re.findall(r"第(x\d)条", text) == ["x4", "x2", "x3", "x1"]


def test_a_verdict_goes_to_the_desk_and_the_next_post_is_shown(
    office: TestOffice, log_in: LogIn
) -> None:
    client, row = log_in("zhiban"), row_of("p-doubt").id
    text = page(client, "/review")
    assert f'name="v{row}-categories" value="child_abuse"' in text
    answer = client.post(
        f"/review/{row}/incident",
        form(row, categories=["abandonment_neglect", "child_abuse"], severity="1")
        | {"following": "7"},
    )
    assert answer["Location"] == "/review#row-7"
    assert "没有待审的线索" in page(client, "/review")

    ledger = wiring.open_ledger(office.config)
    wiring.open_desk(office.config, ledger, sending=False).tick(NOW)
    incident = incident_of_verdict()
    assert incident.grade == 1
    # The machine's first category stays the most important one.
    assert incident.categories == ["child_abuse", "abandonment_neglect"]
    (event,) = verdicts()
    assert (event.actor, event.origin) == ("值班员（zhiban）", "控制台 127.0.0.1")


def test_join_that_case_borrows_what_the_post_does_not_show(
    office: TestOffice, log_in: LogIn
) -> None:
    client, row, case = log_in("zhiban"), row_of("p-doubt").id, incident_of("p-child")
    assert f'<option value="{case.id}">' in page(client, "/review")
    given = form(row, categories=[], victims=[], case=case.id)
    assert client.post(f"/review/{row}/join", given).status_code == 302
    ledger = wiring.open_ledger(office.config)
    wiring.open_desk(office.config, ledger, sending=False).tick(NOW)
    assert incident_of_verdict().id == case.id
    assert "并入其他事件" in page(client, f"/incidents/{case.id}")
    assert "类别：虐待儿童" in page(client, f"/incidents/{case.id}")


@pytest.mark.parametrize(
    ("conclusion", "values", "says"),
    [
        ("incident", {"categories": []}, "至少选一项类别"),
        ("incident", {"victims": []}, "至少选一项受害人"),
        ("incident", {"categories": ["anything"]}, "anything"),
        ("incident", {"severity": "9"}, "9"),
        ("join", {"case": ""}, "请填写要并入的事件"),
    ],
)
def test_an_incomplete_verdict_comes_back_open_with_what_is_wrong(
    log_in: LogIn, conclusion: str, values: dict[str, Any], says: str
) -> None:
    row = row_of("p-doubt").id
    answer = log_in("zhiban").post(f"/review/{row}/{conclusion}", form(row, **values))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert says in text
    assert '<details class="labels-edit" open>' in text
    assert verdicts() == []


def test_an_unknown_case_is_said(log_in: LogIn) -> None:
    row = row_of("p-doubt").id
    answer = log_in("zhiban").post(f"/review/{row}/join", form(row, case="2026-x"), follow=True)
    assert "没有编号为 2026-x 的事件" in answer.content.decode()
    assert verdicts() == []


def test_the_second_of_two_officers_is_told_who_was_first(log_in: LogIn) -> None:
    row = row_of("p-doubt").id
    log_in("zhiban").post(f"/review/{row}/none", form(row))
    answer = log_in("daiban").post(f"/review/{row}/incident", form(row), follow=True)
    assert "已由 值班员（zhiban）" in answer.content.decode()
    assert len(verdicts()) == 1


def test_only_the_coordinator_judges_and_only_by_post(log_in: LogIn) -> None:
    row = row_of("p-doubt").id
    assert log_in("gongan").post(f"/review/{row}/none", form(row)).status_code == 403
    assert log_in("zhiban").get(f"/review/{row}/none").status_code == 405
    assert log_in("zhiban").post(f"/review/{row}/perhaps", form(row)).status_code == 404
    assert log_in("zhiban").post("/review/999999/none", form(row)).status_code == 404
    assert verdicts() == []


def test_verdicts_come_out_masked_in_the_form_that_training_reads(
    office: TestOffice, log_in: LogIn, tmp_path: Path
) -> None:
    client, row, case = log_in("zhiban"), row_of("p-doubt").id, incident_of("p-child")
    store = wiring.open_store(office.config)
    store.index([replace(document(DOUBT), text=WHOLE)])
    store.close()
    client.post(f"/review/{row}/none", form(row))
    client.post(f"/incidents/{case.id}/acknowledge")
    close = {
        "close-outcome": "属实，已处置",
        "close-reason": "已立案侦查",
        "close-visit_in": "30",
    }
    client.post(f"/incidents/{case.id}/close", close)

    out = tmp_path / "verdicts.jsonl"
    assert export(office, "--out", str(out)).returncode == 0
    doubt, child = sorted(map(json.loads, out.read_text("utf-8").splitlines()), key=label_order)
    assert (doubt["key"], doubt["incident"]) == ("p-doubt", False)
    assert "categories" not in doubt
    assert doubt["annotator"] == "值班员（zhiban）"
    assert doubt["body"].startswith("不清楚是不是家里的事，有人知道吗？联系电话")
    assert "13800000000" not in doubt["body"]
    assert (child["categories"], child["victims"]) == (["child_abuse"], "child")
    assert [post.incident for post in read_labelled(out)] == [
        json.loads(line)["incident"] for line in out.read_text("utf-8").splitlines()
    ]

    assert export(office, "--since", "2026-03-03").stdout.count("\n") == 2
    assert export(office, "--since", "2026-03-04").stdout == ""
    assert export(office, "--until", "2026-03-02").stdout == ""
    refused = export(office, "posts.jsonl")
    assert (refused.returncode, "取自台账" in refused.stderr) == (2, True)


def label_order(row: dict[str, Any]) -> bool:
    return bool(row["incident"])


def export(office: TestOffice, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pipelines.cli", "label", "export", "--verdicts"]
    command += ["--config", str(office.path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def verdicts() -> list[Any]:
    from alerts.ledger.models import Event

    return list(Event.objects.filter(kind="判定"))


def incident_of_verdict() -> Any:
    return row_of("p-doubt").incident
