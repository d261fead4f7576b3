"""企业微信 group robot: markdown, errcode in the body.

Limits and codes: https://developer.work.weixin.qq.com/document/path/91770 (4,096 bytes of
markdown, 20 messages a minute and robot).
"""

from dataclasses import dataclass

from alerts.channels.markdown import fitted, harmless
from alerts.channels.message import Channel, Delivered, Limit, Message, Refused
from alerts.channels.options import Options, Secret
from alerts.channels.robot import Dialect, deliver

LIMIT = 4096

_DIALECT = Dialect(
    name="企业微信",
    code="errcode",
    message="errmsg",
    retryable=frozenset({-1, 45009, 45033}),
    remedies={
        45009: "超过每分钟 20 条，稍后重试",
        93000: "地址里的 key 无效或机器人已被移出群，请重新复制 Webhook 地址",
        40058: "消息格式或长度不合规",
        93008: "机器人不在群里，请重新添加",
    },
    pauses={45009: 60.0, 45033: 10.0},
)


@dataclass(frozen=True, slots=True)
class WecomChannel:
    """One robot in one group."""

    url: Secret
    limits: tuple[Limit, ...] = (Limit(20, 60),)

    def send(self, message: Message) -> Delivered | Refused:
        colour = "warning" if message.urgent else "info"
        subject = f'<font color="{colour}">{harmless(message.subject)}</font>'
        content = fitted(message, LIMIT, heading=f"### {subject}\n\n")
        payload = {"msgtype": "markdown", "markdown": {"content": content}}
        return deliver(_DIALECT, self.url, payload)


def build(options: Options) -> Channel:
    """Option `url`: the robot's Webhook address."""
    url = options.url()
    options.finish()
    return WecomChannel(url)
