"""A working configuration for a real office: shengyuan.toml, org.toml, roster.csv and secrets."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from alerts.roster import ROLES
from pipelines.config import create_secrets
from pipelines.errors import ConfigError

DEPARTMENT_NAMES: Final = {
    "妇联": "{}妇女联合会",
    "公安": "{}公安局",
    "教育": "{}教育局",
    "民政": "{}民政局",
    "检察院": "{}人民检察院",
    "法院": "{}人民法院",
    "司法": "{}司法局",
    "人社": "{}人力资源和社会保障局",
    "卫健": "{}卫生健康局",
    "网信": "{}互联网信息办公室",
    "农业农村": "{}农业农村局",
    "市场监管": "{}市场监督管理局",
    "团委": "共青团{}委",
    "工会": "{}总工会",
    "政法委": "中共{}委政法委员会",
    "宣传": "中共{}委宣传部",
}
"""The usual name of each kind of department, with its division in place of {}."""


@dataclass(frozen=True, slots=True)
class Founding:
    """The answers that `init` needs. `channel` is a channel's options with its `kind`.

    `secrets` are values that must not stand in the configuration: file name under var/secrets →
    content.
    """

    division: str
    place: str
    name: str
    kinds: Sequence[str]
    channel_name: str
    channel: Mapping[str, object]
    officer: str
    contact: str
    secrets: Mapping[str, str] = field(default_factory=dict)


def found(answers: Founding, target: Path, now: datetime) -> list[Path]:
    """Write the configuration to `target` and its other files beside it; returns all written.

    Raises ConfigError when `target` is already there: nothing is overwritten.
    """
    folder = target.parent
    if target.exists():
        raise ConfigError(f"{target} 已存在：不会覆盖；要重新开始请先把它移走")
    folder.mkdir(parents=True, exist_ok=True)
    var = folder / "var"
    written = create_secrets(var)
    for name, content in answers.secrets.items():
        path = var / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(content + "\n", "utf-8")
        written.append(path)
    texts = {
        "org.toml": organisation_text(
            answers.division,
            {answers.division: answers.place},
            answers.kinds,
            lambda _: [answers.channel_name],
        ),
        "roster.csv": roster_text(dict.fromkeys(ROLES, answers.officer), now, days=31),
        target.name: _configuration(answers),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
        written.append(folder / name)
    return written


def organisation_text(
    division: str,
    places: Mapping[str, str],
    kinds: Sequence[str],
    channels: Callable[[str], Sequence[str]],
) -> str:
    """org.toml with every kind of department in each of `places` (code → name).

    Those outside `division` itself report to the same kind in it; `channels` names the channels of
    a division's departments.
    """
    parts = [f"division = {_toml(division)}"]
    for code, place in places.items():
        for kind in kinds:
            values = {
                "id": f"{code}-{kind}",
                "name": DEPARTMENT_NAMES.get(kind, "{}" + kind).format(place),
                "kind": kind,
                "division": code,
                "parent": "" if code == division else f"{division}-{kind}",
                "channels": channels(code),
                "phone": "",
            }
            lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
            parts.append("\n".join(["[[department]]", *lines]))
    return "\n\n".join(parts) + "\n"


def roster_text(people: Mapping[str, str], now: datetime, days: int) -> str:
    """A roster CSV: each role's person around the clock, shifts of twelve hours."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["start", "end", "person", "role"])
    morning = now.replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for half_day in range(2 * (days + 1)):
        start = morning + timedelta(hours=12 * half_day)
        end = start + timedelta(hours=12)
        for role, person in people.items():
            table.writerow([start.isoformat(), end.isoformat(), person, role])
    return text.getvalue()


def _configuration(answers: Founding) -> str:
    channel = "\n".join(f"{key} = {_toml(value)}" for key, value in answers.channel.items())
    return f"""# 声援的配置。全部设置项及说明见 shengyuan.example.toml；路径相对于本文件。

[office]
division = {_toml(answers.division)}
name = {_toml(answers.name)}
organisation = "org.toml"
roster = "roster.csv"

[crawl]
# 启用来源：shengyuan sources enable 名称（先实测，通过才启用）
enabled = []
contact = {_toml(answers.contact)}

[channels.{answers.channel_name}]
{channel}
"""


def _toml(value: object) -> str:
    # A JSON string, number, boolean or list of strings is one in TOML too.
    return json.dumps(value, ensure_ascii=False)
