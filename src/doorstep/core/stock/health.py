"""How stock fares: how long it lasts, how old it is, what does not sell, what may run out.

Assumptions, all of them plain. Demand of a product at a site is what orders took: units reserved, less those released,
and those dispatched without having been reserved. It is measured over the last 28 days, or since the first units came
if that is less, and not before the last 90 days are looked at; it goes on at that rate, as a Poisson process, whatever
the weekday or season. The lead time is until the earliest expected goods are due, else 14 days. Units in transit,
quarantined, damaged or expired do not count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, Q, Sum

from doorstep.core.stock.expiry import expired
from doorstep.core.stock.models import Inbound, Level, Move
from doorstep.domain.rights import Scope

DEMAND_DAYS = 28
DEAD_DAYS = 90
LEAD_DAYS = 14.0
DAY = timedelta(days=1)
_TAKEN = Q(reason__in=("reservation", "dispatch"), source__state="available")
_GIVEN_BACK = Q(reason="release", target__state="available")
Here = tuple[int, int]  # row ids of site and product


@dataclass(frozen=True, slots=True)
class HealthRow:
    brand: str
    site: str
    sku: str
    available: int
    daily_units: float  # what orders take a day
    days_of_cover: float | None  # None: nothing is taken, it lasts for ever
    oldest_days: int | None  # None: there are none
    dead: bool  # units here for 90 days, of which none went to an order
    lead_days: float
    stock_out_risk: float  # that orders take more than there is before the lead time is over


def health(scope: Scope, now: datetime, *, site: str | None = None) -> tuple[HealthRow, ...]:
    """Give a row per site and product that there has been stock of, most endangered first."""
    within = Q(brand__in=scope.brands, brand__operator=scope.operator)
    taken, given_back, first = _traffic(within, now)
    lead = {
        (at, product): max(0.0, (due - now) / DAY)
        for at, product, due in Inbound.objects.filter(within, received_at=None)
        .order_by()
        .values_list("site_id", "product_id")
        .annotate(due=Min("expected_at"))
    }
    rows = []
    for row in _levels(within if site is None else within & Q(site__code=site), now):
        here = row["site_id"], row["product_id"]
        units, last = taken.get(here, (0, None))
        days = min(float(DEMAND_DAYS), max(1.0, (now - first[here]) / DAY)) if here in first else float(DEMAND_DAYS)
        rate = max(0, units - given_back.get(here, 0)) / days
        available, lead_days = row["units"], lead.get(here, LEAD_DAYS)
        oldest = None if row["oldest"] is None else (now - row["oldest"]) // DAY
        rows.append(
            HealthRow(
                brand=row["brand__code"],
                site=row["site__code"],
                sku=row["product__sku"],
                available=available,
                daily_units=rate,
                days_of_cover=available / rate if rate else None,
                oldest_days=oldest,
                dead=oldest is not None and oldest >= DEAD_DAYS and last is None,
                lead_days=lead_days,
                stock_out_risk=more_than(available, rate * lead_days),
            )
        )
    return tuple(sorted(rows, key=lambda one: (-one.stock_out_risk, one.site, one.sku, one.brand)))


def _levels(within: Q, now: datetime) -> Iterable[Mapping[str, Any]]:
    """Units that may be sold by site and product, and since when the oldest are there."""
    ready = Q(state="available", quantity__gt=0)
    groups = (
        Level.objects.filter(within)
        .order_by()
        .values("site_id", "product_id", "brand__code", "site__code", "product__sku", "site__time_zone", "expires_on")
    )
    rows: dict[Here, dict[str, Any]] = {}
    for one in groups.annotate(units=Sum("quantity", filter=ready), oldest=Min("received_at", filter=ready)):
        row = rows.setdefault((one["site_id"], one["product_id"]), {**one, "units": 0, "oldest": None})
        if one["units"] and not expired(one["expires_on"], one["site__time_zone"], now):
            row["units"] += one["units"]
            row["oldest"] = min(row["oldest"] or one["oldest"], one["oldest"])
    return rows.values()


def _traffic(
    within: Q, now: datetime
) -> tuple[dict[Here, tuple[int, datetime | None]], dict[Here, int], dict[Here, datetime]]:
    """Units taken in the last 28 days and when last in 90; units given back; when units first came in 90 days."""
    moves = Move.objects.filter(within, at__gt=now - DEAD_DAYS * DAY, at__lte=now).order_by()
    recent = Q(at__gt=now - DEMAND_DAYS * DAY)
    out = moves.filter(_TAKEN).values_list("source__site_id", "source__product_id")
    into = moves.filter(target__isnull=False).values_list("target__site_id", "target__product_id")
    taken = {
        (site, product): (units or 0, last)
        for site, product, units, last in out.annotate(units=Sum("quantity", filter=recent), last=Max("at"))
    }
    given_back: dict[Here, int] = {}
    first: dict[Here, datetime] = {}
    arrived = into.annotate(units=Sum("quantity", filter=recent & _GIVEN_BACK), first=Min("at"))
    for site, product, units, at in arrived:
        given_back[site, product] = units or 0
        first[site, product] = at
    return taken, given_back, first


def more_than(units: int, mean: float) -> float:
    """Give the chance that a Poisson count exceeds `units`: the smaller tail summed, so that it is exact when small."""
    if mean <= 0:
        return 0.0
    if units >= mean:
        return min(1.0, sum(_chances(units + 1, 1, mean)))
    return max(0.0, 1.0 - sum(_chances(units, -1, mean)))


def _chances(count: int, step: int, mean: float) -> Iterator[float]:
    """Give the chances of `count` and those beyond it, away from the mean, while they matter."""
    chance = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    while count >= 0 and chance > 1e-18:
        yield chance
        chance = chance * mean / (count + 1) if step > 0 else chance * count / mean
        count += step
