"""What a new organisation or routing table would do to known cases before it counts. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.organisation import Organisation
from alerts.routing import Case, Rule, route


@dataclass(frozen=True, slots=True)
class Texts:
    """org.toml and the routing table as they are written; empty is the built-in one."""

    organisation: str
    rules: str

    @property
    def digest(self) -> str:
        """Tells versions apart; the same texts have the same digest."""
        return hashlib.sha256(f"{self.organisation}\0{self.rules}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Tables:
    """By what cases are routed: who there is, and which rules name them."""

    organisation: Organisation
    rules: Sequence[Rule]


@dataclass(frozen=True, slots=True)
class Loss:
    """Cases of one category that would lose their receiver, and why."""

    category: str
    cases: int
    reason: str


def losses(cases: Iterable[Case], before: Tables, after: Tables) -> list[Loss]:
    """Categories whose cases have a receiver by the tables `before` and none by those `after`.

    No receiver means that the department which the rule names is in no division above the place, or
    that the place is no longer in the jurisdiction: the women's federation would get the case only
    because nobody else does.
    """
    found: dict[tuple[str, str], int] = {}
    for case in cases:
        if _lack(case, before):
            continue
        if reason := _lack(case, after):
            key = (case.categories[0] if case.categories else "", reason)
            found[key] = found.get(key, 0) + 1
    return [Loss(category, number, reason) for (category, reason), number in found.items()]


def idle(tables: Tables) -> list[str]:
    """Rules that point nowhere: no department of the kind that they name as lead is there."""
    if tables.organisation.everywhere:
        return []
    kinds = {department.kind for department in tables.organisation.departments}
    return [
        f"规则 {rule.id} 指向{rule.lead}，组织中没有这类部门"
        for rule in tables.rules
        if rule.lead not in kinds
    ]


def _lack(case: Case, tables: Tables) -> str:
    routing = route(case, tables.organisation, tables.rules)
    if routing.missing:
        return f"组织中没有{routing.missing}"
    return "不在辖区" if routing.outside else ""
