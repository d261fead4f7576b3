"""The roster from a terminal: tested channels, gaps, swaps, handover, in a real office."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.clock import ZONE
from alerts.roster import load_roster
from pipelines import wiring
from pipelines.config import load
from pipelines.readiness import unready
from tests.pipelines.test_cli import shengyuan

BY = ("--as", "zhangli")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rostered")
    done = shengyuan("init", "--division", "420200", "--officer", "zhangli", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(founded, tmp_path / "office"))


def said(office: Path, *words: str, code: int = 0) -> str:
    done = shengyuan(*words, folder=office)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_a_member_without_a_tested_channel_fails_the_check_until_it_is_tested(
    office: Path,
) -> None:
    told = said(office, "roster", "check", code=1)
    assert "zhangli：file 最近 30 天没有测试过：请运行 shengyuan channels test" in told
    assert "file：已收到" in said(office, "channels", "test", *BY)
    assert len(list((office / "var/inbox").glob("*"))) > 0
    assert "都有测试过的渠道" in said(office, "roster", "check")
    config = load(office / "shengyuan.toml")
    wiring.open_ledger(config)
    assert config.office.roster is not None
    roster, now = load_roster(config.office.roster), wiring.now()
    assert unready(config, roster, now) == []
    (late,) = unready(config, roster, now + timedelta(days=30, hours=1))
    assert "最近 30 天没有测试过" in late.problem


def test_a_refused_test_is_kept_with_its_reason(office: Path) -> None:
    inbox = office / "var/inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.write_text("a file where the folder should be")
    done = shengyuan("channels", "test", "file", *BY, "--json", folder=office)
    assert done.returncode == 1
    (result,) = map(json.loads, done.stdout.splitlines())
    assert result["channel"] == "file" and result["problem"]
    told = said(office, "roster", "check", code=1)
    assert f"file 测试未通过（{result['problem']}" in told
    assert "没有名为 pigeon 的渠道；已配置：file" in said(
        office, "channels", "test", "pigeon", *BY, code=2
    )
    assert "没有可用的用户 nobody" in said(office, "channels", "test", "--as", "nobody", code=2)


def test_a_stranger_on_the_roster_fails_the_check(office: Path) -> None:
    said(office, "channels", "test", *BY)
    path = office / "roster.csv"
    lines = path.read_text("utf-8").splitlines()
    lines[10] = lines[10].replace("zhangli", "wangwu")
    path.write_text("\n".join(lines), "utf-8")
    done = shengyuan("roster", "check", "--json", folder=office)
    assert done.returncode == 1
    (only,) = map(json.loads, done.stdout.splitlines())
    assert only["person"] == "wangwu" and "不是系统用户" in only["problem"]


def test_a_swap_rewrites_the_roster_and_is_logged(office: Path) -> None:
    from_file = load_roster(office / "roster.csv")
    shift = next(item for item in from_file.shifts if item.start > wiring.now())
    start = shift.start.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    swap = ("roster", "swap", "zhangli", start, "--with", "lisi", *BY)
    assert "有 3 个岗位：请写明岗位" in said(office, *swap, code=1)
    assert "已换班：zhangli " in said(office, *swap, "--role", "值班")
    changed = load_roster(office / "roster.csv")
    assert changed.on_duty("值班", shift.start) == "lisi"
    assert changed.on_duty("副班", shift.start) == "zhangli"
    assert len(changed.shifts) == len(from_file.shifts)
    assert "没有 zhangli 在" in said(office, *swap, "--role", "值班", code=1)
    wrong = ("roster", "swap", "zhangli", "2026-13-01", "--with", "lisi", *BY)
    assert "班次开始的时间“2026-13-01”有误" in said(office, *wrong, code=1)
    wiring.open_ledger(load(office / "shengyuan.toml"))

    from alerts.ledger.models import Event

    (event,) = Event.objects.filter(kind="换班")
    assert event.actor == "zhangli" and "的班由 lisi 值" in event.data["内容"]


def test_the_next_shift_finds_the_note_of_the_one_before(office: Path) -> None:
    hand = ("roster", "handover", *BY, "--to", "lisi", "--note")
    assert "交接说明不能为空" in said(office, *hand, " ", code=2)
    assert "交接：" not in said(office, "roster", "show")
    assert "已交接给 lisi。待签收 0 个，未办结 0 起" in said(office, *hand, "阳新一事待民政回复")
    shown = said(office, "roster", "show")
    assert "值班：zhangli" in shown
    assert "zhangli 交 lisi：阳新一事待民政回复" in shown
