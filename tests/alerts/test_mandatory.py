"""The minors' mandatory report: masked facts, open fields, attached where something can be."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.channels import Delivered, Message, build
from alerts.mandatory import TITLE, Report, draft
from tests.alerts.office import START, Recorder, signal
from tests.receivers import mailbox

REPORT = Report(
    incident="20240301-0123abcd",
    title="某县一女童疑遭继母殴打<script>",
    excerpt="女童林某某身上多处淤青",
    categories=("child_abuse",),
    place="湖北省黄石市阳新县",
    first_seen=START,
    posts=2,
    verification="未核实",
    grounds=("危害程度", "涉及未成年人"),
    link="https://desk.example.gov.cn/incidents/20240301-0123abcd",
)


def test_the_draft_says_what_is_known_and_leaves_open_what_people_must_fill_in() -> None:
    page = draft(REPORT)
    for said in ("虐待儿童", "阳新县", "林某某", "未成年人保护法》第十一条", REPORT.link, "草稿"):
        assert said in page
    assert page.count("____") >= 6
    assert "<script" not in page and "&lt;script&gt;" in page


def test_it_needs_nothing_from_outside_and_runs_nothing() -> None:
    assert not re.search(r"<(?:link|img|script|style|iframe)|style=|src=|on\w+=", draft(REPORT))


def test_whoever_must_act_on_harm_to_a_minor_gets_it_and_nobody_else(ledger, make_desk) -> None:
    sink = Recorder()
    child = {"categories": ("child_abuse",), "victims": ("child",), "severity": 1}
    ledger.append_signals([signal("p1", "大冶某幼儿园教师扎伤多名幼儿", **child)], {})
    make_desk({"first": sink, "second": sink}).tick(START)
    from alerts.ledger.models import Alert

    lead = Alert.objects.get().department
    for message in sink.taken:
        asked = message.key.split(":")[1] == lead
        assert (TITLE in message.attachment) is asked
        assert ("强制报告草稿：" in message.text) is asked
    assert {bool(message.attachment) for message in sink.taken} == {True, False}


def test_harm_to_an_adult_has_none(ledger, make_desk) -> None:
    sink = Recorder()
    ledger.append_signals([signal("p1", "阳新一女子被丈夫殴打住院")], {})
    make_desk({"first": sink, "second": sink}).tick(START)
    assert sink.taken and not any(message.attachment for message in sink.taken)


@pytest.fixture
def message() -> Message:
    page = draft(REPORT)
    return Message("k:1", "预警", "请签收", "", REPORT.link, urgent=True, attachment=page)


def test_e_mail_attaches_it(message: Message, tmp_path: Path) -> None:
    options = {"sender": "a@example.org", "recipients": ["b@example.org"], "security": "plain"}
    with mailbox() as box:
        options |= {"kind": "smtp", "host": "127.0.0.1", "port": box.port}
        assert isinstance(build("邮件", options, tmp_path).send(message), Delivered)
    (part,) = box.mails[0].iter_attachments()
    assert part.get_filename() == "强制报告草稿.html"
    assert part.get_content().replace("\r\n", "\n") == message.attachment


def test_files_lie_beside_it(message: Message, tmp_path: Path) -> None:
    inbox = build("文件", {"kind": "file", "folder": "inbox"}, tmp_path)
    inbox.send(message)
    inbox.send(replace(message, key="k:2", attachment=""))
    (page,) = (tmp_path / "inbox").glob("*.html")
    assert page.read_text("utf-8") == message.attachment
