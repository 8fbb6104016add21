"""A parcel of a plan: the same object is quote, reservation, packing instruction, label and expected invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from doorstep.domain.emission import Footprint
from doorstep.domain.fleet import Ride

OWN_BOX = "own-box"  # the carton of a product that ships in its own box


@dataclass(frozen=True, slots=True)
class CostParts:
    """Charge lines of one parcel, in minor units, each rounded once."""

    pick_minor: int
    carton_minor: int
    freight_minor: int
    surcharges_minor: int
    duty_tax_minor: int
    lateness_minor: int

    @property
    def lines_minor(self) -> tuple[int, int, int, int, int, int]:
        """All of them, in the order of plan.csv."""
        return (
            self.pick_minor,
            self.carton_minor,
            self.freight_minor,
            self.surcharges_minor,
            self.duty_tax_minor,
            self.lateness_minor,
        )

    @property
    def total_minor(self) -> int:
        return sum(self.lines_minor)


@dataclass(frozen=True, slots=True)
class Injection:
    """How a parcel comes to its service that does not leave its site with it."""

    linehaul: str
    depot: str
    handed_at: datetime  # aware, in the depot's zone: when the service takes it over
    cost_minor: int  # charge line of the linehaul; part of the freight


@dataclass(frozen=True, slots=True)
class Placement:
    """How one unit lies: the corner nearest the origin, and the sizes as placed. z points up."""

    order: str
    sku: str
    unit: int  # counts the units of a sku in the parcel, from 1
    x_mm: int
    y_mm: int
    z_mm: int
    length_mm: int  # along x
    width_mm: int  # along y
    height_mm: int  # along z


@dataclass(frozen=True, slots=True)
class Content:
    """Units of one order line in a parcel."""

    order: str
    line: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    parcel: str
    orders: tuple[str, ...]
    site: str
    carton: str  # OWN_BOX: no carton
    service: str
    weight_g: int  # gross
    billed_weight_g: int
    ship_at: datetime  # aware, in the site's zone
    promised_by: date  # local at the destination
    on_time_ppm: int
    cost: CostParts
    contents: tuple[Content, ...]
    placements: tuple[Placement, ...]
    footprint: Footprint | None = None  # None: how far it goes is not known
    injection: Injection | None = None  # None: the service collects it at its site
    ride: Ride | None = None  # None: its service has no vans of the brand's own


def picked_together(parcels: Sequence[Parcel]) -> dict[str, str]:
    """Say for each order one of those that it is picked with: linked by parcels that they share, or itself alone."""
    above: dict[str, str] = {}

    def head(name: str) -> str:
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for parcel in parcels:
        first = head(parcel.orders[0])
        for name in parcel.orders[1:]:
            above[head(name)] = first
    return {name: head(name) for name in above}
