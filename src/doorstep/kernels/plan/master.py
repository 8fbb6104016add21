"""The programme over whole ways of orders: prices that reach what prices can, and covers that say more.

Subgradient steps near the best prices slowly. A linear programme over the ways that were met so far, one mixture of
them for each order, tells prices at once; under them each order's cheapest way is found, which may be a new one (column
generation; Dantzig & Wolfe 1960). The prices of the programme jump, so that ways are looked for between them and the
best prices so far (Wentges 1997). Whatever the programme says, a bound is only what the priced choices of all orders
come to; so the solver's numbers are trusted for nothing.

Where the mixtures leave parts of orders, covers are added to the programme, and their prices with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, hstack, vstack

from doorstep.kernels.plan.compiled import FLOATING, Board, FloatArray, Ledger, Scratch
from doorstep.kernels.plan.covers import Cover, Lacking, covers_against, lacking_goods
from doorstep.kernels.plan.cuts import Cuts
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.price import set_worth
from doorstep.kernels.plan.ways import costs_of, priced_ways, uses_of

MOST_ROUNDS = 60  # of programmes
MOST_COVERINGS = 6  # rounds of covers among them
STEPS = (0.2, 0.6, 1.0)  # of the way from the best prices to the programme's, at which ways are looked for
CLOSE = 2e-4  # of the programme's optimum, that the bound may lack


@dataclass(frozen=True, slots=True)
class Ground:
    """What a programme needs to know of the batch."""

    board: Board
    stock: IntArray  # [K, J]
    cuts: Cuts
    least: Least
    exact: BoolArray  # [N]
    scratch: Scratch
    ledger: Ledger  # work space for prices


@dataclass(slots=True)
class Master:
    """The ways met of a cluster's orders, what they take of its cuts, and the covers."""

    ground: Ground
    orders: IntArray
    rows: IntArray
    goods: list[Lacking]
    cut: IntArray  # of the cluster
    order: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    choice: IntArray = field(default_factory=lambda: np.zeros((0, 4), np.int64))
    cost: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    use: csc_array | None = None
    known: dict[tuple[int, ...], int] = field(default_factory=dict)  # which way it is
    covers: list[Cover] = field(default_factory=list)

    def add(self, order: IntArray, choice: IntArray) -> int:
        """Add those ways that are new; returns how many are."""
        keys = [(i, *one) for i, one in zip(order.tolist(), choice.tolist(), strict=True)]
        new = [n for n, key in enumerate(keys) if key not in self.known]
        if not new:
            return 0
        self.known.update((keys[n], len(self.order) + at) for at, n in enumerate(new))
        order, choice = order[new], np.ascontiguousarray(choice[new])
        cut, way, lumps = uses_of(self.ground.board, self.ground.cuts, order, choice)
        use = csc_array((lumps, (np.searchsorted(self.cut, cut), way)), shape=(len(self.cut), len(order)))
        self.order, self.choice = np.append(self.order, order), np.concatenate([self.choice, choice])
        self.cost = np.append(self.cost, costs_of(self.ground.board, order, choice))
        self.use = use if self.use is None else csc_array(hstack([self.use, use]))
        return len(new)


@dataclass(frozen=True, slots=True)
class Valued:
    """Prices of the cuts, then of the covers; the bound that they give, and that of the programme without floors."""

    price: FloatArray
    bound: float
    whole: float


def open_master(ground: Ground, orders: IntArray, rows: IntArray, own_choice: IntArray) -> Master:
    """Begin with leaving every order."""
    cuts = ground.cuts
    cut = np.concatenate([np.arange(cuts.start[r], cuts.start[r + 1]) for r in rows.tolist()])
    cut.sort()
    goods = lacking_goods(ground.board, ground.stock, orders, own_choice)
    master = Master(ground, orders, rows, goods, cut)
    master.add(orders, np.full((len(orders), 4), -1, np.int64))
    return master


def optimum(master: Master) -> tuple[float, FloatArray, FloatArray]:
    """Solve the programme: its optimum, the prices, and the share of each way."""
    orders, use = len(master.orders), master.use
    assert use is not None
    place = np.zeros(int(master.orders.max()) + 1, np.int64)
    place[master.orders] = np.arange(orders)
    ways = np.arange(len(master.order))
    each = csc_array((np.ones(len(ways)), (place[master.order], ways)), shape=(orders, len(ways)))
    most = master.ground.cuts.capacity[master.cut]
    if master.covers:
        use, most = csc_array(vstack([use, _covering(master)])), np.append(most, [-one.least for one in master.covers])
    found = linprog(master.cost.astype(float), use, most, each, np.ones(orders), method="highs")
    if not found.success:
        return np.inf, np.zeros(len(most)), np.zeros(len(ways))
    return float(found.fun), np.maximum(0.0, -found.ineqlin.marginals), found.x


def _covering(master: Master) -> csc_array:
    """What leaving an order weighs in each cover, less than nothing."""
    way_of = np.full(int(master.orders.max()) + 1, -1, np.int64)
    left = np.flatnonzero(master.choice[:, 0] < 0)
    way_of[master.order[left]] = left
    row = np.repeat(np.arange(len(master.covers)), [len(one.order) for one in master.covers])
    way = way_of[np.concatenate([one.order for one in master.covers])]
    weight = -np.concatenate([one.weight for one in master.covers]).astype(float)
    return csc_array((weight, (row, way)), shape=(len(master.covers), len(master.order)))


def leaving(master: Master, price: FloatArray, orders: int) -> FloatArray:
    """What leaving each of all orders [N] counts less at the prices of covers."""
    leave = np.zeros(orders)
    for cover, worth in zip(master.covers, price[len(master.cut) :].tolist(), strict=False):
        leave[cover.order] += worth * cover.weight
    return leave


def valued(master: Master, price: FloatArray) -> tuple[Valued, int]:
    """Find each order's cheapest way under prices: the bound, and how many ways are new."""
    ground, choice = master.ground, np.full((len(master.orders), 4), -1, np.int64)
    of_cut = np.zeros(len(ground.cuts.divisor))
    of_cut[master.cut] = price[: len(master.cut)]
    set_worth(ground.ledger, master.rows, ground.cuts, of_cut)
    leave = leaving(master, price, len(ground.board.unplanned))
    args = (ground.board, ground.ledger, master.orders, leave, ground.least, ground.exact, ground.scratch, choice)
    total, floor = priced_ways(*args)
    gain = sum(worth * one.least for one, worth in zip(master.covers, price[len(master.cut) :].tolist(), strict=False))
    fixed = gain - float(of_cut[master.cut] @ ground.cuts.capacity[master.cut])
    return Valued(price, floor + fixed, total + fixed), master.add(master.orders, choice)


def tightened(master: Master, start: FloatArray, ceiling: float) -> Valued:
    """Generate ways and covers until the bound is as good as they make it; `start` prices of the cuts."""
    best, _ = valued(master, start)
    steer, coverings = best, 0
    for _ in range(MOST_ROUNDS):
        if np.ceil(best.bound - FLOATING) >= ceiling:
            break
        fun, price, share = optimum(master)
        if not np.isfinite(fun):
            break
        new = 0
        if fun - steer.whole > CLOSE * abs(fun):
            centre = np.append(steer.price, np.zeros(len(price) - len(steer.price)))
            for step in STEPS:
                found, more = valued(master, centre + step * (price - centre))
                best = max(best, found, key=lambda one: one.bound)
                steer = max(steer, found, key=lambda one: one.whole)
                new += more
        if new:
            continue
        covers = _covers(master, share) if coverings < MOST_COVERINGS else []
        if not covers:
            break
        master.covers.extend(covers)
        coverings += 1
    return best


def _covers(master: Master, share: FloatArray) -> list[Cover]:
    """Covers that the programme's mixtures fall short of."""
    left = np.zeros(len(master.ground.board.unplanned))
    gone = master.choice[:, 0] < 0
    left[master.order[gone]] = share[gone]
    return covers_against(master.goods, left)
