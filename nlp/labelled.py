"""Labelled posts from files, each row checked against the closed lists of the annotation manual."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Final

import orjson

from nlp.errors import NlpError
from nlp.packed import DAMAGED, open_packed
from nlp.spreadsheet import from_cells
from nlp.taxonomy import CHINESE, COLOURS, Category, Scope, Severity, Status, Victim

LABELS: Final = ("incident", "scope", "categories", "victims", "severity", "status")
FIELDS: Final = ("key", "platform", "first_seen", "source", "annotator", "title", "body", *LABELS)
"""The stored form of a labelled row, in this order; only texts and labels are needed."""

_LONGEST_FIELD: Final = 1 << 24
_EMPTY: Final[tuple[Any, ...]] = (None, "", [])


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


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A checked row of a file.

    `fields` is the row in the stored form, `post` what training sees of it: None as long as none of
    the labels is filled in. `where` names file and line for people.
    """

    where: str
    fields: Mapping[str, Any]
    post: LabelledPost | None

    @property
    def key(self) -> str:
        """What the row is known by: the caller's key, else one made of its text."""
        given = self.fields.get("key")
        return str(given) if given not in _EMPTY else text_key(self.title, self.body)

    @property
    def title(self) -> str:
        return str(self.fields.get("title", ""))

    @property
    def body(self) -> str:
        return str(self.fields.get("body", ""))


def read_labelled(path: Path) -> Iterator[LabelledPost]:
    """The rows of a JSONL file (plain, .xz or .gz), or of a CSV file with lists separated by ";".

    Raises LabelError at the first row that breaks the manual or has no labels.
    """
    for row in read_rows(path):
        if isinstance(row, LabelError):
            raise row
        if row.post is None:
            raise LabelError(
                f"{row.where}没有标注：incident 应为 是 或 否（true、false 也可），请补上或删去该行"
            )
        yield row.post


def read_rows(path: Path) -> Iterator[LabelledRow | LabelError]:
    """Every row of a file, or the error of a row that breaks the manual: the rest can be read on.

    Raises LabelError when the file itself cannot be read.
    """
    read = _csv_rows if path.suffix.lower() == ".csv" else _json_rows
    try:
        for where, row in read(path):
            try:
                if isinstance(row, LabelError):
                    raise row
                yield _row(row, where)
            except LabelError as error:
                yield error
    except DAMAGED as error:
        raise LabelError(f"标注文件 {path} 的压缩不完整（{error}），请重新取得该文件") from error
    except OSError as error:
        reason = error.strerror or error
        raise LabelError(f"读不了标注文件 {path}：{reason}，请检查路径和权限") from error


def text_key(title: str, body: str) -> str:
    """A key for a post without one: the same text has the same key.

    It begins with a letter, so that no spreadsheet takes it for a number.
    """
    text = f"{title}\n{body}".encode("utf-8", "surrogatepass")
    return f"t{blake2b(text, digest_size=8).hexdigest()}"


def label_fields(post: LabelledPost) -> dict[str, Any]:
    """The labels of a post in the stored form."""
    fields: dict[str, Any] = {"incident": post.incident, "scope": post.scope.value}
    if post.incident:
        victims = sorted(victim.value for victim in post.victims)
        fields |= {
            "categories": [category.value for category in post.categories],
            "victims": "both" if len(victims) > 1 else victims[0],
            "severity": post.severity,
            "status": post.status,
        }
    return fields


def _json_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any] | LabelError]]:
    with open_packed(path) as file:
        for number, line in enumerate(file, 1):
            where = f"{path} 第 {number} 行"
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if text.strip():
                yield where, _json_row(text, where)


def _json_row(line: bytes, where: str) -> Mapping[str, Any] | LabelError:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        try:
            line.decode()
        except UnicodeDecodeError:
            return LabelError(f"{where}不是 UTF-8 编码，请转换编码后重试")
        return LabelError(f"{where}不是有效的 JSON（第 {error.colno} 个字符附近），请改正该行")
    if not isinstance(row, dict):
        return LabelError(f"{where}不是 JSON 对象，请改正该行")
    return row


def _csv_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows below the header, each named by its line, and by its row where they differ."""
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open("rb") as file:
        lines = csv.reader(_decoded(file, path), strict=True)
        try:
            header = [name.strip().lower() for name in next(lines, [])]
            if header and not {"title", "body"} & set(header):
                raise LabelError(
                    f"{path} 第 1 行应为列名（至少要有 title 或 body），请从导出的表格中复制这一行"
                )
            begin = lines.line_num + 1
            for number, cells in enumerate(lines, 2):
                where = f"{path} 第 {begin} 行"
                if number != begin:
                    where += f"（表格第 {number} 行）"
                begin = lines.line_num + 1
                if any(cells):
                    # Cells beyond the header belong to nobody; missing ones are empty.
                    yield where, from_cells(dict(zip(header, cells, strict=False)))
        except csv.Error as error:
            raise LabelError(
                f"{path} 第 {lines.line_num} 行不是有效的 CSV（{error}），请检查引号是否成对"
            ) from error


def _decoded(file: IO[bytes], path: Path) -> Iterator[str]:
    for number, line in enumerate(file, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise LabelError(
                f"{path} 第 {number} 行不是 UTF-8 编码，请在表格软件中另存为“CSV UTF-8”后重试"
            ) from error


def _row(row: Mapping[str, Any], where: str) -> LabelledRow:
    labelled = any(row.get(name) not in _EMPTY for name in LABELS)
    post = _checked(row, where) if labelled else None
    fields = {name: row.get(name) for name in FIELDS if name not in LABELS}
    fields |= {name: _text(row, name, where) for name in ("title", "body")}
    fields = {name: value for name, value in fields.items() if value not in _EMPTY}
    return LabelledRow(where, fields | (label_fields(post) if post else {}), post)


def _checked(row: Mapping[str, Any], where: str) -> LabelledPost:
    title, body = (_text(row, name, where) for name in ("title", "body"))
    if not title.strip() and not body.strip():
        raise LabelError(f"{where}：title 和 body 都为空，请补上文字或删去该行")
    if not isinstance(row.get("incident"), bool):
        raise LabelError(f"{where}：incident 应为 是 或 否（true、false 也可），请改正")
    # Nearly every post is about this country: who fills a sheet need not say so.
    given = row.get("scope")
    scope = Scope(_one_of(Scope.DOMESTIC if given in _EMPTY else given, "scope", [*Scope], where))
    origin = str(row.get("platform") or row.get("source") or "")
    common = (title, body, origin, _day(row.get("first_seen"), where), row["incident"], scope)
    if not row["incident"]:
        if row.get("categories"):
            raise LabelError(f"{where}：incident 为 false 却填了 categories，请改正其中一个")
        return LabelledPost(*common)
    categories = row.get("categories")
    if not isinstance(categories, list) or not categories:
        raise LabelError(f"{where}：是事件就要有 categories（类别的中文名或代码），请补上")
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
    listed = "、".join(_named(item.value) for item in allowed)
    if value in _EMPTY:
        raise LabelError(f"{where}：{name} 为空，请填其中之一：{listed}")
    raise LabelError(f"{where}：{name} 的值 {value!r} 不在标注手册里，可用：{listed}")


def _named(code: str | int) -> str:
    name = COLOURS[code] if isinstance(code, int) else CHINESE[code]
    return f"{code}（{name}）"


def _victims(value: Any, where: str) -> frozenset[Victim]:
    """`child`, `woman`, `both`, or a list of the first two."""
    if value == "both":
        return frozenset(Victim)
    named = value if isinstance(value, list) and value else [value]
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
