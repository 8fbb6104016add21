"""Which parcels stand behind a number that a page shows: every count can be opened as the list of what it counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from doorstep.core.parcels.models import Parcel
from doorstep.domain.journey import UNDER_WAY, ParcelState
from doorstep.domain.rights import Scope

Drawn = Literal["charts", "map"]
DRAWN: tuple[Drawn, ...] = get_args(Drawn)
ON_CHARTS, ON_MAP = 2_000, 3_000  # parcels, the latest to leave first
CostPart = Literal["pick", "carton", "freight", "surcharges", "duty_tax", "lateness"]
COST_PARTS: tuple[CostPart, ...] = get_args(CostPart)
TOTAL = sum((F(f"{part}_minor") for part in COST_PARTS[1:]), F(f"{COST_PARTS[0]}_minor"))
FURTHEST = 100_000  # days, beyond which no promise lies


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` on and below `high`; None: without an end there."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Whole degrees and their parts, both ends included."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a number counts, besides what the list can be asked for by hand. Nothing named: everything."""

    states: Collection[ParcelState] = ()
    leaves_at: datetime | None = None
    drawn: Drawn | None = None  # only what the charts or the map of today show
    currency: str | None = None
    part: CostPart | None = None  # only what has a cost of this part
    cost_minor: Span | None = None
    days: Span | None = None  # from placing to the promise; a promise before placing is one on its day
    on_time_ppm: Span | None = None
    inside: Place | None = None
    outside: Place | None = None


def of_charts(scope: Scope) -> QuerySet[Parcel]:
    """Give what the charts are drawn from: the latest parcels under way to leave."""
    return _under_way(scope).order_by("-ship_at", "-id")[:ON_CHARTS]


def of_map(scope: Scope) -> QuerySet[Parcel]:
    """Give what the map shows: the same, of orders whose place is known."""
    return _under_way(scope).filter(order__latitude__isnull=False).order_by("-ship_at", "-id")[:ON_MAP]


def narrowed(found: QuerySet[Parcel], scope: Scope, by: Narrowing) -> QuerySet[Parcel]:
    if by.states:
        found = found.filter(state__in=by.states)
    if by.leaves_at is not None:
        found = found.filter(ship_at=by.leaves_at)
    if by.drawn is not None:
        drawn = of_charts(scope) if by.drawn == "charts" else of_map(scope)
        found = found.filter(pk__in=drawn.values("pk"))
    if by.currency is not None:
        found = found.filter(brand__currency=by.currency)
    if by.part is not None:
        found = found.exclude(**{f"{by.part}_minor": 0})
    if by.cost_minor is not None:
        found = _in_span(found.annotate(whole_minor=TOTAL), "whole_minor", by.cost_minor)
    if by.on_time_ppm is not None:
        found = _in_span(found, "on_time_ppm", by.on_time_ppm)
    if by.days is not None:
        found = _promised_within(found, by.days)
    if by.inside is not None:
        found = found.filter(_within(by.inside))
    return found if by.outside is None else found.exclude(_within(by.outside))


def total() -> Sum:
    return Sum(TOTAL)


def _under_way(scope: Scope) -> QuerySet[Parcel]:
    return Parcel.objects.filter(brand_id__in=scope.brands, state__in=UNDER_WAY)


def _in_span(found: QuerySet[Parcel], name: str, span: Span) -> QuerySet[Parcel]:
    if span.low is not None:
        found = found.filter(**{f"{name}__gte": span.low})
    return found if span.high is None else found.filter(**{f"{name}__lt": span.high})


def _promised_within(found: QuerySet[Parcel], days: Span) -> QuerySet[Parcel]:
    taken = ExpressionWrapper(
        F("promised_by") - TruncDate("order__placed_at"),
        output_field=DurationField(),
    )
    found = found.annotate(taken=taken)
    if days.low is not None:
        found = found.filter(taken__gte=_days(days.low))
    return found if days.high is None else found.filter(taken__lt=_days(days.high))


def _days(days: int) -> timedelta:
    return timedelta(days=max(-FURTHEST, min(days, FURTHEST)))


def _within(place: Place) -> Q:
    return Q(
        order__latitude__gte=place.south,
        order__latitude__lte=place.north,
        order__longitude__gte=place.west,
        order__longitude__lte=place.east,
    )
