"""org.toml and the roster: what they mean, and what each mistake is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.errors import AlertError
from alerts.organisation import chain, common, load_organisation, national
from alerts.roster import load_roster
from tests.alerts.office import ORGANISATION, START

GOOD = """
division = "420200"
[[department]]
id = "fl"
name = "某市妇联"
kind = "妇联"
division = "420200"
channels = ["inbox"]
[[department]]
id = "ga"
name = "某县公安局"
kind = "公安"
division = "420222"
parent = "fl"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "file"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_organisation_file_is_read(tmp_path: Path) -> None:
    organisation = load_organisation(written(tmp_path, GOOD))
    police = organisation.get("ga")
    assert police is not None
    assert (police.name, police.division) == ("某县公安局", "420222")
    assert organisation.superior(police) == organisation.get("fl")
    assert organisation.covers("420222")
    assert not organisation.covers("430102")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('division = "420200"\n[[', "division = 420200\n[[", "division 应为六位"),
        ('kind = "公安"', 'kind = "警察"', "第 2 个部门（ga）：不认识的部门类别 警察"),
        ('id = "ga"', 'id = "fl"', "部门编号 fl 出现两次"),
        ('parent = "fl"', 'parent = "xx"', "上级 xx 不存在"),
        ('parent = "fl"', 'parent = "ga"', "成环"),
        ('name = "某县公安局"', "", "第 2 个部门（ga）：缺少 name"),
        ('parent = "fl"', 'fax = "1"', "没有设置项 fax"),
        ('channels = ["inbox"]', 'channels = "inbox"', "channels 应为列表"),
        ('kind = "妇联"', 'kind = "教育"', '缺少 kind = "妇联"'),
        ("[[department]]", "[[department", "格式有误"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, before: str, after: str, told: str) -> None:
    path = written(tmp_path, GOOD.replace(before, after))
    with pytest.raises(AlertError) as caught:
        load_organisation(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_or_not_utf8_is_named(tmp_path: Path) -> None:
    with pytest.raises(AlertError, match="读不了组织文件"):
        load_organisation(tmp_path / "none.toml")
    path = tmp_path / "gbk.toml"
    path.write_bytes(GOOD.encode("gbk"))
    with pytest.raises(AlertError, match="不是 UTF-8"):
        load_organisation(path)


def test_divisions_know_what_lies_above_them() -> None:
    assert chain("420222") == ("420222", "420200", "420000", "000000")
    assert chain("420000") == ("420000", "000000")
    assert common(("420222", "420281")) == "420200"
    assert common(("420222", "430102")) == "000000"


def test_the_national_organisation_has_every_department_everywhere() -> None:
    organisation = national()
    found = organisation.find("公安", "420222")
    assert found is not None
    assert organisation.get(found.id) == found
    assert organisation.get("nobody") is None
    superior = organisation.superior(found)
    assert superior is not None
    assert superior.division == "420200"


def test_an_office_without_the_department_asks_the_division_above() -> None:
    found = ORGANISATION.find("教育", "420222")
    assert found is not None
    assert found.division == "420200"
    assert ORGANISATION.find("网信", "420222") is None


SHIFTS = """start,end,person,role
2024-03-01 08:00,2024-03-01 20:00,甲,值班
2024-03-01 20:00,2024-03-02 08:00,乙,值班
2024-03-01 08:00,2024-03-31 08:00,丙,副班
"""


def test_who_is_on_duty_and_what_nobody_covers(tmp_path: Path) -> None:
    roster = load_roster(written(tmp_path, SHIFTS))
    assert roster.on_duty("值班", START) == "甲"
    assert roster.on_duty("值班", START + timedelta(hours=12)) == "乙"
    assert roster.on_duty("值班", START + timedelta(hours=24)) == ""
    gaps = roster.gaps(START, days=2)
    assert [(gap.role, (gap.end - gap.start) / timedelta(hours=1)) for gap in gaps] == [
        ("值班", 24),
        ("带班领导", 48),
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("start,end", "begin,end", "第 1 行：表头应为 start,end,person,role"),
        ("2024-03-01 20:00,甲", "2024-03-32 20:00,甲", "第 2 行：end 的时间“2024-03-32 20:00”有误"),
        ("乙,值班", "乙,司机", "第 3 行：不认识的岗位 司机"),
        ("乙,值班", ",值班", "第 3 行：缺少 person"),
        ("2024-03-31 08:00,丙", "2024-02-01 08:00,丙", "第 4 行：结束时间不晚于开始时间"),
        ("2024-03-01 20:00,2024-03-02 08:00,乙", "2024-03-01 19:00,2024-03-02 08:00,甲", "重叠"),
        ("乙,值班", "乙", "第 3 行：应有 4 列"),
    ],
)
def test_each_mistake_in_a_roster_is_named(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    path = written(tmp_path, SHIFTS.replace(before, after))
    with pytest.raises(AlertError) as caught:
        load_roster(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
