"""Inner loops of single sourcing: shares that are split are mended, and whole customers move and swap."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.position.problem import FloatArray, IntArray


@compiled
def mend(cost: FloatArray, demand: IntArray, capacity: IntArray, units: IntArray) -> IntArray:
    """Give each customer one site [n], near to a best split; -1 where no room was found for one.

    Who is split goes last, the largest first: where there is room, else where moving one other makes room.
    """
    sites, customers = cost.shape
    at = np.full(customers, -1, np.int64)
    room = capacity.copy()
    for j in range(customers):
        for i in range(sites):
            if units[i, j] == demand[j]:
                at[j] = i
                room[i] -= demand[j]
    left = np.flatnonzero(at < 0)
    for j in left[np.argsort(-demand[left])]:
        best, site, moved, target = np.inf, -1, -1, -1
        for i in range(sites):
            if room[i] >= demand[j]:
                if cost[i, j] < best:
                    best, site, moved = cost[i, j], i, -1
                continue
            for k in range(customers):
                if at[k] != i or room[i] + demand[k] < demand[j]:
                    continue
                for b in range(sites):
                    value = cost[i, j] + cost[b, k] - cost[i, k]
                    if b != i and room[b] >= demand[k] and value < best:
                        best, site, moved, target = value, i, k, b
        if site < 0:
            continue
        if moved >= 0:
            room[site] += demand[moved]
            room[target] -= demand[moved]
            at[moved] = target
        at[j] = site
        room[site] -= demand[j]
    return at


@compiled
def exchange(cost: FloatArray, demand: IntArray, capacity: IntArray, at: IntArray) -> IntArray:
    """Move customers, swap two, and move one where another goes on to a third site, as long as it is cheaper."""
    sites, customers = cost.shape
    at = at.copy()
    room = capacity.copy()
    for j in range(customers):
        room[at[j]] -= demand[j]
    better = True
    while better:
        better = False
        for j in range(customers):
            a = at[j]
            for b in range(sites):
                saved = cost[a, j] - cost[b, j]
                if b == a or (saved <= 0 and room[b] >= demand[j]):
                    continue
                if room[b] >= demand[j]:
                    room[a] += demand[j]
                    room[b] -= demand[j]
                    at[j] = b
                    better = True
                    break
                if _eject(cost, demand, room, at, j, b):
                    better = True
                    break
    return at


@compiled
def _eject(cost: FloatArray, demand: IntArray, room: IntArray, at: IntArray, j: int, b: int) -> bool:
    """Move `j` to `b` and another from there to wherever it is cheapest, if all in all that is cheaper."""
    a = at[j]
    base = cost[b, j] - cost[a, j]
    best, moved, target = -1e-9 * (1.0 + cost[a, j]), -1, -1
    for k in range(len(at)):
        if at[k] != b or room[b] + demand[k] < demand[j]:
            continue
        for c in range(len(room)):
            free = room[c] + (demand[j] if c == a else 0)
            value = base + cost[c, k] - cost[b, k]
            if c != b and free >= demand[k] and value < best:
                best, moved, target = value, k, c
    if moved < 0:
        return False
    room[a] += demand[j]
    room[b] += demand[moved] - demand[j]
    room[target] -= demand[moved]
    at[moved], at[j] = target, b
    return True
