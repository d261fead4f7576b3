"""init writes an office that doctor finds well; doctor names what is wrong and how to mend it."""

import json
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import wiring
from pipelines.config import load
from pipelines.doctor import Finding, examine
from tests.pipelines.test_cli import shengyuan

ANSWERS = ("--division", "420200", "--officer", "zhangli", "--contact", "0714-6512345")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    done = shengyuan("init", *ANSWERS, folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Path:
    """A copy of the founded office's configuration file, with all that lies beside it."""
    shutil.copytree(founded, tmp_path / "office")
    return tmp_path / "office" / "shengyuan.toml"


def found(config: Path) -> dict[str, Finding]:
    """The gravest finding of each part."""
    order = ("ok", "warning", "error")
    gravest: dict[str, Finding] = {}
    for finding in examine(load(config), datetime.now(UTC)):
        kept = gravest.get(finding.part)
        if kept is None or order.index(finding.state) > order.index(kept.state):
            gravest[finding.part] = finding
    return gravest


def test_doctor_passes_on_what_init_wrote(office: Path) -> None:
    done = shengyuan("doctor", "--json", folder=office.parent)
    assert done.returncode == 0, done.stdout
    parts = {json.loads(line)["part"] for line in done.stdout.splitlines()}
    expected = {
        "密钥",
        "磁盘",
        "时钟",
        "帖子库",
        "台账",
        "模型",
        "组织",
        "通知渠道",
        "值班表",
        "来源",
    }
    assert expected <= parts


def test_init_names_departments_of_the_division_and_keeps_secrets_private(office: Path) -> None:
    organisation = wiring.organisation(load(office))
    police = organisation.find("公安", "420222")
    assert police is not None and police.name == "黄石市公安局"
    for path in (office.parent / "var/secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_init_never_overwrites(office: Path) -> None:
    before = office.read_bytes()
    done = shengyuan("init", *ANSWERS, folder=office.parent)
    assert done.returncode == 2 and "已存在" in done.stderr
    assert office.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--division", "429999"), "行政区划代码 429999 不存在"),
        (("--departments", "妇联,消防"), "不认识的部门 消防"),
        (("--channel", "pigeon"), "不认识的渠道 pigeon"),
        (("--channel", "wecom"), "--channel-url"),
        (("--channel", "wecom", "--channel-url", "http://robot.example.cn/x"), "https://"),
        (("--password", "short"), "密码太短"),
    ],
)
def test_a_wrong_answer_is_refused_before_anything_is_written(
    options: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    done = shengyuan("init", *ANSWERS, *options, folder=tmp_path)
    assert done.returncode in {1, 2}
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_robots_address_is_kept_out_of_the_configuration(tmp_path: Path) -> None:
    url = "https://robot.example.cn/send?key=topsecret"
    options = ("--channel", "wecom", "--channel-url", url)
    done = shengyuan("init", *ANSWERS, *options, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "topsecret" not in (tmp_path / "shengyuan.toml").read_text("utf-8")
    assert wiring.channels(load(tmp_path / "shengyuan.toml")).keys() == {"wecom"}


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        ("通知渠道", 'folder = "var/inbox"', 'folde = "x"', "folde"),
        ("来源", "enabled = []", 'enabled = ["nosuch"]', "nosuch"),
        ("组织", 'division = "420200"', 'division = "420300"', "不一致"),
        ("值班表", 'roster = "roster.csv"', 'roster = "none.csv"', "none.csv"),
        ("模型", "[crawl]", '[model]\nversion = "1999.1"\n\n[crawl]', "1999.1"),
        ("帖子库", "[crawl]", '[store]\nurl = "ftp://x"\n\n[crawl]', "[store] url"),
        ("台账", "[crawl]", '[ledger]\nurl = "mysql://x"\n\n[crawl]', "ledger"),
    ],
)
def test_doctor_names_the_part_and_the_remedy(
    office: Path, part: str, old: str, new: str, words: str
) -> None:
    text = office.read_text("utf-8")
    assert old in text
    office.write_text(text.replace(old, new, 1), "utf-8")
    finding = found(office)[part]
    assert finding.state == "error"
    assert words in finding.message


def test_doctor_sees_a_readable_secret_a_gap_and_a_clock_of_the_past(office: Path) -> None:
    (office.parent / "var/secrets/links").chmod(0o644)
    roster = office.parent / "roster.csv"
    roster.write_text("".join(roster.read_text().splitlines(keepends=True)[:20]))
    findings = found(office)
    assert "chmod 600" in findings["密钥"].message
    assert findings["值班表"].state == "warning" and "无人值守" in findings["值班表"].message
    past = list(examine(load(office), datetime(2020, 1, 1, tzinfo=UTC)))
    assert any(item.part == "时钟" and item.state == "error" for item in past)
