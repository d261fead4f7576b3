"""Every channel against a real server; what is delivered and what is refused, and why."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from alerts.channels import Channel, Delivered, Message, Refused, build, http, kinds
from alerts.channels.message import Limit, Limited
from alerts.errors import AlertError
from tests.receivers import Reply, Robot, mailbox, robot, self_signed

MESSAGE = Message(
    key="alert:i-1:2:公安局",
    subject="【橙色预警】某县一女童疑遭虐待",
    text="请于 20:30 前签收。\n主责：公安局",
    markdown="",
    link="http://127.0.0.1:8000/alerts/a-1",
    urgent=True,
)
SECRET = secrets.token_hex(8)
OK = {
    "wecom": b'{"errcode":0,"errmsg":"ok"}',
    "dingtalk": b'{"errcode":0,"errmsg":"ok"}',
    "feishu": b'{"code":0,"msg":"success","data":{}}',
}


@pytest.fixture
def server() -> Iterator[Robot]:
    with robot() as running:
        yield running


def channel(kind: str, root: Path, /, **options: Any) -> Channel:
    return build("值班群", {"kind": kind, **options}, root)


def refused(answer: Delivered | Refused) -> Refused:
    assert isinstance(answer, Refused)
    return answer


def sent(server: Robot) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(server.received[-1].body)
    return body


class TestFile:
    def test_one_json_and_one_readable_text_per_message(self, tmp_path: Path) -> None:
        answer = channel("file", tmp_path, folder="inbox").send(MESSAGE)

        assert isinstance(answer, Delivered)
        record = json.loads((tmp_path / "inbox" / answer.receipt).read_text(encoding="utf-8"))
        assert record["key"] == MESSAGE.key
        assert record["subject"] == MESSAGE.subject
        text = (tmp_path / "inbox" / answer.receipt).with_suffix(".txt").read_text("utf-8")
        assert MESSAGE.subject in text
        assert MESSAGE.link in text
        assert not list((tmp_path / "inbox").glob("*.part"))

    def test_the_second_send_changes_nothing(self, tmp_path: Path) -> None:
        inbox = channel("file", tmp_path, folder="inbox")
        first = inbox.send(MESSAGE)
        before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "inbox").iterdir()}

        assert inbox.send(MESSAGE) == first
        after = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "inbox").iterdir()}
        assert after == before

    def test_keys_that_differ_only_in_unsafe_signs_do_not_collide(self, tmp_path: Path) -> None:
        inbox = channel("file", tmp_path, folder="inbox")
        for key in ("a/../b", "a/b", "a:b", "甲", "乙"):
            inbox.send(Message(key, "s", "t", "", "", urgent=False))

        assert len(list((tmp_path / "inbox").glob("*.json"))) == 5

    @pytest.mark.skipif(os.geteuid() == 0, reason="root 不受目录权限约束")
    def test_a_folder_without_permission_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "inbox").mkdir()
        (tmp_path / "inbox").chmod(stat.S_IRUSR | stat.S_IXUSR)

        answer = refused(channel("file", tmp_path, folder="inbox").send(MESSAGE))
        assert "inbox" in answer.reason
        assert answer.retryable

    def test_a_file_in_the_place_of_the_folder_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "inbox").write_text("")

        answer = refused(channel("file", tmp_path, folder="inbox").send(MESSAGE))
        assert str(tmp_path / "inbox") in answer.reason


class TestRobots:
    @pytest.mark.parametrize("kind", OK)
    def test_code_zero_is_delivered(self, kind: str, server: Robot, tmp_path: Path) -> None:
        server.replies = [Reply(body=OK[kind])]

        answer = channel(kind, tmp_path, url=server.url).send(MESSAGE)
        assert isinstance(answer, Delivered)
        assert len(server.received) == 1
        body = server.received[0].body.decode()
        assert "某县一女童疑遭虐待" in body
        assert MESSAGE.link in body

    @pytest.mark.parametrize(
        ("kind", "body", "retryable", "says"),
        [
            ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, True, "每分钟"),
            ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, False, "重新复制"),
            ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, True, "每分钟 20 条"),
            ("dingtalk", {"errcode": 410100, "errmsg": "发送速度太快而限流"}, True, "过快"),
            ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, False, "加签密钥"),
            ("dingtalk", {"errcode": 999999, "errmsg": "new"}, False, "999999"),
            ("feishu", {"code": 11232, "msg": "frequency limited"}, True, "频率限制"),
            ("feishu", {"code": 9499, "msg": "too many request"}, True, "过快"),
            ("feishu", {"code": 19021, "msg": "sign match fail"}, False, "签名"),
        ],
    )
    def test_an_error_code_inside_http_200_is_refused(
        self,
        kind: str,
        body: Mapping[str, Any],
        retryable: bool,
        says: str,
        server: Robot,
        tmp_path: Path,
    ) -> None:
        server.replies = [Reply(body=json.dumps(body).encode())]

        answer = refused(channel(kind, tmp_path, url=server.url).send(MESSAGE))
        assert answer.retryable is retryable
        assert says in answer.reason

    @pytest.mark.parametrize("kind", [*OK, "webhook"])
    @pytest.mark.parametrize(
        "reply",
        [
            Reply(body=b"<!doctype html><p>login", content_type="text/html; charset=gbk"),
            Reply(body=b"  <html>portal</html>", content_type="application/json"),
        ],
    )
    def test_a_page_is_no_answer(
        self, kind: str, reply: Reply, server: Robot, tmp_path: Path
    ) -> None:
        server.replies = [reply]
        secret = {"secret": "s"} if kind == "webhook" else {}

        answer = refused(channel(kind, tmp_path, url=server.url, **secret).send(MESSAGE))
        assert "网页" in answer.reason

    @pytest.mark.parametrize(
        "body", [b"", b"ok", b"[]", b"{}", b'{"errcode":"0"}', b'{"errcode":false}', b"\xff\xfe"]
    )
    def test_an_answer_without_a_code_is_not_delivered(
        self, body: bytes, server: Robot, tmp_path: Path
    ) -> None:
        server.replies = [Reply(body=body)]

        answer = refused(channel("wecom", tmp_path, url=server.url).send(MESSAGE))
        assert "看不懂" in answer.reason

    @pytest.mark.parametrize(
        ("reply", "retryable"),
        [
            (Reply(status=429), True),
            (Reply(status=502), True),
            (Reply(status=403), False),
            (Reply(status=302, location="http://127.0.0.1:9/elsewhere"), False),
        ],
    )
    def test_http_errors_and_redirects(
        self, reply: Reply, retryable: bool, server: Robot, tmp_path: Path
    ) -> None:
        server.replies = [reply]

        answer = refused(channel("wecom", tmp_path, url=server.url).send(MESSAGE))
        assert answer.retryable is retryable
        assert str(reply.status) in answer.reason

    def test_silence_and_a_trickle_end_in_time(
        self, server: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http, "TIMEOUT", 0.2)
        monkeypatch.setattr(http, "_DEADLINE", 0.3)
        server.replies = [Reply(pause=1.0), Reply(body=b" " * 200, trickle=0.05)]
        robot_channel = channel("wecom", tmp_path, url=server.url)

        for _ in range(2):
            start = time.monotonic()
            answer = refused(robot_channel.send(MESSAGE))
            assert time.monotonic() - start < 5, "the trickle alone takes ten seconds"
            assert "没有应答" in answer.reason
            assert answer.retryable

    def test_nobody_listens(self, tmp_path: Path) -> None:
        with robot() as gone:
            url = gone.url
        answer = refused(channel("wecom", tmp_path, url=url).send(MESSAGE))
        assert "连接不上" in answer.reason
        assert answer.retryable

    @pytest.mark.parametrize("kind", OK)
    def test_a_long_message_fits_and_keeps_its_link(
        self, kind: str, server: Robot, tmp_path: Path
    ) -> None:
        server.replies = [Reply(body=OK[kind])]
        text = "\n".join(["网传某地一起伤害事件，详情待核。" * 20] * 200)
        long = Message("k", "题" * 500, text, "", MESSAGE.link, urgent=False)

        channel(kind, tmp_path, url=server.url).send(long)
        limit = {"wecom": 4096, "dingtalk": 20_000, "feishu": 20_000}[kind]
        payload = sent(server)
        measured = payload["markdown"]["content"] if kind == "wecom" else json.dumps(payload)
        escaped = measured if kind == "wecom" else json.dumps(payload, ensure_ascii=False)
        assert len(escaped.encode()) <= limit
        assert MESSAGE.link in measured

    def test_a_strangers_title_cannot_mention_or_link(self, server: Robot, tmp_path: Path) -> None:
        server.replies = [Reply(body=OK["feishu"])]
        text = "<at id=all></at> [点我](http://evil.example) **粗**"

        channel("feishu", tmp_path, url=server.url).send(
            Message("k", "s", text, "", "", urgent=False)
        )
        content = sent(server)["card"]["elements"][0]["content"]
        assert "<at" not in content
        assert "](" not in content

    def test_markdown_that_the_desk_wrote_is_kept(self, server: Robot, tmp_path: Path) -> None:
        written = Message("k", "s", "plain", "**请签收**", "", urgent=False)

        channel("wecom", tmp_path, url=server.url).send(written)
        assert "**请签收**" in sent(server)["markdown"]["content"]

    @pytest.mark.parametrize("kind", OK)
    def test_a_message_to_be_signed_for_is_a_card_with_both_links(
        self, kind: str, server: Robot, tmp_path: Path
    ) -> None:
        server.replies = [Reply(body=OK[kind])]
        text = "\n".join(["网传某地一起伤害事件，详情待核。" * 20] * 200)
        asking = replace(MESSAGE, text=text, acknowledge="https://desk.example.gov.cn/a/t0ken")

        channel(kind, tmp_path, url=server.url).send(asking)
        payload = sent(server)
        if kind == "dingtalk":
            card = payload["actionCard"]
            urls = [button["actionURL"] for button in card["btns"]]
            assert card["title"] and card["text"]
        elif kind == "feishu":
            *_, action = payload["card"]["elements"]
            urls = [button["url"] for button in action["actions"]]
        else:
            content = payload["markdown"]["content"]
            assert len(content.encode()) <= 4096
            urls = re.findall(r"\]\(([^)]+)\)", content)
        assert urls == [asking.acknowledge, asking.link]
        assert len(server.received[0].body) <= 20_000

    @pytest.mark.parametrize(
        ("kind", "body", "pause"),
        [
            ("wecom", {"errcode": 45009, "errmsg": "x"}, 60),
            ("dingtalk", {"errcode": 130101, "errmsg": "x"}, 600),
            ("feishu", {"code": 11232, "msg": "x"}, 30),
        ],
    )
    def test_a_robot_that_is_silenced_says_for_how_long(
        self, kind: str, body: Mapping[str, Any], pause: float, server: Robot, tmp_path: Path
    ) -> None:
        server.replies = [Reply(body=json.dumps(body).encode())]
        assert refused(channel(kind, tmp_path, url=server.url).send(MESSAGE)).pause == pause

    @pytest.mark.parametrize(("kind", "minute"), [("wecom", 20), ("dingtalk", 20), ("feishu", 100)])
    def test_the_documented_rate_of_each_robot(
        self, kind: str, minute: int, tmp_path: Path
    ) -> None:
        built = channel(kind, tmp_path, url="https://robot.example/x")
        assert isinstance(built, Limited)
        assert max(built.limits, key=lambda limit: limit.seconds) == Limit(minute, 60)


class TestSignatures:
    def test_dingtalk_signs_in_the_address_with_milliseconds(
        self, server: Robot, tmp_path: Path
    ) -> None:
        url = f"{server.url}?access_token=t0"
        answer = channel("dingtalk", tmp_path, url=url, secret=SECRET).send(MESSAGE)

        assert isinstance(answer, Delivered)
        query = parse_qs(urlsplit(server.received[0].path).query)
        (timestamp,) = query["timestamp"]
        expected = hmac.new(
            SECRET.encode(), f"{timestamp}\n{SECRET}".encode(), hashlib.sha256
        ).digest()
        assert len(timestamp) == 13
        assert query["sign"] == [base64.b64encode(expected).decode()]
        assert query["access_token"] == ["t0"]

    def test_feishu_signs_in_the_body_with_seconds(self, server: Robot, tmp_path: Path) -> None:
        server.replies = [Reply(body=OK["feishu"])]
        channel("feishu", tmp_path, url=server.url, secret=SECRET).send(MESSAGE)

        body = sent(server)
        key = f"{body['timestamp']}\n{SECRET}".encode()
        expected = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        assert len(body["timestamp"]) == 10
        assert body["sign"] == expected

    def test_without_a_secret_nothing_is_signed(self, server: Robot, tmp_path: Path) -> None:
        channel("dingtalk", tmp_path, url=server.url).send(MESSAGE)
        assert "sign" not in server.received[0].path

    def test_webhook_signs_body_and_time_and_carries_the_key(
        self, server: Robot, tmp_path: Path
    ) -> None:
        server.replies = [Reply(status=202, body=b"")]
        answer = channel("webhook", tmp_path, url=server.url, secret=SECRET).send(MESSAGE)

        assert answer == Delivered("HTTP 202")
        (request,) = server.received
        signed = request.headers["X-Shengyuan-Timestamp"].encode() + b"." + request.body
        digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert request.headers["X-Shengyuan-Signature"] == f"sha256={digest}"
        assert request.headers["Idempotency-Key"].startswith("alert:i-1:2:%E5")
        assert sent(server)["key"] == MESSAGE.key


class TestMail:
    def options(self, port: int, **more: Any) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": port,
            "sender": "desk@office.example",
            "recipients": ["duty@office.example", "deputy@office.example"],
            **more,
        }

    def test_plain_on_loopback(self, tmp_path: Path) -> None:
        with mailbox() as box:
            smtp = channel("smtp", tmp_path, security="plain", **self.options(box.port))
            first, second = smtp.send(MESSAGE), smtp.send(MESSAGE)

        assert isinstance(first, Delivered)
        assert first == second, "the same key makes the same Message-ID"
        mail = box.mails[0]
        assert mail["Subject"] == MESSAGE.subject
        assert mail["Message-ID"] == first.receipt
        assert mail["Importance"] == "high"
        assert mail["To"] == "duty@office.example, deputy@office.example"
        assert MESSAGE.text in mail.get_content().replace("\r\n", "\n")
        assert MESSAGE.link in mail.get_content()

    @pytest.mark.parametrize("security", ["starttls", "ssl"])
    def test_encrypted_with_log_in(self, security: str, tmp_path: Path) -> None:
        certificate = self_signed(tmp_path)
        implicit = security == "ssl"
        with mailbox(certificate, implicit=implicit, password=SECRET) as box:
            options = self.options(box.port, ca_certs=certificate[0].name, user="desk")
            (tmp_path / (kept := "password")).write_text(f"{SECRET}\n", encoding="utf-8")
            good = channel("smtp", tmp_path, security=security, password_file=kept, **options).send(
                MESSAGE
            )
            bad = channel("smtp", tmp_path, security=security, password=SECRET[1:], **options)
            answer = refused(bad.send(MESSAGE))

        assert isinstance(good, Delivered)
        assert len(box.mails) == 1
        assert set(box.logins) == {b"desk"}
        assert "登录失败" in answer.reason
        assert not answer.retryable

    def test_an_unknown_certificate_is_refused(self, tmp_path: Path) -> None:
        with mailbox(self_signed(tmp_path)) as box:
            answer = channel("smtp", tmp_path, **self.options(box.port)).send(MESSAGE)

        assert "证书不可信" in refused(answer).reason
        assert box.mails == []

    def test_a_server_without_starttls_gets_nothing(self, tmp_path: Path) -> None:
        with mailbox() as box:
            answer = channel("smtp", tmp_path, **self.options(box.port)).send(MESSAGE)

        assert "不支持" in refused(answer).reason
        assert box.mails == []

    @pytest.mark.parametrize(
        ("said", "retryable"), [("451 try again later", True), ("554 spam", False)]
    )
    def test_the_servers_refusal(self, said: str, retryable: bool, tmp_path: Path) -> None:
        with mailbox() as box:
            box.answer = said
            smtp = channel("smtp", tmp_path, security="plain", **self.options(box.port))
            answer = refused(smtp.send(MESSAGE))

        assert answer.retryable is retryable
        assert said in answer.reason

    def test_one_bad_address_is_named_and_the_others_get_it(self, tmp_path: Path) -> None:
        with mailbox() as box:
            smtp = channel("smtp", tmp_path, security="plain", **self.options(box.port))
            box.refuse = frozenset({"deputy@office.example"})
            some = smtp.send(MESSAGE)
            box.refuse = frozenset({"duty@office.example", "deputy@office.example"})
            none = refused(smtp.send(MESSAGE))

        assert isinstance(some, Delivered)
        assert "deputy@office.example" in some.receipt
        assert "duty@office.example" in none.reason

    def test_a_title_with_line_breaks_stays_one_header(self, tmp_path: Path) -> None:
        broken = Message("k", "预警\r\nBcc: x@evil.example", "t", "", "", urgent=False)
        with mailbox() as box:
            smtp = channel("smtp", tmp_path, security="plain", **self.options(box.port))
            assert isinstance(smtp.send(broken), Delivered)

        assert box.mails[0]["Bcc"] is None
        assert box.mails[0]["Subject"] == "预警 Bcc: x@evil.example"


class TestConfiguration:
    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ({}, ["值班群", "kind", "wecom"]),
            ({"kind": "wechat"}, ["wechat", "wecom"]),
            ({"kind": "robot"}, ["robot", "可选"]),
            ({"kind": "file"}, ["folder", "必填"]),
            ({"kind": "file", "folder": ""}, ["folder", "不能为空"]),
            ({"kind": "file", "folder": 3}, ["folder", "文字"]),
            ({"kind": "file", "folder": "x", "foldr": "y"}, ["foldr", "没有这个设置项", "folder"]),
            ({"kind": "wecom"}, ["url", "url_file", "url_env"]),
            ({"kind": "wecom", "url": "qyapi"}, ["url", "https://"]),
            ({"kind": "wecom", "url": "https://[x"}, ["url", "https://"]),
            ({"kind": "wecom", "url": "http://qyapi.example/x"}, ["url", "必须用 https"]),
            ({"kind": "wecom", "url_file": "absent"}, ["url_file", "absent"]),
            ({"kind": "wecom", "url_env": "NO_SUCH_VARIABLE"}, ["url_env", "NO_SUCH_VARIABLE"]),
            ({"kind": "wecom", "url": "https://a.example", "url_env": "B"}, ["只能写其中一个"]),
            ({"kind": "webhook", "url": "https://a.example"}, ["secret", "secret_file"]),
            ({"kind": "smtp", "host": "mail.example", "security": "plain"}, ["plain", "starttls"]),
            ({"kind": "smtp", "host": "mail.example", "security": "tls"}, ["security", "ssl"]),
            ({"kind": "smtp", "host": "m", "port": True}, ["port", "65535"]),
            ({"kind": "smtp", "host": "m", "user": "u"}, ["password"]),
            ({"kind": "smtp", "host": "m", "user": "u", "password": "密"}, ["password", "英文"]),
            ({"kind": "smtp", "host": "m", "sender": "值班@b.example"}, ["sender", "值班"]),
            ({"kind": "smtp", "host": "m", "sender": "nobody"}, ["sender", "nobody"]),
            ({"kind": "smtp", "host": "m", "sender": "a@b.example"}, ["recipients"]),
            (
                {"kind": "smtp", "host": "m", "sender": "a@b.example", "recipients": "c@d.example"},
                ["recipients", "列表"],
            ),
        ],
    )
    def test_each_mistake_is_named(
        self, options: Mapping[str, Any], says: list[str], tmp_path: Path
    ) -> None:
        with pytest.raises(AlertError) as caught:
            build("值班群", options, tmp_path)
        for word in ["值班群", *says]:
            assert word in str(caught.value)

    def test_secrets_from_file_and_environment(
        self, server: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "address").write_text(f"{server.url}\n", encoding="utf-8")
        monkeypatch.setenv("ROBOT", server.url)

        for way in ({"url_file": "address"}, {"url_env": "ROBOT"}):
            assert isinstance(channel("wecom", tmp_path, **way).send(MESSAGE), Delivered)

    def test_no_secret_in_reprs_and_reasons(self, tmp_path: Path) -> None:
        with robot() as gone:
            url = f"{gone.url}?key=geheim"
        for kind in ("wecom", "dingtalk", "feishu", "webhook"):
            secret = {} if kind == "wecom" else {"secret": "geheim"}
            built = channel(kind, tmp_path, url=url, **secret)
            assert "geheim" not in repr(built)
            assert "geheim" not in refused(built.send(MESSAGE)).reason

    def test_the_kinds(self) -> None:
        assert kinds() == ("dingtalk", "feishu", "file", "sms", "smtp", "webhook", "wecom")
