"""Whose orders they are, and taking their shopper out of them. What the ledger and statistics need stays.

Call within a transaction that has locked the orders, but for the reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import QuerySet, Value
from django.db.models.functions import Upper

from doorstep.core.orders.models import Erasure, Order, Person
from doorstep.domain.journey import OrderState
from doorstep.domain.place import area_of, region_code

ENDED: tuple[OrderState, ...] = ("delivered", "returned", "cancelled")  # nobody needs the address any more


@dataclass(frozen=True, slots=True)
class ShopperOrder:
    """An order of a shopper, and how far their erasure has come."""

    pk: int
    operator: int
    brand_id: int
    brand: str
    order: str
    placed_at: datetime
    state: OrderState
    email: str
    asked_at: datetime | None  # the erasure was asked for
    erased_at: datetime | None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


def of_email(brands: Collection[int], email: str) -> tuple[ShopperOrder, ...]:
    """Orders of an e-mail address, in whatever case it was written, by row id. One query."""
    people = Person.objects.annotate(shouted=Upper("email")).exclude(email="")
    those = people.filter(brand_id__in=brands, shouted=Upper(Value(email.strip())))
    return _rows(Order.objects.filter(brand_id__in=brands, person__in=those))


def of_code(brands: Collection[int], code: str) -> tuple[ShopperOrder, ...]:
    """Orders of a code; of each brand at most one. One query."""
    return _rows(Order.objects.filter(brand_id__in=brands, code=code))


def of_ids(pks: Iterable[int]) -> tuple[ShopperOrder, ...]:
    return _rows(Order.objects.filter(pk__in=list(pks)))


def due() -> tuple[int, ...]:
    """Orders that have ended since their shopper was to be erased. One query."""
    rows = Erasure.objects.filter(erased_at=None, order__state__in=ENDED).order_by("order_id")
    return tuple(rows.values_list("order_id", flat=True))


def late(before: datetime) -> tuple[str, ...]:
    """Orders whose shopper was to be erased before then and is not, the longest waiting first. One query."""
    rows = Erasure.objects.filter(erased_at=None, asked_at__lt=before).order_by("asked_at", "pk")
    return tuple(rows.values_list("order__code", flat=True))


def is_erased(order_pk: int) -> bool:
    return Erasure.objects.filter(order_id=order_pk, erased_at__isnull=False).exists()


def erased_of(order_pks: Collection[int]) -> set[int]:
    """Those of the orders whose shopper was erased. One query."""
    done = Erasure.objects.filter(order_id__in=list(order_pks), erased_at__isnull=False)
    return set(done.values_list("order_id", flat=True))


def ask(pks: Iterable[int], *, at: datetime, actor: str) -> set[int]:
    """Note that the shoppers of these orders are to be erased; gives those of which nobody had asked it."""
    asked = set(pks)
    known = set(Erasure.objects.filter(order_id__in=asked).values_list("order_id", flat=True))
    Erasure.objects.bulk_create(Erasure(order_id=pk, asked_at=at, asked_by=actor[:40]) for pk in sorted(asked - known))
    return asked - known


def blank(pks: Collection[int], *, at: datetime) -> dict[str, int]:
    """Delete the people of these orders, and say of where they went no more than the area."""
    rows = list(Order.objects.filter(pk__in=pks).order_by("pk"))
    people = [row.person_id for row in rows if row.person_id is not None]
    for row in rows:
        row.person_id = None
        row.customer = row.segment = ""
        row.city = row.pickup_point = row.safe_place = row.gift_note = row.detail = row.remedy = ""
        row.region, row.postcode = region_code(row.region), area_of(row.postcode)
        row.latitude = row.longitude = None
        row.faults, row.conflicts = [], []
    Order.objects.bulk_update(rows, _BLANKED, batch_size=200)
    Erasure.objects.filter(order_id__in=pks, erased_at=None).update(erased_at=at)
    gone = Person.objects.filter(pk__in=people).delete()[0]
    return {"orders": len(rows), "people": gone}


_BLANKED = (
    "person", "customer", "segment", "city", "pickup_point", "safe_place", "gift_note", "detail", "remedy", "region",
    "postcode", "latitude", "longitude", "faults", "conflicts",
)  # fmt: skip


def _rows(orders: QuerySet[Order]) -> tuple[ShopperOrder, ...]:
    return tuple(
        ShopperOrder(
            row.pk,
            row.brand.operator_id,
            row.brand_id,
            row.brand.code,
            row.code,
            row.placed_at,
            cast(OrderState, row.state),
            row.person.email if row.person else "",
            row.erasure.asked_at if hasattr(row, "erasure") else None,
            row.erasure.erased_at if hasattr(row, "erasure") else None,
        )
        for row in orders.select_related("brand", "person", "erasure").order_by("pk")
    )
