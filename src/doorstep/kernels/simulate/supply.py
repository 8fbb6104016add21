"""Goods ordered anew: at the end of each day, up to a target, when what is there and coming has fallen low enough.

The (s, S) policy with daily review; where the reorder point is one below the target it is base stock (Zipkin 2000,
*Foundations of Inventory Management*, 9.6). Sales that cannot be served wait or are lost, so the inventory position is
what is on hand and on order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.units import PPM
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.simulate.chance import uniform_ppm
from doorstep.kernels.simulate.changes import Replenishment
from doorstep.kernels.simulate.scenario import Scenario

YEAR_DAYS = 365
LEAD = 3  # the stream of chance by which lead times are drawn


@dataclass(frozen=True, slots=True)
class Supply:
    """Cells [C] of a placement: where, what, up to how much and from where on; and what it costs."""

    terms: Replenishment
    site: IntArray
    sku: IntArray
    target: IntArray
    reorder_point: IntArray
    key: NDArray[np.uint64]  # of each cell, by its names alone
    value_micros: IntArray  # [J] of a unit of each product


@dataclass(frozen=True, slots=True)
class PurchaseOrders:
    """What was ordered, struct of arrays [O], in the order of ordering; days since 1970-01-01."""

    day: IntArray
    due_day: IntArray  # on the shelf before this day is planned
    site: IntArray
    sku: IntArray
    units: IntArray


def open_supply(
    scenario: Scenario, site: Mapping[str, int], sku: Mapping[str, int], value_micros: Sequence[int]
) -> Supply | None:
    """Lay out a placement as cells; None: nothing is ordered anew."""
    if scenario.replenish is None:
        return None
    rows = sorted(scenario.placement, key=lambda one: (site[one.site], sku[one.sku]))
    digests = [blake2b(f"{one.site}\0{one.sku}".encode(), digest_size=8).digest() for one in rows]
    return Supply(
        scenario.replenish,
        np.array([site[one.site] for one in rows], np.int64),
        np.array([sku[one.sku] for one in rows], np.int64),
        np.array([one.target for one in rows], np.int64),
        np.array([one.reorder_point for one in rows], np.int64),
        np.array([int.from_bytes(one, "little") for one in digests], np.uint64),
        np.array(value_micros, np.int64),
    )


def order_up(supply: Supply, stock: IntArray, coming: IntArray, day: int, seed: int) -> PurchaseOrders:
    """Order what is short at the end of a day, and draw when it comes.

    Parameters
    ----------
    supply
        Cells and terms.
    stock, coming
        [K, J] units on hand, and on order or announced.
    day, seed
        A cell's lead time hangs on its names, the day and the seed, whatever the policy.
    """
    position = stock[supply.site, supply.sku] + coming[supply.site, supply.sku]
    short = np.flatnonzero((position <= supply.reorder_point) & (position < supply.target))
    terms = supply.terms
    drawn = uniform_ppm(supply.key[short], seed, np.full(len(short), LEAD + 8 * day, np.int64))
    lead = terms.least_days + drawn * (terms.most_days - terms.least_days + 1) // PPM
    return PurchaseOrders(
        np.full(len(short), day, np.int64),
        day + lead,
        supply.site[short],
        supply.sku[short],
        supply.target[short] - position[short],
    )


def holding_micros(supply: Supply, stock: IntArray) -> int:
    """Cost of what lies at the end of a day, of all sites and products, until the next."""
    value = int((stock * supply.value_micros[None, :]).sum())
    return value * supply.terms.holding_ppm // (PPM * YEAR_DAYS)


def joined(parts: Sequence[PurchaseOrders]) -> PurchaseOrders:
    """Put purchase orders one after the other."""
    empty = np.zeros(0, np.int64)
    return PurchaseOrders(
        *(
            np.concatenate([empty, *(getattr(one, name) for one in parts)])
            for name in ("day", "due_day", "site", "sku", "units")
        )
    )
