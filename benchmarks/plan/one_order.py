"""Single orders from the question to the answer: how long a decision takes, with its explanation.

python -m benchmarks.plan.one_order [--orders N] [--limits N] [--passes N]

Each order is a batch of its own, decided with what stands still compiled beforehand (`Ready`), as at checkout; its
goods are new to the packer unless an order before it had the same. Instances: real baskets of `packing_orders` over
eight sites with twelve services and six cartons; of them those of at most ten lines; Olist orders; and made-up orders
at the limits stated: ten lines, eight sites, twelve services, six cartons.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import platform
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter, process_time

import numba
import numpy as np
from benchmarks.plan.run import AS_OF, MONTH_END, doorstep

from doorstep.domain.carriage import SPEEDS, RateBreak, Service, Surcharge, Tariff, ZoneRule
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.clock import WorkingDays
from doorstep.domain.demand import Brand, Order, OrderLine
from doorstep.domain.learned import TransitModel
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site, StockLevel
from doorstep.files.folder import read_folder, select_orders
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ready import Ready, make_ready

DATA = Path(os.environ.get("DOORSTEP_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
WEEK, MONDAY = WorkingDays.parse("Mon-Fri"), datetime(2024, 6, 3, 8, tzinfo=UTC)
SITES, SERVICES, LINES, VERIFIED = 8, 12, 10, 20
CITIES = [("Berlin", "10115", 52.5, 13.4), ("Hamburg", "20095", 53.6, 10.0), ("Muenchen", "80331", 48.1, 11.6)]
CITIES += [("Koeln", "50667", 50.9, 7.0), ("Leipzig", "04103", 51.3, 12.4), ("Dresden", "01067", 51.1, 13.7)]
CITIES += [("Bremen", "28195", 53.1, 8.8), ("Stuttgart", "70173", 48.8, 9.2)]
PLACES = [Place("DE", "", city, postcode, latitude, longitude) for city, postcode, latitude, longitude in CITIES]
CARTONS = [(200, 150, 100), (300, 200, 150), (350, 250, 200), (400, 300, 250), (500, 400, 300), (600, 400, 400)]
WEIGHTS = (1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 31_500)


def main() -> None:
    """Print one row per instance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=300, help="orders of a real instance")
    parser.add_argument("--limits", type=int, default=100, help="orders at the limits")
    parser.add_argument("--passes", type=int, default=1, help="times that all is decided; each order's least counts")
    options = parser.parse_args()
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}"
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, {versions}; load {load}; one process; milliseconds")
    print(
        f"{'instance':28} {'orders':>6} {'p50':>7} {'p99':>7} {'max':>7} {'cpu p50':>7} {'cpu p99':>7} {'planned':>7} "
        f"{'exact':>6} {'gap 0':>6} {'proven':>6} faults"
    )
    rng = Random(1)
    made = _ground(rng)
    for name, problems in (
        ("baskets", _baskets(made, rng, options.orders, None)),
        (f"baskets, <= {LINES} lines", _baskets(made, rng, options.orders, LINES)),
        ("olist", _olist(options.orders)),
        (f"{LINES} lines, at the limits", _at_the_limits(made, rng, options.limits)),
    ):
        if problems:
            print(row(name, problems, options.passes), flush=True)


def row(name: str, problems: list[PlanProblem], passes: int) -> str:
    """Decide and explain each problem, and lay the times in a row. The first is decided once more beforehand.

    The packer forgets what it knows between passes.
    """
    ready = make_ready(replace(problems[0], orders=(), products=(), stock=()))
    once(problems[0], ready)
    times = []
    for _ in range(passes):
        ready.verdicts.clear()
        found = [once(one, ready) for one in problems]
        times.append([one[:2] for one in found])
    wall, cpu = (np.array(times) * 1_000).min(axis=0).T
    planned = sum(one[2] for one in found)
    exact, gap, proven = (sum(one[at] for one in found) / max(1, planned) for at in (3, 4, 5))
    faults = sum(len(check(one, plan(one, ready=ready).plan)) for one in problems[:VERIFIED])
    return (
        f"{name:28} {len(problems):6,} {np.percentile(wall, 50):7.1f} {np.percentile(wall, 99):7.1f} {wall.max():7.1f} "
        f"{np.percentile(cpu, 50):7.1f} {np.percentile(cpu, 99):7.1f} {planned:7,} "
        f"{exact:6.1%} {gap:6.1%} {proven:6.1%} {faults}"
    )


def once(problem: PlanProblem, ready: Ready) -> tuple[float, float, int, int, int, int]:
    """Wall and CPU seconds of a decision with its reasons; whether planned, exact, at its bound, packing proven."""
    started, used = perf_counter(), process_time()
    result = plan(problem, ready=ready)
    decisions = list(result.decisions())
    wall, cpu = perf_counter() - started, process_time() - used
    if not decisions:
        return wall, cpu, 0, 0, 0, 0
    one = decisions[0]
    return wall, cpu, 1, int(one.exact), int(one.cost_minor == one.lower_bound_minor), int(one.packing_proven)


def _ground(rng: Random) -> PlanProblem:
    """Sites, services and cartons at the limits, and nothing to send."""
    sites, services = _sites(rng), _services(rng)
    zones = [ZoneRule(one.service, "DE", "", "DE", "", "all") for one in services]
    rates = [RateBreak(one.service, "all", up_to, price) for one in services for up_to, price in _prices(rng)]
    surcharges = [
        Surcharge(one.service, "fuel", "always", None, True, rng.randint(2, 15) * 1_000_000, 1) for one in services[::2]
    ]
    cartons = [
        Carton(f"carton-{c}", size, size, 60 + 60 * c, 30_000, 200_000 + 150_000 * c, "")
        for c, size in enumerate(CARTONS)
    ]
    return PlanProblem(
        brand=Brand("shop", "Shop", Currency("EUR"), "DE", 900_000, 3_000_000, 100_000_000),
        products=(),
        sites=tuple(sites),
        collections=tuple(Collection(k.site, v.service, 17 * 3_600, WEEK, None) for k in sites for v in services),
        stock=(),
        inbound=(),
        cartons=tuple(cartons),
        tariff=Tariff(tuple(services), tuple(zones), tuple(rates), tuple(surcharges)),
        orders=(),
        transit=TransitModel(MONDAY),
        data_version="benchmark",
    )


def _sites(rng: Random) -> list[Site]:
    return [
        Site(
            f"site-{k}",
            "fulfilment_centre",
            place.city,
            place,
            "Europe/Berlin",
            WEEK,
            "",
            14 * 3_600,
            rng.randint(200_000, 800_000),
            rng.randint(20_000, 150_000),
            None,
        )
        for k, place in enumerate(PLACES[:SITES])
    ]


def _services(rng: Random) -> list[Service]:
    return [
        Service(
            f"service-{v}",
            f"carrier-{v % 4}",
            f"Service {v}",
            SPEEDS[v % 3],
            "home",
            rng.choice((5_000, 20_000, 31_500)),
            1_200,
            None,
            rng.choice((0, 4_000, 5_000)),
            WEEK,
            1 + v % 3,
            2 + v % 3 + v % 2,
        )
        for v in range(SERVICES)
    ]


def _prices(rng: Random) -> Iterable[tuple[int, int]]:
    price = rng.randint(2_500_000, 4_500_000)
    for up_to in WEIGHTS:
        yield up_to, price
        price += rng.randint(100_000, 2_500_000)


def _one(ground: PlanProblem, rng: Random, number: int, goods: list[tuple[Product, int]]) -> PlanProblem:
    """An order of these goods, each held by most of the sites, if not always in full."""
    held = [
        StockLevel(site.site, product.sku, rng.randint(1, 2 * units + 4))
        for site in ground.sites
        for product, units in goods
        if rng.random() < 0.6
    ]
    lines = tuple(OrderLine(str(n), product.sku, units, 10_000_000) for n, (product, units) in enumerate(goods, 1))
    order = Order(f"order-{number}", "web", MONDAY, "customer", rng.choice(PLACES), lines, residential=True)
    return replace(ground, products=tuple(product for product, _ in goods), stock=tuple(held), orders=(order,))


def _baskets(ground: PlanProblem, rng: Random, count: int, most_lines: int | None) -> list[PlanProblem]:
    """Real baskets; lines of one sku are one line."""
    file = DATA / "packing_orders" / "items.csv.gz"
    if not file.exists():
        print(f"no {file}: left out")
        return []
    baskets: dict[str, dict[str, tuple[Product, int]]] = defaultdict(dict)
    with gzip.open(file, "rt") as text:
        for line in csv.DictReader(text):
            sku, basket = line["sku_id"], baskets[line["order_id"]]
            size = [int(line[f"dim{axis}_mm"]) for axis in (1, 2, 3)]
            product = Product(sku, sku, "", size[0], size[1], size[2], int(line["weight_g"]), 10_000_000)
            basket[sku] = (product, int(line["qty"]) + (basket[sku][1] if sku in basket else 0))
    kept = [list(one.values()) for one in baskets.values() if most_lines is None or len(one) <= most_lines]
    return [_one(ground, rng, n, goods) for n, goods in enumerate(kept[:count])]


def _at_the_limits(ground: PlanProblem, rng: Random, count: int) -> list[PlanProblem]:
    """Orders of ten lines out of four hundred products, some fragile, some to stay upright."""
    products = [
        Product(
            f"sku-{j}",
            "",
            "",
            rng.randint(40, 250),
            rng.randint(30, 180),
            rng.randint(20, 120),
            rng.randint(50, 1_500),
            10_000_000,
            this_side_up=rng.random() < 0.1,
            fragile=rng.random() < 0.1,
        )
        for j in range(400)
    ]
    drawn = [[(one, rng.choice((1, 1, 1, 2))) for one in rng.sample(products, LINES)] for _ in range(count)]
    return [_one(ground, rng, n, goods) for n, goods in enumerate(drawn)]


def _olist(count: int) -> list[PlanProblem]:
    """Orders of a month, on the sites, services and cartons that their import makes."""
    if not (DATA / "olist").is_dir():
        print(f"no Olist data in {DATA}: left out")
        return []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "brand"
        doorstep("import", "olist", str(DATA / "olist"), "--as-of", AS_OF, "--sites", "5", str(folder))
        brand = read_folder(folder)
    first, until = (datetime.fromisoformat(day).date() for day in (AS_OF, MONTH_END))
    whole = problem_of(brand, select_orders(brand, first, until))
    found = []
    for order in whole.orders[:count]:
        skus = {line.sku for line in order.lines}
        products = tuple(one for one in whole.products if one.sku in skus)
        stock = tuple(level for level in whole.stock if level.sku in skus)
        found.append(replace(whole, orders=(order,), products=products, stock=stock, inbound=()))
    return found


if __name__ == "__main__":
    main()
