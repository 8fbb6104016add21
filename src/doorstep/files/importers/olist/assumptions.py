"""The assumptions file, typed. The numbers themselves are in `assumptions.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("assumptions.toml")


@dataclass(frozen=True, slots=True)
class Sampling:
    delivered_weight: str
    other_weight: str


@dataclass(frozen=True, slots=True)
class BrandRules:
    on_time_target: str
    late_cost: str
    unplanned_cost: str


@dataclass(frozen=True, slots=True)
class SiteRules:
    working_days: str
    order_cutoff: str
    collection_time: str
    pick_cost_per_order: str
    pick_cost_per_unit: str


@dataclass(frozen=True, slots=True)
class StockRules:
    history_half_life_days: int
    tail_shape: float
    target_cover: float
    walk_months: int
    first_walk_orders: int
    default_threshold: float
    regional_prior_units: float


@dataclass(frozen=True, slots=True)
class FreightRules:
    zones: int
    half_life_days: int
    effect_prior_parcels: float
    cell_prior_parcels: float
    dim_divisor_cm3_per_kg: int
    breaks_g: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ServiceRule:
    service: str
    name: str
    speed: str
    multiple: str
    max_weight_g: int
    max_length_mm: int
    min_days: int
    max_days: int
    working_days: str


@dataclass(frozen=True, slots=True)
class CartonRule:
    carton: str
    inner_mm: tuple[int, int, int]
    wall_mm: int
    tare_g: int
    max_weight_g: int
    cost: str


@dataclass(frozen=True, slots=True)
class Assumptions:
    text: str  # the file as it is, for the folder
    sampling: Sampling
    brand: BrandRules
    sites: SiteRules
    stock: StockRules
    freight: FreightRules
    services: tuple[ServiceRule, ...]
    cartons: tuple[CartonRule, ...]


def load_assumptions(path: Path = FILE) -> Assumptions:
    """Read an assumptions file. It is the program's own: a wrong one raises KeyError, TypeError or ValueError."""
    text = path.read_text(encoding="utf-8")
    said = tomllib.loads(text)

    def fields(table: dict[str, Any]) -> dict[str, Any]:
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in table.items()
            if name != "source"
        }

    return Assumptions(
        text=text,
        sampling=Sampling(**fields(said["sampling"])),
        brand=BrandRules(**fields(said["brand"])),
        sites=SiteRules(**fields(said["sites"])),
        stock=StockRules(**fields(said["stock"])),
        freight=FreightRules(**fields(said["freight"])),
        services=tuple(ServiceRule(**fields(row)) for row in said["services"]),
        cartons=tuple(CartonRule(**fields(row)) for row in said["carton"]),
    )
