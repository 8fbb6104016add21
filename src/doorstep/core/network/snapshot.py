"""Rows to the nouns of the domain, in bulk."""

from __future__ import annotations

from collections.abc import Collection as Ids

from django.db.models import Q

from doorstep.core.network.models import Collection, Site
from doorstep.core.versions import Rows
from doorstep.domain import supply
from doorstep.domain.clock import WorkingDays
from doorstep.domain.place import Place

OF_OPERATOR = (
    Rows(Site, "operator_id = %s"),
    Rows(Collection, f"site_id IN (SELECT id FROM {Site._meta.db_table} WHERE operator_id = %s)"),
)


def sites(operator_id: int) -> tuple[supply.Site, ...]:
    return tuple(
        supply.Site(
            row.code,
            row.kind,  # type: ignore[arg-type]  # written from the same Literal
            row.name,
            Place(row.country, row.region, row.city, row.postcode, row.latitude, row.longitude),
            row.time_zone,
            WorkingDays(row.working_days),
            row.holiday_calendar,
            row.order_cutoff_s,
            row.pick_cost_per_order_micros,
            row.pick_cost_per_unit_micros,
            row.daily_order_capacity,
            row.cart_parcels,
        )
        for row in Site.objects.filter(operator_id=operator_id).order_by("id")
    )


def collections(operator_id: int, services: Ids[str]) -> tuple[supply.Collection, ...]:
    """Calls of these services; others call for other brands."""
    rows = Collection.objects.filter(site__operator_id=operator_id).order_by("id")
    return tuple(
        supply.Collection(site, service, at, WorkingDays(days), capacity)
        for site, service, at, days, capacity in rows.values_list(
            "site__code", "service", "collection_time_s", "working_days", "daily_parcel_capacity"
        )
        if service in services
    )


def site_ids(operator_id: int) -> dict[str, int]:
    return dict(Site.objects.filter(operator_id=operator_id).values_list("code", "id"))


def limited(operator_id: int) -> frozenset[int]:
    """Give the sites, by row id, of which a day's orders have a limit, or the parcels of some service there."""
    found = Site.objects.filter(operator_id=operator_id).filter(
        Q(daily_order_capacity__isnull=False) | Q(collections__daily_parcel_capacity__isnull=False)
    )
    return frozenset(found.values_list("pk", flat=True).distinct())


def cart_parcels(site_id: int) -> int | None:
    """Give how many totes a cart of a site holds; None: the usual number."""
    return Site.objects.values_list("cart_parcels", flat=True).get(pk=site_id)
