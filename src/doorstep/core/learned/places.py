"""Where parcels went before: postcodes, and the coordinates that the history knows of them."""

from __future__ import annotations

from django.db.models import Avg

from doorstep.core.learned.models import PastParcel


def destinations(brand_id: int) -> tuple[tuple[str, str, float, float], ...]:
    """Country, postcode, and the middle of where the parcels to it went; one query."""
    rows = PastParcel.objects.filter(
        brand_id=brand_id, destination_latitude__isnull=False, destination_longitude__isnull=False
    ).exclude(destination_postcode="")
    middles = (
        rows.order_by()
        .values_list("destination_country", "destination_postcode")
        .annotate(latitude=Avg("destination_latitude"), longitude=Avg("destination_longitude"))
    )
    return tuple(middles)
