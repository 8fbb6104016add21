"""The inner loop of the fast mode: each order takes the site that is cheapest for it at the prices of what is short."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.market import IntArray

NOWHERE = -1
BY_ITSELF = -2  # no class stands for it


class FastBatch(NamedTuple):
    """Orders i of a batch, and their rows of goods; amounts in thousandths of a minor unit."""

    start: IntArray  # [n + 1]
    sku: IntArray
    units: IntArray
    kind: IntArray  # [n] class, negative: none
    cost: IntArray  # [C, K] large: never
    service: IntArray  # [C, K]
    pick_unit: IntArray  # [K]
    stock_price: IntArray  # [K, J] of a unit
    site_price: IntArray  # [K] of an order
    service_price: IntArray  # [K, V] of a parcel
    promise: IntArray  # [n] row of `late`: where to, and promised for when
    late: IntArray  # [P, K, V] cost of lateness
    depart: IntArray  # [K, V] row of the day on which what is planned now leaves, negative: never
    unplanned: np.int64


@compiled
def choose_sites(batch: FastBatch, stock: IntArray, site_room: IntArray, service_room: IntArray) -> IntArray:
    """Serve the orders in sequence; stock [K, J] and rooms [K, D], [K, V, D] are used up. Returns the site of each.

    An order is left for more than it costs to leave it, whatever the prices; and where all sites are as dear, the first
    is taken.
    """
    found = np.full(len(batch.kind), NOWHERE, np.int64)
    for i in range(len(batch.kind)):
        kind = batch.kind[i]
        if kind < 0:
            found[i] = BY_ITSELF
            continue
        best, site = np.int64(0), NOWHERE
        for k in range(stock.shape[0]):
            service = batch.service[kind, k]
            if service < 0:
                continue
            day = batch.depart[k, service]
            if day < 0 or site_room[k, day] < 1 or service_room[k, service, day] < 1:
                continue
            paid = batch.cost[kind, k] + batch.late[batch.promise[i], k, service]
            score = batch.site_price[k] + batch.service_price[k, service]
            there = True
            for row in range(batch.start[i], batch.start[i + 1]):
                if stock[k, batch.sku[row]] < batch.units[row]:
                    there = False
                    break
                paid += batch.units[row] * batch.pick_unit[k]
                score += batch.units[row] * batch.stock_price[k, batch.sku[row]]
            if there and paid < batch.unplanned and (site == NOWHERE or paid + score < best):
                best, site = paid + score, k
        if site == NOWHERE:
            continue
        found[i] = site
        day = batch.depart[site, batch.service[kind, site]]
        site_room[site, day] -= 1
        service_room[site, batch.service[kind, site], day] -= 1
        for row in range(batch.start[i], batch.start[i + 1]):
            stock[site, batch.sku[row]] -= batch.units[row]
    return found
