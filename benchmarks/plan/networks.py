"""Ten networks with their orders of a day, as brand folders: what the planner is measured on.

The seeds and sizes were fixed before the planner was tuned on them. Baskets marked *real* are drawn, whole, from the
public packing orders (median 8 units); the others have a few lines of invented products in the sizes of real ones.
Places are postcodes of Germany; sites lie where the demand is; services, prices, capacities and stock are invented.

`python -m benchmarks.plan.networks DIR [--draw N ...]` writes the folders for other programs to read.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorstep.files.write import write_brand_folder
from doorstep.kernels.carbon.great_circle import great_circle_m

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-10-15"  # a Thursday, so that two working days lie within reach of a capacity
COUNTRY, ZONE_KM = "DE", (60, 150, 300, 450, 10_000)
SHORT_SHARE, EMPTY_OF_SHORT, THIN = 0.20, 0.5, 0.3  # of the pairs of site and sku; half of them hold nothing
MOST_LITRES, MOST_G = 60.0, 25_000  # of a real basket: what three parcels can carry
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Network:
    """A network and how its stock and capacities are."""

    name: str
    seed: int
    orders: int
    sites: int
    services: int
    real_baskets: bool
    cover: float = 1.2  # stock over what is asked for, on average; deep: 6
    short: bool = True
    one_each: bool = False  # every line asks for one unit
    site_room: float = 0.0  # orders that the sites can take in all leaving days, over orders; 0: without limit
    carrier_room: float = 0.0  # parcels that the cheaper half of services takes a day, over orders; 0: without limit
    kind: str = "short"  # short, deep or room: which aim holds


NETWORKS = (
    Network("deep-units", 101, 3_000, 10, 12, False, cover=6.0, short=False, one_each=True, kind="deep"),
    Network("deep-baskets", 102, 3_000, 10, 12, True, cover=6.0, short=False, kind="deep"),
    Network("short-units", 103, 3_000, 10, 12, False, one_each=True, kind="deep"),
    Network("short-5", 104, 3_000, 5, 5, True),
    Network("short-10", 105, 3_000, 10, 12, True),
    Network("short-20", 106, 3_000, 20, 20, True),
    Network("short-wide", 107, 3_000, 8, 50, True),
    Network("short-tail", 108, 3_000, 10, 12, False),
    Network("room-sites", 109, 3_000, 10, 12, True, cover=6.0, short=False, site_room=1.05, kind="room"),
    Network("room-both", 110, 3_000, 8, 10, True, site_room=1.15, carrier_room=0.5, kind="room"),
)


@dataclass(frozen=True)
class _Goods:
    size_mm: Ints  # [J, 3]
    weight_g: Ints  # [J]


@dataclass(frozen=True)
class _Baskets:
    start: Ints  # [N + 1]
    sku: Ints
    quantity: Ints


def data_root() -> Path:
    """Where the public data lies."""
    return Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data"))


def write_network(network: Network, folder: Path) -> None:
    """Write the brand folder of a network; equal networks give equal bytes."""
    streams = [np.random.default_rng([network.seed, part]) for part in range(6)]
    goods, baskets = _baskets(network, streams[0])
    prefix, latitude, longitude = _places()
    home = streams[1].integers(len(prefix), size=network.orders)
    site = _sites(latitude, longitude, network.sites, streams[2])
    at = np.radians(np.stack([latitude, longitude], axis=1))
    metres = great_circle_m(at[:, None], at[site][None])
    near = np.argmin(metres[home], axis=1)
    tables: dict[str, Any] = {
        "brand": (
            ("brand", "name", "currency", "country", "on_time_target", "late_cost", "unplanned_cost"),
            [("bench", network.name, "EUR", COUNTRY, "0.95", "6.00", "60.00")],
        ),
        "products": _products(goods),
        "cartons": _cartons(),
        "sites": _site_rows(network, site, prefix, latitude, longitude, streams[3]),
        "stock": _stock(network, baskets, near, streams[4]),
        "orders": _orders(home, prefix, latitude, longitude, streams[1]),
        "order_lines": _lines(baskets),
        **_carriage(network, prefix, metres, streams[5]),
    }
    write_brand_folder(folder, tables, force=True)


def _baskets(network: Network, rng: np.random.Generator) -> tuple[_Goods, _Baskets]:
    size, weight, start, sku, quantity = _real_orders()
    volume = np.add.reduceat(size.prod(axis=1)[sku] * quantity / 1e6, start[:-1])
    heavy = np.add.reduceat(weight[sku] * quantity, start[:-1])
    usable = np.flatnonzero((volume <= MOST_LITRES) & (heavy <= MOST_G))
    drawn = rng.choice(usable, network.orders)
    count = np.diff(start)[drawn]
    pick = np.repeat(start[drawn], count) + _within(count)
    if network.real_baskets:
        return _Goods(size, weight), _Baskets(_starts(count), sku[pick], quantity[pick])
    few = np.minimum(count, 4)  # shorter baskets of a long assortment
    skus = max(20, network.orders // 5)
    popular = (1 + np.arange(skus)) ** -0.9
    chosen = rng.choice(skus, int(few.sum()), p=popular / popular.sum())
    like = rng.integers(len(size), size=skus)
    asked = quantity[np.repeat(start[drawn], few) + _within(few)]
    units = np.ones_like(asked) if network.one_each else np.minimum(asked, 12)
    return _Goods(size[like], weight[like]), _merged(_starts(few), chosen, units)


def _merged(start: Ints, sku: Ints, quantity: Ints) -> _Baskets:
    """Lines of one basket and sku become one line."""
    basket = np.repeat(np.arange(len(start) - 1), np.diff(start))
    key, back = np.unique(basket * (sku.max() + 1) + sku, return_inverse=True)
    units = np.bincount(back, weights=quantity).astype(np.int64)
    of = key // (sku.max() + 1)
    return _Baskets(_starts(np.bincount(of, minlength=len(start) - 1)), key % (sku.max() + 1), units)


def _starts(count: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64)


def _within(count: Ints) -> Ints:
    return np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)


@cache
def _real_orders() -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Sizes and weights of the products, and the lines of the orders, equal products of an order together."""
    with gzip.open(data_root() / "packing_orders" / "items.csv.gz", "rt", newline="") as source:
        rows = list(csv.DictReader(source))
    names = sorted({row["sku_id"] for row in rows})
    number = {name: j for j, name in enumerate(names)}
    size, weight = np.zeros((len(names), 3), np.int64), np.zeros(len(names), np.int64)
    lines: dict[str, dict[int, int]] = {}
    for row in rows:
        j = number[row["sku_id"]]
        size[j], weight[j] = sorted((int(row[f"dim{n}_mm"]) for n in (1, 2, 3)), reverse=True), int(row["weight_g"])
        lines.setdefault(row["order_id"], {})
        lines[row["order_id"]][j] = lines[row["order_id"]].get(j, 0) + int(row["qty"])
    flat = [(j, units) for order in sorted(lines) for j, units in sorted(lines[order].items())]
    counts = np.array([len(lines[order]) for order in sorted(lines)])
    return size, weight, _starts(counts), np.array([j for j, _ in flat]), np.array([units for _, units in flat])


@cache
def _places() -> tuple[tuple[str, ...], Floats, Floats]:
    """Postcodes with their places."""
    with gzip.open(data_root() / "postal_codes" / f"{COUNTRY}.txt.gz", "rt", encoding="utf-8", newline="") as source:
        rows = {row[1]: (float(row[9]), float(row[10])) for row in csv.reader(source, delimiter="\t") if row[9]}
    codes = tuple(sorted(rows))
    return codes, np.array([rows[code][0] for code in codes]), np.array([rows[code][1] for code in codes])


def _sites(latitude: Floats, longitude: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Postcodes near the centres of the demand, by a few rounds of k-means."""
    points = np.stack([latitude, longitude * np.cos(np.radians(51))], axis=1)
    centre = points[rng.choice(len(points), count, replace=False)]
    for _ in range(8):
        of = np.argmin(((points[:, None] - centre[None]) ** 2).sum(axis=2), axis=1)
        centre = np.array([points[of == k].mean(axis=0) if (of == k).any() else centre[k] for k in range(count)])
    nearest: Ints = np.argmin(((centre[:, None] - points[None]) ** 2).sum(axis=2), axis=1)
    return nearest


def _products(goods: _Goods) -> Any:
    columns = ("sku", "name", "category", "length_mm", "width_mm", "height_mm", "weight_g", "value")
    rows = [
        (f"S{j}", f"Product {j}", "goods", *size, weight, f"{5 + weight / 100:.2f}")
        for j, (size, weight) in enumerate(zip(goods.size_mm.tolist(), goods.weight_g.tolist(), strict=True))
    ]
    return columns, rows


def _cartons() -> Any:
    """Four boxes of the public data, a smaller and a larger one."""
    inner = {
        "C1": ((220, 260, 15), 10, 500, "0.12"),
        "C2": ((364, 374, 40), 140, 3000, "0.35"),
        "C3": ((300, 240, 230), 160, 15000, "0.55"),
        "C4": ((520, 305, 229), 200, 15000, "0.75"),
        "C5": ((200, 150, 100), 60, 5000, "0.25"),
        "C6": ((600, 400, 350), 500, 31500, "1.60"),
    }
    columns = (
        "carton", "inner_length_mm", "inner_width_mm", "inner_height_mm", "outer_length_mm", "outer_width_mm",
        "outer_height_mm", "tare_g", "max_weight_g", "cost",
    )  # fmt: skip
    rows = [(name, *size, *(one + 6 for one in size), *rest) for name, (size, *rest) in inner.items()]
    return columns, rows


def _site_rows(
    network: Network, site: Ints, prefix: tuple[str, ...], latitude: Floats, longitude: Floats, rng: np.random.Generator
) -> Any:
    columns = (
        "site", "kind", "name", "country", "region", "city", "postcode", "latitude", "longitude", "time_zone",
        "working_days", "holiday_calendar", "order_cutoff", "pick_cost_per_order", "pick_cost_per_unit",
        "daily_order_capacity",
    )  # fmt: skip
    room = round(network.site_room * network.orders / network.sites / 2) or ""  # over two working days
    per_order, per_unit = rng.uniform(1.0, 1.9, network.sites), rng.uniform(0.10, 0.25, network.sites)
    rows = [
        (
            f"W{k}", "fulfilment_centre", f"Site {k}", COUNTRY, "", prefix[at], prefix[at], f"{latitude[at]:.5f}",
            f"{longitude[at]:.5f}", "Europe/Berlin", "Mon-Fri", COUNTRY, "15:00", f"{per_order[k]:.2f}",
            f"{per_unit[k]:.2f}", room,
        )
        for k, at in enumerate(site.tolist())
    ]  # fmt: skip
    return columns, rows


def _stock(network: Network, baskets: _Baskets, near: Ints, rng: np.random.Generator) -> Any:
    """Stock follows the demand near each site; some pairs hold little or nothing."""
    skus, sites = int(baskets.sku.max()) + 1, network.sites
    basket = np.repeat(np.arange(network.orders), np.diff(baskets.start))
    asked = np.bincount(baskets.sku, weights=baskets.quantity, minlength=skus)
    share = 0.5 * np.bincount(near, minlength=sites) / len(near) + 0.5 * rng.dirichlet(np.full(sites, 6.0), skus)
    total = network.cover * asked + 4 * np.sqrt(asked) + 4
    held = rng.poisson(total[:, None] * share)
    if network.short:
        luck = rng.random(held.shape)
        empty, thin = luck < SHORT_SHARE * EMPTY_OF_SHORT, luck < SHORT_SHARE
        held = np.where(empty, 0, np.where(thin, (held * THIN).astype(np.int64), held))
    else:
        largest = np.zeros(skus, np.int64)
        np.maximum.at(largest, baskets.sku, baskets.quantity)
        held = np.maximum(held, largest[:, None])
    assert len(basket) == len(baskets.sku)
    rows = [(f"W{k}", f"S{j}", int(held[j, k])) for j in range(skus) for k in range(sites)]
    return ("site", "sku", "on_hand"), rows


def _orders(home: Ints, prefix: tuple[str, ...], latitude: Floats, longitude: Floats, rng: np.random.Generator) -> Any:
    columns = (
        "order", "channel", "placed_at", "customer", "country", "region", "city", "postcode", "latitude", "longitude",
    )  # fmt: skip
    minute = np.sort(rng.integers(0, 14 * 60, len(home)))
    rows = [
        (
            f"O{i:06d}", "web", f"{DAY}T{at // 60:02d}:{at % 60:02d}:00+02:00", f"K{i}", COUNTRY, "", prefix[h],
            prefix[h], f"{latitude[h]:.5f}", f"{longitude[h]:.5f}",
        )
        for i, (h, at) in enumerate(zip(home.tolist(), minute.tolist(), strict=True))
    ]  # fmt: skip
    return columns, rows


def _lines(baskets: _Baskets) -> Any:
    of = np.repeat(np.arange(len(baskets.start) - 1), np.diff(baskets.start)).tolist()
    line = (_within(np.diff(baskets.start)) + 1).tolist()
    rows = [
        (f"O{i:06d}", n, f"S{j}", units, "10.00")
        for i, n, j, units in zip(of, line, baskets.sku.tolist(), baskets.quantity.tolist(), strict=True)
    ]
    return ("order", "line", "sku", "quantity", "unit_price"), rows


def _carriage(network: Network, prefix: tuple[str, ...], metres: Ints, rng: np.random.Generator) -> dict[str, Any]:
    """Services with their zones by distance, rates and collections: national ones, regional ones, express."""
    areas = sorted({code[:2] for code in prefix})
    area = np.array([areas.index(code[:2]) for code in prefix])
    km = np.array([[metres[area == a, k].mean() / 1000 for k in range(network.sites)] for a in range(len(areas))])
    zone = np.searchsorted(ZONE_KM, km)
    services, zones, rates, collections = [], [], [], []
    breaks = (500, 1000, 2000, 3000, 5000, 10000, 15000, 20000, 31500)
    for v in range(network.services):
        express, regional = v % 5 == 4, v % 3 == 2
        speed = "express" if express else "standard" if v % 2 else "economy"
        days = (1, 1) if express else (1, 2) if v % 2 else (2, 4)
        name = f"V{v}"
        divisor = int(rng.choice([0, 4000, 5000, 6000]))
        services.append(
            (name, f"Carrier {v % 7}", f"Service {v}", speed, "home", 31500, 1200, divisor, "Mon-Sat", *days)
        )
        base = rng.uniform(2.9, 4.2) * (1.9 if express else 1.12 if v % 2 else 1.0) * (0.85 if regional else 1.0)
        per_kg, step = rng.uniform(0.22, 0.5), rng.uniform(0.07, 0.16)
        furthest = 2 if regional else len(ZONE_KM) - 1
        for z in range(furthest + 1):
            rates += [
                (name, f"Z{z}", up_to, f"{(base + per_kg * up_to / 1000) * (1 + step * z):.2f}") for up_to in breaks
            ]
        cheap = not express and v % 2 == 0
        room = round(network.carrier_room * network.orders / network.sites / network.services * 2) if cheap else 0
        for k in range(network.sites):
            if v > 1 and rng.random() < 0.3:
                continue  # it does not call there
            collections.append((f"W{k}", name, f"{int(rng.integers(16, 20))}:00", "Mon-Sat", room or ""))
        zones += [
            (name, COUNTRY, prefix_of, COUNTRY, to, f"Z{zone[a, k]}")
            for k, prefix_of in enumerate(_site_codes(prefix, metres))
            for a, to in enumerate(areas)
            if zone[a, k] <= furthest
        ]
    return {
        "services": (
            (
                "service", "carrier", "name", "speed", "delivers_to", "max_weight_g", "max_length_mm",
                "dim_divisor_cm3_per_kg", "working_days", "min_days", "max_days",
            ),
            services,
        ),
        "zones": (
            ("service", "origin_country", "origin_prefix", "destination_country", "destination_prefix", "zone"), zones,
        ),
        "rates": (("service", "zone", "up_to_g", "price"), rates),
        "collections": (("site", "service", "collection_time", "working_days", "daily_parcel_capacity"), collections),
    }  # fmt: skip


def _site_codes(prefix: tuple[str, ...], metres: Ints) -> list[str]:
    """Postcodes of the sites: where the distance is least."""
    return [prefix[int(at)] for at in np.argmin(metres, axis=0)]


def main() -> None:
    """Write the folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draw", type=int, nargs="*", default=[0], help="which draws of each; 0 is the one committed")
    options = parser.parse_args()
    if not (data_root() / "packing_orders").is_dir():
        sys.exit(f"no public data in {data_root()}: nothing is written")
    for network in NETWORKS:
        for draw in options.draw:
            folder = options.folder / f"{network.name}-{draw}"
            write_network(drawn(network, draw), folder)
            print(folder)


def drawn(network: Network, draw: int) -> Network:
    """The same network drawn once more, with another seed."""
    return replace(network, seed=network.seed + 1_000 * draw)


if __name__ == "__main__":
    main()
