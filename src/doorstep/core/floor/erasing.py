"""What packers have written about a shopper's parcels. Call within a transaction."""

from __future__ import annotations

from collections.abc import Collection

from doorstep.core.floor.models import Tote


def blank(orders: Collection[int]) -> dict[str, int]:
    said = Tote.objects.filter(parcel__order_id__in=orders).exclude(carton_reason="")
    return {"totes": said.update(carton_reason="")}
