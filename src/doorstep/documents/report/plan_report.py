"""What the report is written from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doorstep.domain.carriage import Service
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.decision import Decision, Unplanned
from doorstep.domain.demand import Brand, Order
from doorstep.domain.parcel import Parcel
from doorstep.domain.plan import Figures
from doorstep.domain.supply import Site


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan, its decisions and what it was compared with.

    `decisions` is read once: one per planned order, in the order of `orders`. `placed_from` and `placed_to` are the
    half-open selection as it was asked for; empty: no bound.
    """

    brand: Brand
    sites: tuple[Site, ...]
    services: tuple[Service, ...]
    cartons: tuple[Carton, ...]
    products: tuple[Product, ...]
    orders: tuple[Order, ...]
    parcels: tuple[Parcel, ...]
    unplanned: tuple[Unplanned, ...]
    decisions: Iterable[Decision]
    figures: Figures
    baseline: Figures
    lower_bound_minor: int  # of the objective
    seconds: float
    peak_memory_mb: float
    data_version: str
    seed: int
    placed_from: str
    placed_to: str
    hauled: bool = False  # parcels may go by linehaul
