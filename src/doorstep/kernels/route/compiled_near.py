"""Who is near whom: sorted lists of neighbours by a grid, and a first solution by savings."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.compiled import compiled
from doorstep.kernels.route.compiled_plain import Ints, Nodes, Points, arc


@compiled
def nearest(points: Points, k: int) -> Nodes:
    """[n, k] the k nearest of the first n points to each, the nearest first; ties by number.

    Points are put in the cells of a grid of some three each; rings of cells are searched until
    none can hold a nearer one.
    """
    n = len(points)
    low, high = points[0].copy(), points[0].copy()
    for i in range(n):
        for axis in range(3):
            low[axis] = min(low[axis], points[i, axis])
            high[axis] = max(high[axis], points[i, axis])
    a, b = _widest_axes(high - low)
    wide, deep = max(high[a] - low[a], 1e-12), max(high[b] - low[b], 1e-12)
    cell = max(sqrt(wide * deep * 3.0 / n), max(wide, deep) / 2000.0)
    columns, rows = int(wide / cell) + 1, int(deep / cell) + 1
    start = np.zeros(columns * rows + 1, np.int64)
    home = np.zeros(n, np.int64)
    for i in range(n):
        home[i] = int((points[i, a] - low[a]) / cell) + columns * int((points[i, b] - low[b]) / cell)
        start[home[i] + 1] += 1
    start = np.cumsum(start)
    filled, member = start[:-1].copy(), np.zeros(n, np.int64)
    for i in range(n):
        member[filled[home[i]]] = i
        filled[home[i]] += 1
    near = np.full((n, k), -1, np.int32)
    gap, who = np.zeros(k), np.zeros(k, np.int64)
    for i in range(n):
        found, ring = 0, 0
        column, row = home[i] % columns, home[i] // columns
        while ring <= max(columns, rows):
            if found == k and sqrt(gap[k - 1]) < (ring - 1) * cell:
                break
            for y in range(max(0, row - ring), min(rows - 1, row + ring) + 1):
                edge = abs(y - row) == ring
                step = 1 if edge or ring == 0 else 2 * ring
                for x in range(column - ring, column + ring + 1, step):
                    if 0 <= x < columns:
                        for m in range(start[x + columns * y], start[x + columns * y + 1]):
                            found = _placed(points, i, member[m], gap, who, found)
            ring += 1
        for m in range(found):
            near[i, m] = who[m]
    return near


@compiled
def _widest_axes(extent: NDArray[np.float64]) -> tuple[int, int]:
    least = 0
    for axis in range(3):
        if extent[axis] <= extent[least]:
            least = axis
    return (1 if least == 0 else 0), (1 if least == 2 else 2)


@compiled
def _placed(points: Points, i: int, j: int, gap: Points, who: Ints, found: int) -> int:
    """Set j among the nearest of i; gives how many there are."""
    if i == j:
        return found
    dx, dy, dz = points[i, 0] - points[j, 0], points[i, 1] - points[j, 1], points[i, 2] - points[j, 2]
    far = dx * dx + dy * dy + dz * dz
    k = len(gap)
    if found == k and (far > gap[k - 1] or (far == gap[k - 1] and j > who[k - 1])):
        return found
    at = min(found, k - 1)
    while at > 0 and (gap[at - 1] > far or (gap[at - 1] == far and who[at - 1] > j)):
        gap[at], who[at] = gap[at - 1], who[at - 1]
        at -= 1
    gap[at], who[at] = far, j
    return min(found + 1, k)


@compiled
def costs_of(points: Points, rates: Ints, near: Nodes) -> Nodes:
    """[n, k] what the arc to each neighbour costs."""
    costs = np.zeros_like(near)
    for i in range(near.shape[0]):
        for k in range(near.shape[1]):
            if near[i, k] >= 0:
                costs[i, k] = arc(points, rates, i, near[i, k])
    return costs


@compiled
def savings(near: Nodes, near_cost: Nodes, depot_cost: Nodes, demand: Nodes, capacity: int) -> Nodes:
    """[n] who follows each in its round, -1: nobody, by joining the ends that save most (Clarke and Wright 1964)."""
    n, k = near.shape
    i_of, j_of, saved = np.zeros(n * k, np.int64), np.zeros(n * k, np.int64), np.zeros(n * k, np.int64)
    m = 0
    for i in range(n):
        for at in range(k):
            j = near[i, at]
            if j >= 0:
                saving = depot_cost[i] + depot_cost[j] - near_cost[i, at]
                if saving > 0:
                    i_of[m], j_of[m], saved[m] = i, j, saving
                    m += 1
    order = np.argsort(-saved[:m], kind="mergesort")
    left, right = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    head, tail = np.arange(n), np.arange(n)  # of a chain, known at both of its ends
    load = demand.astype(np.int64)  # of a chain, known at both of its ends
    for one in order:
        i, j = i_of[one], j_of[one]
        i_end, j_end = left[i] < 0 or right[i] < 0, left[j] < 0 or right[j] < 0
        if not (i_end and j_end):
            continue
        i_other = tail[i] if head[i] == i else head[i]
        if i_other == j or (i == j) or load[i] + load[j] > capacity:
            continue
        j_other = tail[j] if head[j] == j else head[j]
        _bind(left, right, i, j)
        total = load[i] + load[j]
        for end in (i_other, j_other):
            head[end], tail[end], load[end] = i_other, j_other, total
    return _in_line(left, right)


@compiled
def _bind(left: Nodes, right: Nodes, i: int, j: int) -> None:
    """Make i and j neighbours; which side of each is free does not matter yet."""
    if right[i] < 0:
        right[i] = j
    else:
        left[i] = j
    if left[j] < 0:
        left[j] = i
    else:
        right[j] = i


@compiled
def _in_line(left: Nodes, right: Nodes) -> Nodes:
    """Walk each chain from an end, whatever sides its links are on."""
    n = len(left)
    follows, seen = np.full(n, -2, np.int32), np.zeros(n, np.bool_)
    for i in range(n):
        if seen[i] or (left[i] >= 0 and right[i] >= 0):
            continue
        before, here = -1, i
        while here >= 0:
            seen[here] = True
            after = right[here] if left[here] == before else left[here]
            follows[here] = after
            before, here = here, after
    return follows
