from __future__ import annotations

from collections.abc import Iterable, Mapping

from doorstep.core.network.models import Collection, Site
from doorstep.domain.errors import Conflict
from doorstep.domain.supply import Collection as DomainCollection
from doorstep.domain.supply import Site as DomainSite


def add_sites(operator_id: int, sites: Iterable[DomainSite]) -> dict[str, int]:
    """Add the sites that the operator does not have; returns the row id of each code.

    Raises Conflict when a site of the same code is another one.
    """
    wanted = {one.site: _row(operator_id, one) for one in sites}
    there = {row.code: row for row in Site.objects.filter(operator_id=operator_id, code__in=wanted)}
    for code, row in there.items():
        if wanted[code].cart_parcels is None:
            wanted[code].cart_parcels = row.cart_parcels  # a folder that does not speak of carts changes none
        if _content(row) != _content(wanted[code]):
            raise Conflict(f"the operator has another site {code}")
    Site.objects.bulk_create(row for code, row in wanted.items() if code not in there)
    return dict(Site.objects.filter(operator_id=operator_id, code__in=wanted).values_list("code", "id"))


def add_collections(sites: Mapping[str, int], collections: Iterable[DomainCollection]) -> None:
    """Add the calls that are not there yet."""
    there = set(
        Collection.objects.filter(site_id__in=sites.values()).values_list("site_id", "service", "collection_time_s")
    )
    Collection.objects.bulk_create(
        Collection(
            site_id=sites[one.site],
            service=one.service,
            collection_time_s=one.collection_time_s,
            working_days=one.working_days.mask,
            daily_parcel_capacity=one.daily_parcel_capacity,
        )
        for one in collections
        if (sites[one.site], one.service, one.collection_time_s) not in there
    )


def _row(operator_id: int, site: DomainSite) -> Site:
    place = site.place
    if place.latitude is None or place.longitude is None:
        raise Conflict(f"the site {site.site} is not located")
    return Site(
        operator_id=operator_id,
        code=site.site,
        kind=site.kind,
        name=site.name,
        country=place.country,
        region=place.region,
        city=place.city,
        postcode=place.postcode,
        latitude=place.latitude,
        longitude=place.longitude,
        time_zone=site.time_zone,
        working_days=site.working_days.mask,
        holiday_calendar=site.holiday_calendar,
        order_cutoff_s=site.order_cutoff_s,
        pick_cost_per_order_micros=site.pick_cost_per_order_micros,
        pick_cost_per_unit_micros=site.pick_cost_per_unit_micros,
        daily_order_capacity=site.daily_order_capacity,
        cart_parcels=site.cart_parcels,
    )


def _content(row: Site) -> list[object]:
    return [getattr(row, field.attname) for field in Site._meta.concrete_fields if field.name != "id"]
