from __future__ import annotations

from collections.abc import Iterable, Mapping

from doorstep.core.parcels.models import Parcel
from doorstep.domain import parcel


def keep(brand_id: int, parcels: Iterable[parcel.Parcel], orders: Mapping[str, int], sites: Mapping[str, int]) -> None:
    """Keep the parcels of a plan; `orders` and `sites` give row ids of codes."""
    Parcel.objects.bulk_create(
        (
            Parcel(
                brand_id=brand_id,
                order_id=orders[one.orders[0]],
                code=one.parcel,
                site_id=sites[one.site],
                carton=one.carton,
                service=one.service,
                weight_g=one.weight_g,
                billed_weight_g=one.billed_weight_g,
                ship_at=one.ship_at,
                promised_by=one.promised_by,
                on_time_ppm=one.on_time_ppm,
                pick_minor=one.cost.pick_minor,
                carton_minor=one.cost.carton_minor,
                freight_minor=one.cost.freight_minor,
                surcharges_minor=one.cost.surcharges_minor,
                duty_tax_minor=one.cost.duty_tax_minor,
                lateness_minor=one.cost.lateness_minor,
                contents=[[part.line, part.sku, part.quantity] for part in one.contents],
                placements=[
                    [p.sku, p.unit, p.x_mm, p.y_mm, p.z_mm, p.length_mm, p.width_mm, p.height_mm]
                    for p in one.placements
                ],
            )
            for one in parcels
        ),
        batch_size=500,
    )
