"""What travels through a channel, and what a channel answers."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient, masked, ready to leave the house.

    `key` is its idempotency key: a message sent twice carries the same key. `markdown` may be
    empty: robots then get subject, text and link. `link` opens the alert in the console.
    """

    key: str
    subject: str
    text: str
    markdown: str
    link: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver took the message; `receipt` is what can be quoted to find it there."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The receiver did not take the message.

    `reason` is Chinese, says what to mend and holds no secret. `retryable`: the same message may
    be taken later without anybody mending anything.
    """

    reason: str
    retryable: bool


class Channel(Protocol):
    """A way out of the house. Everything expected comes back as a result, nothing is raised."""

    def send(self, message: Message) -> Delivered | Refused:
        """Hand over one message; returns within half a minute whatever the other side does."""
