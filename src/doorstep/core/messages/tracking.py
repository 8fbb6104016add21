"""What a tracking link opens: one order, as far as its shopper needs to see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from doorstep.core.messages.models import Link
from doorstep.core.orders.models import Order
from doorstep.core.parcels.foresight import foresight
from doorstep.core.parcels.models import Parcel
from doorstep.domain.journey import ParcelState
from doorstep.domain.rights import Scope

FIRST = 1  # version of a link that was never revoked
SHOPPER = "shopper"  # as facts name whoever holds the link


@dataclass(frozen=True, slots=True)
class Followed:
    """The order of a link, and whose it is."""

    pk: int
    scope: Scope
    brand: str
    order: str


@dataclass(frozen=True, slots=True)
class Travelling:
    """A parcel as its shopper sees it."""

    parcel: str
    state: ParcelState
    state_reason: str
    promised_by: date
    expected_by: date | None
    expected_at_earliest: bool  # nobody has named that day: the promised one had passed
    foreseen_by: date | None  # where it is likely late or late already: a day that is sure enough
    on_time_ppm: int
    tracking: str
    attempts: int
    ended_at: datetime | None
    site: str  # that it leaves from
    time_zone: str  # of its site
    cost_minor: int
    service: str


def versions(orders: list[int]) -> dict[int, int]:
    """The version of each order's link. One query."""
    revoked = dict(Link.objects.filter(order_id__in=orders).values_list("order_id", "version"))
    return {pk: revoked.get(pk, FIRST) for pk in orders}


def follow(order_pk: int, version: int) -> Followed | None:
    """Give the order of a link; None: there is none, or the link was revoked. One query."""
    rows = Order.objects.filter(pk=order_pk).annotate(now=Coalesce("link__version", Value(FIRST)))
    found = rows.filter(now=version).values_list("pk", "brand__operator_id", "brand_id", "brand__code", "code").first()
    if found is None:
        return None
    pk, operator, brand, brand_code, code = found
    return Followed(pk, Scope(operator, frozenset({brand}), "brand_writer", SHOPPER), brand_code, code)


def revoke(order_pk: int) -> int:
    """Make a new version of the link, so that those given out open nothing; returns it. Hold the order's lock."""
    link, made = Link.objects.get_or_create(order_id=order_pk, defaults={"version": FIRST + 1})
    if not made:
        Link.objects.filter(pk=link.pk).update(version=F("version") + 1)
        link.refresh_from_db()
    return link.version


def parcels_of(scope: Scope, order_pk: int) -> tuple[Travelling, ...]:
    """The parcels of an order that were not called off, as they leave. One query."""
    rows = (
        Parcel.objects.filter(brand_id__in=scope.brands, order_id=order_pk)
        .exclude(state="cancelled")
        .select_related("site")
        .order_by("ship_at", "pk")
    )
    return tuple(
        Travelling(
            one.code,
            cast(ParcelState, one.state),
            one.state_reason,
            one.promised_by,
            one.expected_by,
            one.expected_at_earliest,
            _foreseen_by(one),
            one.on_time_ppm,
            one.tracking,
            one.attempts,
            one.ended_at,
            one.site.code,
            one.site.time_zone,
            one.pick_minor + one.carton_minor + one.freight_minor + one.surcharges_minor + one.duty_tax_minor,
            one.service,
        )
        for one in rows
    )


def _foreseen_by(one: Parcel) -> date | None:
    """A day later than promised, of a parcel that has not come further since it was reckoned."""
    found = foresight(one)
    if found is None or found.by is None or found.by <= one.promised_by:
        return None
    return found.by if found.likely_late or not found.in_time_ppm else None
