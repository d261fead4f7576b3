"""The gate: which headlines are worth scoring at all, told from their characters alone.

Nine headlines in ten of a stream have nothing to do with a case, and scoring them costs a hundred
times what it takes to see that. The gate adds up one small weight for each different character
and pair of neighbours, learnt from what the model itself says of real headlines; below its limit
a headline is not scored. What that costs is measured on headlines it has not seen, stands in the
model's card, and is measured again in every office by scoring a share of the headlines left out.

Only headlines have a gate: in the first-person posts cases are told in too many words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

BITS: Final = 18
"""Weights there are, as a power of 2; rare pairs share one."""

RECALL: Final = 0.996
"""Of the incidents that the model would put up for review, so many must pass."""

LEAST: Final = 100
"""A gate is learnt from at least so many incidents and as many other headlines."""

_STRENGTH: Final = 1.0
"""Inverse regularisation of the weights."""

_STEP: Final = 0.02
"""Log-odds of one step of a weight."""

_UNICODE: Final = np.uint64(0x110000)
_SHIFT: Final = np.uint64(64 - BITS)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ divided by the golden ratio: spreads neighbouring codes (Fibonacci hashing)."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """Weights by hash, in whole steps, and the least sum that passes.

    `lost` is the share of incidents up for review that it stops, of `incidents` it had not seen,
    `passed` the share of the stream that it lets through.
    """

    weights: NDArray[np.int8]
    limit: int
    lost: float = 0.0
    incidents: int = 0
    passed: float = 1.0

    def passing(self, headlines: Sequence[str]) -> Bools:
        """Whether each normalised headline is worth scoring."""
        return self.sums(headlines) >= self.limit

    def sums(self, headlines: Sequence[str]) -> Ints:
        """What the characters and pairs of each normalised headline add up to."""
        if not headlines:
            return np.zeros(0, np.int64)
        codes, ends = _codes(headlines)
        single, double = _hashed(codes)
        weights = self.weights[single].astype(np.int64)
        pairs = np.zeros_like(weights)
        pairs[:-1] = self.weights[double]
        # Breaks between headlines count nothing, nor do pairs with them.
        weights[ends] = 0
        pairs[ends] = 0
        pairs[ends - 1] = 0
        weights += pairs
        result: Ints = np.diff(np.cumsum(weights)[ends], prepend=0)
        return result


def learn(headlines: Sequence[str], parts: Ints, incident: Bools, worth: Bools) -> Gate | None:
    """The gate that tells which normalised headlines are worth scoring.

    `incident` tells the labelled incidents; the others count as the stream. Each part is judged by
    weights that the other parts teach. None where there are too few of either kind, or where all
    of one kind lie in one part: the others could not teach it.
    """
    if min((worth & incident).sum(), (~worth & ~incident).sum()) < LEAST:
        return None
    if min(len(np.unique(parts[kind])) for kind in (worth & incident, ~worth)) < 2:
        return None
    rows = _rows(headlines)
    sums = np.zeros(len(headlines), np.int64)
    for part in np.unique(parts):
        out = parts == part
        judged = [headlines[at] for at in np.flatnonzero(out).tolist()]
        sums[out] = Gate(_taught(rows[~out], worth[~out]), 0).sums(judged)
    wanted = worth & incident
    # What a limit set by the other parts stops in each part: it did not see what it is judged by.
    stopped = [
        (sums[wanted & (parts == part)] < _limit(sums[wanted & (parts != part)])).sum()
        for part in np.unique(parts[wanted])
    ]
    limit = _limit(sums[wanted])
    return Gate(
        _taught(rows, worth),
        limit,
        lost=float(sum(stopped) / wanted.sum()),
        incidents=int(wanted.sum()),
        passed=float((sums[~incident] >= limit).mean()),
    )


def _taught(rows: csr_matrix, worth: Bools) -> NDArray[np.int8]:
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=_STRENGTH, solver="liblinear", tol=1e-2, random_state=0)
    # Steps of one size, so that sums of different gates can be compared.
    steps = np.rint(head.fit(rows, worth).coef_[0] / _STEP)
    weights: NDArray[np.int8] = np.clip(steps, -127, 127).astype(np.int8)
    return weights


def _limit(sums: Ints) -> int:
    """The least sum that passes: so few of these lie below it."""
    return int(np.sort(sums)[int((1 - RECALL) * len(sums))])


def _rows(headlines: Sequence[str]) -> csr_matrix:
    """How often each hashed character or pair stands in each headline."""
    codes, ends = _codes(headlines)
    single, double = _hashed(codes)
    row = np.searchsorted(ends, np.arange(len(codes)))
    inside = np.ones(len(codes), bool)
    inside[ends] = False
    both = inside[:-1] & inside[1:]
    rows = np.concatenate((row[inside], row[:-1][both]))
    columns = np.concatenate((single[inside], double[both]))
    shape = (len(headlines), 1 << BITS)
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape)


def _codes(headlines: Sequence[str]) -> tuple[NDArray[np.uint64], Ints]:
    """The code points of the headlines, a line break behind each, and where these are."""
    text = "\n".join((*headlines, ""))
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.uint64)
    return codes, np.flatnonzero(codes == ord("\n"))


def _hashed(codes: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """The weight of each character, and of each with the next."""
    single = (codes * _MIX) >> _SHIFT
    double = ((codes[:-1] * _UNICODE + codes[1:]) * _MIX) >> _SHIFT
    return single.view(np.int64), double.view(np.int64)
