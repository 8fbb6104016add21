"""The door of the record to what is learned: rows become the same problems that a brand folder becomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from doorstep.core.accounts import snapshot as accounts
from doorstep.core.catalog import snapshot as catalog
from doorstep.core.learned import snapshot as learned
from doorstep.core.orders.snapshot import recent_orders
from doorstep.core.parcels import past
from doorstep.domain.catalog import Product
from doorstep.domain.demand import Brand, Order
from doorstep.domain.learned import PastParcel
from doorstep.files.costs_in import PlannedParcel

READ_BACK = timedelta(days=800)  # two years of seasons, and some weeks
MOST_ORDERS = 200_000  # the newest


@dataclass(frozen=True, slots=True)
class RecordBooks:
    """What the record knew of a brand when a day began: orders, parcels of its own and of the history before it."""

    brand: Brand
    as_of: date
    orders: tuple[Order, ...]
    products: tuple[Product, ...]
    history: tuple[PastParcel, ...]


def books(brand_id: int, as_of: date) -> RecordBooks:
    """Read what is learned from. Seven queries, however many rows there are; no personal data is read."""
    _, brand = accounts.brand(brand_id)
    since, until = span(as_of)
    orders = recent_orders(brand_id, since, until, MOST_ORDERS)
    own = past.travelled(brand_id, brand.currency, since, until)
    return RecordBooks(brand, as_of, orders, catalog.products(brand_id), joined(learned.history(brand_id), own))


def span(as_of: date) -> tuple[datetime, datetime]:
    """From when on, and until before when orders are read."""
    until = datetime.combine(as_of, time.min, UTC)
    return until - READ_BACK, until


def joined(history: Iterable[PastParcel], own: Iterable[PastParcel]) -> tuple[PastParcel, ...]:
    """Join parcels of the history with our own; of one that both tell of, ours is believed."""
    found = {one.parcel: one for one in history}
    found.update((one.parcel, one) for one in own)
    return tuple(found.values())


def planned(brand_id: int, brand: Brand, as_of: date) -> tuple[PlannedParcel, ...]:
    """Parcels that have left, as a plan tells of them. One query."""
    micros = brand.currency.micros_per_minor
    return tuple(
        PlannedParcel(
            one.parcel,
            tuple(minor * micros for minor in one.cost.lines_minor),
            tuple(((one.order, sku), units) for sku, units in one.units),
        )
        for one in past.charged(brand_id, *span(as_of))
    )
