"""Dates as Chinese pages write them, turned into datetimes with a zone.

Covers 2019-08-13 14:07 · 2019年8月13日 下午2点07分 · 二〇一九年八月十三日 · 19-08-13 · 8/13/2019 ·
08-13 14:07 · 3分钟前 · 昨天 10:20 · 20190813 · ISO 8601 · RFC 822 · Unix time.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

CHINA = timezone(timedelta(hours=8))

_LONGEST = 2_000
_NUMERALS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
_NUMERAL = "〇零○一二三四五六七八九十两"

_CLOCK = (
    r"(?:[T\s]*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?[\s,]*"
    r"(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜间|am|pm)?\s*"
    r"(?P<hour>[01]?\d|2[0-4])(?:\s?:\s?|[时點点])(?P<minute>[0-5]\d)?(?!\d)"
    r"(?:(?:\s?:\s?|分)(?P<second>[0-5]\d)(?!\d))?"
    r"(?:\.\d{1,9})?\s?(?P<half2>[ap]m)?(?P<zone>Z|(?:UTC|GMT)?[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d{2})\s?(?P<sep>[-/.年])\s?"
    r"(?P<month>1[0-2]|0?[1-9])\s?(?:(?P=sep)|月)\s?(?P<day>[12]\d|3[01]|0?[1-9])(?!\d(?!\d:\d\d))\s?[日号]?"
    + _CLOCK,
    re.IGNORECASE,
)
_SHORT_YEAR = re.compile(
    r"(?<![\d.:/-])(?P<year>\d{2})\s?(?P<sep>[-/.年])\s?"
    r"(?P<month>1[0-2]|0?[1-9])\s?(?:(?P=sep)|月)\s?(?P<day>[12]\d|3[01]|0?[1-9])(?![\d.:/-])\s?[日号]?"
    + _CLOCK,
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(
    r"(?<![\d.])(?P<month>1[0-2]|0?[1-9])(?P<sep>[-/.])(?P<day>[12]\d|3[01]|0?[1-9])(?P=sep)"
    r"(?P<year>(?:19|20)\d{2})(?!\d)" + _CLOCK,
    re.IGNORECASE,
)
_NO_YEAR = re.compile(
    r"(?<![\d.:/年-])(?P<month>1[0-2]|0?[1-9])\s?(?:月|[-/])\s?(?P<day>[12]\d|3[01]|0?[1-9])"
    r"(?![\d.:/%-])\s?[日号]?" + _CLOCK,
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[\sT]?(?P<hour>[01]\d|2[0-3]):?(?P<minute>[0-5]\d):?(?P<second>[0-5]\d)?)?(?!\d)"
)
_CHINESE_DATE = re.compile(
    rf"([{_NUMERAL}]{{2,4}})年([{_NUMERAL}]{{1,3}})月([{_NUMERAL}]{{1,3}})[日号]?"
)
_AGO = re.compile(
    rf"(?P<count>\d{{1,6}}|[{_NUMERAL}]{{1,3}}|半)\s?(?:个)?\s?(?P<half>半)?"
    r"(?P<unit>秒钟?|分钟?|小时|钟头|天|日|周|星期|礼拜|月|年)\s?(?:之|以)?前"
)
_DAY_WORD = re.compile(r"(?P<word>今天|今日|昨天|昨日|大前天|前天|前日)" + _CLOCK, re.IGNORECASE)
_JUST_NOW = re.compile(r"^\s*(?:刚刚|刚才|片刻之?前|几秒前|just now)\s*$", re.IGNORECASE)
_TIME_ALONE = re.compile(
    r"^\s*(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?\s*$"
)
_UNIX = re.compile(r"^\s*(\d{10})(\d{3})?\s*$")
_RFC822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(?::\d{2})?"
    r"(?: [A-Z]{3}| [+-]\d{4})?"
)
_ENGLISH = re.compile(
    r"\b(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? "
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?,? "
    r"(?P<year>(?:19|20)\d{2})" + _CLOCK,
    re.IGNORECASE,
)
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"

_DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2, "大前天": 3}
_UNIT_SECONDS = {
    "秒": 1,
    "分": 60,
    "小": 3_600,
    "钟": 3_600,
    "天": 86_400,
    "日": 86_400,
    "周": 7 * 86_400,
    "星": 7 * 86_400,
    "礼": 7 * 86_400,
    "月": 30 * 86_400,
    "年": 365 * 86_400,
}

_URL_DATE = (
    re.compile(
        r"(?<!\d)((?:19|20)\d{2})[/_-](0?[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01]|[1-9])(?!\d)"
    ),
    re.compile(
        r"(?:[/_-]|\b[a-z])((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[\D]|\d{4,})"
    ),
    re.compile(r"/(\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])/"),
)


def parse_date(text: str, now: datetime) -> datetime | None:
    """The first date in `text`, or None when there is none.

    A date with a year wins over "昨天" or "3分钟前", and these win over a date without a year,
    which is read as its latest occurrence not after tomorrow. A date without a clock time is
    midnight; one without a zone is Chinese time (+08:00). `now` must carry a zone; it anchors
    what is relative.
    """
    text = _plain(text)
    for reader in _READERS:
        found = reader(text, now)
        if found is not None:
            return found
    return None


def date_in_url(url: str, now: datetime) -> datetime | None:
    """The day that a news URL names: /2019/0813/, /2019-08/13/, t20190813_, /19/0813/.

    None when there is none or it lies after tomorrow.
    """
    path = re.sub(r"^[a-z]+://[^/]*", "", url.strip(), flags=re.IGNORECASE)
    for pattern in _URL_DATE:
        for match in pattern.finditer(path):
            year, month, day = (int(part) for part in match.groups())
            found = _moment(_full_year(year, now), month, day)
            if found is not None and datetime(1994, 1, 1, tzinfo=CHINA) <= found <= now + timedelta(
                days=1
            ):
                return found
    return None


def _plain(text: str) -> str:
    """Full-width signs and digits made plain, Chinese numerals of a whole date made digits."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).replace("\u3000", " ")
    return _CHINESE_DATE.sub(_digits_of_date, text)


def _digits_of_date(match: re.Match[str]) -> str:
    year = "".join(str(_NUMERALS.get(c, "")) for c in match[1])
    month, day = _number(match[2]), _number(match[3])
    return match[0] if month is None or day is None else f"{year}年{month}月{day}日"


def _number(text: str) -> int | None:
    """一 … 九十九 or digits as an integer; 二十 and 廿-free day numbers are all that is needed."""
    if text.isdecimal():
        return int(text)
    if "十" not in text:
        return (
            int("".join(str(_NUMERALS[c]) for c in text))
            if all(c in _NUMERALS for c in text)
            else None
        )
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return None
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)


def _moment(year: int, month: int, day: int, clock: re.Match[str] | None = None) -> datetime | None:
    """A datetime from its parts, None when the calendar has no such day."""
    try:
        midnight = datetime(year, month, day, tzinfo=CHINA)
    except ValueError:
        return None
    return _at_clock(midnight, clock) if clock else midnight


def _at_clock(midnight: datetime, match: re.Match[str]) -> datetime:
    """`midnight` moved to the time that the clock groups of `match` name."""
    groups = match.groupdict()
    if not groups.get("hour"):
        return midnight
    hour, minute, second = (int(groups[part] or 0) for part in ("hour", "minute", "second"))
    half = (groups.get("half") or groups.get("half2") or "").lower()
    if (half in {"下午", "傍晚", "晚上", "晚间", "夜间", "pm"} and hour < 12) or (
        half == "中午" and hour < 3
    ):
        hour += 12
    elif half in {"am", "凌晨"} and hour == 12:
        hour = 0
    moment = midnight + timedelta(hours=hour, minutes=minute, seconds=second)
    return moment.replace(tzinfo=_zone(groups.get("zone")))


def _zone(name: str | None) -> timezone:
    if not name:
        return CHINA
    sign = re.search(r"([+-])(\d{2}):?(\d{2})", name)
    if sign is None:
        return UTC
    offset = timedelta(hours=int(sign[2]), minutes=int(sign[3]))
    return (
        timezone(-offset if sign[1] == "-" else offset) if offset < timedelta(hours=24) else CHINA
    )


def _full_year(year: int, now: datetime) -> int:
    """05 is 2005, 97 is 1997: two digits mean the century that is not in the future."""
    if year >= 100:
        return year
    return 2000 + year if year <= (now.year + 1) % 100 else 1900 + year


def _dated(pattern: re.Pattern[str]) -> Callable[[str, datetime], datetime | None]:
    """A reader for a pattern that names year, month and day."""

    def read(text: str, now: datetime) -> datetime | None:
        for match in pattern.finditer(text):
            year = _full_year(int(match["year"]), now)
            found = _moment(year, int(match["month"]), int(match["day"]), match)
            if found is not None:
                return found
        return None

    return read


def _english(text: str, now: datetime) -> datetime | None:
    match = _RFC822.search(text)
    if match:
        try:
            found = parsedate_to_datetime(match[0])
        except (ValueError, TypeError, IndexError):
            return None
        return found if found.tzinfo else found.replace(tzinfo=CHINA)
    match = _ENGLISH.search(text)
    if match is None:
        return None
    month = _MONTHS.index(match["name"].lower()) // 3 + 1
    return _moment(int(match["year"]), month, int(match["day"]), match)


def _ago(text: str, now: datetime) -> datetime | None:
    if _JUST_NOW.match(text):
        return now
    match = _AGO.search(text)
    if match is None:
        return None
    count = 0.5 if match["count"] == "半" else _number(match["count"])
    if count is None:
        return None
    seconds = (count + (0.5 if match["half"] else 0)) * _UNIT_SECONDS[match["unit"][0]]
    try:
        return now - timedelta(seconds=seconds)
    except OverflowError:
        return None


def _day_word(text: str, now: datetime) -> datetime | None:
    match = _DAY_WORD.search(text)
    if match is None:
        return None
    day = now.astimezone(CHINA) - timedelta(days=_DAYS_BACK[match["word"]])
    return _at_clock(day.replace(hour=0, minute=0, second=0, microsecond=0), match)


def _no_year(text: str, now: datetime) -> datetime | None:
    for match in _NO_YEAR.finditer(text):
        for year in range(now.year + 1, now.year - 5, -1):
            found = _moment(year, int(match["month"]), int(match["day"]), match)
            if found is not None and found <= now + timedelta(days=1):
                return found
    return None


def _time_alone(text: str, now: datetime) -> datetime | None:
    match = _TIME_ALONE.match(text)
    if match is None:
        return None
    today = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    found = _at_clock(today, match)
    return found if found <= now else found - timedelta(days=1)


def _unix(text: str, now: datetime) -> datetime | None:
    match = _UNIX.match(text)
    return datetime.fromtimestamp(int(match[1]), CHINA) if match else None


_READERS: tuple[Callable[[str, datetime], datetime | None], ...] = (
    _unix,
    _dated(_YEAR_FIRST),
    _english,
    _dated(_YEAR_LAST),
    _ago,
    _day_word,
    _dated(_COMPACT),
    _dated(_SHORT_YEAR),
    _no_year,
    _time_alone,
)
