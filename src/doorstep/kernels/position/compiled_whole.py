"""Knapsacks of whole customers, by dynamic programming over the units of a site's capacity (Bellman 1957)."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.position.problem import FloatArray, IntArray


@compiled
def fill_whole(
    cost: FloatArray, demand: IntArray, capacity: IntArray, price: FloatArray, rows: IntArray
) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
    """Fill each site of `rows` with whole customers so that they pay most above their cost; as `compiled.fill`."""
    customers = cost.shape[1]
    most = 0
    for site in rows:
        most = max(most, capacity[site])
    gain = np.zeros(len(rows))
    start = np.zeros(len(rows) + 1, np.int64)
    taken = np.empty(len(rows) * customers, np.int64)
    best = np.zeros(most + 1)
    kept = np.zeros((customers, most + 1), np.bool_)
    some = np.empty(customers, np.int64)
    end = 0
    for r in range(len(rows)):
        site = rows[r]
        room = capacity[site]
        count, wanted = 0, 0
        for j in range(customers):
            if cost[site, j] < price[j] and demand[j] <= room:
                some[count] = j
                count += 1
                wanted += demand[j]
        if wanted <= room:
            for k in range(count):
                gain[r] += cost[site, some[k]] - price[some[k]]
                taken[end] = some[k]
                end += 1
            start[r + 1] = end
            continue
        best[: room + 1] = 0.0
        for k in range(count):
            need, value = demand[some[k]], cost[site, some[k]] - price[some[k]]
            for w in range(room, need - 1, -1):
                other = best[w - need] + value
                kept[k, w] = other < best[w]
                if kept[k, w]:
                    best[w] = other
            kept[k, :need] = False
        gain[r] = best[room]
        w = room
        for k in range(count - 1, -1, -1):
            if kept[k, w]:
                taken[end] = some[k]
                end += 1
                w -= demand[some[k]]
        start[r + 1] = end
    return gain, start, taken[:end].copy(), np.ones(end)


@compiled
def gain_with(cost: FloatArray, demand: IntArray, capacity: IntArray, price: FloatArray, rows: IntArray) -> FloatArray:
    """Give the gain [r, n] of each site should it serve a customer for certain; infinite where it cannot.

    The best of those before it, by capacity, joined with the best of those behind it.
    """
    customers = cost.shape[1]
    found = np.full((len(rows), customers), np.inf)
    for r in range(len(rows)):
        site = rows[r]
        room = capacity[site]
        behind = np.zeros((customers + 1, room + 1))
        for j in range(customers - 1, -1, -1):
            value = min(0.0, cost[site, j] - price[j])
            behind[j] = behind[j + 1]
            if value < 0.0:
                for w in range(demand[j], room + 1):
                    behind[j, w] = min(behind[j, w], behind[j + 1, w - demand[j]] + value)
        ahead = np.zeros(room + 1)
        for j in range(customers):
            value = cost[site, j] - price[j]
            left = room - demand[j]
            if left >= 0:
                rest = np.inf
                for w in range(left + 1):
                    rest = min(rest, ahead[w] + behind[j + 1, left - w])
                found[r, j] = value + rest
            if value < 0.0:
                for w in range(room, demand[j] - 1, -1):
                    ahead[w] = min(ahead[w], ahead[w - demand[j]] + value)
    return found
