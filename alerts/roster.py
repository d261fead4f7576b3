"""Who is on duty: shifts from a CSV `start,end,person,role`, and what they leave uncovered."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from alerts.clock import ZONE
from alerts.errors import AlertError

ROLES = ("值班", "副班", "带班领导")
"""The rungs of the ladder, in order."""

_COLUMNS = ["start", "end", "person", "role"]


@dataclass(frozen=True, slots=True)
class Shift:
    """A person's hours in a role; `start` inclusive, `end` exclusive."""

    start: datetime
    end: datetime
    person: str
    role: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours that nobody covers in this role."""

    start: datetime
    end: datetime
    role: str


@dataclass(frozen=True)
class Roster:
    """All known shifts."""

    shifts: tuple[Shift, ...] = ()

    def on_duty(self, role: str, now: datetime) -> str:
        """The person in this role now, empty when there is none."""
        for shift in self.shifts:
            if shift.role == role and shift.start <= now < shift.end:
                return shift.person
        return ""

    def gaps(self, since: datetime, days: int = 30, roles: Sequence[str] = ROLES) -> list[Gap]:
        """Hours within the next `days` that no shift covers, for each role."""
        until = since + timedelta(days=days)
        found = []
        for role in roles:
            free = since
            for shift in sorted(self._of(role), key=lambda item: item.start):
                if shift.end <= free or shift.start >= until:
                    continue
                if shift.start > free:
                    found.append(Gap(free, shift.start, role))
                free = shift.end
            if free < until:
                found.append(Gap(free, until, role))
        return found

    def _of(self, role: str) -> Iterable[Shift]:
        return (shift for shift in self.shifts if shift.role == role)


def load_roster(path: Path) -> Roster:
    """Read the roster CSV (UTF-8). Raises AlertError naming file, line and what to mend."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return parse_roster(file, str(path))
    except OSError as error:
        raise AlertError(f"读不了值班表 {path}：{error.strerror}，请检查路径和权限") from error
    except UnicodeDecodeError as error:
        raise AlertError(f"值班表 {path} 不是 UTF-8 编码：请另存为 UTF-8（CSV）") from error


def parse_roster(lines: Iterable[str], source: str) -> Roster:
    """The roster that these CSV lines mean; a time without a zone is Beijing time."""
    reader = csv.DictReader(lines)
    if reader.fieldnames is None or [name.strip() for name in reader.fieldnames] != _COLUMNS:
        raise AlertError(f"值班表 {source} 第 1 行：表头应为 {','.join(_COLUMNS)}")
    placed = [
        (reader.line_num, _shift(row, f"值班表 {source} 第 {reader.line_num} 行")) for row in reader
    ]
    placed.sort(key=lambda item: (item[1].role, item[1].person, item[1].start))
    for (_, before), (line, shift) in pairwise(placed):
        same = (before.role, before.person) == (shift.role, shift.person)
        if same and shift.start < before.end:
            raise AlertError(
                f"值班表 {source} 第 {line} 行：{shift.person} 的班次与自己的另一班重叠，请改正时间"
            )
    return Roster(tuple(sorted((shift for _, shift in placed), key=lambda item: item.start)))


def _shift(row: dict[str, str | None], where: str) -> Shift:
    if None in row or None in row.values():
        raise AlertError(f"{where}：应有 {len(_COLUMNS)} 列")
    start, end = (_moment(str(row[name]), name, where) for name in ("start", "end"))
    person, role = str(row["person"]).strip(), str(row["role"]).strip()
    if end <= start:
        raise AlertError(f"{where}：结束时间不晚于开始时间，请改正")
    if not person:
        raise AlertError(f"{where}：缺少 person（值班人）")
    if role not in ROLES:
        raise AlertError(f"{where}：不认识的岗位 {role}；可用：{'、'.join(ROLES)}")
    return Shift(start, end, person, role)


def _moment(text: str, name: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise AlertError(f"{where}：{name} 的时间“{text}”有误，应如 2026-01-31 08:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
