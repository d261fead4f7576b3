"""incidents, alerts and route from a terminal, on a real ledger in a process of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILL = """
from datetime import timedelta
from pathlib import Path
from alerts.clock import Clocks
from alerts.organisation import national
from alerts.roster import Roster
from alerts.routing import shipped_rules
from pipelines import config, wiring
office = config.load(Path("shengyuan.toml"))
config.create_secrets(office.var)
ledger = wiring.open_ledger(office)
from alerts.desk import Desk
from alerts.office import Office
from alerts.ledger.officers import NewOfficer, add_officer
from tests.alerts.office import START, signal
add_officer(NewOfficer("zhangli"), "long-enough-1")
ledger.append_signals([signal("p1", "阳新一女子被丈夫殴打住院")], {})
Desk(ledger, Office(national()), None).tick(START)
"""


def run(folder: Path, *words: str, code: int = 0) -> tuple[str, str]:
    command = [sys.executable, *words]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    (folder / "shengyuan.toml").write_text('[office]\nname = "测试"\n', encoding="utf-8")
    run(folder, "-c", FILL)
    return folder


def shengyuan(office: Path, *words: str, code: int = 0) -> tuple[str, str]:
    return run(office, "-m", "pipelines.cli", *words, code=code)


def test_an_alert_is_taken_through_the_loop(office: Path) -> None:
    (alert,) = map(json.loads, shengyuan(office, "alerts", "list", "--json")[0].splitlines())
    assert (alert["state"], alert["department"]) == ("待签收", "420222-公安")
    who = ("--as", "zhangli")
    taken = json.loads(shengyuan(office, "alerts", "ack", alert["id"], *who, "--json")[0])
    assert (taken["state"], taken["acknowledged_by"]) == ("已签收", "zhangli")
    _, told = shengyuan(office, "alerts", "ack", alert["id"], *who, code=1)
    assert "已由 zhangli 于" in told
    incident = alert["incident"]
    reason = ("--reason", "需临时安置")
    moved, _ = shengyuan(office, "incidents", "transfer", incident, *who, "--to", "民政", *reason)
    assert "420222-民政" in moved
    helping = ("--to", "妇联", "--note", "陪同就医")
    shengyuan(office, "incidents", "assign", incident, *who, *helping)
    shengyuan(office, "incidents", "voice", incident, *who, "--link", "https://example.gov.cn/1")
    outcome = ("--outcome", "属实", "--reason", "已立案")
    shengyuan(office, "incidents", "close", incident, *who, *outcome)
    because = ("--reason", "另一家")
    told = shengyuan(
        office, "incidents", "split", incident, *who, "--post", "p1", *because, code=1
    )[1]
    assert "至少留下一条" in told
    into = ("--into", incident, *because)
    assert "无需并案" in shengyuan(office, "alerts", "merge", alert["id"], *who, *into, code=1)[1]
    shengyuan(office, "incidents", "remark", incident, *who, "--note", "卷宗在三号柜")
    shengyuan(office, "incidents", "attach", incident, "shengyuan.toml", *who)
    told = shengyuan(office, "incidents", "attach", incident, "nothing.pdf", *who, code=2)[1]
    assert "nothing.pdf" in told
    shengyuan(office, "incidents", "archive", incident, *who)
    told, _ = shengyuan(office, "alerts", "times", "--json")
    times = {row["department"]: row for row in map(json.loads, told.splitlines())}
    assert times["420222-公安"]["acknowledged"]["count"] == 1
    assert times["420222-民政"]["voiced"]["count"] == 1
    assert times["420222-妇联"]["called"] == 1
    assert "签收用时中位数" in shengyuan(office, "alerts", "times", "--since", "2024-01-01")[0]
    assert "没有预警" in shengyuan(office, "alerts", "times", "--until", "2024-01-01")[1]
    whole = json.loads(shengyuan(office, "incidents", "show", incident, "--json")[0])
    done = [event["kind"] for event in whole["log"] if event["actor"] == "zhangli"]
    assert done == ["签收", "转办", "交办", "发声", "办结", "留言", "附件", "归档"]
    assert {event["origin"] for event in whole["log"] if event["actor"] == "zhangli"} == {"终端"}
    assert all(clock["met"] for clock in whole["deadlines"])


def test_what_cannot_be_done_is_said(office: Path) -> None:
    assert "没有编号为 none" in shengyuan(office, "alerts", "show", "none", code=1)[1]
    assert "没有可用的用户 li" in shengyuan(office, "alerts", "ack", "x", "--as", "li", code=2)[1]


def test_route_names_lead_informed_rule_and_basis(office: Path) -> None:
    words = ("--category", "domestic_violence", "--victims", "woman", "--grade", "2")
    out, _ = shengyuan(office, "route", *words, "--place", "420222", "--json")
    routing = json.loads(out)
    assert routing["lead"]["department"] == "公安"
    assert routing["lead"]["division"] == "420222"
    assert "妇联" in [item["department"] for item in routing["informed"]]
    assert "反家庭暴力法" in routing["basis"]
    for bad, told in (
        (("--category", "nonsense"), "nonsense 不认识"),
        ((*words, "--place", "42"), "应为六位"),
        ((*words, "--setting", "moon"), "moon 不认识"),
    ):
        assert told in shengyuan(office, "route", *bad, code=2)[1]


def test_a_silence_has_an_owner_a_reason_and_an_end(office: Path) -> None:
    add = ("silences", "add", "--as", "zhangli", "--reason", "演练", "--hours")
    told = shengyuan(office, *add, "2", "--place", "430100")[1]
    assert "（zhangli：演练，至 " in told
    (kept,) = map(json.loads, shengyuan(office, "silences", "list", "--json")[0].splitlines())
    assert (kept["owner"], kept["reason"], kept["place"]) == ("zhangli", "演练", "430100")
    for words, refused in (
        (("2",), "必须限定范围"),
        (("200", "--place", "430100"), "最长 7 天"),
        (("2", "--category", "child_sexual_abuse"), "不能静默"),
        (("2", "--incident", "none"), "没有编号为 none"),
    ):
        assert refused in shengyuan(office, *add, *words, code=1)[1]
    lift = ("silences", "lift", str(kept["number"]), "--as", "zhangli")
    assert "已解除静默" in shengyuan(office, *lift)[1]
    assert shengyuan(office, "silences", "list")[0] == ""
    assert "没有正在生效的静默" in shengyuan(office, *lift, code=1)[1]
