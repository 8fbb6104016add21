"""The inner loop of the relaxation: sites filled with the customers that pay most."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.position.problem import FloatArray, IntArray


@compiled
def fill(
    cost: FloatArray, demand: FloatArray, capacity: FloatArray, price: FloatArray, rows: IntArray
) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
    """Fill each site of `rows` with parts of customers, those first that pay most per unit above their cost.

    Returns the gain of each [r] (<= 0), where its customers start [r + 1], the customers, and the parts taken of them.
    """
    customers = cost.shape[1]
    gain = np.zeros(len(rows))
    start = np.zeros(len(rows) + 1, np.int64)
    taken = np.empty(len(rows) * customers, np.int64)
    part = np.empty(len(rows) * customers)
    reduced = np.empty(customers)
    some = np.empty(customers, np.int64)
    end = 0
    for r in range(len(rows)):
        site = rows[r]
        count, wanted = 0, 0.0
        for j in range(customers):
            value = cost[site, j] - price[j]
            if value < 0.0:
                reduced[count] = value
                some[count] = j
                wanted += demand[j]
                count += 1
        room = capacity[site]
        order = np.argsort(reduced[:count] / demand[some[:count]]) if wanted > room else np.arange(count)
        for at in order:
            if room <= 0.0:
                break
            j = some[at]
            share = min(1.0, room / demand[j])
            room -= demand[j]
            gain[r] += share * reduced[at]
            taken[end] = j
            part[end] = share
            end += 1
        start[r + 1] = end
    return gain, start, taken[:end].copy(), part[:end].copy()


@compiled
def transport(cost: FloatArray, demand: IntArray, capacity: IntArray) -> IntArray:
    """Serve all demand from p sites at the least cost: whole units [p, n]; sites must hold it all together.

    Every customer starts at its cheapest site. What is too much there moves on along the cheapest way over other
    sites, until nothing is too much: successive shortest paths, so each stage is the best of its kind (Ahuja, Magnanti
    & Orlin 1993, section 9.7).
    """
    sites, customers = cost.shape
    units = np.zeros((sites, customers), np.int64)
    room = capacity.copy()
    for j in range(customers):
        best = np.argmin(cost[:, j])
        units[best, j] = demand[j]
        room[best] -= demand[j]
    step = np.full((sites, sites), np.inf)
    via = np.zeros((sites, sites), np.int64)
    for a in range(sites):
        _cheapest_moves(cost, demand, units, a, step, via)
    length = np.empty(sites)
    before = np.empty(sites, np.int64)
    while True:
        target = _shortest(step, room, length, before)
        if target < 0:
            return units
        amount, at = room[target], target
        while before[at] >= 0:
            amount = min(amount, units[before[at], via[before[at], at]])
            at = before[at]
        amount = min(amount, -room[at])
        room[at] += amount
        room[target] -= amount
        at = target
        while before[at] >= 0:
            source, customer = before[at], via[before[at], at]
            units[source, customer] -= amount
            units[at, customer] += amount
            at = source
        at = target
        while at >= 0:
            _cheapest_moves(cost, demand, units, at, step, via)
            at = before[at]


@compiled
def _cheapest_moves(
    cost: FloatArray, demand: IntArray, units: IntArray, a: int, step: FloatArray, via: IntArray
) -> None:
    """Find for each other site which customer of `a` a unit costs least to move there."""
    sites, customers = cost.shape
    for b in range(sites):
        step[a, b] = np.inf
    for j in range(customers):
        if units[a, j] > 0:
            for b in range(sites):
                value = (cost[b, j] - cost[a, j]) / demand[j]
                if b != a and value < step[a, b]:
                    step[a, b] = value
                    via[a, b] = j


@compiled
def _shortest(step: FloatArray, room: IntArray, length: FloatArray, before: IntArray) -> int:
    """Find the cheapest way from a site with too much to one with room (Bellman-Ford): its end, -1 if all is well."""
    sites = len(room)
    any_over = False
    for a in range(sites):
        before[a] = -1
        length[a] = np.inf
        if room[a] < 0:
            length[a] = 0.0
            any_over = True
    if not any_over:
        return -1
    changed, passes = True, 0
    while changed and passes <= sites:
        changed = False
        passes += 1
        for a in range(sites):
            if length[a] < np.inf:
                for b in range(sites):
                    # A hair: rounding must not make a circle of moves that cost nothing.
                    if length[a] + step[a, b] < length[b] - 1e-9 * (1.0 + abs(length[a])) and room[b] >= 0:
                        length[b] = length[a] + step[a, b]
                        before[b] = a
                        changed = True
    best = -1
    for b in range(sites):
        if room[b] > 0 and (best < 0 or length[b] < length[best]):
            best = b
    return best
