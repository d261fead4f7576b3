"""Who is on duty: shifts from a CSV `start,end,person,role`, and what they leave uncovered."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from alerts.clock import ZONE, moment
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
class Slot:
    """By what a shift is named: who, from when, and in which role where that is not clear."""

    person: str
    start: datetime
    role: str = ""


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

    def people(self, since: datetime, days: int = 30) -> list[str]:
        """Everybody with a shift within the next `days`, in the order of their first."""
        until = since + timedelta(days=days)
        shifts = (item for item in self.shifts if item.end > since and item.start < until)
        return list(dict.fromkeys(shift.person for shift in shifts))

    def swapped(self, given: "Slot", taken: "Slot | None", by: str) -> "Roster":
        """The roster in which `by` has the shift `given`, and its former owner `taken` if any.

        Raises AlertError when a slot has no shift, or somebody would have two at once in one role.
        """
        first = self._at(given)
        changed = {first: replace(first, person=by)}
        if taken is not None:
            second = self._at(taken)
            changed[second] = replace(second, person=given.person)
        shifts = tuple(changed.get(shift, shift) for shift in self.shifts)
        _refuse_overlaps([(0, shift) for shift in shifts], lambda _: "换班之后")
        return Roster(shifts)

    def _at(self, slot: "Slot") -> Shift:
        found = [
            shift
            for shift in self.shifts
            if shift.person == slot.person
            and shift.start == slot.start
            and slot.role in {"", shift.role}
        ]
        if not found:
            raise AlertError(f"值班表里没有 {slot.person} 在 {moment(slot.start)} 开始的班次")
        if len(found) > 1:
            raise AlertError(
                f"{slot.person} 在 {moment(slot.start)} 有 {len(found)} 个岗位：请写明岗位"
            )
        return found[0]

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
    _refuse_overlaps(placed, lambda line: f"值班表 {source} 第 {line} 行")
    return Roster(tuple(sorted((shift for _, shift in placed), key=lambda item: item.start)))


def write_roster(roster: Roster) -> str:
    """The roster as the CSV that `load_roster` reads, in Beijing time."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for shift in sorted(roster.shifts, key=lambda item: (item.start, ROLES.index(item.role))):
        times = (at.astimezone(ZONE).isoformat() for at in (shift.start, shift.end))
        table.writerow([*times, shift.person, shift.role])
    return text.getvalue()


def _refuse_overlaps(placed: list[tuple[int, Shift]], where: Callable[[int], str]) -> None:
    ordered = sorted(placed, key=lambda item: (item[1].role, item[1].person, item[1].start))
    for (_, before), (line, shift) in pairwise(ordered):
        same = (before.role, before.person) == (shift.role, shift.person)
        if same and shift.start < before.end:
            raise AlertError(
                f"{where(line)}：{shift.person} 的班次与自己的另一班重叠"
                f"（{shift.role} {moment(shift.start)}），请改正时间"
            )


def read_moment(text: str, where: str) -> datetime:
    """The moment that an officer wrote; without a zone it is Beijing time. Raises AlertError."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise AlertError(f"{where}的时间“{text}”有误，应如 2026-01-31 08:00") from error
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


def _shift(row: dict[str, str | None], where: str) -> Shift:
    if None in row or None in row.values():
        raise AlertError(f"{where}：应有 {len(_COLUMNS)} 列")
    start, end = (read_moment(str(row[name]), f"{where}：{name} ") for name in ("start", "end"))
    person, role = str(row["person"]).strip(), str(row["role"]).strip()
    if end <= start:
        raise AlertError(f"{where}：结束时间不晚于开始时间，请改正")
    if not person:
        raise AlertError(f"{where}：缺少 person（值班人）")
    if role not in ROLES:
        raise AlertError(f"{where}：不认识的岗位 {role}；可用：{'、'.join(ROLES)}")
    return Shift(start, end, person, role)
