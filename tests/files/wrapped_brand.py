"""A demonstration brand that knows bags, padding, wrapping and goods that fold."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from doorstep.files.demo import demo_brand

BAGS = {"mailer-s": (340, 270, 60), "mailer-l": (480, 400, 80)}
FOLDED = ("kitchen linen", "throws", "cushions")
SIDES = ("length", "width", "height")
Row = dict[str, str]


def wrapped_brand(folder: Path, orders: int, seed: int) -> Path:
    """Write the brand: its mailers are bags, its boxes padded, fragile goods wrapped."""
    demo_brand(folder, orders, seed)
    rewrite(folder / "cartons.csv", _carton)
    rewrite(folder / "products.csv", _product)
    return folder


def _carton(row: Row) -> Row:
    bag = BAGS.get(row["carton"])
    if bag is None:
        return row | {"kind": "", "padding_mm": "5" if row["carton"].startswith("box") else ""}
    inner = {f"inner_{side}_mm": str(edge) for side, edge in zip(SIDES, bag, strict=True)}
    outer = {f"outer_{side}_mm": str(edge + 2) for side, edge in zip(SIDES, bag, strict=True)}
    return row | inner | outer | {"kind": "mailer", "padding_mm": ""}


def _product(row: Row) -> Row:
    soft = row["category"] in FOLDED
    return row | {"soft": str(int(soft)), "padding_mm": "10" if row["fragile"] == "1" else "0"}


def rewrite(path: Path, change: Callable[[Row], Row]) -> None:
    """Change every row of a file."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = [change(row) for row in csv.DictReader(source)]
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
