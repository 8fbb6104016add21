"""Ways exchanged among some orders at once: small programmes in whole numbers over the ways that were met.

Ruin and recreate puts orders back one by one, so what only several can do together it finds by luck. Here an order that
pays more than its priced ideal is taken with those who hold what it wants, and with those who hold what they want, up
to `MOST_ORDERS`; of all mixtures of their known ways the cheapest that fits is what HiGHS says. It is stopped by nodes
and never by a clock, and what it says is counted before it is believed.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, csr_array

from doorstep.kernels.plan.compiled import FloatArray, Ledger, book
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.master import Master

MOST_ORDERS = 300  # of one programme
MOST_TRIES = 40  # programmes of a cluster
FEW_ORDERS, MANY_ORDERS = 8, 100  # to one of them, where a cluster is small and where it is large
MOST_NODES = 50
WORTH_A_TRY = 1.0  # minor units that an order pays beyond its priced ideal


def exchange(master: Master, price: FloatArray, ledger: Ledger, choice: IntArray) -> int:
    """Exchange ways of a cluster's orders where that is cheaper; returns the minor units that it saves.

    `price` of the programme's rows tells which orders pay too much. Changes `ledger` and `choice` [N, 4].
    """
    orders = master.some.order
    master.add(orders, choice[orders])
    use = master.use
    keys = [(i, *one) for i, one in zip(orders.tolist(), choice[orders].tolist(), strict=True)]
    now = np.array([master.known[key] for key in keys], np.int64)
    saved = _saved(master, use, _beyond(master, use, price), now)
    if saved:
        for i, way in zip(orders.tolist(), now.tolist(), strict=True):
            book(master.ground.board, ledger.stock, ledger.row, i, choice[i], 1)
            choice[i] = master.choice[way]
            book(master.ground.board, ledger.stock, ledger.row, i, choice[i], -1)
    return saved


def _beyond(master: Master, use: csc_array, price: FloatArray) -> FloatArray:
    """What each way [W] costs beyond the cheapest of its order's, under prices."""
    priced = master.cost + use.T @ price[: len(master.some.cut)]
    least = np.full(int(master.some.order.max()) + 1, np.inf)
    np.minimum.at(least, master.order, priced)
    beyond: FloatArray = priced - least[master.order]
    return beyond


def _saved(master: Master, use: csc_array, beyond: FloatArray, now: IntArray) -> int:
    """Try the orders that pay most beyond their ideal; writes the ways found to `now`."""
    capacity = master.ground.cuts.capacity[master.some.cut]
    left = capacity - use[:, now].sum(axis=1)
    of_way, by_row = master.of_way(), csr_array(use)
    saved, tried = 0, np.zeros(len(now), np.bool_)
    for _ in range(max(min(MOST_TRIES, 1 + len(now) // FEW_ORDERS), len(now) // MANY_ORDERS)):
        first = int(np.argmax(np.where(tried, -np.inf, beyond[now])))
        if tried[first] or beyond[now[first]] < WORTH_A_TRY:
            break
        some = _together(use, by_row, of_way, now, left, first)
        tried[first] = True
        ways = np.flatnonzero(np.isin(of_way, some))
        better = _cheapest(master, use, of_way, ways, some, left + use[:, now[some]].sum(axis=1))
        gain = 0 if better is None else round(float(master.cost[now[some]].sum() - master.cost[better].sum()))
        if better is not None and gain > 0:
            left += use[:, now[some]].sum(axis=1) - use[:, better].sum(axis=1)
            saved, now[some] = saved + gain, better
            tried[:] = False  # what was in vain may gain now
            tried[first] = True
        if len(some) == len(now):
            break  # all of them at once: another try would be the same
    return saved


def _together(
    use: csc_array, by_row: csr_array, of_way: IntArray, now: IntArray, left: FloatArray, first: int
) -> IntArray:
    """An order, those who hold what its ways would take and is not left, and so on."""
    some, seen, at = [first], {first}, 0
    while at < len(some) and len(some) < MOST_ORDERS:
        wants = use[:, np.flatnonzero(of_way == some[at])].max(axis=1).toarray().ravel()
        at += 1
        for row in np.flatnonzero(wants > left).tolist():
            ways = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
            holders = of_way[ways[now[of_way[ways]] == ways]]
            for other in np.unique(holders).tolist():
                if other not in seen and len(some) < MOST_ORDERS:
                    seen.add(other)
                    some.append(other)
    return np.array(sorted(some), np.int64)


def _cheapest(
    master: Master, use: csc_array, of_way: IntArray, ways: IntArray, some: IntArray, room: FloatArray
) -> IntArray | None:
    """Cheapest way for each of some orders out of the room; None: no answer that holds."""
    part = csr_array(use[:, ways])
    rows = np.flatnonzero(np.diff(part.indptr))
    at = np.searchsorted(some, of_way[ways])
    each = csr_array((np.ones(len(ways)), (at, np.arange(len(ways)))), shape=(len(some), len(ways)))
    fits = LinearConstraint(part[rows], -np.inf, room[rows])
    found = milp(
        master.cost[ways].astype(np.float64),
        integrality=np.ones(len(ways)),
        bounds=Bounds(0, 1),
        constraints=[fits, LinearConstraint(each, 1, 1)],
        options={"node_limit": MOST_NODES},
    )
    if found.x is None:
        return None
    chosen = ways[np.flatnonzero(found.x > 0.5)]
    chosen = chosen[np.argsort(of_way[chosen], kind="stable")]
    if not np.array_equal(of_way[chosen], some) or (use[:, chosen].sum(axis=1) > room).any():
        return None
    return chosen
