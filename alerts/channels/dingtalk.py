"""钉钉 group robot: signature in the URL, errcode in the body.

https://open.dingtalk.com/document/robots/custom-robot-access: HMAC-SHA256 keyed with the secret
over "<milliseconds>\\n<secret>"; 20 messages a minute, then ten minutes of silence.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from alerts.channels.markdown import fitted, harmless
from alerts.channels.message import Channel, Delivered, Limit, Message, Refused
from alerts.channels.options import Options, Secret
from alerts.channels.robot import Dialect, deliver

LIMIT = 18_000
"""Bytes of markdown; the documented 20,000 hold the whole request."""

_DIALECT = Dialect(
    name="钉钉",
    code="errcode",
    message="errmsg",
    retryable=frozenset({-1, 130101, 410100, 90018, 90030}),
    remedies={
        130101: "超过每分钟 20 条，十分钟后重试",
        410100: "发送过快，稍后重试",
        310000: "未通过安全设置：请核对加签密钥、关键词、IP 白名单和本机时间",
        300001: "地址里的 access_token 无效，请重新复制 Webhook 地址",
        400101: "地址里的 access_token 不存在，请重新复制 Webhook 地址",
        400102: "机器人已停用，请在群设置中启用",
        400013: "群已解散，请换一个群",
        400106: "机器人不存在，请重新添加",
    },
    pauses={130101: 600.0, 410100: 600.0},
)


@dataclass(frozen=True, slots=True)
class DingtalkChannel:
    """One robot in one group; an empty secret means keyword or address protection."""

    url: Secret
    secret: Secret
    clock: Callable[[], float]
    limits: tuple[Limit, ...] = (Limit(20, 60),)

    def send(self, message: Message) -> Delivered | Refused:
        return deliver(_DIALECT, self._signed_url(), _payload(message))

    def _signed_url(self) -> Secret:
        if not self.secret.value:
            return self.url
        timestamp = str(round(self.clock() * 1000))
        parts = urlsplit(self.url.value)
        signed = {"timestamp": timestamp, "sign": signature(self.secret.value, timestamp)}
        query = urlencode(parse_qsl(parts.query) + list(signed.items()))
        return Secret(urlunsplit(parts._replace(query=query)))


def _payload(message: Message) -> dict[str, Any]:
    """A card with buttons for a message that asks to be signed for, else markdown."""
    subject = harmless(message.subject)
    heading = f"#### {subject}\n\n"
    if not message.acknowledge:
        text = fitted(message, LIMIT, heading=heading)
        return {"msgtype": "markdown", "markdown": {"title": subject[:60], "text": text}}
    card = {
        "title": subject[:60],
        "text": fitted(message, LIMIT, heading=heading),
        "btnOrientation": "1",
        "btns": [
            {"title": "签收", "actionURL": message.acknowledge},
            {"title": "打开处理", "actionURL": message.link},
        ],
    }
    return {"msgtype": "actionCard", "actionCard": card}


def build(options: Options) -> Channel:
    """Options `url` and, when the robot is protected by signature, `secret`."""
    url = options.url()
    secret = options.secret("secret", required=False)
    options.finish()
    return DingtalkChannel(url, secret, time.time)


def signature(secret: str, timestamp: str) -> str:
    """The signature of a request at `timestamp` (milliseconds)."""
    text = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
