"""What the three group robots share: HTTP 200 says nothing, the code in the body decides."""

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from alerts.channels.http import html_refusal, post
from alerts.channels.message import Delivered, Refused
from alerts.channels.options import Secret


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one platform answers: the fields of code and message, which codes pass, what to do.

    `remedies` maps known codes to a Chinese remedy, `pauses` those of rate limits to the seconds
    after which the robot listens again.
    """

    name: str
    code: str
    message: str
    retryable: Set[int]
    remedies: Mapping[int, str]
    pauses: Mapping[int, float]


def deliver(dialect: Dialect, url: Secret, payload: Mapping[str, Any]) -> Delivered | Refused:
    """POST the payload to the robot and read its own result code."""
    answer = post(url, json.dumps(payload, ensure_ascii=False).encode())
    if isinstance(answer, Refused):
        return answer
    if answer.html:
        return html_refusal()
    return verdict(dialect, answer.body)


def verdict(dialect: Dialect, body: bytes) -> Delivered | Refused:
    """What a robot's answer means; code 0 alone is delivered."""
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    code = fields.get(dialect.code) if isinstance(fields, dict) else None
    if isinstance(code, bool) or not isinstance(code, int):
        return Refused(f"{dialect.name}机器人的应答看不懂，不能算送达，请检查地址", retryable=True)
    if code == 0:
        return Delivered(f"{dialect.name}已接收")
    said = str(fields.get(dialect.message, ""))[:200]
    remedy = dialect.remedies.get(code, "请按错误码查对方文档")
    reason = f"{dialect.name}机器人拒收（错误码 {code}：{said}），{remedy}"
    pause = dialect.pauses.get(code, 0.0)
    return Refused(reason, retryable=code in dialect.retryable, pause=pause)
