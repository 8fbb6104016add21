"""The files of `doorstep pack` in: read one by one, checked together, and either whole or refused with every fault."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorstep.domain.catalog import Carton
from doorstep.domain.packing import Basket, Good
from doorstep.files import build
from doorstep.files.faults import Faults
from doorstep.files.one_file import read_file
from doorstep.files.rules import Tables
from doorstep.files.rules_pack import PACK_RULES
from doorstep.files.schema_pack import FREIGHT, ITEMS
from doorstep.files.schema_supply import CARTONS
from doorstep.kernels.run import Progress, silent

Steps = tuple[tuple[int, int], ...]  # (up to, price in micros), rising


@dataclass(frozen=True, slots=True)
class PackInput:
    baskets: tuple[Basket, ...]  # in the order in which they first stand in the file
    cartons: tuple[Carton, ...]
    freight: dict[str, Steps] | None  # by measure; None: no file was given
    data_version: str  # sha256 of the content of all files


def read_pack(items: Path, cartons: Path, freight: Path | None = None, progress: Progress = silent) -> PackInput:
    """Read and check what is to be packed. Raises InputRefused with the first thousand faults and the count of all."""
    faults = Faults()
    wanted = [(items, ITEMS), (cartons, CARTONS)] + ([(freight, FREIGHT)] if freight else [])
    tables: Tables = {}
    version = hashlib.sha256()
    for rank, (path, table) in enumerate(wanted):
        progress("reading", rank, len(wanted))
        read_file(path, table, rank, faults, tables, version.update)
    progress("reading", len(wanted), len(wanted))
    for rule in PACK_RULES:
        rule(tables)
    faults.refuse_if_any()
    return PackInput(
        baskets=_baskets(tables["items"].values),
        cartons=build.cartons(tables["cartons"]),
        freight=_steps(tables) if freight else None,
        data_version=version.hexdigest(),
    )


def read_freight(path: Path) -> dict[str, Steps]:
    """Read a freight table alone. Raises InputRefused."""
    faults = Faults()
    tables: Tables = {}
    read_file(path, FREIGHT, 0, faults, tables, lambda _: None)
    for rule in PACK_RULES:
        rule(tables)
    faults.refuse_if_any()
    return _steps(tables)


def _baskets(values: dict[str, Sequence[Any]]) -> tuple[Basket, ...]:
    names = [
        "order",
        "quantity",
        "sku",
        "length_mm",
        "width_mm",
        "height_mm",
        "weight_g",
        "this_side_up",
        "fragile",
        "max_load_g",
        "hazmat_class",
        "soft",
        "ships_in_own_box",
        "padding_mm",
    ]
    known: dict[tuple[Any, ...], Good] = {}
    of_order: dict[str, list[tuple[Good, int]]] = {}
    for order, quantity, *like in zip(*(values[name] for name in names), strict=True):
        key = tuple(like)
        good = known.get(key)
        if good is None:
            good = known[key] = Good(key[0], key[1:4], *key[4:])
        of_order.setdefault(order, []).append((good, quantity))
    return tuple(Basket(order, tuple(lines)) for order, lines in of_order.items())


def _steps(tables: Tables) -> dict[str, Steps]:
    values = tables["freight"].values
    steps: dict[str, list[tuple[int, int]]] = {}
    for measure, up_to, price in zip(values["measure"], values["up_to"], values["price"], strict=True):
        steps.setdefault(measure, []).append((up_to, price))
    return {measure: tuple(sorted(rows)) for measure, rows in steps.items()}


__all__ = ["PackInput", "Steps", "read_freight", "read_pack"]
