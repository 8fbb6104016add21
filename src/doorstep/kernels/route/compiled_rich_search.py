"""Ruin and recreate for rich rounds, under annealing: strings of stops out, each back where it comes cheapest.

After Christiaens and Vanden Berghe 2020 (doi:10.1287/trsc.2019.0914), their orders for windows included.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.compiled import inner
from doorstep.kernels.route.compiled_plain import BLINK, DEPTH, LONGEST, SPLIT, STRINGS
from doorstep.kernels.route.compiled_random import State, below, uniform
from doorstep.kernels.route.compiled_rich import (
    AWAY,
    CLOSES,
    COST,
    COST_WAS,
    DIRTY_YET,
    END,
    FAR,
    FAR_M,
    KIND,
    LEAVE,
    MEMBERS,
    OPENS,
    PRED,
    RING,
    SIZE,
    STAMP,
    STOP,
    SUCC,
    TRIPS,
    Floats,
    Ints,
    Small,
    refresh,
)  # fmt: skip
from doorstep.kernels.route.compiled_rich_insert import BESIDE, FRESH, OTHER_VAN, TRIP_BEHIND, cheapest
from doorstep.kernels.route.compiled_rich_journal import (
    ABSENT,
    BEST,
    BEST_ABSENT,
    CURRENT,
    DIRTY,
    GONE,
    ITERATION,
    MOST_GONE,
    TOUCHED,
    WRITTEN,
    make_reload,
    put_in,
    take_out,
    touch,
)
from doorstep.kernels.route.compiled_rich_vans import change_van, may_change

TRIED_AGAIN = 10  # units that wait, an iteration
WHOLE = 0.03  # how often a whole round is taken out
SCANNED = 0.1  # how often every place is tried for whom no neighbour takes


@inner
def _ruin_string(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, kind: Ints, ring: Ints, c: int,
    length: int, spared: int, state: State,
    journal: Ints, counts: Ints, gone: Ints,
) -> None:  # fmt: skip
    """Remove a string of stops about c that skips `spared` of them; a string ends at a depot."""
    reach = length + spared
    back, i = 0, c
    while back < reach - 1 and node[node[i, PRED], STOP] == 1:
        i = node[i, PRED]
        back += 1
    ahead, last = 0, c
    while ahead < reach - 1 and node[node[last, SUCC], STOP] == 1:
        last = node[last, SUCC]
        ahead += 1
    reach = min(reach, back + ahead + 1)
    least = max(0, reach - 1 - ahead)
    offset = least + below(state, min(back, reach - 1) - least + 1)
    for _ in range(back - offset):
        i = node[i, SUCC]
    skipped_from = below(state, max(1, reach - spared)) if spared > 0 else reach
    for step in range(reach):
        after = node[i, SUCC]
        if not skipped_from <= step < skipped_from + spared and counts[GONE] < MOST_GONE:
            take_out(points, rates, metres, seconds, node, kind, ring, i, journal, counts)
            gone[counts[GONE]] = i
            counts[GONE] += 1
        i = after


@inner
def _drop_idle_reloads(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, kind: Ints, ring: Ints, spare: Ints,
    r: int, journal: Ints, counts: Ints,
) -> None:  # fmt: skip
    """Take out reloads before or behind which the van does nothing."""
    i = node[ring[r, END] - 1, SUCC]
    while i != ring[r, END]:
        after = node[i, SUCC]
        if node[i, STOP] == 0 and (node[node[i, PRED], STOP] == 0 or after == ring[r, END]):
            take_out(points, rates, metres, seconds, node, kind, ring, i, journal, counts)
            spare[spare[-1]] = i
            spare[-1] += 1
            # the one before may have become idle by that
            after = node[ring[r, END] - 1, SUCC]
        i = after


@inner
def ruin(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, spare: Ints, near: Small, knobs: NDArray[np.float64], state: State, journal: Ints,
    counts: Ints, gone: Ints, touched: Ints, mean_size: float,
) -> None:  # fmt: skip
    """Remove strings about a random stop, or now and then its whole round."""
    longest = max(1.0, min(knobs[LONGEST], mean_size))
    strings = int(uniform(state) * (4.0 * knobs[STRINGS] / (1.0 + longest) - 1.0) + 1.0)
    seed = below(state, len(near))
    whole = uniform(state) < WHOLE
    ruined = 0
    for at in range(-1, near.shape[1]):
        c = seed if at < 0 else near[seed, at]
        if c < 0 or ruined >= strings:
            break
        r = node[c, RING]
        if r == AWAY or ring[r, STAMP] == counts[ITERATION]:
            continue
        touch(ring, r, counts, touched)
        here = ring[r, SIZE]
        length = min(here, int(uniform(state) * min(float(here), longest) + 1.0))
        spared = 0
        if length > 1 and length < here and uniform(state) < knobs[SPLIT]:
            spared = 1
            while length + spared < here and uniform(state) < 0.01:
                spared += 1
        if whole and ruined == 0 and here <= 60:
            length, spared = here, 0
        _ruin_string(points, rates, metres, seconds, node, kind, ring, c, length, spared, state, journal, counts, gone)
        if ring[r, TRIPS] > 0:
            _drop_idle_reloads(points, rates, metres, seconds, node, kind, ring, spare, r, journal, counts)
        refresh(node, load, kind, ring, r)
        if ring[r, SIZE] == 0:  # its van may serve another round at once
            k = ring[r, KIND]
            free[k, free[k, -1]] = r
            free[k, -1] += 1
        ruined += 1


@inner
def sort_units(
    node: Ints, load: Ints, unit: Ints, member: Ints, units: Ints, count: int, keys: Ints, state: State,
    windows: bool,
) -> None:  # fmt: skip
    """Set units in the order in which they come back."""
    draw = uniform(state) * (17.0 if windows else 11.0)
    for i in range(count):
        c = member[unit[units[i], MEMBERS]]
        if draw < 4.0:
            keys[i] = int(uniform(state) * 1e9)
        elif draw < 8.0:
            keys[i] = -(load[c, 0] + load[c, load.shape[1] // 4])
        elif draw < 10.0:
            keys[i] = -node[c, FAR_M]
        elif draw < 11.0:
            keys[i] = node[c, FAR_M]
        elif draw < 13.0:
            keys[i] = node[c, CLOSES] - node[c, OPENS]
        elif draw < 15.0:
            keys[i] = node[c, OPENS]
        else:
            keys[i] = -node[c, CLOSES]
    for i in range(1, count):
        key, u, j = keys[i], units[i], i - 1
        while j >= 0 and keys[j] > key:
            keys[j + 1], units[j + 1] = keys[j], units[j]
            j -= 1
        keys[j + 1], units[j + 1] = key, u


@inner
def insert_unit(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, spare: Ints, alike: Ints, unit: Ints, member: Ints, fit: Small, u: int, depth: int, blink: float,
    scan: bool, state: State,
    journal: Ints, counts: Ints, touched: Ints,
) -> bool:  # fmt: skip
    """Put one of a unit where it comes cheapest, if that is less than leaving it; whether it was put."""
    best, place, how, chosen = FAR, -1, BESIDE, -1
    for at in range(unit[u, MEMBERS], unit[u + 1, MEMBERS]):
        c = member[at]
        price, where, way = cheapest(
            points,
            rates,
            metres,
            seconds,
            node,
            load,
            kind,
            ring,
            free,
            spare,
            alike,
            fit,
            c,
            depth,
            blink,
            scan,
            state,
        )
        if price < best:
            best, place, how, chosen = price, where, way, c
    if place < 0 or best >= unit[u, LEAVE]:
        return False
    if how == FRESH:
        free[place, -1] -= 1
        place = ring[free[place, free[place, -1]], END] - 1
    elif how >= OTHER_VAN:
        if not may_change(ring, node[place, RING], counts):
            return False
        place = change_van(
            points, rates, metres, seconds, node, load, kind, ring, free, place, node[place, RING], how - OTHER_VAN,
            journal, counts, touched,
        )  # fmt: skip
    elif how != BESIDE:
        place = _new_trip(
            points, rates, metres, seconds, node, kind, ring, spare, place, how == TRIP_BEHIND, journal, counts, touched
        )
    r = node[place, RING]
    touch(ring, r, counts, touched)
    put_in(points, rates, metres, seconds, node, kind, ring, chosen, place, journal, counts)
    return bool(refresh(node, load, kind, ring, r))


@inner
def _new_trip(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, kind: Ints, ring: Ints, spare: Ints,
    r: int, behind: bool, journal: Ints, counts: Ints,
    touched: Ints,
) -> int:  # fmt: skip
    """Put a reload at an end of round r; gives the node behind which the new trip's stop belongs."""
    touch(ring, r, counts, touched)
    spare[-1] -= 1
    reload, k, end = spare[spare[-1]], ring[r, KIND], ring[r, END]
    make_reload(node, kind, reload, k)
    behind_whom = node[end, PRED] if behind else end - 1
    put_in(points, rates, metres, seconds, node, kind, ring, reload, behind_whom, journal, counts)
    return int(reload if behind else end - 1)


@inner
def recreate(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, spare: Ints, alike: Ints, unit: Ints, member: Ints, fit: Small, knobs: NDArray[np.float64],
    state: State, journal: Ints,
    counts: Ints, units: Ints, count: int, touched: Ints, still: Ints, most: float,
) -> int:  # fmt: skip
    """Put units back; those for whom there is no place come into `still`. Gives how many they are; -1: all in vain.

    In vain is also what costs more than `most`: as a rule a stop more makes no round cheaper, so the rest
    is not tried. Where ways do not keep to the triangle inequality a change that might be kept is passed over.
    """
    depth, waiting, left = int(knobs[DEPTH]), 0, 0
    for i in range(count):
        scan = uniform(state) < SCANNED
        written = counts[WRITTEN]
        put = insert_unit(
            points, rates, metres, seconds, node, load, kind, ring, free, spare, alike, unit, member, fit, units[i],
            depth, knobs[BLINK], scan, state, journal, counts, touched,
        )  # fmt: skip
        if not put:
            if counts[WRITTEN] != written:
                return -1  # put, and its round cannot be driven: no place for the pause
            still[waiting] = units[i]
            waiting += 1
            left += unit[units[i], LEAVE]
        if left + dearer(ring, counts, touched) > most:
            return -1
    return waiting


@inner
def dearer(ring: Ints, counts: Ints, touched: Ints) -> int:
    """By how much the rounds that were touched cost more than before."""
    change = 0
    for i in range(counts[TOUCHED]):
        change += ring[touched[i], COST] - ring[touched[i], COST_WAS]
    return change


@inner
def mark(ring: Ints, r: int, counts: Ints, dirty: Ints) -> None:
    """Let the next best copy round r."""
    if ring[r, DIRTY_YET] == 0:
        ring[r, DIRTY_YET] = 1
        dirty[counts[DIRTY]] = r
        counts[DIRTY] += 1


@inner
def save(
    node: Ints, ring: Ints, counts: Ints, dirty: Ints, best: Ints, absent: Ints, best_absent: Ints
) -> None:  # fmt: skip
    """Copy what has changed since the last best."""
    for i in range(counts[DIRTY]):
        r = dirty[i]
        ring[r, DIRTY_YET] = 0
        i = ring[r, END] - 1
        while i != ring[r, END]:
            best[i] = node[i, SUCC]
            i = best[i]
    counts[DIRTY] = 0
    counts[BEST], counts[BEST_ABSENT] = counts[CURRENT], counts[ABSENT]
    for i in range(counts[ABSENT]):
        best_absent[i] = absent[i]
