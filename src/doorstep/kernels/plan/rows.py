"""Compiled passes over quote rows: which parcels can be, on which days an order can leave, and what each costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.market import BoolArray, IntArray

ByteArray = NDArray[np.uint8]


class Reach(NamedTuple):
    """What the legs of a chunk bring, and the leaving days."""

    promised_day: IntArray  # [legs] -1: not in reach
    ship_day: IntArray  # [legs]
    lateness_minor: IntArray  # [legs]
    days: IntArray  # [orders, K, R]


@compiled
def open_cartons(ships: BoolArray, every: BoolArray, by: BoolArray, kept: BoolArray) -> BoolArray:
    """Say which cartons come into question for blocks at sites of each kind, [b, G, C + 1].

    Blocks go into `ships` [b, C + 1]; sites have the cartons `kept` [G, C + 1]. What is outdone `by` [C + 1, C + 1]
    another one that is there is left out, but for blocks of which `every` [b] one is asked for.
    """
    blocks, cartons = ships.shape
    found = np.zeros((blocks, len(kept), cartons), np.bool_)
    for b in range(blocks):
        for g in range(len(kept)):
            for c in range(cartons):
                found[b, g, c] = ships[b, c] and kept[g, c]
                for a in range(cartons if found[b, g, c] and not every[b] else 0):
                    if by[a, c] and ships[b, a] and kept[g, a]:
                        found[b, g, c] = False
                        break
    return found


@compiled
def list_parcels(at: BoolArray, opened: BoolArray, kind: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """List (block, site, carton) of blocks `at` sites [b, K], in cartons `opened` [b, G, C + 1] at the `kind` [K]."""
    blocks, sites = at.shape
    found = 0
    for b in range(blocks):
        for k in range(sites):
            for c in range(opened.shape[2] if at[b, k] else 0):
                found += opened[b, kind[k], c]
    block, site, carton = np.empty(found, np.int64), np.empty(found, np.int64), np.empty(found, np.int64)
    p = 0
    for b in range(blocks):
        for k in range(sites):
            for c in range(opened.shape[2] if at[b, k] else 0):
                if opened[b, kind[k], c]:
                    block[p], site[p], carton[p] = b, k, c
                    p += 1
    return block, site, carton


@compiled
def leaving_days(
    lane_site: IntArray, follows_day: BoolArray, promised_day: IntArray, ship_day: IntArray, days: IntArray
) -> None:
    """Write the distinct days on which each order can leave each site, in order; legs are (order, lane).

    Only where a capacity is set does anybody ask. `days` [orders, K, R] holds -1 beforehand; the first R are kept.
    """
    lanes = len(lane_site)
    for i in range(len(days)):
        for e in range(lanes):
            k, leg = lane_site[e], i * lanes + e
            if not follows_day[k] or promised_day[leg] < 0:
                continue
            day = ship_day[leg]
            for rank in range(days.shape[2]):
                held = days[i, k, rank]
                if held == day:
                    break
                if held < 0:
                    days[i, k, rank] = day
                    break
                if day < held:
                    days[i, k, rank] = day
                    day = held


@compiled
def add_up(
    order: IntArray,
    site: IntArray,
    leg: IntArray,
    rated: IntArray,
    price_minor: IntArray,
    reason: ByteArray,
    base_minor: IntArray,
    reach: Reach,
    follows_day: BoolArray,
    column_at: IntArray,
    lateness: IntArray,
    total: IntArray,
    column: IntArray,
) -> None:
    """Fill lateness, total and column [r, v] where a service takes the row, has a date, and leaves in time."""
    for r in range(len(order)):
        k, p = site[r], rated[r]
        for v in range(leg.shape[1]):
            e = leg[r, v]
            if e < 0 or reason[p, v] != 0 or reach.promised_day[e] < 0:
                continue
            lateness[r, v] = reach.lateness_minor[e]
            for rank in range(column_at.shape[2]):
                if not follows_day[k] or reach.days[order[r], k, rank] == reach.ship_day[e]:
                    column[r, v] = column_at[k, v, rank]
                    break
            if column[r, v] >= 0:
                total[r, v] = price_minor[p, v] + lateness[r, v] + base_minor[r]
