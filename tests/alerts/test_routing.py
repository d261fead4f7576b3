"""Golden cases of routing, and what each mistake in a routing table is told."""

import pytest

from alerts.errors import AlertError
from alerts.organisation import national
from alerts.routing import CATEGORIES, SETTINGS, Case, parse_rules, route, shipped_rules
from tests.alerts.office import ORGANISATION

# category, victims, setting, grade → lead, a department that must be informed, rule
GOLDEN = [
    ("domestic_violence", "woman", "home", 3, "公安", "妇联", "dv"),
    ("domestic_violence", "woman", "home", 1, "公安", "政法委", "dv-grave"),
    ("domestic_violence", "child", "home", 3, "公安", "民政", "dv-child"),
    ("domestic_violence", "child", "home", 1, "公安", "检察院", "dv-child"),
    ("child_sexual_abuse", "child", "school", 1, "公安", "教育", "csa-school"),
    ("child_sexual_abuse", "child", "online", 3, "公安", "网信", "csa-online"),
    ("child_sexual_abuse", "child", "home", 1, "公安", "检察院", "csa"),
    ("child_sexual_abuse", "child", "", 3, "公安", "团委", "csa"),
    ("sexual_assault", "woman", "public", 2, "公安", "检察院", "sa"),
    ("sexual_assault", "child", "", 2, "公安", "团委", "sa-child"),
    ("sexual_harassment", "woman", "public", 3, "公安", "妇联", "sh"),
    ("sexual_harassment", "woman", "school", 3, "教育", "公安", "sh-school"),
    ("sexual_harassment", "woman", "work", 3, "人社", "工会", "sh-work"),
    ("sexual_harassment", "woman", "online", 3, "公安", "网信", "sh-online"),
    ("trafficking", "child", "", 1, "公安", "政法委", "traffic-grave"),
    ("trafficking", "woman", "", 2, "公安", "民政", "traffic"),
    ("forced_prostitution", "child", "public", 2, "公安", "文旅", "prostitution-child"),
    ("forced_prostitution", "woman", "public", 2, "公安", "检察院", "prostitution"),
    ("illegal_detention", "woman", "home", 2, "公安", "卫健", "detention"),
    ("illegal_detention", "child", "institution", 2, "公安", "民政", "detention-institution"),
    ("homicide_injury", "woman", "home", 1, "公安", "检察院", "homicide"),
    ("homicide_injury", "child", "home", 1, "公安", "民政", "homicide-child"),
    ("homicide_injury", "child", "school", 2, "公安", "教育", "homicide-school"),
    ("child_abuse", "child", "school", 2, "公安", "教育", "abuse-school"),
    ("child_abuse", "child", "institution", 2, "公安", "卫健", "abuse-institution"),
    ("child_abuse", "child", "home", 3, "公安", "民政", "abuse"),
    ("abandonment_neglect", "child", "home", 3, "民政", "公安", "neglect"),
    ("abandonment_neglect", "child", "home", 1, "公安", "民政", "neglect-grave"),
    ("school_bullying", "child", "school", 3, "教育", "团委", "bullying"),
    ("school_bullying", "child", "school", 1, "公安", "教育", "bullying-grave"),
    ("employment_discrimination", "woman", "work", 4, "人社", "工会", "employment"),
    ("child_labour", "child", "work", 4, "人社", "公安", "labour"),
    ("child_labour", "child", "school", 4, "人社", "教育", "labour-school"),
    ("land_property", "woman", "", 4, "农业农村", "法院", "land"),
    ("marriage_family", "woman", "home", 4, "民政", "法院", "marriage"),
    ("marriage_family", "child", "home", 3, "公安", "民政", "marriage-force"),
    ("privacy_online", "woman", "online", 4, "网信", "公安", "privacy"),
    ("privacy_online", "woman", "public", 3, "公安", "网信", "privacy-grave"),
    ("health_rights", "woman", "institution", 4, "卫健", "妇联", "health"),
    ("school_safety", "child", "school", 3, "教育", "市场监管", "safety"),
    ("school_safety", "child", "school", 1, "教育", "公安", "safety-grave"),
]


@pytest.mark.parametrize(("category", "victim", "setting", "grade", "lead", "told", "rule"), GOLDEN)
def test_golden_cases(category, victim, setting, grade, lead, told, rule) -> None:  # noqa: PLR0913
    case = Case((category,), (victim,), setting, ("420222",), grade)
    routing = route(case, national(), shipped_rules())
    assert (routing.lead.kind, routing.lead.division, routing.rule) == (lead, "420222", rule)
    assert told in [department.kind for department in routing.informed]
    assert "法" in routing.basis or "号" in routing.basis


def test_no_combination_goes_unrouted() -> None:
    for organisation in (national(), ORGANISATION):
        for category in (*CATEGORIES, "something_new"):
            for victims in ((), ("child",), ("woman",), ("child", "woman")):
                for setting in ("", *SETTINGS):
                    for grade in (1, 2, 3, 4):
                        for places in ((), ("420222",), ("420222", "430102"), ("650000",)):
                            case = Case((category,), victims, setting, places, grade)
                            routing = route(case, organisation, shipped_rules())
                            assert routing.lead.id
                            assert routing.lead not in routing.informed


PLACES = [
    (("420222",), "420222-公安", False),
    (("420200",), "420200-公安", False),
    (("420281",), "420200-公安", False),
    (("420222", "420281"), "420200-公安", False),
    (("420222", "420200"), "420222-公安", False),
    (("420222", "430102"), "420200-公安", False),
    (("430102",), "420200-妇联", True),
    ((), "420200-妇联", False),
]


@pytest.mark.parametrize(("places", "lead", "outside"), PLACES)
def test_the_place_decides_which_office_of_that_kind(places, lead, outside) -> None:
    case = Case(("domestic_violence",), ("woman",), "home", places, 3)
    routing = route(case, ORGANISATION, shipped_rules())
    assert (routing.lead.id, routing.outside) == (lead, outside)


def test_red_is_told_to_the_department_above() -> None:
    case = Case(("homicide_injury",), ("woman",), "", ("420222",), 1)
    told = [item.id for item in route(case, national(), shipped_rules()).informed]
    assert "420200-公安" in told


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


def test_the_name_of_an_institution_tells_the_setting() -> None:
    case = Case(("sexual_harassment",), ("woman",), "", ("420222",), 3, "某某中学")
    assert route(case, national(), shipped_rules()).rule == "sh-school"


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
    ],
)
def test_each_mistake_in_a_table_is_named(before: str, after: str, told: str) -> None:
    assert len(parse_rules(COMPLETE, "r.toml")) == len(CATEGORIES)
    with pytest.raises(AlertError) as caught:
        parse_rules(COMPLETE.replace(before, after, 1), "r.toml")
    assert told in str(caught.value)
    assert "r.toml" in str(caught.value)
