"""Parcels of plans as people and programs read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from doorstep.core.counting import count_up_to
from doorstep.core.network.models import Site
from doorstep.core.paging import Page, instant_of, micros_of, page, reach, read_cursor
from doorstep.core.parcels.foresight import Foresight, foresight
from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.narrowing import COST_PARTS, Narrowing, narrowed, of_charts, of_map, total
from doorstep.domain.journey import BEFORE_LEAVING, UNDER_WAY
from doorstep.domain.parcel import Content, CostParts, Placement
from doorstep.domain.rights import Scope

Risk = Literal["promise_passed", "not_left", "likely_late", "unlikely"]
Risks = dict[Risk, Q]  # how each is asked for
RISKS: tuple[Risk, ...] = get_args(Risk)
_PARTS = tuple(f"{part}_minor" for part in COST_PARTS)


@dataclass(frozen=True, slots=True)
class ParcelRow:
    pk: int
    brand: str
    parcel: str
    order_id: int
    order: str
    order_state: str
    state: str
    state_reason: str
    attempts: int
    sscc: str
    tracking: str
    expected_by: date | None
    foreseen: Foresight | None  # None: not under way, or nothing was reckoned since it left
    site: str
    site_name: str
    time_zone: str  # of the site
    carton: str
    service: str
    weight_g: int
    billed_weight_g: int
    ship_at: datetime  # UTC
    promised_by: date
    on_time_ppm: int
    target_ppm: int  # of the brand
    cost: CostParts
    currency: str
    country: str
    city: str
    postcode: str


@dataclass(frozen=True, slots=True)
class ParcelDetail:
    row: ParcelRow
    contents: tuple[Content, ...]
    placements: tuple[Placement, ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """Parcels that a carrier takes from a site at one time."""

    site: str
    site_name: str
    time_zone: str
    service: str
    leaves_at: datetime  # UTC
    parcels: int
    orders: int
    waiting: int  # parcels not handed over yet
    weight_g: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All parcels of one order together."""

    parcels: int
    cost_minor: int
    promised_by: date  # of the last one
    least_on_time_ppm: int
    leaves_at: datetime  # the first one
    site: str  # one of them
    sites: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Parcels under way to one place, from the site that ships them."""

    latitude: float
    longitude: float
    city: str
    site: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What charts are drawn from: parcels under way in one currency, the latest to leave first."""

    currency: str
    target_ppm: int
    costs: tuple[CostParts, ...]
    on_time_ppm: tuple[int, ...]
    promised_days: tuple[int, ...]  # from placing to the promise


def list_parcels(
    scope: Scope,
    *,
    order: int | None = None,
    brand: str | None = None,
    site: str | None = None,
    service: str | None = None,
    state: str | None = None,
    ship_date: date | None = None,
    risk: Risk | None = None,
    now: datetime | None = None,
    narrowing: Narrowing | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ParcelRow]:
    """List parcels by when they leave, the latest first; `ship_date` is the local one of their site.

    `risk` keeps those in danger of it and needs `now`; `narrowing` those that a number counts. Raises InvalidCursor.
    """
    found = _live(scope)
    if order is not None:
        found = found.filter(order_id=order)
    if brand is not None:
        found = found.filter(brand__code=brand)
    if site is not None:
        found = found.filter(site__code=site)
    if service is not None:
        found = found.filter(service=service)
    if state is not None:
        found = found.filter(state=state)
    if ship_date is not None:
        found = found.filter(on_days(scope, ship_date))
    if risk is not None:
        if now is None:
            raise ValueError("a risk is one at a time")
        found = found.filter(at_risk(scope, now)[risk])
    if narrowing is not None:
        found = narrowed(found, scope, narrowing)
    if after is not None:
        micros, last = read_cursor(after, int, int)
        when = instant_of(micros)
        found = found.filter(ship_at__lte=when).filter(Q(ship_at__lt=when) | Q(id__lt=last))
    listed = list(_joined(found).order_by("-ship_at", "-id")[: reach(limit)])
    return page(listed, limit, parcel_row, lambda parcel: (micros_of(parcel.ship_at), parcel.pk))


def of_order(scope: Scope, order_pk: int) -> tuple[ParcelDetail, ...]:
    """Give the parcels of an order's plan in force with what lies in them, and how."""
    parcels = list(_joined(_live(scope).filter(order_id=order_pk)).order_by("ship_at", "id"))
    return tuple(ParcelDetail(parcel_row(one), _contents(one), _placements(one)) for one in parcels)


def leaving(scope: Scope, day: date) -> tuple[Leaving, ...]:
    """Give what leaves on a day, local at each site, by site and time."""
    return _leaving(scope, on_days(scope, day))


def leaving_today(scope: Scope, now: datetime) -> tuple[Leaving, ...]:
    """Give what leaves on the day that it is at each site now."""
    return _leaving(scope, on_days(scope, now))


def summaries(scope: Scope, orders: Collection[int]) -> dict[int, Summary]:
    """Sum up the parcels of orders, by the order's row id; orders without parcels are left out."""
    grouped = _live(scope).filter(order_id__in=orders).order_by().values("order_id")
    return {
        row["order_id"]: Summary(
            parcels=row["parcels"],
            cost_minor=row["cost"],
            promised_by=row["promised"],
            least_on_time_ppm=row["least"],
            leaves_at=row["leaves"],
            site=row["one_site"],
            sites=row["sites"],
        )
        for row in grouped.annotate(
            parcels=Count("id"),
            cost=total(),
            promised=Max("promised_by"),
            least=Min("on_time_ppm"),
            leaves=Min("ship_at"),
            one_site=Min("site__code"),
            sites=Count("site", distinct=True),
        )
    }


def count_at_risk(scope: Scope, risks: Risks) -> dict[Risk, int]:
    """Count parcels under way by what endangers them, up to a bound; one may count more than once. One query."""
    return count_up_to({name: _of(scope).filter(risk) for name, risk in risks.items()})


def destinations(scope: Scope) -> tuple[Spot, ...]:
    """Give where parcels under way go, the latest to leave first; those without coordinates are left out."""
    rows = of_map(scope).values_list("order__latitude", "order__longitude", "order__city", "site__code")
    return tuple(
        Spot(latitude, longitude, city, site)
        for latitude, longitude, city, site in rows
        if latitude is not None and longitude is not None
    )


def figures(scope: Scope) -> tuple[Figures, ...]:
    """Give what charts need of the parcels under way, currency by currency, the most frequent first."""
    rows = of_charts(scope).values_list(
        "brand__currency", "brand__on_time_target_ppm", "on_time_ppm", "promised_by", "order__placed_at", *_PARTS
    )
    by_currency: dict[str, list[tuple[int, int, int, CostParts]]] = {}
    for currency, target, on_time, promised, placed, *parts in rows:
        entry = (target, on_time, (promised - placed.date()).days, CostParts(*parts))
        by_currency.setdefault(currency, []).append(entry)
    ranked = sorted(by_currency.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        Figures(
            currency=currency,
            target_ppm=max(entry[0] for entry in entries),
            costs=tuple(entry[3] for entry in entries),
            on_time_ppm=tuple(entry[1] for entry in entries),
            promised_days=tuple(max(0, entry[2]) for entry in entries),
        )
        for currency, entries in ranked
    )


def _of(scope: Scope) -> QuerySet[Parcel]:
    return Parcel.objects.filter(brand_id__in=scope.brands)


def _live(scope: Scope) -> QuerySet[Parcel]:
    """Those of the plans in force: what was cancelled or replaced is history."""
    return _of(scope).exclude(state="cancelled")


def _joined(parcels: QuerySet[Parcel]) -> QuerySet[Parcel]:
    return parcels.select_related("brand", "order", "site")


def _leaving(scope: Scope, on: Q) -> tuple[Leaving, ...]:
    groups = (
        _live(scope)
        .filter(on)
        .exclude(order__state__in=("open", "held", "cancelled"))
        .values("site__code", "site__name", "site__time_zone", "service", "ship_at")
        .annotate(
            parcels=Count("id"),
            orders=Count("order", distinct=True),
            waiting=Count("id", filter=Q(state__in=BEFORE_LEAVING)),
            weight=Sum("weight_g"),
        )
        .order_by("site__code", "ship_at", "service")
    )
    return tuple(
        Leaving(
            site=row["site__code"],
            site_name=row["site__name"],
            time_zone=row["site__time_zone"],
            service=row["service"],
            leaves_at=row["ship_at"],
            parcels=row["parcels"],
            orders=row["orders"],
            waiting=row["waiting"],
            weight_g=row["weight"],
        )
        for row in groups
    )


def on_days(scope: Scope, day: date | datetime) -> Q:
    """Parcels of each site on a local day of its own; of an instant, the day that it is there. One query."""
    condition = Q(pk__in=())
    for name, sites in _sites_by_zone(scope).items():
        zone = ZoneInfo(name)
        local = day.astimezone(zone).date() if isinstance(day, datetime) else day
        # Clamped, so that the ends of the calendar are days without parcels instead of an overflow.
        local = min(max(local, date(1, 1, 3)), date(9999, 12, 28))
        start = datetime.combine(local, time(), zone).astimezone(UTC)
        end = datetime.combine(local + timedelta(days=1), time(), zone).astimezone(UTC)
        condition |= Q(site_id__in=sites, ship_at__gte=start, ship_at__lt=end)
    return condition


def at_risk(scope: Scope, now: datetime) -> Risks:
    """Parcels by what endangers them; a promised day has passed when it has at the parcel's site. One query."""
    return {
        "promise_passed": Q(state__in=UNDER_WAY) & _promised_before_today(scope, now),
        "not_left": Q(state__in=BEFORE_LEAVING, ship_at__lt=now),
        "likely_late": Q(state__in=UNDER_WAY, likely_late=True) & (Q(left_at=None) | Q(left_at__lte=F("foreseen_at"))),
        "unlikely": Q(state__in=UNDER_WAY, on_time_ppm__lt=F("brand__on_time_target_ppm")),
    }


def _promised_before_today(scope: Scope, now: datetime) -> Q:
    sites: dict[date, list[int]] = {}
    for name, some in _sites_by_zone(scope).items():
        sites.setdefault(now.astimezone(ZoneInfo(name)).date(), []).extend(some)
    if len(sites) == 1:  # nearly always; then nothing is asked of the site
        return Q(promised_by__lt=next(iter(sites)))
    return reduce(or_, (Q(site_id__in=some, promised_by__lt=day) for day, some in sites.items()), Q(pk__in=()))


def _sites_by_zone(scope: Scope) -> dict[str, list[int]]:
    zones: dict[str, list[int]] = {}
    for pk, name in Site.objects.filter(operator_id=scope.operator).order_by("id").values_list("id", "time_zone"):
        zones.setdefault(name, []).append(pk)
    return zones


def parcel_row(one: Parcel) -> ParcelRow:
    return ParcelRow(
        pk=one.pk,
        brand=one.brand.code,
        parcel=one.code,
        order_id=one.order_id,
        order=one.order.code,
        order_state=one.order.state,
        state=one.state,
        state_reason=one.state_reason,
        attempts=one.attempts,
        sscc=one.sscc,
        tracking=one.tracking,
        expected_by=one.expected_by,
        foreseen=foresight(one),
        site=one.site.code,
        site_name=one.site.name,
        time_zone=one.site.time_zone,
        carton=one.carton,
        service=one.service,
        weight_g=one.weight_g,
        billed_weight_g=one.billed_weight_g,
        ship_at=one.ship_at,
        promised_by=one.promised_by,
        on_time_ppm=one.on_time_ppm,
        target_ppm=one.brand.on_time_target_ppm,
        cost=CostParts(*(getattr(one, part) for part in _PARTS)),
        currency=one.brand.currency,
        country=one.order.country,
        city=one.order.city,
        postcode=one.order.postcode,
    )


def _contents(one: Parcel) -> tuple[Content, ...]:
    return tuple(Content(one.order.code, line, sku, quantity) for line, sku, quantity in one.contents)


def _placements(one: Parcel) -> tuple[Placement, ...]:
    return tuple(Placement(one.order.code, *lying) for lying in one.placements)


def parcel(scope: Scope, code: str, brand: str | None = None) -> ParcelDetail | None:
    """Give a parcel with what lies in it; the latest, should several brands use the code and none be named."""
    found = _of(scope).filter(code=code)
    if brand is not None:
        found = found.filter(brand__code=brand)
    one = _joined(found).order_by("-ship_at", "-id").first()
    return ParcelDetail(parcel_row(one), _contents(one), _placements(one)) if one else None


def with_tracking(scope: Scope, number: str) -> ParcelDetail | None:
    """Give the parcel of a carrier's number; the latest, should several carriers have given it."""
    one = _joined(_of(scope).filter(tracking=number)).order_by("-ship_at", "-id").first() if number else None
    return ParcelDetail(parcel_row(one), _contents(one), _placements(one)) if one else None
