"""A small shop, changed by each test where its wish needs it, and planned through the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cli.run import doorstep

from doorstep.files.write import write_brand_folder

Row = Mapping[str, object]
Tables = dict[str, Sequence[Row]]

BRAND = {"brand": "shop", "name": "Shop", "currency": "EUR", "country": "DE"}
BRAND |= {"on_time_target": "0.9", "late_cost": "5", "unplanned_cost": "80"}


def site(name: str, postcode: str, latitude: float, longitude: float, **changes: object) -> Row:
    return {
        "site": name,
        "kind": "fulfilment_centre",
        "name": name,
        "country": "DE",
        "region": "",
        "city": name,
        "postcode": postcode,
        "latitude": latitude,
        "longitude": longitude,
        "time_zone": "Europe/Berlin",
        "working_days": "Mon-Fri",
        "holiday_calendar": "DE",
        "order_cutoff": "14:00",
        "pick_cost_per_order": "1.00",
        "pick_cost_per_unit": "0.20",
        **changes,
    }


def product(sku: str, size_mm: tuple[int, int, int], weight_g: int, **changes: object) -> Row:
    length, width, height = size_mm
    measures = {"length_mm": length, "width_mm": width, "height_mm": height, "weight_g": weight_g}
    return {"sku": sku, "name": sku, "category": "", **measures, "value": "10", **changes}


def carton(name: str, inner_mm: tuple[int, int, int], cost: str, **changes: object) -> Row:
    sides = ("length", "width", "height")
    inner = {f"inner_{side}_mm": size for side, size in zip(sides, inner_mm, strict=True)}
    outer = {f"outer_{side}_mm": size + 10 for side, size in zip(sides, inner_mm, strict=True)}
    return {"carton": name, **inner, **outer, "tare_g": 80, "max_weight_g": 30_000, "cost": cost, **changes}


def service(name: str, speed: str = "standard", **changes: object) -> Row:
    limits = {"max_weight_g": 31_500, "max_length_mm": 1_200, "dim_divisor_cm3_per_kg": 0}
    days = {"working_days": "Mon-Fri", "min_days": 1, "max_days": 1}
    return {
        "service": name,
        "carrier": "post",
        "name": name,
        "speed": speed,
        "delivers_to": "home",
        **limits,
        **days,
        **changes,
    }


def zone(name: str, origin: str = "", destination: str = "", zone: str = "1") -> Row:
    return {
        "service": name,
        "origin_country": "DE",
        "origin_prefix": origin,
        "destination_country": "DE",
        "destination_prefix": destination,
        "zone": zone,
    }


def rate(name: str, price: str, zone: str = "1", **changes: object) -> Row:
    return {"service": name, "zone": zone, "up_to_g": 31_500, "price": price, **changes}


def call(site: str, service: str) -> Row:
    return {"site": site, "service": service, "collection_time": "17:00", "working_days": "Mon-Fri"}


def order(name: str, placed_at: str = "2026-05-05T09:00:00+02:00", postcode: str = "20099", **changes: object) -> Row:
    return {
        "order": name,
        "channel": "web",
        "placed_at": placed_at,
        "customer": name,
        "country": "DE",
        "region": "",
        "city": "",
        "postcode": postcode,
        "latitude": 53.55,
        "longitude": 10.0,
        **changes,
    }


def line(order: str, sku: str, quantity: int = 1, number: int = 1) -> Row:
    return {"order": order, "line": number, "sku": sku, "quantity": quantity, "unit_price": "10"}


def stock(site: str, sku: str, on_hand: int) -> Row:
    return {"site": site, "sku": sku, "on_hand": on_hand}


def shop(**changed: Sequence[Row]) -> Tables:
    """Two sites, two products, two cartons, one service everywhere and one order; whole tables are replaced."""
    return {
        "brand": [BRAND],
        "products": [product("mug", (120, 90, 100), 350), product("lamp", (300, 200, 200), 2_000)],
        "sites": [site("hamburg", "20095", 53.55, 10.0), site("munich", "80331", 48.14, 11.57)],
        "collections": [call("hamburg", "ground"), call("munich", "ground")],
        "stock": [stock(at, sku, 10) for at in ("hamburg", "munich") for sku in ("mug", "lamp")],
        "cartons": [carton("small", (200, 150, 120), "0.30"), carton("large", (400, 300, 250), "0.80")],
        "services": [service("ground")],
        "zones": [zone("ground")],
        "rates": [rate("ground", "4.20")],
        "surcharges": [],
        "orders": [order("o1")],
        "order_lines": [line("o1", "mug")],
        **changed,
    }


@dataclass(frozen=True)
class Outcome:
    exit_code: int
    parcels: list[dict[str, str]]
    unplanned: dict[str, dict[str, str]]
    placements: list[dict[str, str]]
    decisions: dict[str, dict[str, object]]
    summary: dict[str, object]

    def of(self, order: str) -> list[dict[str, str]]:
        """Parcels of an order."""
        return [parcel for parcel in self.parcels if parcel["orders"] == order]

    def lost(self, order: str) -> list[tuple[str, str]]:
        """Option and constraint of each alternative that an order's decision names."""
        rejected = self.decisions[order]["rejected"]
        assert isinstance(rejected, list)
        return [(str(one["option"]), str(one["constraint"])) for one in rejected]


def written(folder: Path, tables: Tables) -> Path:
    """Write the shop as a brand folder."""
    plain: dict[str, tuple[Sequence[str], list[list[object]]]] = {}
    for name, rows in tables.items():
        if rows:
            columns = list(dict.fromkeys(column for row in rows for column in row))
            plain[name] = (columns, [[row.get(column, "") for column in columns] for row in rows])
    write_brand_folder(folder, plain)
    return folder


def planned(place: Path, tables: Tables) -> Outcome:
    """`doorstep plan`, as a reader of the README would call it."""
    folder, out = written(place / "brand", tables), place / "plan"
    done = doorstep("plan", folder, "--out", out, "--no-documents", "--workers", 1)
    assert done.returncode in {0, 3}, done.stderr
    return outcome(done.returncode, out)


def outcome(exit_code: int, out: Path) -> Outcome:
    """Read what was written."""
    decisions = [json.loads(one) for one in (out / "decisions.jsonl").read_text(encoding="utf-8").splitlines()]
    return Outcome(
        exit_code,
        table(out / "plan.csv"),
        {row["order"]: row for row in table(out / "unplanned.csv")},
        table(out / "placements.csv"),
        {str(one["order"]): one for one in decisions},
        json.loads((out / "summary.json").read_text(encoding="utf-8")),
    )


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))
