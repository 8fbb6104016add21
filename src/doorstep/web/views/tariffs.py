from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from doorstep.core.tariffs.queries import Rate, ServiceDetail, service, services
from doorstep.domain.rights import Scope
from doorstep.web.asked import Asked
from doorstep.web.room import furnished, room


@dataclass(frozen=True, slots=True)
class RateTable:
    """Rates as carriers print them: a row for every weight, a column for every zone."""

    validity: str
    currency: str
    zones: tuple[str, ...]
    rows: tuple[tuple[int, tuple[int | None, ...]], ...]  # up to, price per zone
    extra: tuple[int | None, ...]  # for every kilogram above the last weight, per zone


@room("see")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    asked = Asked(request.GET)
    brand = asked.text("brand")
    page = asked.page(lambda after: services(scope, brand=brand, after=after))
    context = {"asked": asked, "rows": page.rows, "next": asked.next_link(page), "brand": brand}
    return furnished(request, scope, "tariffs.html", context, current="tariffs")


@room("see")
def show_one(request: HttpRequest, scope: Scope, brand: str, code: str) -> HttpResponse:
    found = service(scope, brand, code)
    if found is None:
        raise Http404("There is no such service.")
    context = {
        "service": found.row,
        "surcharges": found.surcharges,
        "markups": found.markups,
        "tables": rate_tables(found),
    }
    return furnished(request, scope, "tariff.html", context, current="tariffs")


def rate_tables(found: ServiceDetail) -> list[RateTable]:
    """Make one table for every span of days that rates are valid in, and for every currency."""
    spans: dict[tuple[str, str, str], list[Rate]] = {}
    for one in found.rates:
        span = (
            one.valid_from.isoformat() if one.valid_from else "",
            one.valid_to.isoformat() if one.valid_to else "",
            one.currency or found.row.currency,
        )
        spans.setdefault(span, []).append(one)
    return [_table(span, rates) for span, rates in sorted(spans.items())]


def _table(span: tuple[str, str, str], rates: list[Rate]) -> RateTable:
    zones = tuple(sorted({one.zone for one in rates}, key=lambda zone: (len(zone), zone)))
    prices = {(one.up_to_g, one.zone): one.price_micros for one in rates}
    extra = {one.zone: one.per_extra_kg_micros for one in rates if one.per_extra_kg_micros is not None}
    weights = sorted({one.up_to_g for one in rates})
    first, last, currency = span
    validity = (
        f"from {first} to {last}" if first and last else f"from {first}" if first else f"to {last}" if last else ""
    )
    return RateTable(
        validity=validity,
        currency=currency,
        zones=zones,
        rows=tuple((up_to, tuple(prices.get((up_to, zone)) for zone in zones)) for up_to in weights),
        extra=tuple(extra.get(zone) for zone in zones) if extra else (),
    )
