"""Rows of disruptions, and the parcels under way that they touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Q

from doorstep.core.messages.models import Disruption
from doorstep.core.network.models import Site
from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.parcels.models import Parcel
from doorstep.core.tariffs.models import Service
from doorstep.core.versions import Rows
from doorstep.domain import disruption as domain
from doorstep.domain.clock import WorkingDays
from doorstep.domain.disruption import DisruptionKind
from doorstep.domain.journey import ENDED
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope

OF_OPERATOR = (Rows(Disruption, "operator_id = %s"),)
EVERY_DAY = 0b1111111
NOT_COMING = (*ENDED, "returning", "at_pickup_point")  # no delay of the way to the shopper touches these any more


@dataclass(frozen=True, slots=True)
class DisruptionRow:
    pk: int
    kind: DisruptionKind
    what: domain.Disruption
    text: str
    declared_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Touched:
    """A parcel under way that meets a disruption."""

    pk: int
    parcel: str
    brand_id: int
    brand: str
    order_id: int
    order: str
    promised_by: date
    expected_by: date | None
    reachable: bool  # its shopper has left an address
    working_days: WorkingDays  # of its service


def add(operator_id: int, kind: str, what: domain.Disruption, site: int | None, text: str, at: datetime) -> int:
    return Disruption.objects.create(
        operator_id=operator_id,
        kind=kind,
        country=what.country,
        region=what.region,
        postcode_prefix=what.postcode_prefix,
        site_id=site,
        carrier=what.carrier,
        service=what.service,
        starts_on=what.starts_on,
        ends_on=what.ends_on,
        delay_days=what.delay_days,
        text=text,
        declared_at=at,
    ).pk


def change(pk: int, ends_on: date, delay_days: int, text: str) -> None:
    Disruption.objects.filter(pk=pk, ended_at=None).update(ends_on=ends_on, delay_days=delay_days, text=text)


def carriage(scope: Scope) -> tuple[frozenset[str], frozenset[str]]:
    """The carriers and the services that brands of the scope send by. One query."""
    rows = tuple(Service.objects.filter(brand_id__in=scope.brands).values_list("carrier", "code"))
    return frozenset(carrier for carrier, _ in rows), frozenset(code for _, code in rows)


def end(pk: int, at: datetime) -> bool:
    return Disruption.objects.filter(pk=pk, ended_at=None).update(ended_at=at) == 1


def get(scope: Scope, pk: int) -> DisruptionRow | None:
    row = Disruption.objects.select_related("site").filter(operator_id=scope.operator, pk=pk).first()
    return _row(row) if row else None


def list_disruptions(scope: Scope, *, after: str | None = None, limit: int = 50) -> Page[DisruptionRow]:
    """Those of the operator, the latest declared first. One query. Raises InvalidCursor."""
    rows = Disruption.objects.select_related("site").filter(operator_id=scope.operator).order_by("-pk")
    if after is not None:
        rows = rows.filter(pk__lt=read_cursor(after, int)[0])
    return page(list(rows[: reach(limit)]), limit, _row, lambda one: (one.pk,))


def in_force(operator_id: int, day: date) -> tuple[domain.Disruption, ...]:
    """What is declared and not over by this day. One query."""
    rows = Disruption.objects.filter(operator_id=operator_id, ended_at=None, ends_on__gte=day)
    return tuple(_row(row).what for row in rows.select_related("site").order_by("pk"))


def touched(scope: Scope, what: domain.Disruption) -> tuple[Touched, ...]:
    """Parcels under way between leaving and the day they are expected, of every brand in the scope. Two queries."""
    begins = datetime.combine(what.starts_on, time(), UTC)
    ends = datetime.combine(what.ends_on, time(), UTC) + timedelta(days=1)
    meets = Q(ship_at__lt=ends) & (Q(promised_by__gte=begins.date()) | Q(expected_by__gte=begins.date()))
    rows = Parcel.objects.filter(meets, brand_id__in=scope.brands, brand__operator_id=scope.operator)
    rows = rows.exclude(state__in=NOT_COMING).exclude(order__state="cancelled")
    for name, value in (("order__country", what.country), ("order__region", what.region), ("site__code", what.site)):
        rows = rows.filter(**{name: value}) if value else rows
    rows = rows.filter(service=what.service) if what.service else rows
    services = {
        (one.brand_id, one.code): one for one in Service.objects.filter(brand_id__in=scope.brands).order_by("pk")
    }
    found = []
    for one in rows.select_related("brand", "order__person").order_by("order_id", "pk"):
        service = services.get((one.brand_id, one.service))
        to = one.order
        if not what.reaches(Place(to.country, to.region, to.city, to.postcode)):
            continue
        if what.carrier and (service is None or service.carrier != what.carrier):
            continue
        found.append(_touched(one, service))
    return tuple(found)


def expect(parcels: dict[int, date]) -> None:
    """Write the new expected days. One query for each day."""
    for day in sorted(set(parcels.values())):
        rows = Parcel.objects.filter(pk__in=[pk for pk, when in parcels.items() if when == day])
        rows.update(expected_by=day, expected_at_earliest=False)


def late(now: datetime, limit: int = 500) -> tuple[tuple[int, int, int, str, date], ...]:
    """Parcels whose promised day has passed at their site and of whom nobody was warned, by row. Two queries.

    Of each: operator, brand, order, parcel, and the day it is at the site.
    """
    zones = Site.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct()
    today = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in zones}
    passed = Q(pk__in=())
    for zone, day in today.items():
        passed |= Q(site__time_zone=zone, promised_by__lt=day)
    rows = Parcel.objects.filter(passed, expected_by=None).exclude(state__in=NOT_COMING)
    rows = rows.exclude(order__state="cancelled").order_by("pk")
    found = rows.values_list("brand__operator_id", "brand_id", "order_id", "code", "site__time_zone")[:limit]
    return tuple((operator, brand, order, code, today[zone]) for operator, brand, order, code, zone in found)


def mark_late(code: str, brand_id: int, day: date) -> bool:
    """Expect it on this day at the earliest; False: somebody else was faster."""
    rows = Parcel.objects.filter(brand_id=brand_id, code=code, expected_by=None)
    return rows.update(expected_by=day, expected_at_earliest=True) == 1


def _touched(one: Any, service: Service | None) -> Touched:
    return Touched(
        one.pk,
        one.code,
        one.brand_id,
        one.brand.code,
        one.order_id,
        one.order.code,
        one.promised_by,
        one.expected_by,
        bool(one.order.person and one.order.person.email),
        WorkingDays(service.working_days if service else EVERY_DAY),
    )


def _row(row: Disruption) -> DisruptionRow:
    what = domain.Disruption(
        row.country,
        row.region,
        row.postcode_prefix,
        row.site.code if row.site else "",
        row.carrier,
        row.service,
        row.starts_on,
        row.ends_on,
        row.delay_days,
    )
    return DisruptionRow(row.pk, cast(DisruptionKind, row.kind), what, row.text, row.declared_at, row.ended_at)
