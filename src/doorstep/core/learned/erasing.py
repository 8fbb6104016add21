"""Past parcels outlive their shopper, whose door they then no longer name. Call within a transaction."""

from __future__ import annotations

from collections.abc import Collection

from doorstep.core.learned.models import PastParcel
from doorstep.domain.place import area_of, region_code


def blank(brand_id: int, orders: Collection[str]) -> dict[str, int]:
    """Say of where past parcels of these orders (codes) went no more than the area."""
    rows = list(PastParcel.objects.filter(brand_id=brand_id, order__in=orders).order_by("pk"))
    for one in rows:
        one.destination_region = region_code(one.destination_region)
        one.destination_postcode = area_of(one.destination_postcode)
        one.destination_latitude = one.destination_longitude = None
    coarse = ("destination_region", "destination_postcode", "destination_latitude", "destination_longitude")
    PastParcel.objects.bulk_update(rows, coarse, batch_size=500)
    return {"past parcels": len(rows)}
