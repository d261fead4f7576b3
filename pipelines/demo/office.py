"""The demo's office: a fictitious prefecture, its departments, roster, users and configuration.

Its division codes begin with 99, which no real division has; they are known only where
`[office] divisions` names the table written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlsplit

from alerts.organisation import KINDS
from crawlers.dates import CHINA
from pipelines.config import FILE_NAME, create_secrets
from pipelines.office import organisation_text, roster_text

_HERE: Final = Path(__file__).parent
PREFECTURE: Final = "990100"
DIVISIONS: Final = {
    PREFECTURE: "云汀市",
    "990102": "栖云区",
    "990103": "沙浦区",
    "990121": "苇湖县",
    "990122": "白榆县",
}
"""The prefecture and its counties: those that have departments."""

ROSTER_DAYS: Final = 32
"""Thirty days without a gap, whatever the hour and zone of the start."""


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who can log in to the demo's console; `role` is the rung of the roster, if any."""

    username: str
    name: str
    department: str
    role: str = ""
    admin: bool = False

    @property
    def division(self) -> str:
        return self.department.partition("-")[0]


USERS: Final = (
    DemoUser("zhiban", "值班员", f"{PREFECTURE}-妇联", "值班"),
    DemoUser("fuban", "副班员", f"{PREFECTURE}-妇联", "副班"),
    DemoUser("daiban", "带班领导", f"{PREFECTURE}-妇联", "带班领导"),
    DemoUser("gongan", "市公安局联络员", f"{PREFECTURE}-公安"),
    DemoUser("baiyu", "白榆县妇联联络员", "990122-妇联"),
    DemoUser("guanli", "管理员", f"{PREFECTURE}-妇联", admin=True),
)


def prepare(var: Path, now: datetime, base_url: str) -> Path:
    """Write the whole office into the folder `var`; returns the path of its shengyuan.toml.

    Secrets and databases that are there stay. `base_url` is the running site's.
    """
    var.mkdir(parents=True, exist_ok=True)
    create_secrets(var)
    people = {user.role: user.username for user in USERS if user.role}
    texts = {
        "divisions.csv": (_HERE / "divisions.csv").read_text("utf-8"),
        "org.toml": organisation_text(PREFECTURE, DIVISIONS, KINDS, _channels_of),
        "roster.csv": roster_text(people, now.astimezone(CHINA), ROSTER_DAYS),
        "sources.toml": _filled("sources.toml", base_url=base_url),
        FILE_NAME: _configuration(base_url),
    }
    for name, text in texts.items():
        (var / name).write_text(text, "utf-8")
    return var / FILE_NAME


def _configuration(base_url: str) -> str:
    channels = "\n".join(
        f'[channels.{name}]\nkind = "file"\nfolder = "inbox/{place}"\n'
        for code, place in DIVISIONS.items()
        for name in _channels_of(code)
    )
    return _filled(FILE_NAME, site=urlsplit(base_url).netloc, channels=channels)


def _channels_of(division: str) -> Sequence[str]:
    return [f"inbox-{division}"]


def _filled(template: str, **values: str) -> str:
    return Template((_HERE / "templates" / template).read_text("utf-8")).substitute(values)
