"""Many integer keys → their numbers at once, and the pairs that stand in one row."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_SMALL: Final = 1 << 18
"""Keys below this are looked up in a table that has a place for each of them."""

_ROOM: Final = 4
"""Places of a hash table for each key: most keys that are none then meet an empty place."""

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ divided by the golden ratio: spreads neighbouring keys (Fibonacci hashing)."""


class Index:
    """Finds the numbers of keys; keys are different and not negative."""

    def __init__(self, keys: Ints, numbers: Ints) -> None:
        self._direct = not len(keys) or int(keys.max()) < _SMALL
        if self._direct:
            self._numbers = np.full(int(keys.max(initial=0)) + 2, -1, np.int64)
            self._numbers[keys] = numbers
            return
        bits = (_ROOM * len(keys)).bit_length()
        self._shift = np.uint64(64 - bits)
        self._last = (1 << bits) - 1
        self._keys = np.full(1 << bits, -1, np.int64)
        self._numbers = np.full(1 << bits, -1, np.int64)
        slots = self._slots(keys)
        while len(keys):
            free = self._keys[slots] < 0
            # Of several keys that want one place the last stays, the others take the next.
            self._keys[slots[free]] = keys[free]
            settled = self._keys[slots] == keys
            self._numbers[slots[settled]] = numbers[settled]
            keys, numbers = keys[~settled], numbers[~settled]
            slots = (slots[~settled] + 1) & self._last

    def find(self, keys: Ints) -> tuple[Ints, Ints]:
        """Where in `keys` known ones stand, in no order, and the number of each."""
        if self._direct:
            numbers = self._numbers[np.minimum(keys, len(self._numbers) - 1)]
            known = np.flatnonzero(numbers >= 0)
            return known, numbers[known]
        slots = self._slots(keys)
        there = self._keys[slots]
        same = there == keys
        found = np.flatnonzero(same)
        places, values = [found], [self._numbers[slots[found]]]
        left = np.flatnonzero((there >= 0) & ~same)
        while len(left):
            slots_left = (slots[left] + len(places)) & self._last
            there = self._keys[slots_left]
            same = there == keys[left]
            places.append(left[same])
            values.append(self._numbers[slots_left[same]])
            left = left[(there >= 0) & ~same]
        return np.concatenate(places), np.concatenate(values)

    def _slots(self, keys: Ints) -> Ints:
        mixed: Ints = ((keys.view(np.uint64) * _MIX) >> self._shift).view(np.int64)
        return mixed


class Pairs:
    """Finds pairs of things that stand in one row, the things being numbers above 0."""

    def __init__(self, left: Ints, right: Ints, numbers: Ints) -> None:
        self._size = int(max(left.max(initial=0), right.max(initial=0))) + 1
        keys = np.minimum(left, right) * self._size + np.maximum(left, right)
        self._index = Index(keys, numbers)

    def find(self, things: Ints, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """The two places and the number of each pair.

        `things` has a thing for each place, 0 for none, `rows` ascend. A pair whose things stand
        there several times is found as often.
        """
        places = np.flatnonzero(things)
        things, rows = things[places], rows[places]
        others = np.cumsum(np.bincount(rows))[rows] - 1 - np.arange(len(rows))
        first = np.repeat(np.arange(len(rows)), others)
        second = first + 1 + within(others)
        one, other = things[first], things[second]
        keys = np.minimum(one, other) * self._size + np.maximum(one, other)
        known, numbers = self._index.find(keys)
        return places[first[known]], places[second[known]], numbers


def within(counts: Ints) -> Ints:
    """0, 1, … up to each count, one after another."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
