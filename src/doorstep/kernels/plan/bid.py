"""Prices of what is short, learned to be used by the orders that come before the next batch.

Orders of the days before stand for those to come: as many of them as are expected until goods come in are priced
against what is on hand, by the same Lagrangian relaxation as a batch. What comes of it is smoothed over the times it
was done; the price of a few units, which one order more or less may double, is drawn towards that of its category at
its site.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from doorstep.domain.bids import BidPrice, BidPrices
from doorstep.domain.demand import Order
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM, divide_half_up
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.board import Table, holding, set_table
from doorstep.kernels.plan.compiled import Board, FloatArray, Ledger, touch
from doorstep.kernels.plan.market import IntArray, Market
from doorstep.kernels.plan.plan import Laid, lay_out
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.ready import Ready
from doorstep.kernels.plan.search import price
from doorstep.kernels.run import Run

PLAIN = Run()
DAY = timedelta(days=1)
SOONEST = timedelta(hours=6)  # what comes in earlier counts as coming then


@dataclass(frozen=True, slots=True)
class BidParams:
    """How prices are learned, each with its default here and nowhere else.

    Attributes
    ----------
    recent_days
        Orders of so many days stand for those to come.
    horizon_days
        Goods that do not come in before must last so long.
    most_orders
        At most so many orders are priced; stock is taken in proportion.
    newest_ppm
        Share of the newest prices in the smoothed ones; the older ones keep the rest, so they fade where nothing is
        short any more.
    few_units
        A row of u units at most this many takes u / (u + few_units) of its own price and the rest of its class's; 0:
        every row has its own.
    least_micros
        Smaller prices are none.
    rounds
        Updates of the prices, each time they are learned.
    """

    recent_days: int = 7
    horizon_days: int = 7
    most_orders: int = 4_000
    newest_ppm: int = 500_000
    few_units: int = 3
    least_micros: int = 1_000
    rounds: int = 150

    def __post_init__(self) -> None:
        if min(self.recent_days, self.horizon_days, self.most_orders, self.rounds) < 1:
            raise InvalidProblem("prices need at least a day of orders, a day to come, one order and one round")
        if not 0 < self.newest_ppm <= PPM or self.few_units < 0 or self.least_micros < 0:
            raise InvalidProblem("newest_ppm outside 0 to 1,000,000, or a negative limit, is not understood")


def next_bids(
    before: BidPrices | None,
    ground: PlanProblem,
    known: Sequence[Order],
    since: datetime,
    params: BidParams | None = None,
    plan_params: PlanParams | None = None,
    run: Run = PLAIN,
    ready: Ready | None = None,
) -> BidPrices:
    """Learn the prices for the time from `ground.now` on.

    Parameters
    ----------
    before
        The prices used until now; None: there were none.
    ground
        Products, sites, stock and what is announced, as of its `now`. Its orders are not looked at.
    known, since
        All orders placed from `since` on. Those not placed before `ground.now` are not looked at.
    params, plan_params, run, ready
        As in `plan`; the seed decides which orders are repeated.

    Returns
    -------
    BidPrices
        Of stock and capacity; deterministic for a seed.
    """
    params = params or BidParams()
    foreseen = foresee(ground, known, since, params, run.seed)
    found = price_foreseen(foreseen, params, plan_params, run, ready) if foreseen.problem.orders else BidPrices()
    return smooth(before, found, params)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A batch that stands for what is to come.

    Attributes
    ----------
    problem
        The orders, and what is on hand: no parcel can hold more of a product than its site has.
    stock_times, sooner_times
        How often the stock counts, and how much more often where goods come in before the horizon, by site and sku.
    room_times
        How many days' room a day's room counts for.
    """

    problem: PlanProblem
    stock_times: float = 1.0
    sooner_times: dict[tuple[str, str], float] = field(default_factory=dict)
    room_times: float = 1.0


def foresee(ground: PlanProblem, known: Sequence[Order], since: datetime, params: BidParams, seed: int) -> Foreseen:
    """Make the batch of the orders that are expected, and say how long the stock must last for them.

    Orders are repeated as often as it takes, each once before one twice.
    """
    now = ground.now
    if now is None:
        raise InvalidProblem("what is foreseen needs an instant: `now` must be set")
    begin = max(since, now - params.recent_days * DAY)
    recent = [order for order in known if begin <= order.placed_at < now and order.lines]
    bare = replace(ground, orders=(), bid_prices=None)
    if not recent or begin >= now:
        return Foreseen(bare)
    horizon = params.horizon_days * DAY
    expected = int(np.ceil(len(recent) * (horizon / (now - begin))))
    count = min(expected, params.most_orders)
    rng = np.random.default_rng(seed)
    turns = -(-count // len(recent))
    drawn = np.concatenate([rng.permutation(len(recent)) for _ in range(turns)])[:count].tolist()
    orders = tuple(
        replace(
            recent[at],
            order=f"{recent[at].order}~{n}",
            placed_at=now.astimezone(recent[at].placed_at.tzinfo),
            not_before=None,
            promised_by=None,
        )
        for n, at in enumerate(drawn)
    )
    share = count / expected
    return Foreseen(replace(bare, orders=orders), share, _sooner(ground, now, horizon), params.horizon_days * share)


def _sooner(ground: PlanProblem, now: datetime, horizon: timedelta) -> dict[tuple[str, str], float]:
    """Rows whose goods come in before the horizon, and how many times as long it is."""
    found: dict[tuple[str, str], float] = {}
    for one in ground.inbound:
        wait = max(one.expected_at - now, SOONEST)
        if now < one.expected_at and wait < horizon:
            row = one.site, one.sku
            found[row] = max(found.get(row, 1.0), horizon / wait)
    return found


def price_foreseen(
    foreseen: Foreseen,
    params: BidParams | None = None,
    plan_params: PlanParams | None = None,
    run: Run = PLAIN,
    ready: Ready | None = None,
) -> BidPrices:
    """Price what is short of a batch that stands for what is to come, without deciding who gets it."""
    params, plan_params = params or BidParams(), plan_params or PlanParams()
    laid: Laid = lay_out(foreseen.problem, plan_params, run, PackParams(), ready)
    market = laid.market
    table = set_table(market, laid.terms, laid.asked, laid.atoms, laid.blocks, laid.book, run)
    times = np.full(market.stock.shape, foreseen.stock_times)
    for (site, sku), more in foreseen.sooner_times.items():
        if site in market.site and sku in market.sku:
            times[market.site[site], market.sku[sku]] *= more
    stock = np.maximum(np.minimum(market.stock, 1), np.asarray(market.stock * times, np.int64))
    row = np.asarray(table.ledger.row * foreseen.room_times, np.int64)
    table = holding(table, table.ledger._replace(stock=stock, row=row))
    return bids_of(market, table, price(table, laid.least, params.rounds, run).prices.ledger, params)


def bids_of(market: Market, table: Table, ledger: Ledger, params: BidParams) -> BidPrices:
    """Name a ledger's prices, few units drawn towards their class; of capacity, the mean of the days asked for."""
    wanted, row_wanted = np.zeros(ledger.stock.shape, np.int64), np.zeros(len(ledger.row), np.int64)
    drawn, need = np.zeros(ledger.stock.shape, np.bool_), np.zeros(ledger.stock.shape[1], np.int64)
    touch(table.board, wanted, row_wanted, drawn, need)
    stock = shrink(unit_prices(table.board, ledger), market.stock, wanted, classes_of(market), params.few_units)
    problem, minor = market.problem, market.problem.brand.currency.micros_per_minor
    rows = [
        BidPrice(problem.sites[k].site, problem.products[j].sku, "", round(stock[k, j] * minor))
        for k, j in np.argwhere(stock > 0).tolist()
    ]
    limits = [(int(k), -1) for k in np.flatnonzero(market.site_capacity >= 0)]
    limits += [(int(k), int(v)) for k, v in np.argwhere(market.service_capacity >= 0)]
    days = len(ledger.row) // len(limits) if limits else 0
    for at, (k, v) in enumerate(limits):
        asked = row_wanted[at * days : (at + 1) * days] > 0
        price = float(ledger.row_price[at * days : (at + 1) * days][asked].mean()) if asked.any() else 0.0
        service = problem.tariff.services[v].service if v >= 0 else ""
        rows.append(BidPrice(problem.sites[k].site, "", service, round(price * minor)))
    return BidPrices(tuple(row for row in rows if row.price_micros >= max(1, params.least_micros)))


def unit_prices(board: Board, ledger: Ledger) -> FloatArray:
    """Price of a unit [K, J]: of the most that anybody asks for at once, shared by its units.

    Lots have prices of their own while a batch is priced; who comes later asks for lots of his own.
    """
    most = np.ones(ledger.stock.shape[1], np.int64)
    np.maximum.at(most, board.use_sku, board.use_quantity)
    found: FloatArray = ledger.worth[ledger.worth_at + most] / most
    return found


def classes_of(market: Market) -> IntArray:
    """Number the categories of the products [J]."""
    names: dict[str, int] = {}
    return np.array([names.setdefault(one.category, len(names)) for one in market.problem.products], np.int64)


def shrink(price: FloatArray, stock: IntArray, wanted: IntArray, of_class: IntArray, few_units: int) -> FloatArray:
    """Draw the prices [K, J] of few units towards the mean of their class at their site.

    The mean is over the rows that hold something and that somebody could use. A row that nobody could use keeps 0.
    """
    if not few_units or not price.size:
        return price
    counts: IntArray = np.asarray((stock > 0) & (wanted > 0))
    classes = int(of_class.max()) + 1
    found = price.copy()
    for k in range(len(price)):
        total = np.bincount(of_class, weights=price[k] * counts[k], minlength=classes)
        mean = total / np.maximum(1, np.bincount(of_class, weights=counts[k], minlength=classes))
        own = stock[k] / (stock[k] + few_units)
        few = counts[k] & (stock[k] <= few_units)
        found[k] = np.where(few, own * price[k] + (1 - own) * mean[of_class], price[k])
    return found


def smooth(before: BidPrices | None, found: BidPrices, params: BidParams) -> BidPrices:
    """Mix new prices into the old ones; whatever else weighs stays as it was."""
    if before is None:
        return found
    old = {(one.site, one.sku, one.service): one.price_micros for one in before.rows}
    new = {(one.site, one.sku, one.service): one.price_micros for one in found.rows}
    rows = []
    for key in sorted(old.keys() | new.keys()):
        mixed = new.get(key, 0) * params.newest_ppm + old.get(key, 0) * (PPM - params.newest_ppm)
        price = divide_half_up(mixed, PPM)
        if price >= max(1, params.least_micros):
            rows.append(BidPrice(*key, price))
    return replace(before, rows=tuple(rows))


def of_goods(bids: BidPrices, skus: Iterable[str]) -> BidPrices:
    """Keep the prices of these goods, and of all capacity: what a batch of orders may be asked to heed."""
    known = set(skus)
    return replace(bids, rows=tuple(one for one in bids.rows if not one.sku or one.sku in known))
