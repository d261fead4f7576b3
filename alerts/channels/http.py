"""One POST with bounded time and size, its failures told in Chinese and without the address.

Robots carry their secret in the URL, so no message here may quote it, nor an exception of the
HTTP library that does.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import requests

from alerts.channels.message import Refused
from alerts.channels.options import Secret

TIMEOUT = 10.0
"""Seconds to connect, and seconds of silence while reading."""

_DEADLINE = 20.0
_LIMIT = 16 * 1024
_LONGEST_PAUSE = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer, at most 16 KB of it."""

    status: int
    body: bytes
    html: bool


def post(url: Secret, body: bytes, headers: Mapping[str, str] | None = None) -> Answer | Refused:
    """POST JSON and return the answer; everything but 2xx, and every failure, is Refused."""
    sent = {"Content-Type": "application/json; charset=utf-8"} | dict(headers or {})
    try:
        with requests.post(
            url.value,
            data=body,
            headers=sent,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            content = _read(response)
            status = response.status_code
            kind = response.headers.get("Content-Type", "")
            wait = response.headers.get("Retry-After", "")
    except requests.exceptions.SSLError:
        return Refused("对方的 TLS 证书不可信，请检查地址、系统时间和代理", retryable=False)
    except (requests.Timeout, TimeoutError):
        return Refused(f"对方超过 {TIMEOUT:.0f} 秒没有应答", retryable=True)
    except OSError:
        return Refused("连接不上对方，请检查网络、代理和地址", retryable=True)
    if 200 <= status < 300:
        return Answer(status, content, "html" in kind or content.lstrip()[:1] == b"<")
    return _refused(status, wait)


def html_refusal() -> Refused:
    """A page where an answer was due: a proxy's or portal's, so the message went nowhere."""
    reason = "对方返回的是网页而不是应答，多为上网认证或代理拦截，请检查本机出口网络和地址"
    return Refused(reason, retryable=True)


def _read(response: requests.Response) -> bytes:
    deadline = time.monotonic() + _DEADLINE
    content = bytearray()
    # Byte by byte: a larger read would let a trickle outlast the deadline.
    for byte in response.iter_content(1):
        content += byte
        if len(content) >= _LIMIT:
            break
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(content)


def _refused(status: int, wait: str) -> Refused:
    if status == 429:
        pause = min(float(wait), _LONGEST_PAUSE) if wait.isdecimal() else 0.0
        return Refused("对方限流（HTTP 429），稍后重试", retryable=True, pause=pause)
    if status >= 500 or status == 408:
        return Refused(f"对方暂时出错（HTTP {status}），稍后重试", retryable=True)
    if 300 <= status < 400:
        return Refused(f"对方要求跳转（HTTP {status}），请改用最终地址", retryable=False)
    return Refused(f"对方拒收（HTTP {status}），请检查地址和密钥", retryable=False)
