"""How long a folder of a million order lines takes to be read, and to be refused for ten thousand faults.

Run: python benchmarks/files/bench_read.py [--lines 1000000] [--faults 10000]
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from doorstep.domain.errors import InputRefused
from doorstep.files.folder import read_folder
from doorstep.files.write import write_brand_folder

SPOILT = ("", "x", "1,5", "-3", "NaN", "1e9", "٣", "99999999999999999999")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--faults", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "brand")
        for faults in (0, asked.faults):
            started = time.perf_counter()
            make(folder, asked.lines, faults)
            made, busy = time.perf_counter(), time.process_time()
            try:
                read_folder(folder)
                outcome = "read"
            except InputRefused as refused:
                outcome = f"refused with {len(refused.faults)} faults shown of {refused.count}"
            seconds, busy = time.perf_counter() - made, time.process_time() - busy
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{asked.lines} order lines, {faults} of them faulty: {outcome} in {seconds:.2f} s"
                f" ({busy:.2f} s of processor), peak {peak:.0f} MB (written in {made - started:.2f} s)"
            )


Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def make(folder: Path, lines: int, faults: int) -> None:
    """Write a brand of one site, one service and 5,000 products, its orders of 2.5 lines each."""
    chance = random.Random(1)
    orders = lines * 2 // 5
    skus = [f"sku-{number:05d}" for number in range(5_000)]
    spoilt = set(chance.sample(range(lines), faults))
    lines_table = (("order", "line", "sku", "quantity", "unit_price"), _lines(lines, skus, spoilt, chance))
    tables = _network(skus) | {"orders": _orders(orders), "order_lines": lines_table}
    write_brand_folder(folder, tables, force=True)


def _network(skus: list[str]) -> dict[str, Table]:
    return {
        "brand": (
            ("brand", "name", "currency", "country", "on_time_target", "late_cost", "unplanned_cost"),
            [("b", "", "EUR", "DE", "0.95", "5", "40")],
        ),
        "products": (
            ("sku", "name", "category", "length_mm", "width_mm", "height_mm", "weight_g", "value"),
            ((sku, "", "", 100, 80, 60, 300, "9.99") for sku in skus),
        ),
        "sites": (
            (
                *("site", "kind", "name", "country", "region", "city", "postcode", "latitude", "longitude"),
                *("time_zone", "working_days", "holiday_calendar", "order_cutoff"),
                *("pick_cost_per_order", "pick_cost_per_unit"),
            ),
            [("s", "store", "", "DE", "", "", "", 52.5, 13.4, "Europe/Berlin", "Mon-Fri", "DE", "14:00", 1, 1)],
        ),
        "collections": (
            ("site", "service", "collection_time", "working_days"),
            [("s", "std", "17:00", "Mon-Fri")],
        ),
        "cartons": (
            (
                "carton",
                *(f"{where}_{side}_mm" for where in ("inner", "outer") for side in ("length", "width", "height")),
                *("tare_g", "max_weight_g", "cost"),
            ),
            [("S", 200, 150, 100, 206, 156, 106, 80, 5000, "0.35")],
        ),
        "services": (
            (
                *("service", "carrier", "name", "speed", "delivers_to", "max_weight_g", "max_length_mm"),
                *("dim_divisor_cm3_per_kg", "working_days", "min_days", "max_days"),
            ),
            [("std", "pony", "", "standard", "home", 30_000, 1_000, 5_000, "Mon-Sat", 1, 3)],
        ),
        "zones": (
            ("service", "origin_country", "origin_prefix", "destination_country", "destination_prefix", "zone"),
            [("std", "DE", "", "DE", "", "1")],
        ),
        "rates": (("service", "zone", "up_to_g", "price"), [("std", "1", 30_000, "4.2")]),
    }


def _orders(orders: int) -> Table:
    return (
        ("order", "channel", "placed_at", "customer", "country", "region", "city", "postcode"),
        (
            (
                f"o{number}",
                "web",
                f"2024-05-01T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}+02:00",
                f"c{number}",
                "DE",
                "BE",
                "Berlin",
                f"{number % 100_000:05d}",
            )
            for number in range(orders)
        ),
    )


def _lines(lines: int, skus: list[str], spoilt: set[int], chance: random.Random) -> Iterator[tuple[object, ...]]:
    for number in range(lines):
        quantity: object = chance.choice(SPOILT) if number in spoilt else 1 + number % 3
        price = f"{number % 9_000 // 100}.{number % 100:02d}"
        yield f"o{number * 2 // 5}", number, skus[number % len(skus)], quantity, price


if __name__ == "__main__":
    main()
