"""Goods to be packed and what became of them, whoever sells them: only sizes, weights and rules count."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.domain.catalog import Carton
from doorstep.domain.parcel import Placement

Size = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Good:
    """What a unit is like for the packer."""

    sku: str
    size_mm: Size  # as it stands: z of a this-side-up good
    weight_g: int
    this_side_up: bool = False
    fragile: bool = False  # nothing may lie above it
    max_load_g: int | None = None  # what may lie above it; None: anything
    hazmat_class: str = ""
    soft: bool = False  # may be folded
    ships_in_own_box: bool = False
    padding_mm: int = 0  # wrapped around every side

    @property
    def volume_mm3(self) -> int:
        """Bare, without padding."""
        length, width, height = self.size_mm
        return length * width * height


@dataclass(frozen=True, slots=True)
class Basket:
    """What one order asks for."""

    order: str
    lines: tuple[tuple[Good, int], ...]  # goods and how many units of them, at least one line


@dataclass(frozen=True, slots=True)
class PackedParcel:
    """A parcel as the packer leaves it."""

    parcel: str
    order: str
    carton: str  # OWN_BOX: no carton
    weight_g: int  # gross
    outer_mm: Size  # as it is billed: a mailer as thick as it is filled
    billed_weight_g: int
    carton_minor: int
    void_fill_minor: int
    freight_minor: int
    placements: tuple[Placement, ...]  # in an order in which the units can be put in from the top

    @property
    def volume_mm3(self) -> int:
        """Outside."""
        length, width, height = self.outer_mm
        return length * width * height

    @property
    def cost_minor(self) -> int:
        return self.carton_minor + self.void_fill_minor + self.freight_minor


@dataclass(frozen=True, slots=True)
class Left:
    """Units of an order that are in no parcel, and why."""

    order: str
    sku: str
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True)
class StockedCarton:
    """A carton of a set that is to be stocked, and what it is good for."""

    carton: Carton
    kept: bool  # it is in use today
    parcels: int
    saves_minor: int  # by how much the orders would cost more without it


@dataclass(frozen=True, slots=True)
class CartonSet:
    """Some cartons, and what all orders cost when packed with them alone."""

    cartons: tuple[str, ...]
    cost_minor: int  # of the orders packed whole
    objective_minor: int  # with the cost of leaving the others
    saving: float  # share of today's objective
    packed: int  # orders
    undivided: int  # orders packed whole in one parcel
    orders: int
