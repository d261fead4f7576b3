"""Labelled posts from files, each row checked against the closed lists of the annotation manual."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson

from nlp.errors import NlpError
from nlp.taxonomy import Category, Scope, Severity, Status, Victim

_LISTS: Final = frozenset({"categories"})


class LabelError(NlpError):
    """A labelled row breaks the annotation manual; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class LabelledPost:
    """One post and what the annotator said of it.

    The last four are empty (severity 0) unless `incident`. `day` is None for posts without a date.
    """

    title: str
    body: str
    origin: str
    day: date | None
    incident: bool
    scope: Scope
    categories: tuple[Category, ...] = ()
    victims: frozenset[Victim] = frozenset()
    severity: int = 0
    status: str = ""


def read_labelled(path: Path) -> Iterator[LabelledPost]:
    """The rows of a JSONL file, or of a CSV file with lists separated by ";".

    Raises LabelError at the first row that breaks the manual.
    """
    read = _csv_rows if path.suffix.lower() == ".csv" else _json_rows
    try:
        for number, row in read(path):
            yield _checked(row, f"{path} 第 {number} 行")
    except OSError as error:
        raise LabelError(f"读不了标注文件 {path}：{error.strerror}，请检查路径和权限") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"标注文件 {path} 不是 UTF-8 编码，请转换编码后重试") from error


def _json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise LabelError(f"{path} 第 {number} 行不是有效的 JSON，请改正该行") from error
            if not isinstance(row, dict):
                raise LabelError(f"{path} 第 {number} 行不是 JSON 对象，请改正该行")
            yield number, row


def _csv_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for raw in reader:
            row: dict[str, Any] = {
                name: value.split(";") if name in _LISTS else value
                for name, value in raw.items()
                if name and value
            }
            row["incident"] = {"true": True, "false": False}.get(str(row.get("incident")).lower())
            if "severity" in row:
                row["severity"] = int(row["severity"]) if row["severity"].isdigit() else -1
            yield reader.line_num, row


def _checked(row: Mapping[str, Any], where: str) -> LabelledPost:
    title, body = (_text(row, name, where) for name in ("title", "body"))
    if not title.strip() and not body.strip():
        raise LabelError(f"{where}：title 和 body 都为空，请补上文字或删去该行")
    if not isinstance(row.get("incident"), bool):
        raise LabelError(f"{where}：incident 应为 true 或 false，请改正")
    scope = Scope(_one_of(row.get("scope"), "scope", [*Scope], where))
    origin = str(row.get("platform") or row.get("source") or "")
    common = (title, body, origin, _day(row.get("first_seen"), where), row["incident"], scope)
    if not row["incident"]:
        return LabelledPost(*common)
    categories = row.get("categories")
    if not isinstance(categories, list) or not categories:
        raise LabelError(f"{where}：是事件就要有 categories（类别代码的列表），请补上")
    codes = [_one_of(code, "categories", [*Category], where) for code in categories]
    severity = _one_of(row.get("severity"), "severity", [*Severity], where)
    return LabelledPost(
        *common,
        categories=tuple(Category(code) for code in dict.fromkeys(codes)),
        victims=_victims(row.get("victims"), where),
        severity=int(severity),
        status=str(_one_of(row.get("status"), "status", [*Status], where)),
    )


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name) or ""
    if not isinstance(value, str):
        raise LabelError(f"{where}：{name} 应为文字，请改正")
    return value


def _one_of(value: Any, name: str, allowed: list[Any], where: str) -> Any:
    if isinstance(value, str | int) and not isinstance(value, bool) and value in allowed:
        return value
    listed = "、".join(str(item.value) for item in allowed)
    raise LabelError(f"{where}：{name} 的值 {value!r} 不在标注手册里，可用：{listed}")


def _victims(value: Any, where: str) -> frozenset[Victim]:
    """`child`, `woman`, `both`, or a list of the first two."""
    if value == "both":
        return frozenset(Victim)
    named = value if isinstance(value, list) else [value]
    return frozenset(Victim(_one_of(one, "victims", [*Victim], where)) for one in named)


def _day(value: Any, where: str) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise LabelError(
            f"{where}：first_seen 的值 {value!r} 不是 2024-05-01 这样的日期，请改正"
        ) from None
