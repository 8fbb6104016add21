"""The lines of many loads side by side, and which loads are parts of which."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from doorstep.kernels.pack.cut import cut_out, starts
from doorstep.kernels.plan.market import BoolArray, IntArray

Key = tuple[tuple[int, int], ...]  # (sku index, quantity), ascending by sku
MOST_BITS = 62  # distinct lines that a set in one int64 tells apart


class Lines(NamedTuple):
    """Lines of loads, one load after the other."""

    start: IntArray  # [L + 1]
    sku: IntArray
    units: IntArray

    def some(self, loads: IntArray) -> Lines:
        """Cut out the lines of some loads."""
        start, rows = cut_out(self.start, loads)
        return Lines(start, self.sku[rows], self.units[rows])


def lines_of(keys: Sequence[Key]) -> Lines:
    """Lay the lines of loads side by side."""
    start = starts(np.fromiter(map(len, keys), np.int64, len(keys)))
    pairs = chain.from_iterable(chain.from_iterable(keys))
    flat = np.fromiter(pairs, np.int64, 2 * int(start[-1])).reshape(-1, 2)
    return Lines(start, flat[:, 0].copy(), flat[:, 1].copy())


class Nest(NamedTuple):
    """Loads, the parts before what they are parts of: first each line by itself, then the loads that were given."""

    lines: Lines
    first: int  # of the loads that were given
    order: IntArray  # [L] which of them each of the others is
    part: IntArray  # [k] of each line: the load of all other lines of its load; -1: it is not there
    sure: BoolArray  # [L] of the loads as they were given: all their parts are there, and all parts of these


def nest(lines: Lines) -> Nest:
    """Find the parts of loads: what is left of them without one line."""
    wide = int(lines.units.max(initial=0)) + 1
    alone, bit = np.unique(lines.sku * wide + lines.units, return_inverse=True)
    order = np.argsort(np.diff(lines.start), kind="stable")
    start, rows = cut_out(lines.start, order)
    if len(alone) > MOST_BITS:
        unknown = np.full(len(rows), -1, np.int64)
        return Nest(lines.some(order), 0, order, unknown, np.zeros(len(order), bool))
    whole = Lines(
        np.concatenate([np.arange(len(alone)), len(alone) + start]),
        np.concatenate([alone // wide, lines.sku[rows]]),
        np.concatenate([alone % wide, lines.units[rows]]),
    )
    one = np.left_shift(1, np.concatenate([np.arange(len(alone)), bit[rows]]))
    mask, size = np.bitwise_or.reduceat(one, whole.start[:-1]), np.diff(whole.start)
    rest = np.repeat(mask, size) & ~one
    by_mask = np.argsort(mask, kind="stable")
    at = by_mask[np.minimum(np.searchsorted(mask[by_mask], rest), len(mask) - 1)]
    part = np.where(mask[at] == rest, at, -1)
    sure = single = size == 1
    for _ in range(int(size.max(initial=1)) - 1):
        sure = single | np.logical_and.reduceat((part >= 0) & sure[part], whole.start[:-1])
    given = np.empty(len(order), bool)
    given[order] = sure[len(alone) :]
    return Nest(whole, len(alone), order, part, given)
