"""Any system of the office that takes JSON: signed, with the idempotency key in a header.

The receiver computes HMAC-SHA256 with the shared secret over "<timestamp>.<body>" and compares it
with X-Shengyuan-Signature; a timestamp (seconds) that is far off is a replayed request.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import quote

from alerts.channels.http import html_refusal, post
from alerts.channels.message import Channel, Delivered, Message, Refused
from alerts.channels.options import Options, Secret


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Delivered when the receiver answers 2xx with anything but a page."""

    url: Secret
    secret: Secret
    clock: Callable[[], float]

    def send(self, message: Message) -> Delivered | Refused:
        body = json.dumps(asdict(message), ensure_ascii=False).encode()
        timestamp = str(int(self.clock()))
        headers = {
            # A header carries Latin letters only.
            "Idempotency-Key": quote(message.key, safe=":/@"),
            "X-Shengyuan-Timestamp": timestamp,
            "X-Shengyuan-Signature": signature(self.secret.value, timestamp, body),
        }
        answer = post(self.url, body, headers)
        if isinstance(answer, Refused):
            return answer
        if answer.html:
            return html_refusal()
        return Delivered(f"HTTP {answer.status}")


def build(options: Options) -> Channel:
    """Options `url` and `secret`."""
    url = options.url()
    secret = options.secret("secret")
    options.finish()
    return WebhookChannel(url, secret, time.time)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Shengyuan-Signature."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"
