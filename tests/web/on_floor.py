"""A wave of one parcel with something of everything: to pick, at the bench, missing, to be put back."""

from __future__ import annotations

from datetime import datetime

from doorstep.core.catalog.models import Product
from doorstep.core.floor.models import Check, Missing, Pick, PutBack, Tote, Wave
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel


def work_on_floor(order: Order, now: datetime) -> Wave:
    """Put the first parcel of an order into a wave."""
    parcel = Parcel.objects.select_related("site", "brand").filter(order=order).earliest("pk")
    Parcel.objects.filter(pk=parcel.pk).update(state="released")
    wave = Wave.objects.create(
        operator=parcel.brand.operator,
        site=parcel.site,
        code=f"wave of {order.code}",
        leaves_at=parcel.ship_at,
        service=parcel.service,
        released_at=now,
        released_by="user:1",
    )
    tote = Tote.objects.create(wave=wave, brand=parcel.brand, parcel=parcel, code=f"tote of {order.code}", slot=1)
    done = {"tote": tote, "wave": wave, "bin": "A-1"}
    for stop, (_, sku, quantity) in enumerate(parcel.contents):
        product = Product.objects.get(brand=parcel.brand, sku=sku)
        pick = Pick.objects.create(**done, product=product, stop=stop, quantity=quantity)
        Check.objects.create(tote=tote, product=product, wanted=quantity)
        if stop == 0:
            goods = {"brand": parcel.brand, "product": product, "quantity": 1}
            Missing.objects.create(**goods, pick=pick, reason="not_there", at=now, worker="user:1")
            PutBack.objects.create(**goods, site=parcel.site, tote=tote, bin="A-1", asked_at=now)
    return wave
