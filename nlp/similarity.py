"""Fingerprints of texts: what is the same post again, and what is nearly the same.

Reposts share the exact hash; light edits and rewrites share character trigrams. A text is known by
the smallest hashes of its trigrams (a bottom-k sketch): short texts whole, long ones by a fair
sample, so that the Jaccard coefficient of two texts can be told from their sketches alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final
from zlib import crc32

import numpy as np

SKETCH: Final = 512
"""Most hashes kept of one text."""

BANDS: Final = 32
"""Keys for candidate look-up. With two rows each, texts of Jaccard 0.4 share one at 99.6 %."""

_NOISE = re.compile(r"[\W_]+")
_PRIME = np.uint64(4294967311)
_RANDOM = np.random.default_rng(20241126)
_FACTORS = _RANDOM.integers(1, 1 << 31, size=2 * BANDS, dtype=np.uint64)
_TERMS = _RANDOM.integers(0, 1 << 31, size=2 * BANDS, dtype=np.uint64)
_NUMBERS = np.arange(BANDS, dtype=np.uint64)


def normalise(text: str) -> str:
    """The text without what a repost changes: width, case, punctuation, emoji, hashtag signs."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


def fingerprint(title: str, body: str) -> tuple[str, tuple[int, ...]]:
    """The exact hash (32 hex digits) and the sketch (sorted 32-bit hashes, at most 512) of a post.

    Both see title and body as one run of characters: where the text stood makes no difference.
    """
    text = normalise(title + body)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(), sketch(text)


def sketch(text: str) -> tuple[int, ...]:
    """The smallest trigram hashes of a normalised text; () for an empty one."""
    if not text:
        return ()
    data = text.encode("utf-32-le", "surrogatepass")
    last = max(len(data) - 12, 0)
    hashes = {crc32(data[at : at + 12]) for at in range(0, last + 1, 4)}
    return tuple(sorted(hashes)[:SKETCH])


def jaccard(a: Sequence[int], b: Sequence[int]) -> float:
    """The Jaccard coefficient of two sketches: exact for short texts, an estimate for long ones."""
    if not a or not b:
        return 0.0
    first, second = set(a), set(b)
    both = first & second
    union = first | second
    if len(union) <= SKETCH:
        return len(both) / len(union)
    kept = sorted(union)[:SKETCH]
    return sum(value in both for value in kept) / len(kept)


def bands(shingles: Sequence[int]) -> tuple[int, ...]:
    """Look-up keys: two texts that share one may be near-duplicates and deserve a comparison.

    Positive 63-bit integers, one for each band of two minimum hashes; () for an empty sketch.
    """
    if not shingles:
        return ()
    values = np.asarray(shingles, dtype=np.uint64)
    lowest = ((_FACTORS[:, None] * values[None, :] + _TERMS[:, None]) % _PRIME).min(axis=1)
    pairs = lowest.reshape(BANDS, 2)
    keys = (pairs[:, 0] << np.uint64(31)) ^ pairs[:, 1] ^ (_NUMBERS << np.uint64(58))
    return tuple(int(key) for key in keys & np.uint64((1 << 63) - 1))
