"""The organisation: which departments there are, of what kind, for which division.

`org.toml`:

    division = "420200"

    [[department]]
    id = "fulian-420200"
    name = "黄石市妇联"
    kind = "妇联"
    division = "420200"
    parent = ""
    channels = ["inbox"]
    phone = "12338"
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alerts.errors import AlertError

NATION = "000000"
COORDINATOR = "妇联"
"""The kind of department that takes what no rule gives to another."""

KINDS = (
    "公安",
    "妇联",
    "教育",
    "民政",
    "人社",
    "卫健",
    "检察院",
    "法院",
    "司法",
    "网信",
    "农业农村",
    "市场监管",
    "团委",
    "工会",
    "政法委",
    "残联",
    "宣传",
    "文旅",
)
"""The kinds that routing rules may name."""

_FIELDS = {"id", "name", "kind", "division", "parent", "channels", "phone"}


@dataclass(frozen=True, slots=True)
class Department:
    """One receiver. `division` is the code it answers for, `channels` are tried in order."""

    id: str
    name: str
    kind: str
    division: str
    parent: str = ""
    channels: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True)
class Organisation:
    """The departments of one office; `division` is its jurisdiction, 000000 the whole country.

    `everywhere` stands for an organisation that has every kind of department in every division.
    `place_name` turns a division's code into what officers call it; without one, codes are shown.
    """

    division: str
    departments: tuple[Department, ...]
    everywhere: bool = False
    place_name: Callable[[str], str] = field(default=str, repr=False, compare=False)
    _index: Mapping[str, Department] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {item.id: item for item in self.departments})

    def get(self, identifier: str) -> Department | None:
        """The department with this id."""
        if self.everywhere and identifier not in self._index:
            division, _, kind = identifier.partition("-")
            if kind in KINDS and len(division) == 6 and division.isdigit():
                return self._anywhere(kind, division)
        return self._index.get(identifier)

    def covers(self, division: str) -> bool:
        """Whether the division lies in this office's jurisdiction."""
        return division.startswith(stem(self.division))

    def find(self, kind: str, division: str) -> Department | None:
        """The department of this kind for the division: its own, else the next above."""
        for code in chain(division):
            if self.everywhere:
                return self._anywhere(kind, code)
            for department in self.departments:
                if department.kind == kind and department.division == code:
                    return department
        return None

    def _anywhere(self, kind: str, division: str) -> Department:
        place = self.place_name(division)
        name = f"{kind}（{division}）" if place == division else f"{place}{kind}"
        return Department(id=f"{division}-{kind}", name=name, kind=kind, division=division)

    def superior(self, department: Department) -> Department | None:
        """The department above: the named parent, else the same kind one division up."""
        if department.parent:
            return self.get(department.parent)
        above = chain(department.division)[1:]
        return self.find(department.kind, above[0]) if above else None


def stem(division: str) -> str:
    """The significant digits of a code: 420000 → 42, 420200 → 4202, 000000 → nothing."""
    if division == NATION:
        return ""
    if division.endswith("0000"):
        return division[:2]
    return division[:4] if division.endswith("00") else division


def chain(division: str) -> tuple[str, ...]:
    """The division and all above it, up to the nation."""
    codes = (division, f"{division[:4]}00", f"{division[:2]}0000", NATION)
    return tuple(dict.fromkeys(codes))


def common(divisions: tuple[str, ...]) -> str:
    """The lowest division that covers all of these: the common superior (共同上级)."""
    for code in chain(divisions[0]):
        if all(code in chain(other) for other in divisions):
            return code
    return NATION


def national() -> Organisation:
    """The built-in organisation: every kind of department everywhere, jurisdiction everywhere."""
    return Organisation(division=NATION, departments=(), everywhere=True)


def load_organisation(path: Path) -> Organisation:
    """Read org.toml. Raises AlertError naming file, department and what to mend."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AlertError(f"读不了组织文件 {path}：{error.strerror}，请检查路径和权限") from error
    except UnicodeDecodeError as error:
        raise AlertError(f"组织文件 {path} 不是 UTF-8 编码：请另存为 UTF-8") from error
    return read_organisation(text, str(path))


def read_organisation(text: str, source: str) -> Organisation:
    """The organisation that this TOML text means. Raises AlertError, as `load_organisation`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AlertError(f"组织文件 {source} 格式有误：{error}") from error
    return parse_organisation(table, source)


def parse_organisation(table: Mapping[str, Any], source: str) -> Organisation:
    """The organisation that this table means; `source` names it in errors."""
    if unknown := set(table) - {"division", "department"}:
        raise AlertError(f"{source}：没有设置项 {min(unknown)}，请检查拼写或删去它")
    division = _code(table.get("division"), f"{source}：division")
    entries = table.get("department", ())
    if not isinstance(entries, list) or not entries:
        raise AlertError(f"{source}：没有任何 [[department]]，请至少写上妇联和公安")
    departments: dict[str, Department] = {}
    for number, entry in enumerate(entries, 1):
        department = _department(entry, f"{source}：第 {number} 个部门")
        if department.id in departments:
            raise AlertError(f"{source}：部门编号 {department.id} 出现两次，请改成不同的编号")
        departments[department.id] = department
    _check_parents(departments, source)
    if not any(
        item.kind == COORDINATOR and item.division == division for item in departments.values()
    ):
        raise AlertError(
            f'{source}：{division} 缺少 kind = "{COORDINATOR}" 的部门，无主线索无人接收'
        )
    return Organisation(division=division, departments=tuple(departments.values()))


def _department(entry: Any, where: str) -> Department:
    if not isinstance(entry, dict):
        raise AlertError(f"{where}：应为 [[department]] 一节")
    name = entry.get("id") or entry.get("name") or ""
    where = f"{where}（{name}）" if name else where
    if unknown := set(entry) - _FIELDS:
        raise AlertError(f"{where}：没有设置项 {min(unknown)}，请检查拼写或删去它")
    for key in ("id", "name", "kind"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise AlertError(f"{where}：缺少 {key}")
    if entry["kind"] not in KINDS:
        raise AlertError(f"{where}：不认识的部门类别 {entry['kind']}；可用：{'、'.join(KINDS)}")
    channels = entry.get("channels", [])
    if not isinstance(channels, list) or not all(isinstance(item, str) for item in channels):
        raise AlertError(f'{where}：channels 应为列表，例如 ["wecom", "mail"]')
    return Department(
        id=entry["id"].strip(),
        name=entry["name"].strip(),
        kind=entry["kind"],
        division=_code(entry.get("division"), f"{where}：division"),
        parent=str(entry.get("parent", "")),
        channels=tuple(channels),
        phone=str(entry.get("phone", "")),
    )


def _check_parents(departments: Mapping[str, Department], source: str) -> None:
    for department in departments.values():
        seen = {department.id}
        parent = department.parent
        while parent:
            if parent not in departments:
                raise AlertError(
                    f"{source}：部门 {department.id} 的上级 {parent} 不存在，请检查编号"
                )
            if parent in seen:
                raise AlertError(f"{source}：部门 {department.id} 的上级关系成环，请检查 parent")
            seen.add(parent)
            parent = departments[parent].parent


def _code(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) != 6 or not value.isdigit():
        raise AlertError(f'{where} 应为六位行政区划代码，例如 "420200"')
    return value
