"""The loop of the rich search; its arrays are told of in compiled_rich."""

from __future__ import annotations

from math import log

import numpy as np

from doorstep.kernels.compiled import compiled, inner
from doorstep.kernels.route.compiled_plain import DEPTH
from doorstep.kernels.route.compiled_random import State, below, uniform
from doorstep.kernels.route.compiled_rich import (
    LEAVE,
    STAMP,
    UNIT,
    Floats,
    Ints,
    Small,
)
from doorstep.kernels.route.compiled_rich_journal import (
    ABSENT,
    BEST,
    CURRENT,
    DONE,
    GONE,
    ITERATION,
    MOST_GONE,
    RETRIED,
    TOUCHED,
    WRITTEN,
    undo,
)
from doorstep.kernels.route.compiled_rich_search import (
    TRIED_AGAIN,
    dearer,
    insert_unit,
    mark,
    recreate,
    ruin,
    save,
    sort_units,
)
from doorstep.kernels.route.compiled_rich_vans import fit_vans, release

LARGER = 0.3
"""How often a stop may come into a larger van; else it needs room, or a van more: so small vans have their chance."""


@compiled
def anneal(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, spare: Ints, alike: Ints, unit: Ints, member: Ints, fit: Small, near: Small, knobs: Floats,
    state: State, counts: Ints, absent: Ints, dirty: Ints, best: Ints, best_absent: Ints, iterations: int, hot: float,
    cold: float, windows: bool,
) -> None:  # fmt: skip
    """Ruin and recreate so many times, the temperature falling from `hot` to `cold`."""
    journal = np.zeros((4 * MOST_GONE + 64, 8), np.int64)
    gone, units, keys, still = np.zeros((4, MOST_GONE + 64), np.int64)
    touched, free_before = np.zeros(len(ring) + 1, np.int64), free[:, -1].copy()
    ring[:, STAMP] = -1
    mixed, none = alike[:, -1].sum() > 0, np.zeros_like(alike)
    cooling, warmth = (cold / hot) ** (1.0 / iterations), hot
    for iteration in range(iterations):
        warmth *= cooling
        counts[ITERATION] = iteration
        counts[WRITTEN] = counts[TOUCHED] = counts[GONE] = 0
        idle = 0
        for k in range(len(free)):
            free_before[k] = free[k, -1]
            idle += free[k, -1]
        spare_before = spare[-1]
        mean_size = (len(unit) - 1 - counts[ABSENT]) / max(1, len(ring) - idle)
        ruin(
            points, rates, metres, seconds, node, load, kind, ring, free, spare, near, knobs, state, journal, counts,
            gone, touched, mean_size,
        )  # fmt: skip
        count = _gather(node, counts, gone, absent, units, state)
        sort_units(node, load, unit, member, units, count, keys, state, windows)
        larger = alike if mixed and uniform(state) < LARGER else none
        saved, worse = _saved(unit, counts, absent), -warmth * log(1.0 - uniform(state))
        most = np.inf if mixed else worse + saved  # smaller vans may make good afterwards what a place costs
        waiting = recreate(
            points, rates, metres, seconds, node, load, kind, ring, free, spare, larger, unit, member, fit, knobs,
            state, journal, counts, units, count, touched, still, most,
        )  # fmt: skip
        if mixed and waiting >= 0:
            fit_vans(points, rates, metres, seconds, node, load, kind, ring, free, alike, journal, counts, touched)
        change = dearer(ring, counts, touched) + _lost(unit, still, waiting) - saved
        if waiting < 0 or (change > 0 and change >= worse):
            undo(node, load, kind, ring, journal, counts, touched)
            for k in range(len(free)):
                free[k, -1] = free_before[k]
            spare[-1] = spare_before
            continue
        release(ring, free, counts, touched)
        _accept(ring, counts, absent, still, waiting, touched, dirty)
        counts[CURRENT] += change
        if counts[CURRENT] < counts[BEST]:
            save(node, ring, counts, dirty, best, absent, best_absent)
    counts[DONE] += iterations


@inner
def _gather(node: Ints, counts: Ints, gone: Ints, absent: Ints, units: Ints, state: State) -> int:
    """The units that were taken out and a few of those that wait, which are set at the end of their list."""
    count = counts[GONE]
    for i in range(count):
        units[i] = node[gone[i], UNIT]
    counts[RETRIED] = min(TRIED_AGAIN, counts[ABSENT])
    for i in range(counts[RETRIED]):
        last = counts[ABSENT] - 1 - i
        j = below(state, last + 1)
        absent[j], absent[last] = absent[last], absent[j]
        units[count + i] = absent[last]
    return int(count + counts[RETRIED])


@inner
def _saved(unit: Ints, counts: Ints, absent: Ints) -> int:
    """What need not be paid if all of those who wait and are tried again find a place."""
    saved = 0
    for i in range(counts[RETRIED]):
        saved += unit[absent[counts[ABSENT] - 1 - i], LEAVE]
    return saved


@inner
def _lost(unit: Ints, still: Ints, waiting: int) -> int:
    """What those cost who found no place."""
    lost = 0
    for i in range(waiting):
        lost += unit[still[i], LEAVE]
    return lost


@inner
def _accept(
    ring: Ints, counts: Ints, absent: Ints, still: Ints, waiting: int, touched: Ints, dirty: Ints
) -> None:  # fmt: skip
    """Who waits now, and which rounds the next best has to copy."""
    counts[ABSENT] -= counts[RETRIED]
    for i in range(waiting):
        absent[counts[ABSENT]] = still[i]
        counts[ABSENT] += 1
    for i in range(counts[TOUCHED]):
        mark(ring, touched[i], counts, dirty)


@compiled
def settle(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, spare: Ints, alike: Ints, unit: Ints, member: Ints, fit: Small, knobs: Floats, state: State,
    counts: Ints, absent: Ints, order: Ints, scan: bool,
) -> None:  # fmt: skip
    """Put units in one after another, in the order given; who finds no place waits in `absent`."""
    journal, touched = np.zeros((4 * MOST_GONE + 64, 8), np.int64), np.zeros(8, np.int64)
    ring[:, STAMP] = -1
    counts[ABSENT] = 0
    for i in range(len(order)):
        counts[ITERATION] = i
        counts[WRITTEN] = counts[TOUCHED] = 0
        before, spare_before = free[:, -1].copy(), spare[-1]
        put = insert_unit(
            points, rates, metres, seconds, node, load, kind, ring, free, spare, alike, unit, member, fit, order[i],
            int(knobs[DEPTH]), 0.0, scan, state, journal, counts, touched,
        )  # fmt: skip
        if not put:
            if counts[WRITTEN] > 0:
                undo(node, load, kind, ring, journal, counts, touched)
                free[:, -1] = before
                spare[-1] = spare_before
            absent[counts[ABSENT]] = order[i]
            counts[ABSENT] += 1
        else:
            release(ring, free, counts, touched)
