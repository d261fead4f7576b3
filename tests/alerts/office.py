"""Made signals, a made office and a made night, shared by the tests of the desk."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from zlib import crc32

from alerts.channels import Delivered, Message, Refused
from alerts.organisation import Department, Organisation
from alerts.roster import Roster, Shift
from alerts.signal import Signal, SignalPlace

ZONE = timezone(timedelta(hours=8))
START = datetime(2024, 3, 1, 8, 0, tzinfo=ZONE)
YANGXIN = SignalPlace("420222", "湖北省黄石市阳新县", 0.9)
DAYE = SignalPlace("420281", "湖北省黄石市大冶市", 0.9)
CHANGSHA = SignalPlace("430102", "湖南省长沙市芙蓉区", 0.9)

_PLAIN = Signal(
    post="",
    version="1",
    level="alert",
    platform="weibo",
    source="test",
    url="https://example.org/1",
    first_seen=START,
    title="",
    excerpt="",
    probability=0.9,
    categories=("domestic_violence",),
    severity=3,
    victims=("woman",),
    status="alleged",
    scope="domestic",
    setting="home",
    places=(YANGXIN,),
    people=(),
    ages=(),
    roles=(),
    deed="家暴",
    nouns=(),
    institutions=(),
    cues=(),
    exact="",
    shingles=(),
    evidence=(),
    model="test",
)


def signal(post: str, title: str, **changes: Any) -> Signal:
    """A signal with the fingerprint of its title; a woman's case in Yangxin."""
    marks = tuple(sorted({crc32(title[at : at + 3].encode()) for at in range(len(title) - 2)}))
    return replace(_PLAIN, post=post, title=title, exact=title, shingles=marks, **changes)


def department(kind: str, division: str, *channels: str, parent: str = "") -> Department:
    return Department(f"{division}-{kind}", f"{division}{kind}", kind, division, parent, channels)


KINDS = ("妇联", "公安", "教育", "民政", "检察院", "政法委", "团委", "人社")
ORGANISATION = Organisation(
    division="420200",
    departments=(
        *(department(kind, "420200", "first", "second") for kind in KINDS),
        *(department(kind, "420222", "first", "second") for kind in ("妇联", "公安", "民政")),
    ),
)
ROSTER = Roster(
    tuple(
        Shift(START - timedelta(days=1), START + timedelta(days=30), person, role)
        for person, role in (("甲", "值班"), ("乙", "副班"), ("丙", "带班领导"))
    )
)


class Recorder:
    """A channel in memory: refuses with the given answers first, then keeps what it takes."""

    def __init__(self, *answers: Refused) -> None:
        self.taken: list[Message] = []
        self.offered = 0
        self._answers = list(answers)

    def send(self, message: Message) -> Delivered | Refused:
        self.offered += 1
        if self._answers:
            return self._answers.pop(0)
        self.taken.append(message)
        return Delivered(f"no-{len(self.taken)}")

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.taken]
