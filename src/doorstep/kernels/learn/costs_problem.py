"""What past orders cost, as it is charged: amounts of parcels and orders, to be traced to what caused them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem

IntArray = NDArray[np.int64]
Part = Literal[
    "storage", "pick", "pack", "carton", "freight", "surcharges", "duty_tax", "failed_attempt", "return", "lateness"
]  # fmt: skip
PARTS: tuple[Part, ...] = (
    "storage", "pick", "pack", "carton", "freight", "surcharges", "duty_tax", "failed_attempt", "return", "lateness",
)  # fmt: skip
Key = Literal["units", "volume", "billed", "value"]
# By what each part of a parcel or an order is divided among its rows.
KEYS: dict[Part, Key] = {
    "storage": "volume",
    "pick": "units",
    "pack": "volume",
    "carton": "volume",
    "freight": "billed",
    "surcharges": "billed",
    "duty_tax": "value",
    "failed_attempt": "billed",
    "return": "units",
    "lateness": "value",
}
MOST_MINOR = 10**12
CM3_PER_G = 5  # volume that is billed as a gram: the usual divisor of 5000 cm3 a kilogram


@dataclass(frozen=True, slots=True)
class CostRow:
    """Units of a sku of an order that lay in one parcel; sizes and value of all of them together."""

    order: str
    parcel: str
    sku: str
    category: str
    customer: str
    country: str
    month: str  # 2026-10: when the order was placed
    units: int
    volume_cm3: int
    weight_g: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount of a part that a row (by its place), a parcel or an order caused; the others are empty, or -1."""

    part: Part
    amount_minor: int
    row: int = -1
    parcel: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class CostProblem:
    """Rows, and charges that name them. Raises InvalidProblem where a charge names nothing, or more than one thing."""

    rows: tuple[CostRow, ...]
    charges: tuple[Charge, ...]

    def __post_init__(self) -> None:
        parcels, orders = {"", *(one.parcel for one in self.rows)}, {"", *(one.order for one in self.rows)}
        for one in self.rows:
            if one.units < 1 or min(one.volume_cm3, one.weight_g, one.value_minor) < 0:
                raise InvalidProblem(f"row of {one.order}, {one.sku}: no units, or a negative measure")
        for charge in self.charges:
            if not 0 <= charge.amount_minor <= MOST_MINOR:
                raise InvalidProblem(f"{charge.part}: an amount of {charge.amount_minor} is not understood")
            named = (charge.row >= 0, bool(charge.parcel), bool(charge.order))
            known = charge.row < len(self.rows) and charge.parcel in parcels and charge.order in orders
            if sum(named) != 1 or not known:
                raise InvalidProblem(f"{charge.part}: a charge names one row, one parcel or one order that is there")


@dataclass(frozen=True, slots=True, eq=False)
class CostResult:
    """Amounts [rows, parts] in minor units: every charge is in them once and whole."""

    rows: tuple[CostRow, ...]
    amount_minor: IntArray

    @property
    def total_minor(self) -> int:
        """All charges together."""
        return int(self.amount_minor.sum())
