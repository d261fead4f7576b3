"""The gate on a crawl's path: which headlines are scored, and what the gate is seen to miss.

A headline that the model's gate stops is indexed like any other, with probability 0 and no level.
A share of those stopped, drawn by the hash of the post's id, is scored all the same and treated
as if it had passed: how often one of them is worth an alert or a review is the gate's miss rate.
It is counted in `metrics/analysis.prom` of the data folder, in the text format of Prometheus'
node_exporter, over all processes and restarts, until another model is used.
"""

import fcntl
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import sqrt
from pathlib import Path
from typing import Final, Protocol, Self
from zlib import crc32

from pipelines import files

FILE: Final = Path("metrics") / "analysis.prom"
"""Where in the data folder the counts lie."""

_HASHES: Final = 1 << 32
_SURE: Final = 1.96
"""Standard deviations of a 95 % interval."""

_SAMPLE: Final = re.compile(r'shengyuan_analysis_(\w+)_total\{model="(.*)"\} (\d+)')
_HELP: Final = {
    "posts": "Posts analysed.",
    "stopped": "Headlines that the gate stopped.",
    "shadow": "Headlines that the gate stopped and that were scored all the same.",
    "missed_alerts": "Of these, how many the model would alert.",
    "missed_reviews": "Of these, how many the model would put up for review.",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted with one model; `stopped` includes `shadow`."""

    model: str
    posts: int = 0
    stopped: int = 0
    shadow: int = 0
    missed_alerts: int = 0
    missed_reviews: int = 0

    def plus(self, more: Self) -> Self:
        """Both together; the other one alone when it is of another model."""
        if self.model != more.model:
            return more
        return type(self)(
            self.model, *(getattr(self, name) + getattr(more, name) for name in _HELP)
        )

    @property
    def missed(self) -> int:
        return self.missed_alerts + self.missed_reviews

    def miss_rate(self) -> tuple[float, float, float]:
        """The share of the shadow sample that was missed, with its 95 % interval (Wilson)."""
        size = self.shadow
        if not size:
            return 0.0, 0.0, 1.0
        share, square = self.missed / size, _SURE**2
        middle = share + square / (2 * size)
        reach = _SURE * sqrt(share * (1 - share) / size + square / (4 * size**2))
        scale = 1 + square / size
        return share, max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


class Levels(Protocol):
    """The part of an assessment that is counted."""

    @property
    def alert(self) -> bool: ...
    @property
    def review(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Screening:
    """How an office screens headlines; nothing is counted without a data folder."""

    gate: bool = True
    shadow_share: float = 0.005
    var: Path | None = None

    def shadowed(self, post: str) -> bool:
        """Whether the post is scored although the gate stops it; always the same for one id."""
        return crc32(post.encode()) < self.shadow_share * _HASHES

    def count(self, model: str, posts: int, stopped: int, shadow: Sequence[Levels]) -> None:
        """Add a batch to the counts. Raises OSError."""
        if self.var is None:
            return
        alerts = sum(one.alert for one in shadow)
        reviews = sum(one.review for one in shadow)
        record(self.var, Tally(model, posts, stopped, len(shadow), alerts, reviews))


def record(var: Path, more: Tally) -> None:
    """Add to the counts of a data folder; several processes may do so at once. Raises OSError."""
    path = var / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = read(var)
        files.replace(path, _shown(before.plus(more) if before else more))


def read(var: Path) -> Tally | None:
    """The counts of a data folder; None where nothing was counted yet. Raises OSError."""
    path = var / FILE
    if not path.is_file():
        return None
    found = _SAMPLE.findall(path.read_text(encoding="utf-8"))
    counts = {name: int(value) for name, _, value in found if name in _HELP}
    return Tally(found[0][1], **counts) if found else None


def _shown(tally: Tally) -> str:
    lines = []
    for field in fields(tally)[1:]:
        name = f"shengyuan_analysis_{field.name}_total"
        lines += [
            f"# HELP {name} {_HELP[field.name]}",
            f"# TYPE {name} counter",
            f'{name}{{model="{tally.model}"}} {getattr(tally, field.name)}',
        ]
    return "\n".join([*lines, ""])
