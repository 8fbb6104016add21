"""Which kind of van drives a round, where kinds differ in loads and costs alone.

A larger one where a stop needs it, a cheaper one where it holds all. To size a fleet so while rounds are built is as
old as Golden, Assad, Levy and Gheysens 1984 (doi:10.1016/0305-0548(84)90007-8).
"""

from __future__ import annotations

from doorstep.kernels.compiled import inner
from doorstep.kernels.route.compiled_rich import (
    CAPACITY,
    END,
    FIXED,
    FREED,
    KIND,
    METRES,
    ON_D,
    PER_M,
    PER_S,
    RING,
    SIZE,
    SUCC,
    Floats,
    Ints,
    Small,
    refresh,
)  # fmt: skip
from doorstep.kernels.route.compiled_rich_journal import MOST_GONE, TOUCHED, WRITTEN, put_in, take_out, touch


@inner
def may_change(ring: Ints, r: int, counts: Ints) -> bool:
    """Whether the journal has room for all stops of round r out and in again."""
    return bool(counts[WRITTEN] + 2 * ring[r, SIZE] <= 3 * MOST_GONE)


@inner
def change_van(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, p: int, r: int, k: int, journal: Ints, counts: Ints, touched: Ints,
) -> int:  # fmt: skip
    """Let an idle van of kind k drive round r, which is not reckoned anew yet; gives what node p is there.

    The van that drove it is idle from the next iteration on: see `release`.
    """
    touch(ring, r, counts, touched)
    free[k, -1] -= 1
    other = free[k, free[k, -1]]
    touch(ring, other, counts, touched)
    first, end = ring[r, END] - 1, ring[r, END]
    last, i = ring[other, END] - 1, node[first, SUCC]
    while i != end:
        after = node[i, SUCC]
        take_out(points, rates, metres, seconds, node, kind, ring, i, journal, counts)
        put_in(points, rates, metres, seconds, node, kind, ring, i, last, journal, counts)
        last, i = i, after
    ring[r, FREED] = 1
    refresh(node, load, kind, ring, r)
    return int(ring[other, END] - 1 if p == first else p)


@inner
def release(ring: Ints, free: Ints, counts: Ints, touched: Ints) -> None:
    """Set the vans idle whose rounds others have taken over."""
    for i in range(counts[TOUCHED]):
        r = touched[i]
        if ring[r, FREED] == 1:
            ring[r, FREED] = 0
            k = ring[r, KIND]
            free[k, free[k, -1]] = r
            free[k, -1] += 1


@inner
def fit_vans(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, alike: Ints, journal: Ints, counts: Ints, touched: Ints,
) -> None:  # fmt: skip
    """Let each round that was touched be driven by the cheapest idle kind that holds its load."""
    for i in range(counts[TOUCHED]):
        r = touched[i]
        if ring[r, SIZE] == 0 or not may_change(ring, r, counts):
            continue
        k = _cheaper(node, load, kind, ring, free, alike, r)
        if k >= 0:
            first = ring[r, END] - 1
            new = change_van(
                points, rates, metres, seconds, node, load, kind, ring, free, first, r, k, journal, counts, touched
            )
            refresh(node, load, kind, ring, node[new, RING])


@inner
def _cheaper(node: Ints, load: Ints, kind: Ints, ring: Ints, free: Ints, alike: Ints, r: int) -> int:
    """The kind that drives round r for least, of those that stand idle and hold its load; -1: the one it has."""
    k, first, found = ring[r, KIND], ring[r, END] - 1, -1
    least = _costs(kind, k, ring[r, METRES], node[first, ON_D])
    dimensions = load.shape[1] // 4
    for at in range(alike[k, -1]):
        other = alike[k, at]
        cost = _costs(kind, other, ring[r, METRES], node[first, ON_D])
        if free[other, -1] > 0 and cost < least:
            holds = True
            for d in range(dimensions):
                holds &= load[first, 3 * dimensions + d] <= kind[other, CAPACITY + d]
            if holds:
                found, least = other, cost
    return found


@inner
def _costs(kind: Ints, k: int, metres: int, duration: int) -> int:
    """What a round costs that a van of kind k drives."""
    cost = kind[k, FIXED] + kind[k, PER_M] * metres
    return int(cost + kind[k, PER_S] * duration if kind[k, PER_S] > 0 else cost)
