"""The unlabelled stream in training: what lies near the border and is no incident.

Annotators were shown nearly all posts of the stream that look like incidents, so an unlabelled post
that a first model puts below the border is almost surely none. The nearest of them teach the second
model what the labelled corpus, rich in incidents, lacks.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from nlp.errors import NlpError
from nlp.packed import DAMAGED, open_packed

NEGATIVES: Final = 40_000
"""How many posts of the stream join the training as non-incidents."""


@dataclass(frozen=True, slots=True)
class StreamPost:
    """One unlabelled post."""

    title: str
    body: str
    day: date


def read_stream(path: Path, known: Set[str] = frozenset()) -> Iterator[StreamPost]:
    """The posts of a JSONL file (plain, .xz or .gz), each title once, without `known` titles.

    Raises NlpError naming the file, and the line where one is to blame.
    """
    seen = set(known)
    try:
        with open_packed(path) as file:
            for number, line in enumerate(file, 1):
                post = _post(line, f"{path} 第 {number} 行")
                if post is not None and post.title not in seen:
                    seen.add(post.title)
                    yield post
    except (OSError, *DAMAGED) as error:
        raise NlpError(f"读不了文件 {path}（{error}），请检查路径，或重新下载该文件") from error


def hard_negatives(scores: NDArray[np.float64], size: int = NEGATIVES) -> NDArray[np.int64]:
    """The positions of the highest log-odds below 0, at most `size`, in order of position."""
    below = np.flatnonzero(scores < 0)
    nearest = below[np.argsort(-scores[below], kind="stable")[:size]]
    return np.sort(nearest)


def _post(line: bytes, where: str) -> StreamPost | None:
    """The post of a line; None for a post without a title or a date."""
    try:
        row = orjson.loads(line)
        title, body, moment = (_text(row, name) for name in ("title", "body", "first_seen"))
        found = StreamPost(title, body, date.fromisoformat(moment[:10])) if moment else None
    except (orjson.JSONDecodeError, ValueError, TypeError) as error:
        raise NlpError(f"{where}不是帖子（{error}），请改正或删去该行") from error
    return found if title else None


def _text(row: Any, name: str) -> str:
    """A field of a row, "" if it is missing. Raises TypeError."""
    if not isinstance(row, dict):
        raise TypeError("不是 JSON 对象")
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} 应为文字")
    return value or ""
