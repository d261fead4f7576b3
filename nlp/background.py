"""The unlabelled stream in training: what lies near the border and is no incident.

Annotators were shown nearly all posts of the stream that look like incidents, so an unlabelled post
that a first model puts below the border is almost surely none. The nearest of them teach the second
model what the labelled corpus, rich in incidents, lacks.
"""

import gzip
import lzma
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Final, cast

import numpy as np
import orjson
from numpy.typing import NDArray

from nlp.errors import NlpError

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
        with _open(path) as file:
            for number, line in enumerate(file, 1):
                post = _post(line, f"{path} 第 {number} 行")
                if post is not None and post.title not in seen:
                    seen.add(post.title)
                    yield post
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise NlpError(f"读不了文件 {path}（{error}），请检查路径，或重新下载该文件") from error


def hard_negatives(scores: NDArray[np.float64], size: int = NEGATIVES) -> NDArray[np.int64]:
    """The positions of the highest log-odds below 0, at most `size`, in order of position."""
    below = np.flatnonzero(scores < 0)
    nearest = below[np.argsort(-scores[below], kind="stable")[:size]]
    return np.sort(nearest)


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".xz":
        return lzma.open(path, "rb")
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _post(line: bytes, where: str) -> StreamPost | None:
    """The post of a line; None for a post without a title or a date."""
    try:
        row = orjson.loads(line)
        title, body, moment = row["title"], row.get("body") or "", row["first_seen"]
        return StreamPost(title, body, date.fromisoformat(moment[:10])) if title else None
    except KeyError:
        return None
    except (orjson.JSONDecodeError, ValueError, TypeError, AttributeError) as error:
        raise NlpError(f"{where}不是帖子（{error}），请改正或删去该行") from error
