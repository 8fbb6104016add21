"""What choosing cartons writes: cartons.csv, chosen.csv and curve.csv."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from doorstep.domain.catalog import Carton
from doorstep.domain.money import Currency
from doorstep.domain.packing import CartonSet, StockedCarton
from doorstep.domain.units import MICROS
from doorstep.files.schema_supply import BOX, CARTONS, MAILER
from doorstep.files.write import write_csv

CHOSEN_COLUMNS = (
    "carton",
    "in_use",
    "inner_length_mm",
    "inner_width_mm",
    "inner_height_mm",
    "cost",
    "parcels",
    "saves",
)
CURVE_COLUMNS = ("count", "cartons", "cost_total", "objective", "saving_pct", "packed", "one_box", "orders")


def write_cartons(
    folder: Path,
    cartons: Sequence[Carton],
    chosen: Iterable[StockedCarton],
    curve: Iterable[CartonSet],
    currency: Currency,
) -> None:
    """Write the three files into a folder that exists; cartons.csv is as a brand folder has it."""
    columns = [column.name for column in CARTONS.columns if column.name != "site"]
    write_csv(folder / "cartons.csv", columns, map(_carton, cartons))
    write_csv(folder / "chosen.csv", CHOSEN_COLUMNS, (_chosen(one, currency) for one in chosen))
    write_csv(folder / "curve.csv", CURVE_COLUMNS, (_set(one, currency) for one in curve))


def _carton(one: Carton) -> tuple[object, ...]:
    bears = (one.tare_g, one.max_weight_g, _price(one))
    return (one.carton, *one.inner_mm, *one.outer_mm, *bears, MAILER if one.mailer else BOX, one.padding_mm)


def _price(carton: Carton) -> str:
    whole, part = divmod(carton.cost_micros, MICROS)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")


def _chosen(one: StockedCarton, currency: Currency) -> tuple[object, ...]:
    carton = one.carton
    saves = currency.text(one.saves_minor)
    return (carton.carton, one.kept, *carton.inner_mm, _price(carton), one.parcels, saves)


def _set(one: CartonSet, currency: Currency) -> tuple[object, ...]:
    return (
        len(one.cartons),
        " ".join(one.cartons),
        currency.text(one.cost_minor),
        currency.text(one.objective_minor),
        f"{100 * one.saving:.4f}",
        one.packed,
        one.undivided,
        one.orders,
    )
