"""Golden cases of routing, all combinations, and what each mistake in a table is told."""

import csv
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from alerts.errors import AlertError
from alerts.organisation import national
from alerts.rehearsal import Loss, Tables, idle, losses
from alerts.routing import CATEGORIES, SETTINGS, Case, parse_rules, route, shipped_rules
from tests.alerts.office import ORGANISATION, department

PROVINCE = department("妇联", "420000", "first")
OFFICES = {
    "nation": national(),
    "city": replace(ORGANISATION, departments=(*ORGANISATION.departments, PROVINCE)),
}
TABLE = Path(__file__).with_name("golden_routes.csv")
GOLDEN = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: ":".join(filter(None, row.values())))
def test_golden_cases(row: dict[str, str]) -> None:
    case = Case(
        categories=tuple(row["category"].split()),
        victims=(row["victims"],),
        setting=row["setting"],
        places=tuple(row["places"].split()),
        grade=int(row["grade"]),
        institution=row["institution"],
    )
    routing = route(case, OFFICES[row["office"]], shipped_rules())
    assert (routing.lead.id, routing.rule) == (row["lead"], row["rule"])
    assert bool(routing.outside) is bool(row["outside"])
    told = [department.id for department in routing.informed]
    assert row["informed"] in told if row["informed"] else told == []
    assert "法" in routing.basis or "号" in routing.basis
    assert routing.reason


def test_there_are_enough_golden_cases_and_each_category_and_rule_is_among_them() -> None:
    assert len(GOLDEN) >= 60
    assert set(CATEGORIES) <= {row["category"] for row in GOLDEN}
    assert {rule.id for rule in shipped_rules()} <= {row["rule"] for row in GOLDEN}


PLACES = {
    "unknown": (),
    "nation": ("000000",),
    "province": ("420000",),
    "city": ("420200",),
    "county": ("420222",),
    "county and its city": ("420222", "420200"),
    "two counties": ("420222", "420281"),
    "two provinces": ("420222", "430102"),
    "outside": ("650000",),
    "two outside": ("430102", "650000"),
    "no such division": ("990099",),
}
SCENES = (
    *((setting, "") for setting in ("", *SETTINGS)),
    *(("", name) for name in ("某某小学", "某某医院", "某某公司", "某某庙")),
)


@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("places", PLACES.values(), ids=PLACES)
def test_no_combination_goes_unrouted(office: str, places: tuple[str, ...]) -> None:
    combinations = product(
        (*CATEGORIES, "something_new", ""),
        ((), ("child",), ("woman",), ("child", "woman")),
        SCENES,
        (1, 2, 3, 4),
    )
    for category, victims, (setting, institution), grade in combinations:
        categories = (category,) if category else ()
        case = Case(categories, victims, setting, places, grade, institution)
        routing = route(case, OFFICES[office], shipped_rules())
        assert routing.lead.id and routing.rule and routing.basis, case
        assert routing.lead not in routing.informed


def test_red_outside_the_jurisdiction_is_reported_up_and_said_to_the_operator() -> None:
    case = Case(("child_abuse",), ("child",), "home", ("430102",), 1)
    routing = route(case, OFFICES["city"], shipped_rules())
    assert [item.id for item in routing.informed] == ["420000-妇联"]
    assert "备案；红色等级，报上级转属地" in routing.reason
    assert "报上级转属地" in routing.notice
    calm = route(replace(case, grade=2), OFFICES["city"], shipped_rules())
    assert (calm.informed, calm.notice) == ((), "")


def test_an_unknown_category_or_place_goes_to_the_womens_federation_with_a_notice() -> None:
    unknown = route(Case(("x",), places=("420222",)), national(), shipped_rules())
    assert (unknown.lead.kind, unknown.rule) == ("妇联", "unknown-category")
    assert "类别不明" in unknown.notice
    nowhere = route(Case(("trafficking",), grade=2), national(), shipped_rules())
    assert nowhere.lead.kind == "妇联"
    assert "公安" in [item.kind for item in nowhere.informed]
    assert "地点不明" in nowhere.notice


def test_a_missing_department_is_replaced_and_named() -> None:
    case = Case(("land_property",), ("woman",), places=("420222",))
    routing = route(case, ORGANISATION, shipped_rules())
    assert routing.lead.kind == "妇联"
    assert "没有 420222 的农业农村" in routing.notice


COMPLETE = "".join(
    f'[[rule]]\nid = "r-{name}"\ncategory = "{name}"\nlead = "公安"\nbasis = "某法第一条"\n'
    for name in CATEGORIES
)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('lead = "公安"', 'lead = "警察"', "第 1 条（r-domestic_violence）：lead 里的 警察 不认识"),
        ('category = "land_property"', 'category = "land"', "category 里的 land 不认识"),
        ('category = "land_property"', 'category = "trafficking"', "类别 land_property 没有无条件"),
        ('basis = "某法第一条"', "", "缺少 basis"),
        ('basis = "某法第一条"', 'basis = "x"\nlevel = 1', "没有设置项 level"),
        ('id = "r-land_property"', 'id = "r-trafficking"', "规则编号 r-trafficking 出现两次"),
        ('basis = "某法第一条"', 'basis = "x"\ninformed = "妇联"', "informed 应为列表"),
        ('basis = "某法第一条"', 'basis = "x"\ngrades = [5]', "grades 里的 5 不认识"),
        ("[[rule]]", "[[rule", "格式有误"),
        (
            '[[rule]]\nid = "r-sexual_assault"',
            '[[rule]]\nid = "late"\ncategory = "domestic_violence"\ngrades = [1]\nlead = "妇联"\n'
            'basis = "某法"\n[[rule]]\nid = "r-sexual_assault"',
            "规则 late 永远轮不到，前面的 r-domestic_violence 已经包括它",
        ),
    ],
)
def test_each_mistake_in_a_table_is_named(before: str, after: str, told: str) -> None:
    assert len(parse_rules(COMPLETE, "r.toml")) == len(CATEGORIES)
    with pytest.raises(AlertError) as caught:
        parse_rules(COMPLETE.replace(before, after, 1), "r.toml")
    assert told in str(caught.value)
    assert "r.toml" in str(caught.value)


def without(kind: str) -> Tables:
    kept = tuple(item for item in ORGANISATION.departments if item.kind != kind)
    return Tables(replace(ORGANISATION, departments=kept), shipped_rules())


NOW = Tables(ORGANISATION, shipped_rules())


def test_a_rehearsal_names_the_categories_that_would_lose_their_receiver() -> None:
    violence = Case(("domestic_violence",), ("woman",), places=("420222",))
    bullying = Case(("school_bullying",), ("child",), places=("420222",))
    never = Case(("land_property",), places=("420222",))
    cases = [violence, bullying, bullying, never]
    assert losses(cases, NOW, NOW) == []
    assert losses(cases, NOW, without("教育")) == [Loss("school_bullying", 2, "组织中没有教育")]
    assert losses([violence], NOW, without("教育")) == []
    moved = replace(ORGANISATION, division="430000", departments=(department("妇联", "430000"),))
    lost = losses([violence], NOW, Tables(moved, shipped_rules()))
    assert lost == [Loss("domestic_violence", 1, "不在辖区")]


def test_rules_that_point_nowhere_are_named() -> None:
    assert idle(Tables(national(), shipped_rules())) == []
    named = idle(NOW)
    assert "规则 land 指向农业农村，组织中没有这类部门" in named
    assert not [warning for warning in named if "指向公安" in warning]
