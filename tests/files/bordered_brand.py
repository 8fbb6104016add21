"""A demonstration brand with borders between the countries that it sells to, and services that pay at them or not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tests.files.wrapped_brand import rewrite

from doorstep.files.demo import demo_brand

HOME = ("NL", "BE", "DE")
ABROAD = ("FR", "AT", "PL", "IT", "ES", "CH")
OPEN = "azur-standard"  # leaves duty and tax to who receives
COLUMNS = (
    "levy", "destination", "origin", "hs_prefix", "percent", "per_item", "with_freight", "with_duty", "value_up_to",
    "de_minimis", "ioss_up_to", "currency",
)  # fmt: skip


def bordered_brand(folder: Path, orders: int, seed: int) -> Path:
    """Write the brand."""
    demo_brand(folder, orders, seed)
    rewrite(folder / "services.csv", lambda row: row | {"incoterm": "DAP" if row["service"] == OPEN else "DDP"})
    rewrite(folder / "brand.csv", lambda row: row | {"ioss": "IM5280000000"})
    _write(folder / "territories.csv", ("territory", "country"), (("home", country) for country in HOME))
    _write(folder / "duties.csv", COLUMNS, _rules())
    return folder


def _rules() -> Iterator[tuple[object, ...]]:
    for country in (*ABROAD, "home"):
        yield "duty", country, "", "", "2.5", "", 1, "", "", "20", "", ""
        yield "duty", country, "NL", "3406", "0", "0.75", "", "", "150", "", "", ""
        yield "duty", country, "NL", "3406", "6.4", "", 1, "", "", "", "", ""
    for country in (*ABROAD, *HOME):
        yield "tax", country, "", "", "19.6", "", 1, 1, "", "", "30", ""


def _write(path: Path, columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(columns)
        writer.writerows(rows)
