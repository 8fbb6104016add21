"""/v1/sites: where goods leave from. Sites are the operator's and serve all of its brands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field, with_config

from doorstep.api.answers import json_answer, page_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Code
from doorstep.core.network import queries
from doorstep.domain.clock import DAY_NAMES
from doorstep.domain.errors import NotFound

router = Router(tags=["sites"])

EXAMPLE = {
    "site": "CWB1", "kind": "warehouse", "name": "Curitiba", "country": "BR", "region": "PR", "city": "Curitiba",
    "postcode": "81000-000", "latitude": -25.5, "longitude": -49.3, "time_zone": "America/Sao_Paulo",
    "working_days": ["Mon", "Tue", "Wed", "Thu", "Fri"], "holiday_calendar": "BR-PR", "order_cutoff": "14:00",
    "cart_parcels": 24,
    "collections": [{"service": "standard", "time": "18:00", "working_days": ["Mon", "Tue", "Wed", "Thu", "Fri"]}],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CollectionOut:
    """A carrier's standing call."""

    service: str
    time: Annotated[str, Field(description="HH:MM, local at the site")]
    working_days: list[str]


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class SiteOut:
    site: str
    kind: str
    name: str
    country: str
    region: str
    city: str
    postcode: str
    latitude: float
    longitude: float
    time_zone: str
    working_days: list[str]
    holiday_calendar: str
    order_cutoff: Annotated[str, Field(description="HH:MM, local at the site")]
    cart_parcels: Annotated[int | None, Field(description="totes on a picker's cart; null: 12")]
    collections: list[CollectionOut]


@dataclass(frozen=True, slots=True)
class SitePage:
    data: list[SiteOut]
    next: Annotated[None, Field(description="always null: all sites are on one page")]


@router.get("", response=SitePage, operation_id="listSites", summary="List sites")
def list_sites(request: HttpRequest) -> HttpResponse:
    """By code, all of them. Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    return page_answer(map(_told, queries.sites(caller.scope)), None)


@router.get("/{path:site}", response=SiteOut, operation_id="getSite", summary="One site")
def get_site(request: HttpRequest, site: Annotated[Code, Path()]) -> HttpResponse:
    """Needs the right `see_stock`."""
    caller = allowed(request, "see_stock")
    found = queries.site(caller.scope, site)
    if found is None:
        raise NotFound(f"no site {site}")
    return json_answer(_told(found))


def _told(row: queries.SiteRow) -> SiteOut:
    return SiteOut(
        row.site,
        row.kind,
        row.name,
        row.country,
        row.region,
        row.city,
        row.postcode,
        row.latitude,
        row.longitude,
        row.time_zone,
        _days(row.working_days),
        row.holiday_calendar,
        _time(row.order_cutoff_s),
        row.cart_parcels,
        [CollectionOut(one.service, _time(one.collection_time_s), _days(one.working_days)) for one in row.collections],
    )


def _days(mask: int) -> list[str]:
    return [name for day, name in enumerate(DAY_NAMES) if mask >> day & 1]


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
