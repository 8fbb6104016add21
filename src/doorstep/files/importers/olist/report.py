"""What an import did, in figures."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from doorstep.files.importers.olist.fit_error import CardFit
from doorstep.files.importers.olist.source import Tally


@dataclass(frozen=True, slots=True)
class SiteReport:
    site: str
    city: str
    region: str
    postcode: str
    time_zone: str
    customers_share: float  # whose nearest site it is
    mean_distance_km: float  # to them
    units: int  # in stock


@dataclass(frozen=True, slots=True)
class StockReport:
    products: int
    products_sold_before: int
    units: int
    units_sold_before: int
    threshold: float  # a further unit is held when its chance of being asked for is at least this
    months_walked: int  # that the threshold was fitted to
    asked_units: int  # in the month from the day on; of the drawn orders, when orders were drawn
    covered_units: int
    coverage: float | None  # None when nothing was asked for


@dataclass(frozen=True, slots=True)
class ImportReport:
    as_of: date
    month_until: date  # the following month is [as_of, month_until)
    seed: int
    scale: int | None
    sites_from: str  # which customers the sites were placed by
    sites: tuple[SiteReport, ...]
    products: int
    own_box_products: int
    orders: int  # written to orders.csv
    orders_before: int  # real orders before the day
    orders_in_month: int
    order_lines: int
    order_units: int
    history: int
    history_of_several_sellers: int
    dropped: tuple[Tally, ...]
    mended: tuple[Tally, ...]
    stock: StockReport
    fit: CardFit | None  # on the parcels before the day that the rate card was fitted to
    held_out: CardFit | None  # on those of the following month

    def to_json(self) -> str:
        """Stable text; equal imports give equal text."""
        return json.dumps(asdict(self), default=str, indent=2, ensure_ascii=False) + "\n"
