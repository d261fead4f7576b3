"""Links by which an alert is acknowledged: signed, expiring, good for one alert only.

A link in a group is everybody's, so it proves nothing about who opens it: the page asks. It is used
up with the alert: once somebody has signed, by any way, it opens nothing any more.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts.clock import moment
from alerts.errors import AlertError

VALID = timedelta(hours=24)
"""How long a link is good, from the making of its message on."""

_PURPOSE = b"acknowledge:"


class LinkError(AlertError):
    """A link that opens nothing; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the tokens of an office. `key` is its link-signing key."""

    key: bytes = field(repr=False)

    def token(self, alert: str, made: datetime) -> str:
        """The token of an alert; the same alert and time give the same one."""
        until = int((made + VALID).timestamp())
        content = f"{alert}.{until:x}"
        return f"{content}.{self._signature(content)}"

    def read(self, token: str, now: datetime) -> str:
        """The id of the alert. Raises LinkError for a token that is forged, cut or expired."""
        content, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(content).encode()):
            raise LinkError(
                "签收链接无效：可能复制不全或被改动，请从原消息重新打开，或登录控制台签收"
            )
        alert, _, until = content.rpartition(".")
        end = datetime.fromtimestamp(int(until, 16), UTC)
        if now >= end:
            raise LinkError(f"签收链接已于 {moment(end)} 过期：请登录控制台签收")
        return alert

    def _signature(self, content: str) -> str:
        digest = hmac.new(self.key, _PURPOSE + content.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
