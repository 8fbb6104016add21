"""Placement on Olist: placed on what was known at D, paid for on the months after.

`python -m benchmarks.position.olist FOLDER --as-of D --months M`, with a folder of `doorstep import olist`. Every
policy gets the same units of each product and refills what it sold each week; only where they lie differs. An order
leaves from the site, of those that hold all of it, where service and picking are cheapest, else line by line; what
lies nowhere is left unplanned, and costs what the brand says. Cost: freight, picking, bulk, shelves, what is left, and
the brand's cost of a late order times the share expected late. Days are expected by distance, from the whole history:
the same curve for everyone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.files.demand_in import read_foreseen
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.flows.position import WEEKS_OF_MONTH, Positioned, PositionWish, position
from doorstep.flows.position_ground import distances, parcel_prices, region_name
from doorstep.flows.position_transit import shares_within
from doorstep.kernels.position.placement import UNSERVED
from doorstep.kernels.position.problem import FloatArray, IntArray
from doorstep.kernels.position.stock import quantile
from doorstep.kernels.simulate.intervals import student

GRID_G = np.array([250, 500, 1_000, 2_000, 4_000, 7_000, 11_000, 16_000, 22_000, 29_000])
MOST_DAYS = 60
LEVEL = 0.95
WEEK = 7


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """What sending costs and takes: [k, r, g] price, days and share in time, [k] picking, [s, k] bulk."""

    price: FloatArray
    days: FloatArray
    within: FloatArray
    pick: FloatArray
    bulk: FloatArray
    holding_week: FloatArray
    left: float
    late: float


def main() -> None:
    """Print a row for each policy."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--as-of", type=date.fromisoformat, required=True)
    asked.add_argument("--months", type=int, default=3)
    asked.add_argument("--days", type=int, default=7)
    asked.add_argument("--demand", type=Path, help="an output of insight demand as of the day; else by past sales")
    told = asked.parse_args()
    read = read_folder(told.folder)
    wish = PositionWish(told.as_of, told.months, told.days)
    found = position(read, wish, read_foreseen(told.demand, told.as_of) if told.demand else None)
    weeks = round(told.months * WEEKS_OF_MONTH)
    after = [one for one in read.orders if 0 <= (one.placed_at.date() - told.as_of).days < weeks * WEEK]
    ledger = ledger_of(read, found, wish)
    units = total_units(found)
    print(f"as of {told.as_of}, {len(after):,} orders in {weeks} weeks after, {units.sum():,} units on shelves")
    results = {name: replay(found, ledger, make(found, units), after, weeks, told.as_of) for name, make in POLICIES}
    own = results["placed"]
    scale = 10**read.brand.currency.digits
    heads = f"{'cost':>12} {'per order':>10} {'bulk+shelves':>13} {'days':>6} {'in time':>8} {'left':>6}"
    print(f"{'policy':22} {heads}  vs placed")
    for name, one in results.items():
        total = one.cost.sum() / scale
        per = total / max(1, one.orders.sum())
        versus = "" if one is own else interval((one.cost - own.cost) / scale, own.orders)
        days, in_time = one.days.sum() / one.orders.sum(), one.within.sum() / one.orders.sum()
        tail = f"{days:6.2f} {in_time:8.3f} {int(one.left.sum()):6}"
        print(f"{name:22} {total:12,.2f} {per:10.3f} {one.still / scale:13,.2f} {tail}  {versus}")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Of each week [w]: what was paid, orders, expected days and orders in time, and orders left; `still` in all."""

    cost: FloatArray
    orders: FloatArray
    days: FloatArray
    within: FloatArray
    left: FloatArray
    still: float


def ledger_of(read: BrandFolder, found: Positioned, wish: PositionWish) -> Ledger:
    """Price every lane, by the tariff; days by the whole history."""
    ground, problem = found.ground, found.grounded.problem
    places = [site.place for site in ground.sites]
    cubes = np.rint(np.cbrt(GRID_G * 5_000.0)).astype(np.int64)  # a fifth of the density of water
    price = parcel_prices(read, places, ground.regions, GRID_G, np.repeat(cubes[:, None], 3, 1), wish.as_of)
    metres = distances(places, ground.regions)
    known = max(one.placed_at.date() for one in read.history)
    by_day = [shares_within(read.history, read.tariff.services, metres, known, day) for day in range(MOST_DAYS)]
    curve = np.array(by_day)  # [day, k, r, v]
    minor = read.brand.currency.minor
    late = float(minor(read.brand.late_cost_micros))
    taken = (price + late * (1 - curve[wish.days][:, :, None, :])).argmin(axis=3)[..., None]  # as the kernel would
    days, within = (
        np.broadcast_to(one[:, :, None, :], price.shape) for one in ((1 - curve).sum(axis=0), curve[wish.days])
    )
    price, days, within = (np.take_along_axis(one, taken, 3)[..., 0] for one in (price, days, within))
    left = float(minor(read.brand.unplanned_cost_micros))
    return Ledger(price, days, within, problem.pick, problem.bulk, problem.holding_week, left, late)


def total_units(found: Positioned) -> IntArray:
    """Units of each product, the same for every policy: base stock of all its demand in one place."""
    problem = found.grounded.problem
    mean = problem.forecast.mean_week.sum(axis=1) * (problem.lead_weeks.max() + problem.review_weeks)
    ratio = found.targets.ratio[:, 0]
    return np.maximum(1, quantile(mean, problem.forecast.dispersion, ratio))


def placed(found: Positioned, units: IntArray) -> IntArray:
    """Where the kernel puts them, in the proportions of its targets."""
    return dealt(units, found.targets.target.astype(np.float64))


def proportional(found: Positioned, units: IntArray) -> IntArray:
    """Every product in every site, in proportion to what all products sell nearest to it."""
    return dealt(units, np.tile(nearest(found).sum(axis=0), (len(units), 1)))


def one_site(found: Positioned, units: IntArray) -> IntArray:
    """All in the site that is cheapest as the only one."""
    problem = found.grounded.problem
    cost = problem.price.min(axis=3).mean(axis=2) @ problem.forecast.mean_week.sum(axis=0)
    stock = np.zeros((len(units), len(problem.pick)), np.int64)
    stock[:, int(cost.argmin())] = units
    return stock


def nearest_site(found: Positioned, units: IntArray) -> IntArray:
    """Every product in every site, in proportion to what itself sells nearest to it."""
    return dealt(units, nearest(found))


def nearest(found: Positioned) -> FloatArray:
    """Expected sales [s, k] of each product in the regions that lie nearest to each site."""
    metres = distances([site.place for site in found.ground.sites], found.ground.regions)
    at = metres.argmin(axis=0)
    mean = found.ground.forecast.mean_week
    return np.stack([mean[:, at == k].sum(axis=1) for k in range(len(found.ground.sites))], axis=1)


POLICIES: tuple[tuple[str, Callable[[Positioned, IntArray], IntArray]], ...] = (
    ("placed", placed),
    ("proportional to sales", proportional),
    ("all in one site", one_site),
    ("nearest site", nearest_site),
)


def dealt(units: IntArray, weight: FloatArray) -> IntArray:
    """Whole units [s, k] by weight: largest remainders, so that none is lost."""
    share = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    exact = share * units[:, None]
    stock = np.floor(exact).astype(np.int64)
    rank = np.argsort(np.argsort(-(exact - stock), axis=1, kind="stable"), axis=1)
    return np.asarray(stock + (rank < (units - stock.sum(axis=1))[:, None]))


def replay(found: Positioned, ledger: Ledger, start: IntArray, orders: list[Order], weeks: int, as_of: date) -> Outcome:
    """Serve the orders in sequence; on each Monday of the replay what was sold is there again."""
    ground, stock = found.ground, start.copy()
    sku_at = {product.sku: n for n, product in enumerate(ground.products)}
    region_at = {name: n for n, name in enumerate(ground.region_names)}
    figures = np.zeros((5, weeks))
    still, now = 0.0, 0
    for order in sorted(orders, key=lambda one: (one.placed_at, one.order)):
        week = (order.placed_at.date() - as_of).days // WEEK
        if week > now:
            stock, now = start.copy(), week
        lines = [(sku_at[line.sku], line.quantity) for line in order.lines if line.sku in sku_at]
        region = region_at.get(region_name(order.place))
        if len(lines) < len(order.lines) or region is None or not lines:
            continue  # a product or a region that nobody knew at D: the same for every policy
        sent = serve(ledger, ground.products, stock, lines, region)
        figures[1, week] += 1
        if sent is None:
            figures[0, week] += ledger.left
            figures[4, week] += 1
            figures[2, week] += MOST_DAYS
            continue
        paid, bulk, sites = sent
        figures[0, week] += paid + bulk
        still += bulk
        at = grid(grams_of(ground.products, lines))
        in_time = min(ledger.within[k, region, at] for k in sites)
        figures[2, week] += max(ledger.days[k, region, at] for k in sites)
        figures[3, week] += in_time
    shelves = float((start * ledger.holding_week[:, None]).sum())
    figures[0] += shelves
    return Outcome(figures[0], figures[1], figures[2], figures[3], figures[4], still + shelves * weeks)


def serve(
    ledger: Ledger, products: tuple[Product, ...], stock: IntArray, lines: list[tuple[int, int]], region: int
) -> tuple[float, float, list[int]] | None:
    """Send an order; what is paid, what bringing the goods there cost, and from where. None: not all of it is there."""
    sites = range(stock.shape[1])
    whole = [k for k in sites if all(stock[sku, k] >= n for sku, n in lines)]
    if whole:
        costs = {k: price(ledger, products, lines, k, region) for k in whole}
        best = min(whole, key=lambda k: (costs[k], k))
        take(stock, lines, best)
        return costs[best], sum(n * ledger.bulk[sku, best] for sku, n in lines), [best]
    paid, bulk = 0.0, 0.0
    used: list[int] = []
    taken: list[tuple[tuple[int, int], int]] = []
    for sku, n in lines:
        some = [k for k in sites if stock[sku, k] >= n]
        if not some:
            for line, k in taken:
                stock[line[0], k] += line[1]
            return None
        costs = {k: price(ledger, products, [(sku, n)], k, region) for k in some}
        best = min(some, key=lambda k: (costs[k], k))
        take(stock, [(sku, n)], best)
        taken.append(((sku, n), best))
        paid, bulk = paid + costs[best], bulk + n * ledger.bulk[sku, best]
        used.append(best)
    return paid, bulk, used


def price(ledger: Ledger, products: tuple[Product, ...], lines: list[tuple[int, int]], k: int, region: int) -> float:
    """Minor units of a parcel and its picking; heavier than the grid: by the heaviest, in proportion."""
    grams = grams_of(products, lines)
    at = grid(grams)
    freight = float(ledger.price[k, region, at])
    if freight >= UNSERVED:
        return UNSERVED
    late = ledger.late * (1 - float(ledger.within[k, region, at]))
    return freight * max(1.0, grams / float(GRID_G[-1])) + float(ledger.pick[k]) * sum(n for _, n in lines) + late


def grams_of(products: tuple[Product, ...], lines: list[tuple[int, int]]) -> int:
    """What an order weighs."""
    return sum(products[sku].weight_g * n for sku, n in lines)


def grid(grams: int) -> int:
    """The step of the grid of weights, the last one for what is heavier."""
    return min(int(np.searchsorted(GRID_G, grams)), len(GRID_G) - 1)


def take(stock: IntArray, lines: list[tuple[int, int]], k: int) -> None:
    """Take the units from the shelves."""
    for sku, n in lines:
        stock[sku, k] -= n


def interval(difference: FloatArray, orders: FloatArray) -> str:
    """How much dearer an order is than as placed: weeks beside one another, Student's interval."""
    per = difference[orders > 0] / orders[orders > 0]
    reach = student(LEVEL, len(per) - 1) * float(per.std(ddof=1)) / len(per) ** 0.5
    return f"{per.mean():+.3f} an order [{per.mean() - reach:+.3f}, {per.mean() + reach:+.3f}]"


if __name__ == "__main__":
    main()
