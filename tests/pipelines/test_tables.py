"""Edits of organisation and routing table: checked against last week before they take effect."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.routing import CATEGORIES
from pipelines import tables, wiring
from pipelines.config import load
from pipelines.errors import PipelineError
from tests.alerts.office import YANGXIN, signal
from tests.pipelines.test_cli import shengyuan

RULES = "".join(
    f'[[rule]]\nid = "r-{name}"\ncategory = "{name}"\nlead = "教育"\nbasis = "某法第一条"\n'
    for name in CATEGORIES
)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """An office with a bullying case of yesterday, its tables in effect."""
    done = shengyuan("init", "--division", "420200", "--officer", "zhangli", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    config = load(tmp_path / "shengyuan.toml")
    ledger = wiring.open_ledger(config)
    case = {"categories": ("school_bullying",), "victims": ("child",), "setting": "school"}
    yesterday = wiring.now() - timedelta(days=1)
    post = signal("p1", "阳新某中学学生被围殴", first_seen=yesterday, places=(YANGXIN,), **case)
    ledger.append_signals([post], {})
    wiring.open_desk(config, ledger, sending=True).tick(yesterday)
    assert ledger.incidents()[0].lead == "420200-教育"
    return tmp_path


def edit(office: Path, name: str, before: str, after: str) -> None:
    path = office / name
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def lose_education(office: Path) -> None:
    edit(office, "org.toml", 'kind = "教育"', 'kind = "工会"')


def test_an_edit_that_leaves_a_case_without_a_receiver_is_refused(office: Path) -> None:
    lose_education(office)
    check = shengyuan("routing", "check", "--json", folder=office)
    assert check.returncode == 1
    assert [json.loads(line) for line in check.stdout.splitlines()] == [
        {"category": "school_bullying", "cases": 1, "reason": "组织中没有教育"}
    ]
    assert "校园欺凌 1 起（组织中没有教育）" in check.stderr
    doctor = shengyuan("doctor", folder=office)
    assert doctor.returncode == 1 and "✗ 派单：改动不会生效" in doctor.stdout
    for words, told in (
        ((), "确需启用请加 --force"),
        (("--force",), "强制启用须写明理由"),
    ):
        refused = shengyuan("routing", "adopt", "--as", "zhangli", *words, folder=office)
        assert refused.returncode == 1 and told in refused.stderr


def test_the_desk_keeps_the_version_before_and_tells_the_operator(office: Path) -> None:
    from alerts.ledger.models import Notice

    config = load(office / "shengyuan.toml")
    wiring.open_ledger(config)
    lose_education(office)
    for _ in range(2):
        kept = tables.in_effect(config, wiring.now()).organisation
        assert kept.find("教育", "420200") is not None
    (notice,) = Notice.objects.filter(key__startswith="tables:")
    assert "仍按" in notice.text and "校园欺凌" in notice.text
    (office / "org.toml").write_text("division = ", "utf-8")
    assert tables.in_effect(config, wiring.now()).organisation.find("教育", "420200") is not None


def test_forced_with_a_reason_it_takes_effect_and_both_are_logged(office: Path) -> None:
    lose_education(office)
    forced = ("--as", "zhangli", "--force", "--reason", "教育局并入区社会事务局")
    assert shengyuan("routing", "adopt", *forced, folder=office).returncode == 0
    config = load(office / "shengyuan.toml")
    wiring.open_ledger(config)
    assert tables.in_effect(config, wiring.now()).organisation.find("教育", "420200") is None
    out = shengyuan("routing", "history", "--json", folder=office).stdout
    newest, first = map(json.loads, out.splitlines())
    assert (newest["by"], newest["reason"]) == ("zhangli", "教育局并入区社会事务局")
    assert first["by"] == "值班台" and newest["version"] != first["version"]
    again = shengyuan("routing", "adopt", "--as", "zhangli", folder=office)
    assert "没有改动" in again.stderr


def test_a_harmless_edit_takes_effect_when_the_desk_starts(office: Path) -> None:
    edit(office, "org.toml", 'phone = ""', 'phone = "0714-1"')
    check = shengyuan("routing", "check", folder=office)
    assert check.returncode == 0 and "最近 7 天的 1 起事件都有部门接收" in check.stderr
    config = load(office / "shengyuan.toml")
    wiring.open_ledger(config)
    kept = tables.in_effect(config, wiring.now()).organisation.find("教育", "420200")
    assert kept is not None and kept.phone == "0714-1"
    assert tables.rehearse(config, wiring.now()).effective


def test_a_routing_table_of_the_offices_own_decides(office: Path) -> None:
    edit(office, "shengyuan.toml", "[office]", '[office]\nrouting = "routing.toml"')
    missing = shengyuan("routing", "check", folder=office)
    assert missing.returncode == 1 and "routing.toml" in missing.stderr
    (office / "routing.toml").write_text(RULES, "utf-8")
    words = ("--category", "trafficking", "--place", "420222", "--json")
    done = shengyuan("route", *words, folder=office)
    assert done.returncode == 0, done.stderr
    routed = json.loads(done.stdout)
    assert (routed["lead"]["department"], routed["rule"]) == ("教育", "r-trafficking")
    (office / "routing.toml").write_text(RULES.replace("教育", "残联"), "utf-8")
    warned = shengyuan("routing", "check", folder=office)
    assert "规则 r-domestic_violence 指向残联，组织中没有这类部门" in warned.stderr
    config = load(office / "shengyuan.toml")
    wiring.open_ledger(config)
    with pytest.raises(PipelineError, match="组织中没有残联"):
        from alerts.ledger.actions import Officer

        tables.adopt(config, Officer("zhangli"), wiring.now(), False, "")
