"""What packing writes: parcels.csv, placements.csv and unpacked.csv."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from doorstep.domain.money import Currency
from doorstep.domain.packing import Left, PackedParcel
from doorstep.files.plan_out import PLACEMENT_COLUMNS
from doorstep.files.write import write_csv

PARCEL_COLUMNS = (
    "parcel",
    "order",
    "carton",
    "weight_g",
    "volume_mm3",
    "length_mm",
    "width_mm",
    "height_mm",
    "billed_weight_g",
    "carton_cost",
    "void_fill",
    "freight",
    "cost",
)
UNPACKED_COLUMNS = ("order", "sku", "quantity", "reason")


def write_packed(folder: Path, parcels: Iterable[PackedParcel], left: Iterable[Left], currency: Currency) -> None:
    """Write the three files into a folder that exists (see `output_folder`)."""
    listed = list(parcels)
    write_csv(folder / "parcels.csv", PARCEL_COLUMNS, (_parcel(parcel, currency) for parcel in listed))
    write_csv(folder / "placements.csv", PLACEMENT_COLUMNS, (row for parcel in listed for row in _placements(parcel)))
    rows = ((one.order, one.sku, one.quantity, one.reason) for one in left)
    write_csv(folder / "unpacked.csv", UNPACKED_COLUMNS, rows)


def _parcel(parcel: PackedParcel, currency: Currency) -> tuple[object, ...]:
    amounts = (parcel.carton_minor, parcel.void_fill_minor, parcel.freight_minor, parcel.cost_minor)
    return (
        parcel.parcel,
        parcel.order,
        parcel.carton,
        parcel.weight_g,
        parcel.volume_mm3,
        *parcel.outer_mm,
        parcel.billed_weight_g,
        *map(currency.text, amounts),
    )


def _placements(parcel: PackedParcel) -> Iterator[tuple[object, ...]]:
    for one in parcel.placements:
        yield (
            parcel.parcel,
            one.order,
            one.sku,
            one.unit,
            parcel.carton,
            one.x_mm,
            one.y_mm,
            one.z_mm,
            one.length_mm,
            one.width_mm,
            one.height_mm,
        )
