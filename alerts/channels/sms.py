"""Text messages through the HTTP interfaces of 阿里云 and 腾讯云.

Both send approved templates only: the office's template has three variables, what (等级和类别),
where with the deadline, and the number of the alert. Texts are cut to what a variable may hold.

https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature and
https://cloud.tencent.com/document/api/382/52071, as far as signatures go.
"""

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from alerts.channels.http import html_refusal, post
from alerts.channels.message import Channel, Delivered, Limit, Message, Refused
from alerts.channels.options import Options, Secret

VARIABLE = 35
"""Characters that one variable of a template may hold."""

_JSON = "application/json; charset=utf-8"
_BUSY = re.compile("limit|frequency|throttl|internal|system|timeout|busy", re.IGNORECASE)


class Provider(Protocol):
    """How one provider is asked, and how it answers."""

    def request(self, variables: Sequence[str]) -> tuple[Secret, bytes, Mapping[str, str]]:
        """Address, body and headers of the request that sends these variables."""

    def verdict(self, answer: Mapping[str, Any]) -> Delivered | Refused:
        """What the answer means."""


@dataclass(frozen=True, slots=True)
class SmsChannel:
    """One template to fixed numbers. A number may get one message every two seconds."""

    provider: Provider
    limits: tuple[Limit, ...] = (Limit(30, 60),)

    def send(self, message: Message) -> Delivered | Refused:
        answer = post(*self.provider.request(variables(message)))
        if isinstance(answer, Refused):
            return answer
        if answer.html:
            return html_refusal()
        try:
            fields = json.loads(answer.body)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            return Refused("短信服务的应答看不懂，不能算送达，请检查地址", retryable=True)
        return self.provider.verdict(fields)


def variables(message: Message) -> tuple[str, str, str]:
    """What, the order with its deadline, and the number of the alert."""
    asked = next(
        (line for line in message.text.splitlines() if line.startswith("请")), "请登录查看"
    )
    number = message.link.rstrip("/").rpartition("/")[2] or message.key
    return message.subject[:VARIABLE], asked[:VARIABLE], number[:VARIABLE]


@dataclass(frozen=True, slots=True)
class Aliyun:
    """阿里云 SendSms, version 2017-05-25, signed by ACS3-HMAC-SHA256."""

    url: Secret
    key_id: str
    key: Secret
    sign_name: str
    template: str
    numbers: tuple[str, ...]
    clock: Callable[[], float]

    def request(self, variables: Sequence[str]) -> tuple[Secret, bytes, Mapping[str, str]]:
        named = dict(zip(("what", "todo", "number"), variables, strict=True))
        query = {
            "PhoneNumbers": ",".join(self.numbers),
            "SignName": self.sign_name,
            "TemplateCode": self.template,
            "TemplateParam": json.dumps(named, ensure_ascii=False),
        }
        at = datetime.fromtimestamp(self.clock(), UTC)
        headers = {
            "content-type": _JSON,
            "host": urlsplit(self.url.value).netloc,
            "x-acs-action": "SendSms",
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": "2017-05-25",
        }
        signed = aliyun_signature(self.key.value, query, headers)
        names = ";".join(sorted(headers))
        headers["Authorization"] = (
            f"ACS3-HMAC-SHA256 Credential={self.key_id},SignedHeaders={names},Signature={signed}"
        )
        sent = {"Content-Type": headers.pop("content-type")} | headers
        return Secret(f"{self.url.value.rstrip('/')}/?{_canonical(query)}"), b"", sent

    def verdict(self, answer: Mapping[str, Any]) -> Delivered | Refused:
        if answer.get("Code") == "OK":
            return Delivered(f"阿里云短信 {answer.get('BizId', '')}"[:200])
        return _refused("阿里云", answer.get("Code"), answer.get("Message"))


@dataclass(frozen=True, slots=True)
class Tencent:
    """腾讯云 SendSms, version 2021-01-11, signed by TC3-HMAC-SHA256."""

    url: Secret
    key_id: str
    key: Secret
    sign_name: str
    template: str
    numbers: tuple[str, ...]
    application: str
    clock: Callable[[], float]

    def request(self, variables: Sequence[str]) -> tuple[Secret, bytes, Mapping[str, str]]:
        body = json.dumps(
            {
                "PhoneNumberSet": list(self.numbers),
                "SmsSdkAppId": self.application,
                "SignName": self.sign_name,
                "TemplateId": self.template,
                "TemplateParamSet": list(variables),
            },
            ensure_ascii=False,
        ).encode()
        at = int(self.clock())
        host = urlsplit(self.url.value).netloc
        scope = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}/sms/tc3_request"
        signed = tencent_signature(self.key.value, {"content-type": _JSON, "host": host}, body, at)
        headers = {
            "Content-Type": _JSON,
            "Host": host,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(at),
            "X-TC-Region": "ap-guangzhou",
            "Authorization": f"TC3-HMAC-SHA256 Credential={self.key_id}/{scope}, "
            f"SignedHeaders=content-type;host, Signature={signed}",
        }
        return self.url, body, headers

    def verdict(self, answer: Mapping[str, Any]) -> Delivered | Refused:
        response = answer.get("Response")
        if not isinstance(response, dict):
            return Refused("短信服务的应答看不懂，不能算送达，请检查地址", retryable=True)
        error = response.get("Error")
        if isinstance(error, dict):
            return _refused("腾讯云", error.get("Code"), error.get("Message"))
        states = [state for state in response.get("SendStatusSet") or () if isinstance(state, dict)]
        taken = [state for state in states if state.get("Code") == "Ok"]
        if taken:
            left = "，".join(str(s.get("PhoneNumber")) for s in states if s not in taken)
            number = taken[0].get("SerialNo", "")
            return Delivered(f"腾讯云短信 {number}{'，未收：' if left else ''}{left}"[:200])
        first = states[0] if states else {}
        return _refused("腾讯云", first.get("Code"), first.get("Message"))


def build(options: Options) -> Channel:
    """Options `provider` (aliyun, tencent), `key_id`, secret `key`, `sign_name`, `template`,
    `numbers`, `application` (tencent only) and, to go through a gateway, `url`."""
    name = options.choice("provider", ("aliyun", "tencent"), "aliyun")
    common: dict[str, Any] = {
        "url": options.url(default=_ADDRESSES[name]),
        "key_id": options.text("key_id"),
        "key": options.secret("key"),
        "sign_name": options.text("sign_name"),
        "template": options.text("template"),
        "numbers": tuple(_number(options, number, name) for number in options.texts("numbers")),
        "clock": time.time,
    }
    provider: Provider
    if name == "tencent":
        provider = Tencent(application=options.text("application"), **common)
    else:
        provider = Aliyun(**common)
    options.finish()
    return SmsChannel(provider)


_ADDRESSES = {
    "aliyun": "https://dysmsapi.aliyuncs.com",
    "tencent": "https://sms.tencentcloudapi.com",
}


def aliyun_signature(key: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The signature of a POST to / with these query parameters and (lower-case) headers."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    canonical = "\n".join(
        ("POST", "/", _canonical(query), lines, names, headers["x-acs-content-sha256"])
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(key.encode(), f"ACS3-HMAC-SHA256\n{digest}".encode(), "sha256").hexdigest()


def tencent_signature(
    key: str, headers: Mapping[str, str], body: bytes, at: int, service: str = "sms"
) -> str:
    """The signature of a POST to / with this body at `at` (seconds)."""
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(
        ("POST", "/", "", lines, ";".join(sorted(headers)), hashlib.sha256(body).hexdigest())
    )
    day = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{at}\n{day}/{service}/tc3_request\n{digest}"
    signing = f"TC3{key}".encode()
    for part in (day, service, "tc3_request"):
        signing = hmac.new(signing, part.encode(), "sha256").digest()
    return hmac.new(signing, text.encode(), "sha256").hexdigest()


def _canonical(query: Mapping[str, str]) -> str:
    return "&".join(
        f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query)
    )


def _number(options: Options, number: str, provider: str) -> str:
    digits = number.removeprefix("+86")
    if not re.fullmatch("1[0-9]{10}", digits):
        raise options.error("numbers", f"{number} 不是手机号码，应为 11 位数字")
    return f"+86{digits}" if provider == "tencent" else digits


def _refused(provider: str, code: object, said: object) -> Refused:
    busy = bool(_BUSY.search(str(code)))
    remedy = "稍后重试" if busy else "请核对密钥、签名、模板、号码和余额"
    reason = f"{provider}短信拒收（{code}：{str(said)[:150]}），{remedy}"
    return Refused(reason, retryable=busy, pause=60.0 if busy else 0.0)
