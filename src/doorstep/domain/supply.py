"""Where goods wait, and when they can leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from doorstep.domain.clock import WorkingDays
from doorstep.domain.place import Place

SiteKind = Literal["fulfilment_centre", "store", "depot", "locker", "pickup_point"]
SITE_KINDS: tuple[SiteKind, ...] = ("fulfilment_centre", "store", "depot", "locker", "pickup_point")
SHIPPING_KINDS: tuple[SiteKind, ...] = ("fulfilment_centre", "store")


@dataclass(frozen=True, slots=True)
class Site:
    site: str
    kind: SiteKind
    name: str
    place: Place  # always located
    time_zone: str  # IANA
    working_days: WorkingDays
    holiday_calendar: str  # `BR`, `BR-SP`; empty: none
    order_cutoff_s: int  # after local midnight; orders placed before it can leave the same day
    pick_cost_per_order_micros: int
    pick_cost_per_unit_micros: int
    daily_order_capacity: int | None = None
    cart_parcels: int | None = None  # totes on a picker's cart; None: the usual


@dataclass(frozen=True, slots=True)
class Collection:
    """A carrier's standing call at a site."""

    site: str
    service: str
    collection_time_s: int  # after local midnight
    working_days: WorkingDays
    daily_parcel_capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Linehaul:
    """A truck on a timetable: it takes parcels in bulk from a site to a depot, where local services call for them."""

    linehaul: str
    site: str
    depot: str  # a site of kind `depot`
    departure_time_s: int  # after local midnight at the site
    working_days: WorkingDays
    transit_days: int  # working days until it arrives; 0: on the day on which it leaves
    arrival_time_s: int  # after local midnight at the depot
    cost_per_parcel_micros: int = 0
    cost_per_kg_micros: int = 0  # of gross weight, by the gram
    daily_parcel_capacity: int | None = None


@dataclass(frozen=True, slots=True)
class StockLevel:
    site: str
    sku: str
    on_hand: int


Units = Counter[tuple[str, str]]
"""Of goods, by site and sku."""


def units_of(levels: Iterable[StockLevel]) -> Units:
    """Add up what lies where."""
    units: Units = Counter()
    for one in levels:
        units[one.site, one.sku] += one.on_hand
    return units


def levels_of(units: Units) -> tuple[StockLevel, ...]:
    """Give what there is any of, in order."""
    return tuple(StockLevel(*spot, number) for spot, number in sorted(units.items()) if number)


@dataclass(frozen=True, slots=True)
class Booked:
    """Room of a day that is gone: orders that leave a site then, or parcels that a service takes there."""

    site: str
    service: str  # empty: orders, by whatever they go
    day: date  # as the site counts days
    number: int


@dataclass(frozen=True, slots=True)
class Inbound:
    site: str
    sku: str
    quantity: int
    expected_at: datetime  # aware
