"""What travels through a channel, and what a channel answers."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient, masked, ready to leave the house.

    `key` is its idempotency key: a message sent twice carries the same key. `markdown` may be
    empty: robots then get subject, text and link. `link` opens the alert in the console,
    `acknowledge` the page where the alert is signed for. `attachment` is a printable page.
    """

    key: str
    subject: str
    text: str
    markdown: str
    link: str
    urgent: bool
    acknowledge: str = ""
    attachment: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver took the message; `receipt` is what can be quoted to find it there."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The receiver did not take the message.

    `reason` is Chinese, says what to mend and holds no secret. `retryable`: the same message may
    be taken later without anybody mending anything. `pause`: seconds for which the receiver wants
    to hear nothing at all.
    """

    reason: str
    retryable: bool
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages within any `seconds`."""

    count: int
    seconds: float


class Channel(Protocol):
    """A way out of the house. Everything expected comes back as a result, nothing is raised."""

    def send(self, message: Message) -> Delivered | Refused:
        """Hand over one message; returns within half a minute whatever the other side does."""


@runtime_checkable
class Limited(Protocol):
    """A channel whose receiver takes only so much; one without limits takes everything."""

    limits: tuple[Limit, ...]
