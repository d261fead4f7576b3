"""A channel's table in the configuration, read option by option; what nobody read is an error."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from alerts.errors import AlertError


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that never shows itself in a log, a traceback or a repr."""

    value: str

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


class Options:
    """The options of the channel `name`; relative paths are relative to `root`.

    Every reader raises AlertError that names channel, option and remedy. `finish` refuses the
    options that no reader asked for.
    """

    def __init__(self, name: str, table: Mapping[str, Any], root: Path) -> None:
        self._name = name
        self._table = table
        self._root = root
        self._known: list[str] = []

    def error(self, key: str, problem: str) -> AlertError:
        """The error about one option, to be raised by the caller."""
        return AlertError(f"渠道 {self._name} 的设置项 {key}：{problem}")

    def text(self, key: str, default: str | None = None) -> str:
        """A non-empty string; required when there is no default."""
        value = self._take(key, default)
        if not isinstance(value, str):
            raise self.error(key, f'应为文字（加引号），例如 {key} = "…"')
        if not value.strip() and default is None:
            raise self.error(key, "不能为空")
        return value.strip()

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One of the allowed words."""
        value = self.text(key, default)
        if value not in allowed:
            raise self.error(key, f"只能是 {'、'.join(allowed)}，现为 {value}")
        return value

    def port(self, key: str, default: int) -> int:
        """A TCP port."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
            raise self.error(key, "应为 1 到 65535 的整数")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list with at least one string."""
        value = self._take(key, None)
        valid = isinstance(value, list | tuple) and value
        if not valid or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(key, f'应为至少一项的文字列表，例如 {key} = ["…"]')
        return tuple(item.strip() for item in value)

    def path(self, key: str, default: str | None = None) -> Path:
        """A path, made absolute."""
        return self._root / self.text(key, default)

    def optional_path(self, key: str) -> Path | None:
        """A path, or None when the option is not there."""
        self._known.append(key)
        return self.path(key) if key in self._table else None

    def secret(self, key: str, *, required: bool = True) -> Secret:
        """A secret, given as `key`, as the file `key_file` or as the variable `key_env`.

        Exactly one of the three may be given; an absent optional secret is empty.
        """
        ways = (key, f"{key}_file", f"{key}_env")
        self._known.extend(ways)
        given = [way for way in ways if way in self._table]
        if len(given) > 1:
            raise self.error(key, f"{'、'.join(given)} 只能写其中一个，请删去其余")
        if not given:
            if required:
                raise self.error(
                    key, f"缺少：请写 {ways[1]}（密钥所在文件）或 {ways[2]}（环境变量名）"
                )
            return Secret("")
        value = self._read_secret(key, given[0]).strip()
        if not value:
            raise self.error(given[0], "读到的是空值，请填入密钥")
        return Secret(value)

    def url(self, key: str = "url", default: str = "") -> Secret:
        """A secret URL: https, or http on this machine only: no alert travels in the clear.

        Required when there is no default.
        """
        secret = self.secret(key, required=not default)
        if not secret.value:
            return Secret(default)
        try:
            parts = urlsplit(secret.value)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            host, parts = "", urlsplit("")
        if parts.scheme not in {"http", "https"} or not host:
            raise self.error(key, "不是完整的网址，应以 https:// 开头")
        if parts.scheme == "http" and not is_loopback(host):
            raise self.error(key, "必须用 https:// 地址（只有本机地址可以用 http://）")
        return secret

    def finish(self) -> None:
        """Refuse what was written but is no option of this kind of channel."""
        unknown = [key for key in self._table if key not in self._known and key != "kind"]
        if unknown:
            known = "、".join(dict.fromkeys(self._known))
            raise self.error(unknown[0], f"没有这个设置项，请删去或改为其中之一：{known}")

    def _take(self, key: str, default: Any) -> Any:
        self._known.append(key)
        if key not in self._table and default is None:
            raise self.error(key, "缺少这个必填项")
        return self._table.get(key, default)

    def _read_secret(self, key: str, way: str) -> str:
        value = self._table[way]
        if not isinstance(value, str):
            raise self.error(way, "应为文字（加引号）")
        if way == key:
            return value
        if way.endswith("_env"):
            if value not in os.environ:
                raise self.error(way, f"环境变量 {value} 没有设置，请先设置再启动")
            return os.environ[value]
        path = self._root / value
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise self.error(way, f"读不了密钥文件 {path}，请检查路径、权限和编码") from error


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
