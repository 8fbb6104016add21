"""One pass over the parcels and orders: everything the charts and tables count."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import prod

from doorstep.documents.report.plan_report import PlanReport
from doorstep.domain.parcel import CostParts, Parcel

PARTS = (
    ("pick", "Picking"),
    ("carton", "Carton"),
    ("freight", "Freight"),
    ("surcharges", "Surcharges"),
    ("duty_tax", "Duty and tax"),
    ("lateness", "Expected lateness"),
)


@dataclass(slots=True)
class CartonUse:
    parcels: int = 0
    filled_mm3: int = 0  # by goods
    inner_mm3: int = 0

    @property
    def fill(self) -> float:
        return self.filled_mm3 / self.inner_mm3 if self.inner_mm3 else 0.0


@dataclass(slots=True)
class SiteUse:
    parcels: int = 0
    orders: int = 0
    cost_minor: int = 0


@dataclass(slots=True)
class Tally:
    cost_parts_minor: dict[str, int] = field(default_factory=dict)  # by the keys of PARTS
    parcel_costs_minor: list[int] = field(default_factory=list)
    promised_days: list[int] = field(default_factory=list)  # of planned orders
    on_time_ppm: list[int] = field(default_factory=list)  # of parcels
    lanes: Counter[tuple[str, str]] = field(default_factory=Counter)  # parcels by (site, service)
    # Parcels by (linehaul, site, depot, service that takes over).
    hauls: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    sites: dict[str, SiteUse] = field(default_factory=lambda: defaultdict(SiteUse))
    cartons: dict[str, CartonUse] = field(default_factory=lambda: defaultdict(CartonUse))
    parcels_of: dict[str, list[Parcel]] = field(default_factory=lambda: defaultdict(list))  # by order


def part_minor(cost: CostParts, key: str) -> int:
    return int(getattr(cost, f"{key}_minor"))


def on_time_of(parcels: list[Parcel]) -> float:
    """The probability that every one of them keeps its promise."""
    return prod(parcel.on_time_ppm / 1_000_000 for parcel in parcels)


def tally(report: PlanReport) -> Tally:
    counted = Tally(cost_parts_minor={key: 0 for key, _ in PARTS})
    boxes = {
        one.carton: one.inner_mm for one in report.cartons if not one.mailer
    }  # of a bag nobody asks how full it is
    for parcel in report.parcels:
        for key, _ in PARTS:
            counted.cost_parts_minor[key] += part_minor(parcel.cost, key)
        cost = parcel.cost.total_minor
        counted.parcel_costs_minor.append(cost)
        counted.on_time_ppm.append(parcel.on_time_ppm)
        counted.lanes[parcel.site, parcel.service] += 1
        if parcel.injection is not None:
            way = parcel.injection.linehaul, parcel.site, parcel.injection.depot, parcel.service
            counted.hauls[way] += 1
        site = counted.sites[parcel.site]
        site.parcels += 1
        site.cost_minor += cost
        use = counted.cartons[parcel.carton]
        use.parcels += 1
        if parcel.carton in boxes:
            use.inner_mm3 += prod(boxes[parcel.carton])
            use.filled_mm3 += sum(p.length_mm * p.width_mm * p.height_mm for p in parcel.placements)
        for order_id in parcel.orders:
            counted.parcels_of[order_id].append(parcel)
    for order in report.orders:
        parcels = counted.parcels_of.get(order.order)
        if parcels:
            last = max(parcel.promised_by for parcel in parcels)
            counted.promised_days.append((last - order.placed_at.date()).days)
            for site_id in {parcel.site for parcel in parcels}:
                counted.sites[site_id].orders += 1
    return counted
