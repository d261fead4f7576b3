from datetime import UTC, datetime, timedelta

import pytest

from crawlers.addresses import AddressRule
from crawlers.blocks import blocked
from crawlers.errors import CrawlError
from crawlers.politeness import polite_settings, retry_after

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://10.1.2.3/",
        "http://192.168.0.1:8080/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1]/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://localhost/",
        "http://db.internal/",
        "file:///etc/passwd",
        "ftp://a.example/",
        "http:///x",
        "http://[bad/",
    ],
)
def test_inner_addresses_are_refused(url: str) -> None:
    with pytest.raises(CrawlError):
        AddressRule().check_url(url)


def test_an_exception_is_for_its_port_alone() -> None:
    rule = AddressRule(["127.0.0.1:8000", "intranet.example:80"])
    rule.check_url("http://127.0.0.1:8000/x")
    rule.check_url("http://intranet.example/")
    rule.check_answer("intranet.example", "10.0.0.8")
    rule.check_url("https://www.people.com.cn/")
    rule.check_answer("www.people.com.cn", "60.28.1.1")
    for url in ("http://127.0.0.1:8001/", "http://intranet.example:9200/"):
        with pytest.raises(CrawlError, match="拒绝访问内网地址"):
            rule.check_url(url)
    with pytest.raises(CrawlError, match=r"域名 evil.example 解析为 127\.0\.0\.1"):
        rule.check_answer("evil.example", "127.0.0.1")


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Fri, 20 Nov 2026 08:01:00 GMT", timedelta(minutes=1)),
        ("Fri, 20 Nov 2026 07:00:00 GMT", timedelta()),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, wait: timedelta | None) -> None:
    assert retry_after(said, NOW) == wait


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (200, "<title>百度安全验证</title>", "验证码"),
        (200, "<body>您的访问过于频繁，请稍后再试</body>", "过于频繁"),
        (200, "<script>var arg1='x';acw_sc__v2=1</script>", "人机验证"),
        (200, "您的IP已被封禁", "封锁"),
        (521, "", "脚本验证"),
        (412, "", "脚本验证"),
    ],
)
def test_a_block_is_recognised(status: int, text: str, reason: str) -> None:
    assert reason in blocked(status, text.encode())


def test_an_article_about_captchas_is_no_block() -> None:
    text = "骗子要求她输入短信验证码后继续操作，账户里的钱被转走。" + "警方提醒市民注意防范。" * 200
    assert blocked(200, text.encode()) == ""
    assert blocked(200, "<p>论坛登录 注册 验证码</p>".encode()) == ""


def test_one_closed_page_is_no_block_but_three_in_a_row_are() -> None:
    assert blocked(403, b"") == ""
    assert "连续拒绝" in blocked(403, b"", refused_before=2)


def test_a_contact_cannot_smuggle_headers() -> None:
    settings = polite_settings(contact="x)\r\nCookie: a", delay=1, max_bytes=1, allow_private=[])
    assert "\n" not in settings["USER_AGENT"] and "\r" not in settings["USER_AGENT"]


def test_a_chinese_contact_becomes_ascii_and_a_phone_stays_readable() -> None:
    settings = polite_settings(
        contact="黄石值班室 0714-6512345", delay=1, max_bytes=1, allow_private=[]
    )
    assert settings["USER_AGENT"].isascii()
    assert "0714-6512345" in settings["USER_AGENT"]
