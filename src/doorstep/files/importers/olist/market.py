"""The marketplace as read: products, sellers, places and orders, with what was dropped or mended counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from doorstep.domain.place import Place
from doorstep.files.importers.olist.source import Tally


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    sku: str
    category: str
    sides_mm: tuple[int, int, int]  # length, width, height as listed
    weight_g: int

    @property
    def volume_mm3(self) -> int:
        length, width, height = self.sides_mm
        return length * width * height


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of one order: a row of the items file."""

    product: int  # index into Market.products
    seller: str
    price_cents: int
    freight_cents: int


@dataclass(frozen=True, slots=True)
class PastOrder:
    order: str
    customer: str
    place: Place
    status: str
    placed_at: datetime  # all instants carry the marketplace's offset
    approved_at: datetime | None
    handed_over_at: datetime | None
    delivered_at: datetime | None
    promised_by: date | None
    review_score: str
    units: tuple[Unit, ...]  # at least one


@dataclass(frozen=True, slots=True)
class Prefix:
    """A 5-digit postcode prefix that is located."""

    postcode: str
    city: str
    state: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Market:
    products: tuple[CatalogueItem, ...]  # by sku
    sellers: Mapping[str, Place]
    prefixes: Mapping[str, Prefix]
    demand: Mapping[str, int]  # customers per postcode prefix, of the whole period
    orders: tuple[PastOrder, ...]  # by time of placing, then id
    dropped: tuple[Tally, ...]
    mended: tuple[Tally, ...]
