"""What must hold between the cells and rows of the files that `doorstep pack` reads."""

from __future__ import annotations

from itertools import pairwise

from doorstep.files.rules import (
    Rule,
    Tables,
    check_cartons,
    check_classes,
    check_keys,
    check_room,
    check_wrapped,
    have,
    sides_of,
    sound_rows,
)
from doorstep.files.schema_pack import MAX_UNITS

MOST_MM3 = 10**18  # of an order: a billion cubic metres; keeps sums within 64 bits


def check_amounts(tables: Tables) -> None:
    """An order has at most so many units, of so much volume."""
    read = tables.get("items")
    sides = sides_of("")
    if read is None or not have(read, "order", "quantity", "padding_mm", *sides):
        return
    finding = read.rule("quantity")
    units: dict[str, int] = {}
    volumes: dict[str, int] = {}
    for row, order, quantity, padding, *edges in sound_rows(read, "order", "quantity", "padding_mm", *sides):
        length, width, height = (edge + 2 * padding for edge in edges)
        units[order] = units.get(order, 0) + quantity
        volumes[order] = volumes.get(order, 0) + quantity * length * width * height
        if units[order] > MAX_UNITS:
            finding.add(row, str(quantity), f"brings order {order} to {units[order]} units; {MAX_UNITS} are the most")
        elif volumes[order] > MOST_MM3:
            finding.add(row, str(quantity), f"brings order {order} to more than {MOST_MM3} mm3")


def check_rows(tables: Tables) -> None:
    """A freight table has rows, and so has that of cartons, unless all goods ship in their own box."""
    freight = tables.get("freight")
    if freight is not None and freight.complete and not freight.rows:
        freight.rule().add(0, "", "has no rows; it needs at least one")
    cartons, items = tables.get("cartons"), tables.get("items")
    if cartons is None or cartons.rows or not cartons.complete or items is None or not items.rows:
        return
    if not all(items.values["ships_in_own_box"]):
        cartons.rule().add(0, "", "has no rows, and not every item ships in its own box")


def check_rising(tables: Tables) -> None:
    """Freight does not fall as what is measured grows."""
    read = tables.get("freight")
    if read is None or not have(read, "measure", "up_to", "price"):
        return
    finding = read.rule("price")
    rows = sorted(sound_rows(read, "measure", "up_to", "price"), key=lambda row: (row[1], row[2], row[0]))
    for (before, measure, up_to, price), (row, same, _, next_price) in pairwise(rows):
        if measure == same and next_price < price:
            text = read.texts["price"][read.rows.index(row)]
            finding.add(row, text, f"is less than that of row {before}, whose {measure} is up to {up_to}")


PACK_RULES: tuple[Rule, ...] = (
    check_keys,
    check_cartons,
    check_wrapped,
    check_amounts,
    check_classes,
    check_rows,
    check_room,
    check_rising,
)
