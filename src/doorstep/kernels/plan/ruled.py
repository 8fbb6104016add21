"""Rules as the plan takes them: stock kept back, pairs of site and service barred, days shut, splits ruled out.

Everything here is None or empty where no rule speaks, so that a plan without rules does nothing for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.rules import Rule
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import PromiseResult, promise

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
RuleArray = NDArray[np.int16]  # index of a rule, -1: none
Partition = tuple[int, ...]  # masks of atoms


@dataclass(frozen=True, slots=True)
class Shut:
    """Days on which a service does not leave a site, for orders of a sort t; small enough to travel."""

    first_day: int
    opens_day: IntArray  # [T, K, V, D] the first day, from first_day + d on, that is not shut
    rule: RuleArray  # [T, K, V, D]
    opens_at: IntArray  # [K, D + 1] epoch seconds of the beginning of a day at a site


@dataclass(frozen=True, slots=True)
class Bars:
    """What rules do to a chunk of orders."""

    block: IntArray  # [b] sort of a block
    barred: RuleArray  # [S, K, V] the rule that keeps blocks of a sort from a service at a site
    order: IntArray  # [i] sort of an order, as `shut` tells them apart
    shut: Shut | None


@dataclass(frozen=True, slots=True)
class Ruled:
    """Rules m over orders i, products j, sites k, services v."""

    rules: tuple[Rule, ...]
    orders: BoolArray  # [M, N] the rule concerns the order
    goods: BoolArray  # [M, J] the goods it concerns; all where it names none
    barred: BoolArray  # [M, K, V]
    most_parcels: IntArray  # [M] of an order; 0: it does not say
    together: BoolArray  # [M] its goods go in one parcel
    weight: IntArray  # [N] what leaving the order counts, in multiples of the brand's price
    kept_back: IntArray  # [K, J] units
    kept_by: RuleArray  # [K, J]
    order_sort: IntArray  # [N] as `shut` tells orders apart
    shut: Shut | None

    def of_order(self, i: int) -> list[int]:
        """Rules that concern an order."""
        return [int(m) for m in np.flatnonzero(self.orders[:, i])]

    def most(self, i: int) -> tuple[int, int]:
        """Most parcels of an order and the rule that says so; (0, -1): none does."""
        said = [(int(self.most_parcels[m]), m) for m in self.of_order(i) if self.most_parcels[m]]
        return min(said, default=(0, -1))

    def bars(self, lo: int, hi: int, block_order: IntArray, use_start: IntArray, use_sku: IntArray) -> Bars | None:
        """What concerns orders lo to hi; their blocks' usage rows are `use_start[b]` to `use_start[b + 1]`."""
        speaking = np.flatnonzero(self.barred.any(axis=(1, 2)))
        if self.shut is None and len(speaking) == 0:
            return None
        concerned = self.orders[np.ix_(speaking, block_order)]
        if len(block_order):
            concerned &= np.logical_or.reduceat(self.goods[np.ix_(speaking, use_sku)], use_start[:-1], axis=1)
        sorts, block = np.unique(concerned, axis=1, return_inverse=True)
        barred = np.full((sorts.shape[1], *self.barred.shape[1:]), -1, np.int16)
        for m, row in zip(speaking[::-1], sorts[::-1], strict=True):  # of several rules the first is told
            barred[row[:, None, None] & self.barred[m]] = m
        return Bars(np.asarray(block).reshape(-1), barred, self.order_sort[lo:hi], self.shut)

    def partitions(self, i: int, atoms: Sequence[tuple[int, int]], family: Sequence[Partition]) -> list[Partition]:
        """Partitions of an order that its rules leave; of a restricted family, those made to obey come too."""
        most, _ = self.most(i)
        bound = [mask for m in self.of_order(i) if self.together[m] and (mask := self._goods_mask(m, atoms))]
        found = {_joined(p, bound): None for p in family}
        return sorted((p for p in found if not most or len(p) <= most), key=lambda p: (len(p), p))

    def _goods_mask(self, m: int, atoms: Sequence[tuple[int, int]]) -> int:
        return sum(1 << bit for bit, (j, _) in enumerate(atoms) if self.goods[m, j])


def _joined(partition: Partition, bound: Sequence[int]) -> Partition:
    """Put the blocks that share bound atoms together, into the first of them."""
    for mask in bound:
        touched = [n for n, block in enumerate(partition) if block & mask]
        if len(touched) > 1:
            whole = sum(partition[n] for n in touched)
            partition = tuple(
                whole if n == touched[0] else block for n, block in enumerate(partition) if n not in touched[1:]
            )
    return partition if len(bound) < 2 or _settled(partition, bound) else _joined(partition, bound)


def _settled(partition: Partition, bound: Sequence[int]) -> bool:
    return all(sum(bool(block & mask) for block in partition) <= 1 for mask in bound)


def promise_open(problem: PromiseProblem, shut: Shut | None, sort: IntArray) -> tuple[PromiseResult, RuleArray | None]:
    """Promise legs of orders of these sorts; what would leave on a day that is shut is ready when it opens again.

    Returns, too, the rule that moved each leg; None: there is no such rule.
    """
    if shut is None:
        return promise(problem), None
    found, moved, _ = opened(problem, shut, sort)
    return found, moved


def opened(problem: PromiseProblem, shut: Shut, sort: IntArray) -> tuple[PromiseResult, RuleArray, Legs]:
    """Do the same, and give the legs as they are ready then."""
    found = promise(problem)
    legs, moved = problem.legs, np.full(len(problem.legs), -1, np.int16)
    ready = legs.ready_at.copy()
    while True:
        late = _on_shut_day(found, legs, shut, sort)
        if len(late) == 0:
            return found, moved, legs
        site = legs.site[late]
        cell = sort[late], site, legs.service[late], found.ship_day[late] - shut.first_day
        moved[late] = np.where(moved[late] < 0, shut.rule[cell], moved[late])
        ready[late] = shut.opens_at[site, shut.opens_day[cell] - shut.first_day]
        legs = replace(legs, ready_at=ready)
        part = Legs(*(getattr(legs, name)[late] for name in Legs.__slots__))
        anew = promise(PromiseProblem(problem.tables, part))
        _put(found, late, anew)


def _on_shut_day(found: PromiseResult, legs: Legs, shut: Shut, sort: IntArray) -> IntArray:
    """Legs whose day of leaving is shut to them."""
    day = found.ship_day - shut.first_day
    near = np.flatnonzero((found.promised_day >= 0) & (day >= 0) & (day < shut.rule.shape[3]))
    return near[shut.rule[sort[near], legs.site[near], legs.service[near], day[near]] >= 0]


def _put(found: PromiseResult, at: IntArray, anew: PromiseResult) -> None:
    """Write new answers over those of some legs; the arrays are ours."""
    for name in PromiseResult.__slots__:
        getattr(found, name)[at] = getattr(anew, name)
