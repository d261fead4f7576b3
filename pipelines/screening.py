"""The gate on a crawl's path: which headlines are scored, and what the gate is seen to miss.

A headline that the model's gate stops is indexed like any other, with probability 0 and no level.
A share of those stopped, drawn by the hash of the post's id, is scored all the same and treated
as if it had passed: how often one of them is worth an alert or a review is the gate's miss rate.
It is counted in `metrics/analysis.prom` of the data folder, in the text format of Prometheus'
node_exporter, over all processes and restarts, for each model by itself.
"""

import fcntl
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self
from zlib import crc32

from nlp.intervals import wilson
from pipelines import files

FILE: Final = Path("metrics") / "analysis.prom"
"""Where in the data folder the counts lie."""

_HASHES: Final = 1 << 32
_SAMPLE: Final = re.compile(r'shengyuan_analysis_(\w+)_total\{model="(.*)"\} (\d+)')
_HELP: Final = {
    "posts": "Posts analysed.",
    "stopped": "Headlines that the gate stopped.",
    "shadow": "Headlines that the gate stopped and that were scored all the same.",
    "missed_alerts": "Of these, how many the model would alert.",
    "missed_reviews": "Of these, how many the model would put up for review.",
}


class Levels(Protocol):
    """The part of an assessment that is counted."""

    @property
    def alert(self) -> bool: ...
    @property
    def review(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted with one model; `stopped` includes `shadow`."""

    model: str
    posts: int = 0
    stopped: int = 0
    shadow: int = 0
    missed_alerts: int = 0
    missed_reviews: int = 0

    @classmethod
    def of(cls, model: str, posts: int, stopped: int, shadow: Sequence[Levels]) -> Self:
        """What a batch adds: its posts, those the gate stopped, what the shadow sample shows."""
        alerts = sum(one.alert for one in shadow)
        reviews = sum(one.review for one in shadow)
        return cls(model, posts, stopped, len(shadow), alerts, reviews)

    def plus(self, more: Self) -> Self:
        """Both together; they are of one model."""
        return type(self)(
            self.model, *(getattr(self, name) + getattr(more, name) for name in _HELP)
        )

    @property
    def missed(self) -> int:
        return self.missed_alerts + self.missed_reviews

    def miss_rate(self) -> tuple[float, float, float]:
        """The share of the shadow sample that was missed, with its 95 % interval (Wilson)."""
        share = self.missed / self.shadow if self.shadow else 0.0
        return share, *wilson(share, self.shadow)


@dataclass(frozen=True, slots=True)
class Screening:
    """How an office screens headlines; nothing is counted without a data folder."""

    gate: bool = True
    shadow_share: float = 0.005
    var: Path | None = None

    def shadowed(self, post: str) -> bool:
        """Whether the post is scored although the gate stops it; always the same for one id."""
        return crc32(post.encode()) < self.shadow_share * _HASHES

    def count(self, more: Tally) -> None:
        """Add a batch to the counts. Raises OSError."""
        if self.var is not None:
            record(self.var, more)


def record(var: Path, more: Tally) -> None:
    """Add to the counts of a data folder; several processes may do so at once. Raises OSError."""
    path = var / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tallies = read(var)
        before = tallies.get(more.model, Tally(more.model))
        files.replace(path, _shown({**tallies, more.model: before.plus(more)}))


def read(var: Path) -> dict[str, Tally]:
    """The counts of a data folder by model; none where nothing was counted yet. Raises OSError."""
    path = var / FILE
    if not path.is_file():
        return {}
    counts: dict[str, dict[str, int]] = {}
    # Damaged lines count nothing: the alerts, not the counts, are what must not suffer.
    for name, model, value in _SAMPLE.findall(path.read_text(encoding="utf-8", errors="replace")):
        if name in _HELP:
            counts.setdefault(model, {})[name] = int(value)
    return {model: Tally(model, **found) for model, found in counts.items()}


def _shown(tallies: Mapping[str, Tally]) -> str:
    lines = []
    for field, told in _HELP.items():
        name = f"shengyuan_analysis_{field}_total"
        lines += [f"# HELP {name} {told}", f"# TYPE {name} counter"]
        for model, tally in tallies.items():
            lines.append(f'{name}{{model="{model}"}} {getattr(tally, field)}')
    return "\n".join([*lines, ""])
