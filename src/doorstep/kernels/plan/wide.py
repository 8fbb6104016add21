"""Orders with very many partitions: the same steps as for others, on arrays, and only what some site could send.

A parcel that no site holds the goods of can be in no plan. So partitions with one are left out before anything is
packed: of ten atoms that half of eight sites hold, three in four loads need not be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import overload

import numpy as np

from doorstep.kernels.plan.market import BoolArray, IntArray, Market

FEW_MASKS = 1 << 12  # below it masks are found by a table in place of sorting

Partition = tuple[int, ...]  # masks of atoms


@dataclass(frozen=True)
class Every(Sequence[Partition]):
    """All partitions of so many atoms; they are written out only when somebody goes through them."""

    atoms: int
    max_parcels: int

    def __len__(self) -> int:
        return len(all_rows(self.atoms, self.max_parcels))

    @overload
    def __getitem__(self, at: int) -> Partition: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Partition]: ...

    def __getitem__(self, at: int | slice) -> Partition | Sequence[Partition]:
        return _listed(self)[at]

    def __iter__(self) -> Iterator[Partition]:
        return iter(_listed(self))


@cache
def _listed(every: Every) -> tuple[Partition, ...]:
    """Write out all partitions, fewest blocks first."""
    rows = all_rows(every.atoms, every.max_parcels)
    return tuple([tuple(one[: one.index(0)] if 0 in one else one) for one in rows.tolist()])


@dataclass(frozen=True, slots=True)
class Ways:
    """Partitions of one order: its blocks' masks, ascending, and which of them each partition has."""

    masks: IntArray  # [m]
    parts: IntArray  # [P, 3] -1: none

    def __len__(self) -> int:
        return len(self.parts)

    def only(self, good: BoolArray) -> Ways:
        """Keep the partitions of which all blocks [m] are good, and only their blocks."""
        parts = self.parts[np.append(good, True)[self.parts].all(axis=1)]
        there = np.zeros(len(self.masks) + 1, bool)
        there[parts] = True
        there[-1] = False
        at = np.where(there, np.cumsum(there) - 1, -1)
        return Ways(self.masks[there[:-1]], at[parts])


def ways_of(rows: IntArray) -> Ways:
    """Index partitions [P, 3] that are given as masks, 0: none."""
    if rows.max(initial=0) < FEW_MASKS:
        there = np.zeros(FEW_MASKS, bool)
        there[rows] = True
        there[0] = False
        return Ways(np.flatnonzero(there), np.where(there, np.cumsum(there) - 1, -1)[rows])
    masks, at = np.unique(np.append(rows, 0), return_inverse=True)
    return Ways(masks[1:], at[:-1].reshape(rows.shape) - 1)


def rows_of(family: Sequence[Partition]) -> IntArray:
    """Write partitions as masks [P, 3], 0: none."""
    return np.array([(*p, 0, 0)[:3] for p in family], np.int64).reshape(-1, 3)


@cache
def all_rows(atoms: int, max_parcels: int) -> IntArray:
    """Write all partitions of so many atoms into at most three blocks as masks, as `rows_of` does: fewest blocks first.

    Each further atom joins a block of every partition of those before it, or begins one.
    """
    rows = np.array([[1, 0, 0]], np.int64)
    for bit in (1 << atom for atom in range(1, atoms)):
        count = (rows > 0).sum(axis=1)
        grown = []
        for at in range(max_parcels):
            some = rows[count >= at].copy()  # those with a block there, and those where the next one would be
            some[:, at] |= bit
            grown.append(some)
        rows = np.concatenate(grown)
    order = np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0], (rows > 0).sum(axis=1)))
    return rows[order]


def in_reach(market: Market, atoms: Sequence[tuple[int, int]], ways: Ways) -> Ways:
    """Leave out partitions with a block that no site holds; the order as a whole stays, so that it can be told of."""
    held = some_site_holds(market, atoms, ways.masks)
    held[ways.masks == (1 << len(atoms)) - 1] = True
    return ways.only(held)


def some_site_holds(market: Market, atoms: Sequence[tuple[int, int]], masks: IntArray) -> BoolArray:
    """Say of sets of atoms [m] whether the whole stock of one site that ships has all of their goods."""
    sku, units = np.array(atoms, np.int64).reshape(-1, 2).T
    stock, bits = market.stock[market.ships], masks[:, None] >> np.arange(len(sku)) & 1
    held = np.ones((len(stock), len(masks)), bool)
    for j in np.unique(sku).tolist():
        mine = sku == j
        held &= bits[:, mine] @ units[mine] <= stock[:, j, None]
    found: BoolArray = np.any(held, axis=0)
    return found
