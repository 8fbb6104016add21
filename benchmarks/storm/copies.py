"""Parcels under way by the thousand: copies of one, each of an order of its own, with a label of its own."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doorstep.core.parcels.models import Parcel

AT_ONCE = 1_000


def under_way(first: Parcel, count: int, name: str) -> list[str]:
    """Make so many copies of a parcel that has left; gives their tracking numbers, which begin with the name."""
    from doorstep.core.orders.models import Order
    from doorstep.core.parcels.models import Label, Parcel

    order, label = Order.objects.get(pk=first.order_id), Label.objects.get(parcel=first, state="bought")
    numbers = [f"{name}{n:09d}" for n in range(count)]
    orders = [copy(order) for _ in numbers]
    for one, number in zip(orders, numbers, strict=True):
        one.pk, one.code = None, number
    Order.objects.bulk_create(orders, batch_size=AT_ONCE)
    parcels = [copy(first) for _ in numbers]
    for parcel, one, number in zip(parcels, orders, numbers, strict=True):
        parcel.pk, parcel.code, parcel.order, parcel.sscc, parcel.tracking = None, f"{number}-1", one, "", number
    Parcel.objects.bulk_create(parcels, batch_size=AT_ONCE)
    labels = [copy(label) for _ in numbers]
    for bought, parcel, number in zip(labels, parcels, numbers, strict=True):
        bought.pk, bought.key, bought.parcel, bought.label, bought.tracking = None, number, parcel, number, number
    Label.objects.bulk_create(labels, batch_size=AT_ONCE)
    return numbers
