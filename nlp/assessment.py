"""Assessment: all that this package concludes about one text.

Offsets are code points of the original field, end exclusive.
"""

from dataclasses import dataclass
from typing import Literal

Field = Literal["title", "body"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of the original text that moved the decision; a positive weight speaks for it."""

    field: Field
    start: int
    end: int
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place that the text names. `scene`: the event took place there, else background.

    `code` is a six-digit division code, `confidence` between 0 and 1.
    """

    code: str
    name: str
    scene: bool
    confidence: float
    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cue:
    """A span of the original text by which a case is judged.

    `kind` is "setting" (`value`: home, school, work, public, online, institution), "risk" (威胁,
    凶器, 既往暴力, 分手离婚, 孕期, 孩子在场, 轻生, 遇险求救, 失联, 扼颈, 酗酒吸毒, 跟踪纠缠) or
    "vulnerability" (残疾, 精神障碍, 留守, 流动, 单亲, 困境, 孕期, 老年).
    """

    kind: str
    value: str
    field: Field
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case is known by, used for folding posts into one incident.

    `people` are names as the text has them: they never leave analysis unhashed. `ages` are whole
    years. `nouns` are distinctive strings of the case without names, `weights` how distinctive each
    is, 0 to 1, in the same order. `institutions` are schools, hospitals, companies and offices as
    named.
    """

    people: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    deed: str = ""
    nouns: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    institutions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the model says of one text.

    `incident` is a calibrated probability. `alert` and `review` exclude each other. `categories`
    are codes with probabilities, likeliest first. Below review, and unless everything was asked
    for, categories, victims and status are empty and the severity is 4.
    """

    incident: float
    alert: bool
    review: bool
    categories: tuple[tuple[str, float], ...]
    severity: int
    victims: tuple[str, ...]
    status: str
    scope: str
    evidence: tuple[Evidence, ...]
    model: str
    places: tuple[Place, ...] = ()
    cues: tuple[Cue, ...] = ()

    @property
    def setting(self) -> str:
        """home, school, work, public, online, institution, or "" when the text names none."""
        return next((cue.value for cue in self.cues if cue.kind == "setting"), "")

    def cues_of(self, kind: str) -> tuple[Cue, ...]:
        """The cues of one kind, in the order of the text."""
        return tuple(cue for cue in self.cues if cue.kind == kind)
