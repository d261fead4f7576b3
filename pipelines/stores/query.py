"""The query language of console and command line, parsed into a Query.

Words and "phrases" must all occur as substrings of title or text; `-word` or `NOT word` must not.
Fields, with Chinese and English names: 类别 category · 地区 place · 平台 platform · 起 since ·
止 until · 等级 grade · 状态 state · 事件 incident · 级别 level. A value with spaces is quoted.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

from pipelines.stores.protocol import Query, QueryError

FIELDS: Final = {
    "类别": "category",
    "地区": "place",
    "平台": "platform",
    "起": "since",
    "止": "until",
    "等级": "grade",
    "状态": "state",
    "事件": "incident",
    "级别": "level",
}
_GRADES: Final = {"红": 1, "橙": 2, "黄": 3, "蓝": 4}
_LEVELS: Final = {"预警": "alert", "待研判": "review"}
_QUOTES: Final = tuple('"“”')
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<minus>-|NOT\s+)(?=\S))?
        (?:(?P<field>[A-Za-z\u4e00-\u9fff]+)[:：])?
        (?:"(?P<quoted>[^"]*)"|“(?P<curly>[^”]*)”|(?P<bare>[^\s"“”]+))?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Names:
    """Turns what a person writes into codes; each returns "" for what it does not know."""

    place: Callable[[str], str]
    category: Callable[[str], str]


def standard_names() -> Names:
    """Places by code, full or own name, with or without 市, 县 …; categories by both names."""
    from nlp.places import Divisions
    from nlp.taxonomy import CHINESE, Category

    divisions = Divisions.shared()
    codes = {code.value for code in Category}
    by_name = {CHINESE[code]: code for code in codes}

    def place(value: str) -> str:
        if divisions.exists(value):
            return value
        whole = [code for code in divisions if value == divisions.name(code)]
        named = [code for code in divisions if _is_name(value, divisions.own_name(code))]
        # The coarsest unit of a shared name: 吉林 is the province.
        found = whole or sorted(named, key=lambda code: (-code.count("0", 2), code))
        return found[0] if found else ""

    def category(value: str) -> str:
        return value if value in codes else by_name.get(value, "")

    return Names(place, category)


def _is_name(value: str, own: str) -> bool:
    return value == own or (len(value) >= 2 and own[:-1] == value)


def parse(text: str, names: Names | None = None) -> Query:
    """The Query that `text` means; an empty text matches everything.

    Raises QueryError whose message shows the text and a caret under the character that is wrong.
    """
    names = names or standard_names()
    query, position = Query(), 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            _refuse(text, position, "引号没有成对")
        value = match["quoted"] or match["curly"] or match["bare"] or ""
        where = match.start("field") if match["field"] else match.start() + 1
        if not value:
            if text[match.end() : match.end() + 1] in _QUOTES:
                _refuse(text, match.end(), "引号没有成对")
            problem = f"{match['field']} 后面缺少内容" if match["field"] else "缺少要找的词"
            _refuse(text, match.end() - 1, problem)
        if match["field"]:
            if match["minus"]:
                _refuse(text, where - 1, "字段条件前不能加 -")
            query = _with_field(query, match["field"], value, (text, where, names))
        elif match["minus"]:
            query = replace(query, must_not=(*query.must_not, value))
        else:
            query = replace(query, must=(*query.must, value))
        position = match.end()
    return query


def describe(query: Query) -> str:
    """The query as a person would say it in Chinese; 全部帖子 for one without conditions."""
    from nlp.places import Divisions
    from nlp.taxonomy import CHINESE, COLOURS

    divisions = Divisions.shared()
    levels = {code: name for name, code in _LEVELS.items()}
    place = divisions.name(query.place) if divisions.exists(query.place) else query.place
    parts = {
        "含": "和".join(f"“{phrase}”" for phrase in query.must),
        "不含": "或".join(f"“{phrase}”" for phrase in query.must_not),
        "类别 ": CHINESE.get(query.category, query.category),
        "地区 ": place,
        "平台 ": query.platform,
        "自 ": query.since.isoformat(" ", "minutes") if query.since else "",
        "早于 ": query.until.isoformat(" ", "minutes") if query.until else "",
        "等级 ": COLOURS.get(query.grade, "") if query.grade else "",
        "状态 ": query.state,
        "事件 ": query.incident,
        "级别 ": levels.get(query.level, query.level),
    }
    return "，".join(name + value for name, value in parts.items() if value) or "全部帖子"


def _with_field(query: Query, name: str, value: str, context: tuple[str, int, Names]) -> Query:
    text, where, names = context
    field = FIELDS.get(name, name if name in FIELDS.values() else "")
    if not field:
        _refuse(text, where, f"没有字段 {name}；可用：{'、'.join(FIELDS)}")
    given = getattr(query, field)
    if given not in ("", None):
        _refuse(text, where, f"{name} 只能写一次")
    at = text.find(value, where)
    found: Any = value
    if field in {"since", "until"}:
        found = _moment(value, field) or _refuse(text, at, f"不是日期：{value}，应如 2024-03-01")
    elif field == "grade":
        found = _GRADES.get(value) or (int(value) if value in {"1", "2", "3", "4"} else None)
        found = found or _refuse(text, at, "等级应为 红、橙、黄、蓝 或 1 到 4")
    elif field == "level":
        found = _LEVELS.get(value) or (value if value in _LEVELS.values() else None)
        found = found or _refuse(text, at, "级别应为 预警 或 待研判")
    elif field == "place":
        found = names.place(value) or _refuse(text, at, f"不认识的地区 {value}")
    elif field == "category":
        found = names.category(value) or _refuse(text, at, f"不认识的类别 {value}")
    return replace(query, **{field: found})


def _moment(text: str, field: str) -> datetime | None:
    """A date or time of Beijing; a date alone as 止 includes its whole day."""
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_BEIJING)
    return moment + timedelta(days=1) if field == "until" and len(text) <= 10 else moment


_BEIJING: Final = datetime.fromisoformat("2000-01-01T00:00:00+08:00").tzinfo


def _refuse(text: str, position: int, problem: str) -> NoReturn:
    column = max(0, min(position, len(text) - 1))
    # A Chinese character is two columns wide on a terminal.
    blanks = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text[:column])
    raise QueryError(
        f"检索式有误（第 {column + 1} 个字符）：{problem}\n{text}\n{' ' * blanks}^", column
    )
