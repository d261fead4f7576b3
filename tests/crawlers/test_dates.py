"""Chinese dates: every written form, and that forms of one moment agree."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import CHINA, date_in_url, parse_date

NOW = datetime(2026, 11, 26, 20, 0, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-08-13 14:07", "2019-08-13T14:07:00+08:00"),
        ("2019年8月13日", "2019-08-13T00:00:00+08:00"),
        ("2019年8月13日下午2点07分", "2019-08-13T14:07:00+08:00"),
        ("2019年08月13日14:07:22 来源：云泽日报", "2019-08-13T14:07:22+08:00"),
        ("2019-08-1314:07", "2019-08-13T14:07:00+08:00"),
        ("２０１９年８月１３日１４：０７", "2019-08-13T14:07:00+08:00"),
        ("二〇一九年八月十三日", "2019-08-13T00:00:00+08:00"),
        ("二○○五年十二月三十一日", "2005-12-31T00:00:00+08:00"),
        ("2005年3月21日 星期一 01:20", "2005-03-21T01:20:00+08:00"),
        ("19-08-13", "2019-08-13T00:00:00+08:00"),
        ("98年5月1日", "1998-05-01T00:00:00+08:00"),
        ("2019.08.13", "2019-08-13T00:00:00+08:00"),
        ("8/13/2019 2:07 PM", "2019-08-13T14:07:00+08:00"),
        ("Sep 7, 2019", "2019-09-07T00:00:00+08:00"),
        ("Tue, 13 Aug 2019 06:07:00 GMT", "2019-08-13T06:07:00+00:00"),
        ("2019-11-25T18:57:38+08:00", "2019-11-25T18:57:38+08:00"),
        ("2011-06-17T11:26:10Z", "2011-06-17T11:26:10+00:00"),
        ("20190813140722", "2019-08-13T14:07:22+08:00"),
        ("1565676420", "2019-08-13T14:07:00+08:00"),
        ("1565676420000", "2019-08-13T14:07:00+08:00"),
        ("刚刚", "2026-11-26T20:00:00+08:00"),
        ("3分钟前", "2026-11-26T19:57:00+08:00"),
        ("半小时前", "2026-11-26T19:30:00+08:00"),
        ("1个半小时前", "2026-11-26T18:30:00+08:00"),
        ("三天前", "2026-11-23T20:00:00+08:00"),
        ("十二天前", "2026-11-14T20:00:00+08:00"),
        ("昨天 10:20", "2026-11-25T10:20:00+08:00"),
        ("前天", "2026-11-24T00:00:00+08:00"),
        ("今天 08:05", "2026-11-26T08:05:00+08:00"),
        ("10:20", "2026-11-26T10:20:00+08:00"),
        ("21:30", "2026-11-25T21:30:00+08:00"),
        ("08-13", "2026-08-13T00:00:00+08:00"),
        ("08-13 14:07", "2026-08-13T14:07:00+08:00"),
        ("12月31日", "2025-12-31T00:00:00+08:00"),
        ("最后回复 3分钟前 发表于 2019-08-13", "2019-08-13T00:00:00+08:00"),
    ],
)
def test_written_form(text: str, expected: str) -> None:
    found = parse_date(text, NOW)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "没有日期",
        "2019-02-30",
        "2019-13-01",
        "版权 1998-2022",
        "电话 0432-62099222",
        "3.14",
        "10:99",
    ],
)
def test_no_date(text: str) -> None:
    assert parse_date(text, NOW) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://a.cn/2019/0813/c1.html", "2019-08-13"),
        ("http://www.gov.cn/x/202203/t20220315_5679.htm", "2022-03-15"),
        ("https://a/19/0908/00/X.html", "2019-09-08"),
        ("http://a/2012-06/04/content_2.htm", "2012-06-04"),
        ("http://a/20190813140722.shtml", "2019-08-13"),
        ("http://a/2019/08/13/title.html", "2019-08-13"),
    ],
)
def test_day_in_url(url: str, day: str) -> None:
    found = date_in_url(url, NOW)
    assert found is not None
    assert found.date().isoformat() == day


@pytest.mark.parametrize(
    "url", ["", "http://a.cn/", "http://a.cn/article/123456.html", "http://a.cn/2099/0101/x.html"]
)
def test_no_day_in_url(url: str) -> None:
    assert date_in_url(url, NOW) is None


MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2026, 11, 25)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=CHINA)
)


@given(MOMENTS)
def test_forms_of_one_moment_agree(moment: datetime) -> None:
    forms = [
        f"{moment:%Y-%m-%d %H:%M:%S}",
        f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M:%S}",
        f"{moment:%Y/%m/%d %H:%M:%S}",
        f"{moment:%Y.%m.%d %H：%M：%S}",
        moment.isoformat(),
        f"{moment:%Y%m%d%H%M%S}",
        f"发布时间：{moment:%Y-%m-%d %H:%M:%S} 来源：某报",
    ]
    assert {parse_date(form, NOW) for form in forms} == {moment}


@given(MOMENTS)
def test_chinese_numerals_agree_with_digits(moment: datetime) -> None:
    digits = "〇一二三四五六七八九"

    def spoken(number: int) -> str:
        tens, ones = divmod(number, 10)
        return ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (
            digits[ones] if ones else ""
        )

    year = "".join(digits[int(digit)] for digit in str(moment.year))
    found = parse_date(f"{year}年{spoken(moment.month)}月{spoken(moment.day)}日", NOW)
    assert found is not None
    assert found.date() == moment.date()


@given(st.integers(0, 500), st.sampled_from(["分钟", "小时", "天"]))
def test_relative_time_lies_that_far_back(count: int, unit: str) -> None:
    seconds = {"分钟": 60, "小时": 3_600, "天": 86_400}[unit] * count
    assert parse_date(f"{count}{unit}前", NOW) == NOW - timedelta(seconds=seconds)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001
def test_date_without_year_is_its_latest_occurrence(moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    found = parse_date("03-15", now)
    assert found is not None
    assert timedelta(days=-1) <= now - found <= timedelta(days=366)


@given(st.text(max_size=80))
def test_any_text_gives_a_zoned_time_or_none(text: str) -> None:
    found = parse_date(text, NOW)
    assert found is None or found.tzinfo is not None
