"""Orders that are well formed and cannot be planned, one kind after another: every real day has some."""

from __future__ import annotations

import numpy as np

from doorstep.files.demo.catalogue import LOUNGE_CHAIR, PERGOLA, SOLD_OUT
from doorstep.files.demo.demand import LINE_COLUMNS, ORDER_COLUMNS
from doorstep.files.demo.tabular import Row

AWKWARD_SHARE = 0.005
UNKNOWN_SKU = "HH-XMAS-2019"
_ZURICH = {"country": "CH", "region": "Zürich", "city": "Zürich", "postcode": "8004",
           "latitude": "47.37700", "longitude": "8.52600"}  # fmt: skip
_TENERIFE = {"country": "ES", "region": "Canarias", "city": "Santa Cruz de Tenerife", "postcode": "38003",
             "latitude": "28.46500", "longitude": "-16.25300"}  # fmt: skip
_PLAIN = {"speed": "", "signed_for": 0, "saturday": 0, "pickup_point": "", "not_before": "", "phone": ""}
# kind: what becomes of the address, and of the first line's sku (empty: stays).
KINDS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("unknown sku", {}, UNKNOWN_SKU),
    ("no zone", _ZURICH, ""),
    ("nobody carries it", {}, PERGOLA),
    ("sold out", {}, SOLD_OUT),
    ("too bulky for that island", _TENERIFE, LOUNGE_CHAIR),
)


def awkward_orders(count: int) -> int:
    """How many of `count` orders are made awkward: one of every kind if a hundred orders hide them."""
    return max(min(count // 20, len(KINDS)), round(AWKWARD_SHARE * count))


def make_awkward(
    orders: list[Row], lines: list[Row], prices: dict[str, str], rng: np.random.Generator
) -> tuple[list[Row], list[Row], int]:
    """Replace some orders by awkward ones, at random places. Returns the rows anew, and how many were changed."""
    count = awkward_orders(len(orders))
    chosen = sorted(rng.choice(len(orders), count, replace=False).tolist())
    changed = list(orders)
    skus: dict[str, str] = {}
    customer_at = ORDER_COLUMNS.index("customer")
    for turn, index in enumerate(chosen):
        _, address, sku = KINDS[turn % len(KINDS)]
        row = dict(zip(ORDER_COLUMNS, orders[index], strict=True)) | _PLAIN | address
        # Another address is another customer: their other orders of the day stay where they are.
        row["customer"] = f"{orders[index][customer_at]}-A" if address else row["customer"]
        changed[index] = tuple(row[column] for column in ORDER_COLUMNS)
        if sku:
            skus[str(row["order"])] = sku
    return changed, [_with_sku(line, skus, prices) for line in lines], count


def _with_sku(line: Row, skus: dict[str, str], prices: dict[str, str]) -> Row:
    row = dict(zip(LINE_COLUMNS, line, strict=True))
    sku = skus.get(str(row["order"]))
    if sku is None or row["line"] != "1":
        return line
    return tuple((row | {"sku": sku, "quantity": 1, "unit_price": prices.get(sku, row["unit_price"])}).values())
