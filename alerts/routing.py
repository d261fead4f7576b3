"""Which department leads and which are informed, with the rule and the law behind it.

属地管理、分级负责、谁主管谁负责 (国办发〔2016〕61号, 80号): the department of the place where it
happened; several places, the common superior; a place outside the jurisdiction is recorded, and
reported up when red; an unknown place or category goes to the women's federation with a notice.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from alerts.errors import AlertError
from alerts.organisation import COORDINATOR, KINDS, Department, Organisation, chain, common

CATEGORIES = (
    "domestic_violence",
    "child_sexual_abuse",
    "sexual_assault",
    "sexual_harassment",
    "trafficking",
    "forced_prostitution",
    "illegal_detention",
    "homicide_injury",
    "child_abuse",
    "abandonment_neglect",
    "school_bullying",
    "employment_discrimination",
    "child_labour",
    "land_property",
    "marriage_family",
    "privacy_online",
    "health_rights",
    "school_safety",
)
"""The closed list of the annotation manual; a routing table must have a receiver for each."""

SETTINGS = ("home", "school", "work", "public", "online", "institution")
_KEYS = {"id", "category", "victims", "settings", "grades", "lead", "informed", "basis"}
_SCHOOL = ("学校", "小学", "中学", "大学", "学院", "幼儿园", "托育", "培训", "职校", "一中", "二中")
_WORK = ("公司", "集团", "工厂", "酒店", "餐厅", "KTV")
_INSTITUTION = ("医院", "福利院", "救助站", "养老院", "看守所", "派出所")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of routing.toml; an empty condition holds for everything."""

    id: str
    category: str
    victims: frozenset[str]
    settings: frozenset[str]
    grades: frozenset[int]
    lead: str
    informed: tuple[str, ...]
    basis: str

    def holds(self, case: "Case", category: str) -> bool:
        """Whether this rule speaks of the case under this category."""
        return (
            self.category == category
            and (not self.victims or bool(self.victims & set(case.victims)))
            and (not self.settings or case.setting_or_guess in self.settings)
            and (not self.grades or case.grade in self.grades)
        )


@dataclass(frozen=True, slots=True)
class Case:
    """What routing looks at. `places` are six-digit codes of the scenes, `institution` as named."""

    categories: tuple[str, ...]
    victims: tuple[str, ...] = ()
    setting: str = ""
    places: tuple[str, ...] = ()
    grade: int = 4
    institution: str = ""

    @property
    def setting_or_guess(self) -> str:
        """The setting, else what the institution's name tells of it."""
        if self.setting:
            return self.setting
        for words, setting in ((_SCHOOL, "school"), (_INSTITUTION, "institution"), (_WORK, "work")):
            if any(word in self.institution for word in words):
                return setting
        return ""


@dataclass(frozen=True, slots=True)
class Routing:
    """One lead, the informed, and why. `outside`: recorded only. `notice` is for the operator.

    `missing` is the kind of department that should lead and is not in the organisation.
    """

    lead: Department
    informed: tuple[Department, ...]
    rule: str
    basis: str
    reason: str
    outside: bool = False
    notice: str = ""
    missing: str = ""


def route(case: Case, organisation: Organisation, rules: Sequence[Rule]) -> Routing:
    """The one lead department and the informed ones. Never fails to name a lead.

    Raises AlertError only when the organisation lacks the women's federation of its own division.
    """
    coordinator = organisation.find(COORDINATOR, organisation.division)
    if coordinator is None:
        raise AlertError(f"组织中没有 {organisation.division} 的{COORDINATOR}：请在 org.toml 补上")
    rule = _first(case, rules)
    division, where = _division(case, organisation)
    if rule is None:
        return _to_coordinator(coordinator, case)
    if not division:
        return _without_place(coordinator, rule, organisation)
    if not organisation.covers(division) and division not in chain(organisation.division):
        return _outside(coordinator, rule, case, organisation)
    lead = organisation.find(rule.lead, division)
    notice = missing = ""
    if lead is None:
        missing = rule.lead
        notice = (
            f"组织中没有 {organisation.place_name(division)} 的{rule.lead}，"
            f"已改派{coordinator.name}：请在 org.toml 补上"
        )
        lead = coordinator
    kinds = rule.informed if not notice else (rule.lead, *rule.informed)
    informed = _departments(kinds, division, organisation, lead)
    if case.grade == 1:
        informed = _with_superior(informed, lead, organisation)
    return Routing(
        lead=lead,
        informed=informed,
        rule=rule.id,
        basis=rule.basis,
        reason=f"{where}，由{lead.name}主责（派单规则编号 {rule.id}）",
        notice=notice,
        missing=missing,
    )


def _first(case: Case, rules: Sequence[Rule]) -> Rule | None:
    for category in case.categories:
        for rule in rules:
            if rule.holds(case, category):
                return rule
    return None


def _division(case: Case, organisation: Organisation) -> tuple[str, str]:
    places = tuple(dict.fromkeys(case.places))
    if not places:
        return "", "地点不明"
    lowest = tuple(
        code
        for code in places
        if not any(code != other and code in chain(other) for other in places)
    )
    if len(lowest) == 1:
        return lowest[0], f"属地 {organisation.place_name(lowest[0])}"
    superior = common(lowest)
    if not organisation.covers(superior) and any(organisation.covers(code) for code in lowest):
        superior = organisation.division
    named = "、".join(organisation.place_name(code) for code in lowest)
    above = organisation.place_name(superior)
    return superior, f"涉及 {len(lowest)} 地（{named}），由共同上级 {above} 负责"


def _departments(
    kinds: Sequence[str], division: str, organisation: Organisation, lead: Department
) -> tuple[Department, ...]:
    found = (organisation.find(kind, division) for kind in kinds)
    return tuple(dict.fromkeys(item for item in found if item is not None and item.id != lead.id))


def _with_superior(
    informed: tuple[Department, ...], lead: Department, organisation: Organisation
) -> tuple[Department, ...]:
    superior = organisation.superior(lead)
    if superior is None or superior.id == lead.id or superior in informed:
        return informed
    return (*informed, superior)


def _to_coordinator(coordinator: Department, case: Case) -> Routing:
    named = "、".join(case.categories) or "无"
    return Routing(
        lead=coordinator,
        informed=(),
        rule="unknown-category",
        basis="《妇女权益保障法》第七十二条：妇女联合会受理投诉并要求有关部门查处",
        reason=f"类别不明（{named}），由{coordinator.name}研判后转办",
        notice=f"线索类别不明（{named}），已派{coordinator.name}：请人工研判",
    )


def _without_place(coordinator: Department, rule: Rule, organisation: Organisation) -> Routing:
    kinds = (rule.lead, *rule.informed)
    return Routing(
        lead=coordinator,
        informed=_departments(kinds, organisation.division, organisation, coordinator),
        rule=f"{rule.id}+unknown-place",
        basis=rule.basis,
        reason=f"地点不明，由{coordinator.name}核实属地后转{rule.lead}",
        notice=f"线索地点不明，已派{coordinator.name}：请核实属地",
    )


def _outside(
    coordinator: Department, rule: Rule, case: Case, organisation: Organisation
) -> Routing:
    superior = organisation.superior(coordinator)
    red = case.grade == 1
    up = (superior,) if red and superior is not None else ()
    return Routing(
        lead=coordinator,
        informed=up,
        rule=f"{rule.id}+outside",
        basis="国办发〔2016〕61号：属地管理、分级负责",
        reason="不在本辖区，备案" + ("；红色等级，报上级转属地" if red else ""),
        outside=True,
        notice="红色事件不在本辖区，请报上级转属地" if red else "",
    )


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """The routing table that ships with the product."""
    text = files("alerts").joinpath("routing.toml").read_text(encoding="utf-8")
    return parse_rules(text, "routing.toml")


def parse_rules(text: str, source: str) -> tuple[Rule, ...]:
    """The rules of this table, in order of precedence.

    Raises AlertError naming file and rule for anything unknown, for a category that would be left
    without a receiver, and for a rule that no case can reach.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AlertError(f"路由表 {source} 格式有误：{error}") from error
    rules: dict[str, Rule] = {}
    for number, entry in enumerate(table.get("rule", []), 1):
        rule = _rule(entry, f"路由表 {source} 第 {number} 条")
        if rule.id in rules:
            raise AlertError(f"路由表 {source}：规则编号 {rule.id} 出现两次，请改成不同的编号")
        rules[rule.id] = rule
    for category in CATEGORIES:
        if not any(
            rule.category == category and not (rule.victims or rule.settings or rule.grades)
            for rule in rules.values()
        ):
            raise AlertError(
                f"路由表 {source}：类别 {category} 没有无条件的规则，会无人接收，请补上"
            )
    ordered = tuple(rules.values())
    for number, rule in enumerate(ordered):
        for earlier in ordered[:number]:
            if _covers(earlier, rule):
                raise AlertError(
                    f"路由表 {source}：规则 {rule.id} 永远轮不到，前面的 {earlier.id} 已经包括它，"
                    "请调换次序或删去"
                )
    return ordered


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether whatever the later rule speaks of is taken by the earlier one."""
    conditions = (
        (earlier.victims, later.victims),
        (earlier.settings, later.settings),
        (earlier.grades, later.grades),
    )
    return earlier.category == later.category and all(
        not wide or (bool(narrow) and wide >= narrow) for wide, narrow in conditions
    )


def _rule(entry: Mapping[str, Any], where: str) -> Rule:
    where = f"{where}（{entry.get('id', '缺少 id')}）"
    if unknown := set(entry) - _KEYS:
        raise AlertError(f"{where}：没有设置项 {min(unknown)}，请检查拼写或删去它")
    for key in ("id", "category", "lead", "basis"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise AlertError(f"{where}：缺少 {key}")
    _known(where, "category", (entry["category"],), CATEGORIES)
    _known(where, "lead", (entry["lead"],), KINDS)
    _known(where, "informed", entry.get("informed", ()), KINDS)
    _known(where, "victims", entry.get("victims", ()), ("child", "woman"))
    _known(where, "settings", entry.get("settings", ()), SETTINGS)
    _known(where, "grades", entry.get("grades", ()), (1, 2, 3, 4))
    return Rule(
        id=entry["id"],
        category=entry["category"],
        victims=frozenset(entry.get("victims", ())),
        settings=frozenset(entry.get("settings", ())),
        grades=frozenset(entry.get("grades", ())),
        lead=entry["lead"],
        informed=tuple(entry.get("informed", ())),
        basis=entry["basis"],
    )


def _known(where: str, key: str, values: Any, allowed: Sequence[Any]) -> None:
    if not isinstance(values, list | tuple):
        raise AlertError(f"{where}：{key} 应为列表")
    for value in values:
        if value not in allowed:
            names = "、".join(str(item) for item in allowed)
            raise AlertError(f"{where}：{key} 里的 {value} 不认识；可用：{names}")
