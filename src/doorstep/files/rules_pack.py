"""What must hold between the cells and rows of the files that `doorstep pack` reads."""

from __future__ import annotations

from itertools import pairwise

from doorstep.files.rules import Rule, Tables, have, sound_rows
from doorstep.files.schema_pack import MAILER, MAX_UNITS
from doorstep.files.schema_supply import MAX_SIDE_MM

MOST_CLASSES = 62
MOST_MM3 = 10**18  # of an order: a billion cubic metres; keeps sums within 64 bits
SIDES = ("length", "width", "height")


def check_wrapped(tables: Tables) -> None:
    """Goods in their padding are no larger than goods may be."""
    read = tables.get("items")
    sides = tuple(f"{side}_mm" for side in SIDES)
    if read is None or not have(read, *sides, "padding_mm"):
        return
    finding = read.rule("padding_mm")
    for row, padding, *edges in sound_rows(read, "padding_mm", *sides):
        if padding and max(edges) + 2 * padding > MAX_SIDE_MM:
            finding.add(row, str(padding), f"on both sides of {max(edges)} mm is more than {MAX_SIDE_MM}")


def check_amounts(tables: Tables) -> None:
    """An order has at most so many units, of so much volume."""
    read = tables.get("items")
    sides = tuple(f"{side}_mm" for side in SIDES)
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


def check_classes(tables: Tables) -> None:
    read = tables.get("items")
    if read is None or not read.has("hazmat_class"):
        return
    finding = read.rule("hazmat_class")
    known: set[str] = set()
    for row, name in sound_rows(read, "hazmat_class"):
        if name and name not in known:
            known.add(name)
            if len(known) > MOST_CLASSES:
                finding.add(row, name, f"is one class more than {MOST_CLASSES}")


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


def check_room(tables: Tables) -> None:
    """Padding leaves room inside; a mailer is thinner than it is wide and long."""
    read = tables.get("cartons")
    inner = tuple(f"inner_{side}_mm" for side in SIDES)
    if read is None or not have(read, "kind", "padding_mm", *inner):
        return
    padded, thick = read.rule("padding_mm"), read.rule("inner_height_mm")
    for row, kind, padding, *edges in sound_rows(read, "kind", "padding_mm", *inner):
        if 2 * padding >= min(edges):
            padded.add(row, str(padding), f"on both sides leaves no room in {min(edges)} mm")
        if kind == MAILER and edges[2] >= min(edges[:2]):
            thick.add(row, str(edges[2]), f"is no thickness of a mailer whose flat width is {min(edges[:2])}")


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


PACK_RULES: tuple[Rule, ...] = (check_wrapped, check_amounts, check_classes, check_rows, check_room, check_rising)
