"""The ways out of the house. Knows nothing of incidents: a message goes in, an answer comes out.

Each kind of channel is one module here with a function `build(options) -> Channel`; a new kind is
a new module, nothing else is edited.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from alerts.channels.message import Channel, Delivered, Message, Refused
from alerts.channels.options import Options
from alerts.errors import AlertError

__all__ = ["Channel", "Delivered", "Message", "Refused", "build", "kinds"]

_SHARED = {"http", "markdown", "message", "options", "robot"}


def kinds() -> tuple[str, ...]:
    """The kinds of channel that there are."""
    return tuple(m.name for m in iter_modules(__path__) if m.name not in _SHARED)


def build(name: str, options: Mapping[str, Any], root: Path) -> Channel:
    """The channel `name` from its table in the configuration.

    Raises AlertError that names channel, option and remedy: unknown kind, unknown or malformed
    option, missing secret. Nothing is sent.
    """
    known = "、".join(kinds())
    kind = options.get("kind")
    if kind is None:
        raise AlertError(f"渠道 {name} 缺少设置项 kind，可选：{known}")
    if kind not in kinds():
        raise AlertError(f"渠道 {name} 的设置项 kind：没有 {kind} 这种渠道，可选：{known}")
    reader = Options(name, options, root)
    channel: Channel = import_module(f"alerts.channels.{kind}").build(reader)
    return channel
