"""The demonstration brand in the record, with more services, and what its shoppers send."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from benchmarks.record.cpu import parent_of

SEED = 1
MORE_SERVICES = 12  # copies of those there are, a little dearer each, so that all of them have to be weighed
UNITS = 5_000  # added to every product at the first site, so that orders do not run out of goods


@dataclass(frozen=True)
class Brand:
    key: str
    sites: int
    services: int
    skus: list[str]
    places: list[dict[str, Any]]
    postgresql: str
    fsync: str
    postmaster: int  # process id; 0: it does not run on this machine


def make_brand(folder: Path, count: int) -> Brand:
    """Generate the brand, widen it, load it; the database is the one that DOORSTEP_DATABASE names."""
    from doorstep.files.demo import demo_brand

    demo_brand(folder, count, SEED)
    services = _widen(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "doorstep.server.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from doorstep.core.accounts import actions as accounts
    from doorstep.flows.load_brand import load_brand

    call_command("migrate", interactive=False, verbosity=0)
    now = datetime.now(UTC)
    operator = accounts.add_operator("bench", "Bench")
    brand = load_brand(operator, folder, now=now).brand_id
    key = accounts.add_key(operator, brand, "bench", "brand_writer", at=now)[1]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself a minute after a load
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()[0]
        cursor.execute("SELECT pg_backend_pid()")
        postmaster = parent_of(cursor.fetchone()[0])
    connection.close()
    orders = _read(folder, "orders")
    places = [{name: row[name] for name in ("country", "region", "city", "postcode")} for row in orders]
    sites = len(_read(folder, "sites"))
    skus = sorted({row["sku"] for row in _read(folder, "stock")})
    return Brand(key, sites, services, skus, places, version, fsync, postmaster)


def carts(brand: Brand, count: int) -> Iterator[bytes]:
    """Carts of three lines to where the brand's customers live."""
    draw = random.Random(SEED)
    for _ in range(count):
        lines = [{"sku": sku, "quantity": 1} for sku in draw.sample(brand.skus, 3)]
        yield orjson.dumps({"to": draw.choice(brand.places), "lines": lines})


def orders(brand: Brand, count: int, prefix: str) -> Iterator[bytes]:
    """Orders of one to three lines."""
    draw = random.Random(SEED)
    for number in range(count):
        skus = draw.sample(brand.skus, draw.choice((1, 1, 2, 3)))
        lines = [{"sku": sku, "quantity": 1, "unit_price_minor": 1000} for sku in skus]
        to = {**draw.choice(brand.places), "region": "", "name": "A Shopper", "address_1": f"Main Street {number}"}
        yield orjson.dumps({"order": f"{prefix}-{number}", "to": to, "lines": lines})


def _widen(folder: Path) -> int:
    services = _read(folder, "services")
    for copy in range(MORE_SERVICES):
        source = services[copy % 8]["service"]
        name = f"{source}-{copy}"
        for table in ("services", "collections", "zones", "rates", "surcharges"):
            rows = _read(folder, table)
            more = [{**row, "service": name} for row in rows if row["service"] == source]
            for row in more:
                if table == "rates":
                    row["price"] = f"{float(row['price']) * (1 + 0.01 * (copy + 1)):.2f}"
            _write(folder, table, rows + more)
    stock = _read(folder, "stock")
    for row in stock:
        row["on_hand"] = str(int(row["on_hand"]) + UNITS)
    _write(folder, "stock", stock)
    return len(_read(folder, "services"))


def _read(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def _write(folder: Path, table: str, rows: list[dict[str, str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
