"""Orders decided one by one as they come: at no prices, at prices learned from days before, and all together.

python -m benchmarks.plan.online [--orders N] [--seeds S ...] [--stock NAME ...] [--folders DIR]

Places and tariff are those of a brand folder made of the public Olist data; what an order asks for, how much of it, and
the measures of the goods are real baskets. Which goods they are, is drawn by Zipf's law with exponent 0.9 out of N / 5
products. Stock is lumpy and short: 1.2 x what is expected + 4 x its root + 4 units, `thin` of each product, spread over
the sites as their customers are, or `deep` of each product at each site by what its customers are expected to ask for;
then a fifth of the pairs of site and product is halved or, half of them, emptied. `units` is `thin` with one unit a
line. Orders of all days are drawn alike, and every morning the shelves are as full; so the days before are the best
forecast there is.

The yardstick is the Lagrangian lower bound of the whole day, known in the morning; nobody can reach it order by order.
The table gives the objective (cost, and `unplanned_cost` for each order left) above that bound in percent, the orders
left, and the cost of those that are served. Every order is decided on the same table of quotes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
from benchmarks.plan.run import AS_OF, ROOT, SCALE_SITES, make

from doorstep.domain.bids import BidPrices
from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order, OrderLine
from doorstep.domain.supply import StockLevel
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.bid import BidParams, bids_of, smooth
from doorstep.kernels.plan.board import Table, holding, set_table
from doorstep.kernels.plan.compiled import NEVER, Board, FloatArray, book
from doorstep.kernels.plan.improve import cost_of, insert_all
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.market import IntArray, Market
from doorstep.kernels.plan.nearest import distances_m
from doorstep.kernels.plan.plan import lay_out
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.ready import Ready, make_ready
from doorstep.kernels.plan.search import assign, price
from doorstep.kernels.plan.weigh import under_bids, weigh_board
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.intervals import over_seeds

MOST_LINES, MOST_UNITS, ZIPF = 5, 12, 0.9
STOCKS = ("thin", "deep", "units")
SHORT, DAYS_BEFORE, RESOLVES = 0.2, 3, 10
DAY = timedelta(days=1)
PLAIN_BIDS = BidParams(newest_ppm=1_000_000, few_units=0)
CALM_BIDS = BidParams()


@dataclass(frozen=True)
class Basket:
    """Real lines: sizes in mm, grams, units."""

    lines: tuple[tuple[tuple[int, int, int], int, int], ...]


@dataclass(frozen=True)
class Day:
    """One day's orders on the shelves of its morning, quoted."""

    market: Market
    table: Table
    least: Least

    @property
    def orders(self) -> int:
        return len(self.market.problem.orders)


def main() -> None:
    """Print a table of the ways to decide, with paired intervals over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=2_000, help="of a day")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--stock", nargs="*", choices=STOCKS, default=list(STOCKS))
    parser.add_argument("--folders", type=Path, help="keep the brand folder here and use it again")
    options = parser.parse_args()
    data = Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "olist").is_dir() or not (data / "packing_orders").is_dir():
        sys.exit(f"no public data in {data}")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"a day of {options.orders:,} orders, {SCALE_SITES} sites, {max(1, options.orders // 5):,} products, "
        f"seeds {options.seeds}"
    )
    with tempfile.TemporaryDirectory() as made:
        folder = (options.folders or Path(made)) / "olist-places"
        folder.parent.mkdir(parents=True, exist_ok=True)
        olist = ("import", "olist", str(data / "olist"), "--as-of", AS_OF, "--sites", str(SCALE_SITES))
        make(folder, *olist, "--scale", "20000")
        read = read_folder(folder)
    ground = replace(problem_of(read, read.orders), inbound=(), stock=(), products=(), orders=())
    baskets = read_baskets(data / "packing_orders" / "items.csv.gz")
    ready = make_ready(ground)
    for stock in options.stock:
        print(f"\n{stock} stock", flush=True)
        run_seeds(ground, read.orders, baskets, options, stock, ready)


def run_seeds(
    ground: PlanProblem,
    places: tuple[Order, ...],
    baskets: list[Basket],
    options: argparse.Namespace,
    stock: str,
    ready: Ready,
) -> None:
    """One sort of stock, with its table."""
    most, found = 1 if stock == "units" else MOST_UNITS, []
    cut = [Basket(tuple((size, weight, min(units, most)) for size, weight, units in one.lines)) for one in baskets]
    for seed in options.seeds:
        found.append(one_seed(ground, places, cut, options.orders, seed, stock, ready))
        bound, ways = found[-1]
        told = (f"{name} {100 * (way[0] / bound - 1):.2f}% ({way[1]} left)" for name, way in ways.items())
        print(f"seed {seed}: " + ", ".join(told), flush=True)
    print_table(found)


def read_baskets(path: Path) -> list[Basket]:
    """Real baskets of at most so many lines, each of at most so many units; larger ones are left out."""
    lines: dict[str, list[tuple[tuple[int, int, int], int, int]]] = {}
    with gzip.open(path, "rt", newline="") as source:
        for row in csv.DictReader(source):
            size = (int(row["dim1_mm"]), int(row["dim2_mm"]), int(row["dim3_mm"]))
            lines.setdefault(row["order_id"], []).append((size, int(row["weight_g"]), int(row["qty"])))
    return [
        Basket(tuple(one))
        for one in lines.values()
        if len(one) <= MOST_LINES and all(1 <= units <= MOST_UNITS and max(size) <= 400 for size, _, units in one)
    ]


def one_seed(
    ground: PlanProblem,
    places: tuple[Order, ...],
    baskets: list[Basket],
    orders: int,
    seed: int,
    sort: str,
    ready: Ready,
) -> tuple[int, dict[str, tuple[int, int, int]]]:
    """Bound of the day, and of each way: objective, orders left, cost of the others; in minor units."""
    started, rng = perf_counter(), np.random.default_rng(seed)
    products = draw_products(baskets, max(1, orders // 5), rng)
    morning = datetime.fromisoformat(AS_OF).replace(tzinfo=UTC) + timedelta(hours=12)
    days = []
    for n in range(DAYS_BEFORE + 1):
        drawn = draw_orders(places, baskets, products, orders, morning, rng, f"d{n}")
        days.append(replace(ground, products=products, orders=drawn, now=morning))
    stock = draw_stock(days[:-1], sort, rng, ready)
    *before, today = [quoted(replace(one, stock=stock), ready) for one in days]
    result = assign(today.table, today.least, PlanParams(), Run(seed=seed))
    bound, board = result.lower_bound_minor, today.table.board
    plain = learn(before[-1], today.table, PLAIN_BIDS)
    own = learn(today, today.table, PLAIN_BIDS)
    calm: BidPrices | None = None
    for day in before:
        calm = learn(day, today.table, CALM_BIDS, 1.0, calm)
    assert calm is not None
    ways: dict[str, Callable[[], IntArray]] = {
        "myopic": lambda: in_turn(today, [board]),
        "yesterday's prices": lambda: in_turn(today, [weighed(today, plain)]),
        "smoothed and shrunk": lambda: in_turn(today, [weighed(today, calm)]),
        "ten re-solves, yesterday's": lambda: in_turn(today, again(today, before[-1:], PLAIN_BIDS)),
        "ten re-solves, smoothed and shrunk": lambda: in_turn(today, again(today, before, CALM_BIDS, calm)),
        "the same, orders may be left": lambda: in_turn(today, again(today, before, CALM_BIDS, calm, True)),
        "the day's own prices": lambda: in_turn(today, [weighed(today, own)]),
        "one batch": lambda: result.choice,
    }
    told = {}
    for name, decide in ways.items():
        choice = decide()
        objective = cost_of(board, np.arange(today.orders), choice)
        left = choice[:, 0] < 0
        told[name] = (int(objective), int(left.sum()), int(objective - board.unplanned[left].sum()))
    print(f"seed {seed}: bound {bound / 100:,.2f}, {perf_counter() - started:.0f} s", flush=True)
    return bound, told


def draw_products(baskets: list[Basket], count: int, rng: np.random.Generator) -> tuple[Product, ...]:
    """Real goods under made-up names, in ten made-up categories."""
    found = []
    for n in range(count):
        lines = baskets[rng.integers(len(baskets))].lines
        size, weight_g, _ = lines[rng.integers(len(lines))]
        found.append(Product(f"p{n:05}", f"p{n}", f"c{rng.integers(10)}", *size, max(1, weight_g), 50_000_000))
    return tuple(found)


def draw_orders(
    places: tuple[Order, ...],
    baskets: list[Basket],
    products: tuple[Product, ...],
    count: int,
    at: datetime,
    rng: np.random.Generator,
    name: str,
) -> tuple[Order, ...]:
    """Customers' places with the lines of real baskets."""
    share = np.arange(1, len(products) + 1) ** -ZIPF
    share /= share.sum()
    found = []
    for n in range(count):
        lines = baskets[rng.integers(len(baskets))].lines
        goods = rng.choice(len(products), size=min(len(lines), len(products)), replace=False, p=share)
        asked = tuple(
            OrderLine(str(m), products[j].sku, units, 50_000_000)
            for m, (j, (_, _, units)) in enumerate(zip(goods.tolist(), lines, strict=False), 1)
        )
        place = places[rng.integers(len(places))]
        found.append(replace(place, order=f"{name}-{n}", placed_at=at, lines=asked, not_before=None, promised_by=None))
    return tuple(found)


def draw_stock(days: list[PlanProblem], sort: str, rng: np.random.Generator, ready: Ready) -> tuple[StockLevel, ...]:
    """Lumpy and short, out of what the days before asked for."""
    problem = days[0]
    index = {one.sku: j for j, one in enumerate(problem.products)}
    asked, near = np.zeros(len(index)), np.zeros(len(problem.sites))
    for day in days:
        site = distances_m(replace(ready.market, problem=day)).argmin(axis=1)
        near += np.bincount(site, minlength=len(near))
        for order in day.orders:
            for line in order.lines:
                asked[index[line.sku]] += line.quantity / len(days)
    share = near / near.sum()
    if sort != "deep":
        held = np.stack([rng.multinomial(one, share) for one in enough(asked)], axis=1)
    else:
        held = enough(share[:, None] * asked)
    lack = rng.random(held.shape)
    held = np.where(lack < SHORT / 2, 0, np.where(lack < SHORT, held // 2, held))
    return tuple(
        StockLevel(problem.sites[k].site, problem.products[j].sku, int(held[k, j])) for k, j in np.argwhere(held > 0)
    )


def enough(expected: FloatArray) -> IntArray:
    """Units that are held of what is expected."""
    units: IntArray = np.ceil(1.2 * expected + 4 * np.sqrt(expected) + 4).astype(np.int64)
    return units


def quoted(problem: PlanProblem, ready: Ready) -> Day:
    """Quote a day's orders out of the morning's stock."""
    laid = lay_out(problem, PlanParams(), Run(), PackParams(), ready)
    table = set_table(laid.market, laid.terms, laid.asked, laid.atoms, laid.blocks, laid.book, Run())
    return Day(laid.market, table, laid.least)


def learn(day: Day, held: Table, params: BidParams, rest: float = 1.0, before: BidPrices | None = None) -> BidPrices:
    """Price what is held by the orders of a day, of which only `rest` is still to come."""
    board = only_held(day.table.board, held.ledger.stock)
    ledger = day.table.ledger._replace(stock=np.asarray(held.ledger.stock / rest, np.int64))
    table = holding(replace(day.table, board=board), ledger)
    market = replace(day.market, stock=held.ledger.stock)
    return smooth(
        before, bids_of(market, table, price(table, day.least, params.rounds, Run()).prices.ledger, params), params
    )


def only_held(board: Board, stock: IntArray) -> Board:
    """Leave the columns whose site holds what a block takes."""
    enough = np.logical_and.reduceat(stock[:, board.use_sku] >= board.use_quantity, board.use_start[:-1], axis=1).T
    cost = np.where(enough[:, board.column_site], board.cost, NEVER)
    served = cost < NEVER
    start = np.concatenate([[0], np.cumsum(served.sum(axis=1))]).astype(np.int64)
    return board._replace(cost=cost, option_start=start, option=np.nonzero(served)[1].copy())


def weighed(day: Day, bids: BidPrices, may_leave: bool = False) -> Board:
    """Put the prices on the day's board."""
    asked = replace(day.market.problem, bid_prices=replace(bids, may_leave=may_leave))
    scales, table = under_bids(replace(day.market, problem=asked)).scales, day.table
    if scales is None:
        return table.board
    return weigh_board(scales, table.board, table.blocks, table.board.cost, table.ledger, table.scratch()).board


def in_turn(day: Day, boards: list[Board] | Callable[[Table, int], Board]) -> IntArray:
    """Decide the orders one by one, in as many shares of the day as there are boards."""
    table, choice = day.table, np.full((day.orders, 4), -1, np.int64)
    ledger = table.ledger._replace(stock=table.ledger.stock.copy(), row=table.ledger.row.copy())
    shares = np.array_split(np.arange(day.orders), RESOLVES if callable(boards) else len(boards))
    for n, share in enumerate(shares):
        board = boards(replace(table, ledger=ledger), n) if callable(boards) else boards[n]
        insert_all(board, ledger, share, 0.0, table.scratch(), choice)
    taken = table.ledger.stock.copy()
    for i in range(day.orders):
        book(table.board, taken, np.zeros_like(table.ledger.row), i, choice[i], -1)
    assert (taken == ledger.stock).all()
    assert (taken >= 0).all()
    return choice


def again(
    day: Day, before: list[Day], params: BidParams, bids: BidPrices | None = None, may_leave: bool = False
) -> Callable[[Table, int], Board]:
    """Learn the prices anew at the beginning of each share of the day, for what is left of it.

    The days before take turns; `bids` are the prices of the morning, into which the newer ones are mixed.
    """
    known = bids

    def price(held: Table, n: int) -> Board:
        nonlocal known
        known = learn(before[-1 - n % len(before)], held, params, (RESOLVES - n) / RESOLVES, known)
        return weighed(day, known, may_leave)

    return price


def print_table(found: list[tuple[int, dict[str, tuple[int, int, int]]]]) -> None:
    """Print means over the seeds; the difference to myopic is paired, in points, with Student's 95% interval."""
    print(f"\n{'way':36} {'above bound':>11} {'less than myopic':>26} {'left':>8} {'cost of the served':>18}")
    for name in found[0][1]:
        gap = [100 * (ways[name][0] / bound - 1) for bound, ways in found]
        myopic = [100 * (ways["myopic"][0] / bound - 1) for bound, ways in found]
        less = [a - b for a, b in zip(myopic, gap, strict=True)]
        interval = over_seeds(less, 0.95)
        told = f"{np.mean(less):5.2f}" + (f" ({interval.low:.2f} to {interval.high:.2f})" if interval else "")
        left = float(np.mean([ways[name][1] for _, ways in found]))
        cost = float(np.mean([ways[name][2] for _, ways in found])) / 100
        print(f"{name:36} {np.mean(gap):10.2f}% {told:>26} {left:8.1f} {cost:18,.0f}")


if __name__ == "__main__":
    main()
