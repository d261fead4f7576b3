"""飞书 group robot: a card, signature in the body, code in the body.

https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: HMAC-SHA256 keyed with
"<seconds>\\n<secret>" over nothing; 100 messages a minute, 5 a second, 20 KB a request.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alerts.channels.markdown import fitted
from alerts.channels.message import Channel, Delivered, Limit, Message, Refused
from alerts.channels.options import Options, Secret
from alerts.channels.robot import Dialect, deliver

LIMIT = 16_000
"""Bytes of markdown in a card; the rest of the 20 KB is left to the card and to escapes."""

_DIALECT = Dialect(
    name="飞书",
    code="code",
    message="msg",
    retryable=frozenset({9499, 11232}),
    remedies={
        9499: "发送过快或格式有误，稍后重试",
        11232: "超过频率限制，稍后重试",
        19001: "Webhook 地址无效，请重新复制",
        19021: "签名未通过：请核对签名密钥和本机时间（误差须在一小时内）",
        19022: "本机出口 IP 不在白名单，请在机器人安全设置中添加",
        19024: "未包含机器人设置的关键词，请改用签名校验",
    },
    pauses={9499: 5.0, 11232: 30.0},
)


@dataclass(frozen=True, slots=True)
class FeishuChannel:
    """One robot in one group; an empty secret means keyword or address protection."""

    url: Secret
    secret: Secret
    clock: Callable[[], float]
    limits: tuple[Limit, ...] = (Limit(5, 1), Limit(100, 60))

    def send(self, message: Message) -> Delivered | Refused:
        payload: dict[str, Any] = {"msg_type": "interactive", "card": _card(message)}
        if self.secret.value:
            timestamp = str(int(self.clock()))
            sign = signature(self.secret.value, timestamp)
            payload |= {"timestamp": timestamp, "sign": sign}
        return deliver(_DIALECT, self.url, payload)


def build(options: Options) -> Channel:
    """Options `url` and, when the robot is protected by signature, `secret`."""
    url = options.url()
    secret = options.secret("secret", required=False)
    options.finish()
    return FeishuChannel(url, secret, time.time)


def signature(secret: str, timestamp: str) -> str:
    """The signature of a request at `timestamp` (seconds)."""
    key = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


def _card(message: Message) -> dict[str, Any]:
    return {
        "config": {"wide_screen_mode": True},
        "header": {
            "template": "red" if message.urgent else "blue",
            "title": {"tag": "plain_text", "content": message.subject},
        },
        "elements": [{"tag": "markdown", "content": fitted(message, LIMIT)}, *_buttons(message)],
    }


def _buttons(message: Message) -> list[dict[str, Any]]:
    if not message.acknowledge:
        return []
    buttons = [
        {
            "tag": "button",
            "text": {"tag": "plain_text", "content": name},
            "url": url,
            "type": kind,
        }
        for name, url, kind in (
            ("签收", message.acknowledge, "primary"),
            ("打开处理", message.link, "default"),
        )
    ]
    return [{"tag": "action", "actions": buttons}]
