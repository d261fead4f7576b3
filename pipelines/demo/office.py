"""The demo's office: a fictitious prefecture, its departments, roster, users and configuration.

Its division codes begin with 99, which no real division has; they are known only where
`[office] divisions` names the table written here.
"""

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlsplit

from pipelines.config import create_secrets
from pipelines.demo.site import CHINA

_HERE: Final = Path(__file__).parent
PREFECTURE: Final = "990100"
DIVISIONS: Final = {
    "990100": "云汀市",
    "990102": "栖云区",
    "990103": "沙浦区",
    "990121": "苇湖县",
    "990122": "白榆县",
}
"""The prefecture and its counties: those that have departments."""

_DEPARTMENTS: Final = {
    "妇联": ("fulian", "{}妇女联合会"),
    "公安": ("gongan", "{}公安局"),
    "教育": ("jiaoyu", "{}教育局"),
    "民政": ("minzheng", "{}民政局"),
    "人社": ("renshe", "{}人力资源和社会保障局"),
    "卫健": ("weijian", "{}卫生健康局"),
    "检察院": ("jiancha", "{}人民检察院"),
    "法院": ("fayuan", "{}人民法院"),
    "司法": ("sifa", "{}司法局"),
    "网信": ("wangxin", "{}互联网信息办公室"),
    "农业农村": ("nongye", "{}农业农村局"),
    "市场监管": ("shichang", "{}市场监督管理局"),
    "团委": ("tuanwei", "共青团{}委"),
    "工会": ("gonghui", "{}总工会"),
    "政法委": ("zhengfa", "中共{}委政法委员会"),
    "残联": ("canlian", "{}残疾人联合会"),
    "宣传": ("xuanchuan", "中共{}委宣传部"),
    "文旅": ("wenlv", "{}文化和旅游局"),
}
"""The slug and the name of each kind of department, with its division in place of {}."""

_HOTLINES: Final = {"公安": "110", "妇联": "12338", "人社": "12333", "团委": "12355"}
ROSTER_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who can log in to the demo's console."""

    username: str
    name: str
    department: str
    division: str
    role: str
    admin: bool = False


USERS: Final = (
    DemoUser("zhiban", "值班员", "fulian-990100", "990100", "值班"),
    DemoUser("fuban", "副班员", "fulian-990100", "990100", "副班"),
    DemoUser("daiban", "带班领导", "fulian-990100", "990100", "带班领导"),
    DemoUser("gongan", "公安联络员", "gongan-990100", "990100", "联络员"),
    DemoUser("baiyu", "白榆县妇联联络员", "fulian-990122", "990122", "联络员"),
    DemoUser("guanli", "管理员", "fulian-990100", "990100", "管理员", admin=True),
)


def prepare(var: Path, now: datetime, base_url: str) -> Path:
    """Write the whole office into the folder `var`; returns the path of its shengyuan.toml.

    Everything is written anew but the secrets and the databases, so a demo that is started again
    goes on with what it knew. `base_url` is the running site's.
    """
    var.mkdir(parents=True, exist_ok=True)
    create_secrets(var)
    (var / "divisions.csv").write_bytes((_HERE / "divisions.csv").read_bytes())
    (var / "org.toml").write_text(organisation(), "utf-8")
    (var / "roster.csv").write_text(roster(now), "utf-8")
    (var / "sources.toml").write_text(_filled("sources.toml", base_url=base_url), "utf-8")
    path = var / "shengyuan.toml"
    path.write_text(configuration(base_url), "utf-8")
    return path


def configuration(base_url: str) -> str:
    """The text of the demo's shengyuan.toml."""
    return _filled("shengyuan.toml", site=urlsplit(base_url).netloc, channels=_channels())


def organisation() -> str:
    """The text of org.toml: every kind of department for the prefecture and for each county."""
    parts = [f'division = "{PREFECTURE}"']
    for division, place in DIVISIONS.items():
        for kind, (slug, name) in _DEPARTMENTS.items():
            values = {
                "id": f"{slug}-{division}",
                "name": name.format(place),
                "kind": kind,
                "division": division,
                "parent": "" if division == PREFECTURE else f"{slug}-{PREFECTURE}",
                "channels": [f"inbox-{division}"],
                "phone": _HOTLINES.get(kind, ""),
            }
            # A JSON string or list of strings is one in TOML too.
            lines = [
                f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()
            ]
            parts.append("\n".join(["[[department]]", *lines]))
    return "\n\n".join(parts) + "\n"


def roster(now: datetime) -> str:
    """Shifts of twelve hours from this morning on, for ROSTER_DAYS days, as CSV."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["start", "end", "person", "role"])
    morning = now.astimezone(CHINA).replace(hour=8, minute=0, second=0, microsecond=0)
    first = morning - timedelta(days=1)
    for half_day in range(2 * (ROSTER_DAYS + 2)):
        start = first + timedelta(hours=12 * half_day)
        end = start + timedelta(hours=12)
        for person, role in (("zhiban", "值班"), ("fuban", "副班"), ("daiban", "带班领导")):
            table.writerow([start.isoformat(), end.isoformat(), person, role])
    return text.getvalue()


def _channels() -> str:
    return "\n".join(
        f'[channels.inbox-{code}]\nkind = "file"\nfolder = "inbox/{place}"\n'
        for code, place in DIVISIONS.items()
    )


def _filled(template: str, **values: str) -> str:
    return Template((_HERE / "templates" / template).read_text("utf-8")).substitute(values)
