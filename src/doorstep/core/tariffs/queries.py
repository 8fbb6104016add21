"""Contracts with carriers as people and programs read them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.tariffs.models import Markup, RateBreak, Service, Surcharge, ZoneRule
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class ServiceRow:
    pk: int
    brand: str
    service: str
    carrier: str
    name: str
    speed: str
    delivers_to: str
    max_weight_g: int
    max_length_mm: int
    max_girth_mm: int | None
    dim_divisor_cm3_per_kg: int
    working_days: int  # bit 0 is Monday
    min_days: int
    max_days: int
    tracked: bool
    signature: bool
    zones: int  # different zones among its zone rules
    zone_rules: int
    rates: int
    surcharges: int
    currency: str


@dataclass(frozen=True, slots=True, order=True)
class AccountService:
    """A service that some brand of an operator sends by, and whose account it goes on."""

    carrier: str
    account: str
    currency: str  # of the brands that send by it
    service: str


@dataclass(frozen=True, slots=True)
class Rate:
    zone: str
    up_to_g: int
    price_micros: int
    per_extra_kg_micros: int | None
    valid_from: date | None
    valid_to: date | None
    currency: str  # empty: the brand's


@dataclass(frozen=True, slots=True)
class SurchargeRow:
    surcharge: str
    when: str
    threshold: int | None
    percent: bool
    amount_micros: int
    valid_from: date | None
    valid_to: date | None
    of_value: bool
    floor: bool
    least_micros: int | None
    zone: str
    area: str
    currency: str  # empty: the brand's
    step_micros: int | None  # of the declared value
    free_micros: int


@dataclass(frozen=True, slots=True)
class MarkupRow:
    client: str
    everywhere: bool  # it holds for every service of the brand
    kind: str
    amount_micros: int
    sequence: int
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ServiceDetail:
    row: ServiceRow
    rates: tuple[Rate, ...]  # by zone, weight and first day
    surcharges: tuple[SurchargeRow, ...]  # in the order in which they are added
    markups: tuple[MarkupRow, ...]  # by client, in the order in which they are added


def services(scope: Scope, *, brand: str | None = None, after: str | None = None, limit: int = 100) -> Page[ServiceRow]:
    """List services by code, then brand. Raises InvalidCursor."""
    found = _of(scope)
    if brand is not None:
        found = found.filter(brand__code=brand)
    if after is not None:
        code, last = read_cursor(after, str, int)
        found = found.filter(code__gte=code).filter(Q(code__gt=code) | Q(id__gt=last))
    listed = list(found.order_by("code", "id")[: reach(limit)])
    return page(listed, limit, _row, lambda one: (one.code, one.pk))


def service(scope: Scope, brand: str, code: str) -> ServiceDetail | None:
    """Give one service with its whole table of rates."""
    one = _of(scope).filter(brand__code=brand, code=code).first()
    if one is None:
        return None
    rates = RateBreak.objects.filter(service_id=one.pk).order_by("zone", "up_to_g", "valid_from", "id")
    surcharges = Surcharge.objects.filter(service_id=one.pk).order_by("sequence", "id")
    of_it = Q(service_id=one.pk) | Q(service=None, brand_id=one.brand_id)
    markups = Markup.objects.filter(of_it).order_by("client", "sequence", "id")
    return ServiceDetail(
        row=_row(one),
        rates=tuple(
            Rate(r.zone, r.up_to_g, r.price_micros, r.per_extra_kg_micros, r.valid_from, r.valid_to, r.currency)
            for r in rates
        ),
        surcharges=tuple(
            SurchargeRow(**{one.name: getattr(s, one.name) for one in fields(SurchargeRow)}) for s in surcharges
        ),
        markups=tuple(
            MarkupRow(m.client, m.service_id is None, m.kind, m.amount_micros, m.sequence, m.valid_from, m.valid_to)
            for m in markups
        ),
    )


def account_services(operator_id: int) -> tuple[AccountService, ...]:
    """Give what all brands of an operator send by, each once, in order. One query."""
    rows = Service.objects.filter(brand__operator=operator_id).order_by()
    found = rows.values_list("carrier", "account", "brand__currency", "code").distinct()
    return tuple(sorted(AccountService(*row) for row in found))


def followed(scope: Scope, brand_id: int) -> frozenset[str]:
    """Name the services of a brand whose parcels can be followed. One query."""
    mine = Service.objects.filter(brand_id__in=scope.brands, brand=brand_id, tracked=True)
    return frozenset(mine.values_list("code", flat=True))


def _of(scope: Scope) -> QuerySet[Service]:
    found = Service.objects.filter(brand_id__in=scope.brands).select_related("brand")
    return found.annotate(
        zone_count=_counted(ZoneRule.objects.all(), Count("zone", distinct=True)),
        rule_count=_counted(ZoneRule.objects.all(), Count("id")),
        rate_count=_counted(RateBreak.objects.all(), Count("id")),
        surcharge_count=_counted(Surcharge.objects.all(), Count("id")),
    )


def _counted(rows: QuerySet[ZoneRule] | QuerySet[RateBreak] | QuerySet[Surcharge], how: Count) -> Coalesce:
    """Count in a query of its own: joins of three tables would multiply their rows."""
    of_service = rows.filter(service=OuterRef("pk")).order_by().values("service").annotate(number=how)
    return Coalesce(Subquery(of_service.values("number"), output_field=IntegerField()), 0)


def _row(one: Service) -> ServiceRow:
    return ServiceRow(
        pk=one.pk,
        brand=one.brand.code,
        service=one.code,
        carrier=one.carrier,
        name=one.name,
        speed=one.speed,
        delivers_to=one.delivers_to,
        max_weight_g=one.max_weight_g,
        max_length_mm=one.max_length_mm,
        max_girth_mm=one.max_girth_mm,
        dim_divisor_cm3_per_kg=one.dim_divisor_cm3_per_kg,
        working_days=one.working_days,
        min_days=one.min_days,
        max_days=one.max_days,
        tracked=one.tracked,
        signature=one.signature,
        zones=getattr(one, "zone_count"),  # noqa: B009
        zone_rules=getattr(one, "rule_count"),  # noqa: B009
        rates=getattr(one, "rate_count"),  # noqa: B009
        surcharges=getattr(one, "surcharge_count"),  # noqa: B009
        currency=one.brand.currency,
    )
