"""The programme over whole ways of orders: prices that reach what prices can, and covers that say more.

Subgradient steps near the best prices slowly. A linear programme over the ways that were met so far, one mixture of
them for each order, tells prices at once; under them each order's cheapest way is found, which may be a new one (column
generation; Dantzig & Wolfe 1960). The prices of the programme jump, so that ways are looked for between them and the
best prices so far (Wentges 1997). Whatever the programme says, a bound is only what the priced choices of all orders
come to; so the solver's numbers are trusted for nothing.

Where the mixtures leave parts of orders, covers are added to the programme, and their prices with them.

Clusters share nothing, so that one programme does for many small ones: each keeps the best prices of its own, and
leaves it when it is done. Of a cluster that is too large it does for some rows, while the prices of the others stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array, hstack, vstack

from doorstep.kernels.plan.compiled import FLOATING, FloatArray
from doorstep.kernels.plan.covers import Cover, Lacking, covers_against, lacking_goods
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.parts import Clustered, Ground
from doorstep.kernels.plan.price import set_worth
from doorstep.kernels.plan.ways import costs_of, priced_ways, uses_of

MOST_ROUNDS = 60  # of programmes
MOST_COVERINGS = 6  # rounds of covers among them
STEPS = (0.2, 0.6, 1.0)  # of the way from the best prices to the programme's, at which ways are looked for
CLOSE = 2e-4  # of the programme's optimum, that the bound may lack


@dataclass(frozen=True, slots=True)
class Given:
    """Prices that stay: of cuts that are not the clusters', and what leaving each order counts less."""

    of_cut: FloatArray  # [all cuts] nothing for those that are the clusters'
    leave: FloatArray  # [N]


@dataclass(slots=True)
class Master:
    """The ways met of the clusters' orders, what they take of its cuts, and the covers."""

    ground: Ground
    some: Clustered
    given: Given
    goods: list[tuple[int, Lacking]]  # by cluster
    order: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    choice: IntArray = field(default_factory=lambda: np.zeros((0, 4), np.int64))
    cost: FloatArray = field(default_factory=lambda: np.zeros(0))  # with what they take at prices that stay
    use: csc_array = field(default_factory=lambda: csc_array((0, 0)))
    known: dict[tuple[int, ...], int] = field(default_factory=dict)  # which way it is
    covers: list[Cover] = field(default_factory=list)
    of_cover: list[int] = field(default_factory=list)  # their clusters

    def add(self, order: IntArray, choice: IntArray) -> IntArray:
        """Add those ways that are new; returns whose they are."""
        keys = [(i, *one) for i, one in zip(order.tolist(), choice.tolist(), strict=True)]
        new: list[int] = []
        for n, key in enumerate(keys):
            if key not in self.known:
                self.known[key] = len(self.order) + len(new)
                new.append(n)
        if not new:
            return order[:0]
        order, choice = order[new], np.ascontiguousarray(choice[new])
        cut, way, lumps = uses_of(self.ground.board, self.ground.cuts, order, choice)
        at = np.searchsorted(self.some.cut, cut)
        inside = np.append(self.some.cut, -1)[at] == cut
        shape = len(self.some.cut), len(order)
        use = csc_array((lumps[inside], (at[inside], way[inside])), shape=shape)
        left = np.where(choice[:, 0] < 0, self.given.leave[order], 0.0)
        fixed = np.bincount(way, weights=lumps * self.given.of_cut[cut], minlength=len(order)) - left
        self.cost = np.append(self.cost, costs_of(self.ground.board, order, choice) + fixed)
        self.use = csc_array(hstack([self.use, use])) if len(self.order) else use
        self.order, self.choice = np.append(self.order, order), np.concatenate([self.choice, choice])
        return order

    def of_way(self) -> IntArray:
        """Place of each way's order among the orders."""
        place = np.zeros(int(self.some.order.max()) + 1, np.int64)
        place[self.some.order] = np.arange(len(self.some.order))
        return place[self.order]

    def clusters_of(self, order: IntArray) -> IntArray:
        """Cluster of each of some orders."""
        by_order = np.argsort(self.some.order, kind="stable")
        return self.some.of_order[by_order[np.searchsorted(self.some.order[by_order], order)]]

    def of_price(self) -> IntArray:
        """Cluster of each price: of the cuts, then of the covers."""
        return np.concatenate([self.some.of_cut, np.array(self.of_cover, np.int64)])


@dataclass(frozen=True, slots=True)
class Valued:
    """Prices of the cuts, then of the covers; by cluster the bound that they give, and the same without floors."""

    price: FloatArray
    bound: FloatArray
    whole: FloatArray

    def padded(self, prices: int) -> Valued:
        """Give covers that came later no price."""
        price = np.append(self.price, np.zeros(prices - len(self.price)))
        return Valued(price, self.bound, self.whole)

    def where(self, better: BoolArray, other: Valued, of_price: IntArray) -> Valued:
        """Take the other's of some clusters."""
        return Valued(
            np.where(better[of_price], other.price, self.price),
            np.where(better, other.bound, self.bound),
            np.where(better, other.whole, self.whole),
        )


def open_master(ground: Ground, some: Clustered, own_choice: IntArray, given: Given | None = None) -> Master:
    """Begin with leaving every order. `own_choice` [N, 4] tells who could be served at all."""
    if given is None:
        given = Given(np.zeros(len(ground.cuts.divisor)), np.zeros(len(ground.board.unplanned)))
    goods = []
    by_cluster = some.order[np.argsort(some.of_order, kind="stable")]
    for cluster, orders in enumerate(np.split(by_cluster, np.cumsum(np.bincount(some.of_order))[:-1])):
        goods += [(cluster, one) for one in lacking_goods(ground.board, ground.stock, orders, own_choice)]
    master = Master(ground, some, given, goods)
    master.add(some.order, np.full((len(some.order), 4), -1, np.int64))
    return master


@dataclass(frozen=True, slots=True)
class Optimum:
    """Optimum of the programme by cluster, its prices, and the share of each way."""

    cost: FloatArray
    price: FloatArray
    share: FloatArray


def optimum(master: Master, unfinished: BoolArray) -> Optimum | None:
    """Solve the programme for some of the clusters; None: the solver gives no answer."""
    some, at, of_price = master.some, master.of_way(), master.of_price()
    ways = np.flatnonzero(unfinished[some.of_order[at]])
    orders, rows = np.flatnonzero(unfinished[some.of_order]), np.flatnonzero(unfinished[of_price])
    place = np.zeros(len(some.order), np.int64)
    place[orders] = np.arange(len(orders))
    each = csc_array((np.ones(len(ways)), (place[at[ways]], np.arange(len(ways)))), shape=(len(orders), len(ways)))
    use, most = master.use, master.ground.cuts.capacity[some.cut]
    if master.covers:
        use = csc_array(vstack([use, _covering(master)]))
        most = np.append(most, [-one.least for one in master.covers])
    part = csr_array(use[:, ways])[rows]
    found = linprog(master.cost[ways], part, most[rows], each, np.ones(len(orders)), method="highs")
    if not found.success:
        return None
    price, share = np.zeros(len(most)), np.zeros(len(master.order))
    price[rows], share[ways] = np.maximum(0.0, -found.ineqlin.marginals), found.x
    cost = np.bincount(some.of_order[at], weights=master.cost * share, minlength=some.clusters)
    return Optimum(cost.astype(np.float64), price, share)


def _covering(master: Master) -> csc_array:
    """What leaving an order weighs in each cover, less than nothing."""
    way_of = np.full(int(master.some.order.max()) + 1, -1, np.int64)
    left = np.flatnonzero(master.choice[:, 0] < 0)
    way_of[master.order[left]] = left
    row = np.repeat(np.arange(len(master.covers)), [len(one.order) for one in master.covers])
    way = way_of[np.concatenate([one.order for one in master.covers])]
    weight = -np.concatenate([one.weight for one in master.covers]).astype(float)
    return csc_array((weight, (row, way)), shape=(len(master.covers), len(master.order)))


def leaving(master: Master, price: FloatArray) -> FloatArray:
    """What leaving each of all orders [N] counts less at the prices of covers."""
    leave = np.zeros(len(master.ground.board.unplanned))
    for cover, worth in zip(master.covers, price[len(master.some.cut) :].tolist(), strict=False):
        leave[cover.order] += worth * cover.weight
    return leave


def gained(master: Master, price: FloatArray) -> FloatArray:
    """What the prices of covers add to the bound of each cluster."""
    of_cover = price[len(master.some.cut) :]
    least = np.array([one.least for one in master.covers[: len(of_cover)]], np.float64)
    cluster = np.array(master.of_cover[: len(of_cover)], np.int64)
    return np.bincount(cluster, of_cover * least, master.some.clusters).astype(np.float64)


def valued(master: Master, price: FloatArray, asked: BoolArray, thorough: bool = False) -> tuple[Valued, IntArray]:
    """Find each order's cheapest way under prices: the bounds, and in which clusters how many ways are new.

    Only clusters that are `asked` for; the others' bounds are below all. `thorough`: the bounds are higher.
    """
    ground, some = master.ground, master.some
    there = asked[some.of_order]
    orders, of_order, own = some.order[there], some.of_order[there], price[: len(some.cut)]
    of_cut = np.zeros(len(ground.cuts.divisor))
    of_cut[some.cut] = own
    set_worth(ground.ledger, some.row, ground.cuts, of_cut)
    leave = master.given.leave + leaving(master, price)
    choice, least, floor = np.full((len(orders), 4), -1, np.int64), np.zeros(len(orders)), np.zeros(len(orders))
    terms = ground.least, ground.exact, ground.scratch
    priced_ways(ground.board, ground.ledger, orders, leave, *terms, choice, least, floor, thorough)
    fixed = gained(master, price) - np.bincount(some.of_cut, own * ground.cuts.capacity[some.cut], some.clusters)
    bound, whole = (
        np.where(asked, np.bincount(of_order, one, some.clusters) + fixed, -np.inf) for one in (floor, least)
    )
    new = np.bincount(master.clusters_of(master.add(orders, choice)), minlength=some.clusters)
    return Valued(price, bound, whole), new


def tightened(master: Master, start: FloatArray, ceiling: FloatArray) -> Valued:
    """Generate ways and covers until the bounds are as good as they make them.

    `start` prices of the cuts; `ceiling` by cluster the cost of a known solution, where the search may stop.
    """
    unfinished = np.ones(master.some.clusters, np.bool_)
    best, _ = valued(master, start, unfinished)
    steer, coverings = best, np.zeros(len(unfinished), np.int64)
    for _ in range(MOST_ROUNDS):
        unfinished &= np.ceil(best.bound - FLOATING) < ceiling
        found = optimum(master, unfinished) if unfinished.any() else None
        if found is None:
            break
        best, steer = (one.padded(len(found.price)) for one in (best, steer))
        behind = unfinished & (found.cost - steer.whole > CLOSE * np.abs(found.cost))
        best, steer, new = _looked_for(master, best, steer, found.price, behind)
        quiet = unfinished & (new == 0)
        covered = _cover(master, found.share, quiet & (coverings < MOST_COVERINGS))
        coverings[covered] += 1
        unfinished &= ~quiet | covered
    # Of a part of a cluster only the prices are wanted, which therefore has no ceiling; what has met one needs no more.
    wanted = np.isfinite(ceiling) & (np.ceil(best.bound - FLOATING) < ceiling)
    told, _ = valued(master, best.price, wanted, thorough=True)
    return Valued(best.price, np.maximum(best.bound, told.bound), best.whole)


def _looked_for(
    master: Master, best: Valued, steer: Valued, price: FloatArray, behind: BoolArray
) -> tuple[Valued, Valued, IntArray]:
    """Look for ways between the prices that give most and the programme's; in which clusters how many are new."""
    new, of_price, centre = np.zeros(len(behind), np.int64), master.of_price(), steer.price
    for step in STEPS if behind.any() else ():
        found, more = valued(master, centre + step * (price - centre), behind)
        best = best.where(found.bound > best.bound, found, of_price)
        steer = steer.where(found.whole > steer.whole, found, of_price)
        new += more
    return best, steer, new


def _cover(master: Master, share: FloatArray, some: BoolArray) -> BoolArray:
    """Add covers that the mixtures of some clusters fall short of; tells which clusters have new ones."""
    covered = np.zeros(len(some), np.bool_)
    if not some.any():
        return covered
    left = np.zeros(len(master.ground.board.unplanned))
    gone = np.flatnonzero(master.choice[: len(share), 0] < 0)  # none of the ways that are new
    left[master.order[gone]] = share[gone]
    for cluster, good in master.goods:
        for cover in covers_against([good], left) if some[cluster] else ():
            master.covers.append(cover)
            master.of_cover.append(cluster)
            covered[cluster] = True
    return covered
