"""Bid prices of a brand as orders that are decided one at a time heed them. They weigh, and are never paid."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from doorstep.core.learned import bids
from doorstep.domain.bids import BidPrice, BidPrices
from doorstep.domain.rights import Scope
from doorstep.kernels.plan.problem import PlanProblem

USED_FOR = timedelta(days=3)  # a weekend without planning; what was short before that tells nothing of today


@dataclass(frozen=True, slots=True)
class Heeded:
    """Prices of a brand, by what an order may ask for."""

    learned_at: datetime
    of_room: tuple[BidPrice, ...]
    of_sku: Mapping[str, tuple[BidPrice, ...]]


def bids_in_force(brand_id: int, now: datetime) -> Heeded | None:
    """The prices that a brand's orders are decided by; None: there are none, or none are wanted. One query."""
    found = bids.in_force(brand_id, now - USED_FOR, now)
    if found is None:
        return None
    of_sku: dict[str, list[BidPrice]] = {}
    for one in found.rows:
        of_sku.setdefault(one.sku, []).append(one)
    room = tuple(of_sku.pop("", ()))
    return Heeded(found.learned_at, room, {sku: tuple(rows) for sku, rows in of_sku.items()})


def with_bids(problem: PlanProblem, heeded: Heeded | None, now: datetime) -> PlanProblem:
    """Give the problem the prices of its goods and of room; the problem itself where none of them is in force.

    What is not there any more weighs nothing.
    """
    if heeded is None or not heeded.learned_at <= now <= heeded.learned_at + USED_FOR:
        return problem
    sites = {one.site for one in problem.sites}
    services = {"", *(one.service for one in problem.tariff.services)}
    goods = (row for one in problem.products for row in heeded.of_sku.get(one.sku, ()))
    rows = tuple(one for one in (*goods, *heeded.of_room) if one.site in sites and one.service in services)
    if not rows:
        return problem
    version = hashlib.sha256(repr((problem.data_version, rows)).encode()).hexdigest()
    return replace(problem, bid_prices=BidPrices(rows), data_version=version)


def bids_note(problem: PlanProblem, heeded: Heeded | None) -> dict[str, Any]:
    """What a decision's record says of the prices that it heeded: when they were learned."""
    if problem.bid_prices is None or heeded is None:
        return {}
    return {"bid_prices": {"learned_at": heeded.learned_at.isoformat()}}


@dataclass(frozen=True, slots=True)
class Price:
    """What one more unit would be worth, of a product, or of room: for a parcel by a service, or for an order."""

    brand: str
    site: str
    sku: str  # empty: of room
    service: str  # empty: of goods, or of room for picking one more order
    price_micros: int
    currency: str
    learned_at: datetime
    heeded: bool  # orders are decided by it


def prices(scope: Scope, now: datetime, brands: Collection[str] | None = None) -> tuple[Price, ...]:
    """Give the prices in force of the scope's brands, or of these, the dearest first. One query."""
    found = [
        Price(
            of.brand,
            one.site,
            one.sku,
            one.service,
            one.price_micros,
            of.currency,
            of.learned.learned_at,
            of.heeded,
        )
        for of in bids.shown(scope, now - USED_FOR, now, brands)
        for one in of.learned.rows
    ]
    return tuple(sorted(found, key=price_key))


def price_key(one: Price) -> tuple[int, str, str, str, str]:
    """In which order prices are told."""
    return -one.price_micros, one.brand, one.site, one.sku, one.service
