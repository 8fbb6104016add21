"""What must hold between the cells of a row, the rows of a file, and the files of a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from doorstep.domain.gs1 import barcode_key
from doorstep.files.schema_supply import MAILER, MAX_SIDE_MM
from doorstep.files.table import Columns

MOST_CLASSES = 62  # of dangerous goods, that one brand or one packing tells apart
GOODS = ("products", "items")  # what is packed, of a brand folder and of `doorstep pack`

Tables = dict[str, Columns]
Rule = Callable[[Tables], None]


def check_keys(tables: Tables) -> None:
    """Each key is unique; the row that it repeats is named."""
    for read in tables.values():
        for key in read.table.keys:
            if not all(read.has(name) for name in key):
                continue
            distinct = set(zip(*(read.texts[name] for name in key), strict=True))
            if len(distinct) == len(read.rows):
                continue
            finding = read.rule(key[-1])
            first: dict[tuple[Any, ...], int] = {}
            for row, *value in sound_rows(read, *key, cells=read.texts):
                if (earlier := first.setdefault(tuple(value), row)) != row:
                    finding.add(row, value[-1], f"repeats row {earlier}: {', '.join(key)} must be unique")


def check_references(tables: Tables) -> None:
    """Each cell that names a row of another file names one that is there."""
    for read in tables.values():
        for column in read.table.columns:
            if column.refers_to is None or not read.has(column.name):
                continue
            other_name, other_column = column.refers_to
            other = tables.get(other_name)
            # Of a file that could not be read whole nobody can say what it lacks.
            if other is None or not other.complete or not other.has(other_column):
                continue
            texts = read.texts[column.name]
            unknown = set(texts) - set(other.texts[other_column]) - read.faulty(column.name).keys() - {""}
            if not unknown:
                continue
            finding = read.rule(column.name)
            for row, cell in zip(read.rows, texts, strict=True):
                if cell in unknown:
                    finding.add(row, cell, f"names no {other_column} of {other.table.file}")


def sound_rows(
    read: Columns, *names: str, cells: Mapping[str, Sequence[Any]] | None = None
) -> Iterator[tuple[Any, ...]]:
    """Rows (number, cell of each name) whose cells of these columns are all sound; as values unless told otherwise."""
    source = read.values if cells is None else cells
    rows = zip(read.rows, *(source[name] for name in names), strict=True)
    checked = [(read.texts[name], read.faulty(name)) for name in names if read.faulty(name)]
    if not checked:
        return rows
    return (row for at, row in enumerate(rows) if not any(texts[at] in wrong for texts, wrong in checked))


def have(read: Columns | None, *names: str) -> bool:
    return read is not None and all(read.has(name) or read.table.column(name).optional for name in names)


def check_brand(tables: Tables) -> None:
    read = tables.get("brand")
    if read is not None and len(read.rows) > 1:
        read.rule().add(read.rows[1], "", "is a second brand; a folder holds one")


def check_rows_present(tables: Tables) -> None:
    for read in tables.values():
        if read.table.needs_rows and read.complete and not read.rows:
            read.rule().add(0, "", "has no rows; it needs at least one")
    cartons, products = tables.get("cartons"), tables.get("products")
    if cartons is None or cartons.rows or not cartons.complete:
        return
    if products is None or not products.rows or not all(products.values["ships_in_own_box"]):
        cartons.rule().add(0, "", "has no rows, and not every product ships in its own box")


def check_barcodes(tables: Tables) -> None:
    """A bar code stands for one product, and is not the sku of another."""
    read = tables.get("products")
    if read is None or not read.has("barcodes") or not read.has("sku"):
        return
    finding = read.rule("barcodes")
    skus = {sku: row for row, sku in sound_rows(read, "sku")}
    first: dict[str, int] = {}
    for row, codes in sound_rows(read, "barcodes"):
        for code in codes:
            if (earlier := first.setdefault(barcode_key(code), row)) != row:
                finding.add(row, code, f"repeats row {earlier}: a bar code stands for one product")
            if skus.get(code, row) != row:
                finding.add(row, code, f"is the sku of row {skus[code]}")


def check_cartons(tables: Tables) -> None:
    read = tables.get("cartons")
    if read is None:
        return
    for side in ("length", "width", "height"):
        inner, outer = f"inner_{side}_mm", f"outer_{side}_mm"
        if not have(read, inner, outer):
            continue
        finding = read.rule(outer)
        for row, inside, outside in sound_rows(read, inner, outer):
            if outside < inside:
                finding.add(row, str(outside), f"is smaller than {inner}, which is {inside}")
    if have(read, "tare_g", "max_weight_g"):
        finding = read.rule("max_weight_g")
        for row, tare, most in sound_rows(read, "tare_g", "max_weight_g"):
            if most < tare:
                finding.add(row, str(most), f"is less than tare_g, which is {tare}")


def sides_of(of: str) -> tuple[str, str, str]:
    """Columns of the three sizes; `of` is empty, or `inner_` or `outer_`."""
    return f"{of}length_mm", f"{of}width_mm", f"{of}height_mm"


def check_wrapped(tables: Tables) -> None:
    """Goods in their padding are no larger than goods may be."""
    sides = sides_of("")
    for name in GOODS:
        read = tables.get(name)
        if read is None or not have(read, *sides, "padding_mm"):
            continue
        finding = read.rule("padding_mm")
        for row, padding, *edges in sound_rows(read, "padding_mm", *sides):
            if padding and max(edges) + 2 * padding > MAX_SIDE_MM:
                finding.add(row, str(padding), f"on both sides of {max(edges)} mm is more than {MAX_SIDE_MM}")


def check_classes(tables: Tables) -> None:
    """The packer tells so many classes of dangerous goods apart."""
    for name in GOODS:
        read = tables.get(name)
        if read is None or not read.has("hazmat_class"):
            continue
        finding = read.rule("hazmat_class")
        known: set[str] = set()
        for row, cell in sound_rows(read, "hazmat_class"):
            if cell and cell not in known:
                known.add(cell)
                if len(known) > MOST_CLASSES:
                    finding.add(row, cell, f"is one class more than {MOST_CLASSES}")


def check_room(tables: Tables) -> None:
    """Padding leaves room inside; a mailer is thinner than it is wide and long."""
    read = tables.get("cartons")
    inner = sides_of("inner_")
    if read is None or not have(read, "kind", "padding_mm", *inner):
        return
    padded, thick = read.rule("padding_mm"), read.rule("inner_height_mm")
    for row, kind, padding, *edges in sound_rows(read, "kind", "padding_mm", *inner):
        if 2 * padding >= min(edges):
            padded.add(row, str(padding), f"on both sides leaves no room in {min(edges)} mm")
        if kind == MAILER and edges[2] >= min(edges[:2]):
            thick.add(row, str(edges[2]), f"is no thickness of a mailer whose flat width is {min(edges[:2])}")


def check_services(tables: Tables) -> None:
    read = tables.get("services")
    if read is None or not have(read, "min_days", "max_days"):
        return
    finding = read.rule("max_days")
    for row, least, most in sound_rows(read, "min_days", "max_days"):
        if most < least:
            finding.add(row, str(most), f"is less than min_days, which is {least}")


def check_coordinates(tables: Tables) -> None:
    """A latitude without its longitude is a place nowhere."""
    ends = [(name, end) for name in ("history", "parcels") for end in ("origin_", "destination_")]
    for name, prefix in (("orders", ""), *ends):
        read = tables.get(name)
        if read is None or not (read.has(f"{prefix}latitude") or read.has(f"{prefix}longitude")):
            continue
        finding = read.rule(f"{prefix}longitude")
        for row, latitude, longitude in sound_rows(read, f"{prefix}latitude", f"{prefix}longitude"):
            if (latitude is None) != (longitude is None):
                finding.add(row, "", f"{prefix}latitude and {prefix}longitude go together: give both or none")


def check_validity(tables: Tables) -> None:
    for name in ("rates", "surcharges", "exchange_rates", "duties", "markups"):
        read = tables.get(name)
        if read is None or not (read.has("valid_from") and read.has("valid_to")):
            continue
        finding = read.rule("valid_to")
        for row, start, end in sound_rows(read, "valid_from", "valid_to"):
            if start and end and end < start:
                finding.add(row, end.isoformat(), f"is before valid_from, which is {start}")


def check_wishes(tables: Tables) -> None:
    """Dates that no parcel could keep. A day of grace: the destination may lie a day behind the clock of placing."""
    read = tables.get("orders")
    if read is None or not have(read, "placed_at", "promised_by"):
        return
    finding = read.rule("promised_by")
    for row, placed, promised in sound_rows(read, "placed_at", "promised_by"):
        if promised and promised < placed.date() - timedelta(days=1):
            finding.add(row, promised.isoformat(), f"is before the order was placed, on {placed.date()}")
    if not read.has("not_before"):
        return
    finding = read.rule("not_before")
    for row, early, promised in sound_rows(read, "not_before", "promised_by"):
        if early and promised and early > promised:
            finding.add(row, early.isoformat(), f"is after promised_by, which is {promised}")


def check_collections(tables: Tables) -> None:
    """A call may be given in several rows for several days, not twice for the same day and time."""
    names = ("site", "service", "collection_time", "working_days")
    read = tables.get("collections")
    if read is None or not have(read, *names):
        return
    finding = read.rule("working_days")
    seen: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for row, *call, days in sound_rows(read, *names):
        earlier = seen.setdefault(tuple(call), [])
        again = next((other for other, mask in earlier if mask & days.mask), None)
        if again is not None:
            finding.add(row, str(days), f"repeats row {again}: the same call on the same day")
        earlier.append((row, days.mask))


SHARED_RULES: tuple[Rule, ...] = (
    check_brand,
    check_rows_present,
    check_keys,
    check_references,
    check_barcodes,
    check_cartons,
    check_wrapped,
    check_classes,
    check_room,
    check_services,
    check_coordinates,
    check_validity,
    check_wishes,
    check_collections,
)
