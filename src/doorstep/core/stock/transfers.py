"""Transfers: sent once, in transit, received once. The row keeps two from sending under one reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.stock import actions
from doorstep.core.stock.models import Level, Transfer
from doorstep.core.stock.posting import check_ends
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.ledger import TRANSFER_BIN
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class Goods:
    sku: str
    lot: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TransferRow:
    brand: str
    reference: str
    origin: str
    destination: str
    sent_at: datetime
    received_at: datetime | None
    in_transit: tuple[Goods, ...]  # nothing once it has been received


def send(
    brand_id: int,
    origin: int,
    destination: int,
    goods: Mapping[int, int],
    reference: str,
    *,
    at: datetime,
    actor: str,
) -> int:
    """Send units (by product id) to another site. Raises Conflict when the brand has a transfer of that reference."""
    if origin == destination:
        raise Conflict("a transfer goes from one site to another")
    with transaction.atomic():
        check_ends(brand_id, {origin, destination}, set(goods))
        try:
            with transaction.atomic():
                Transfer.objects.create(
                    brand_id=brand_id, reference=reference, origin_id=origin, destination_id=destination, sent_at=at
                )
        except IntegrityError as error:
            raise Conflict(f"there is a transfer {reference} already") from error
        return actions.send_transfer(brand_id, origin, destination, goods, reference, at=at, actor=actor)


def receive(brand_id: int, reference: str, *, bin: str = "", at: datetime, actor: str) -> int:
    """Take in what is in transit. Raises NotFound when there is no such transfer, Conflict when it has arrived."""
    with transaction.atomic():
        row = Transfer.objects.select_for_update().filter(brand_id=brand_id, reference=reference).first()
        if row is None:
            raise NotFound(f"no transfer {reference}")
        if row.received_at is not None:
            raise Conflict(f"transfer {reference} has been received already")
        row.received_at = at
        row.save(update_fields=["received_at"])
        return actions.receive_transfer(brand_id, row.destination_id, reference, bin=bin, at=at, actor=actor)


def transfer(scope: Scope, brand_id: int, reference: str) -> TransferRow | None:
    rows = Transfer.objects.filter(brand__in=scope.brands, brand__operator=scope.operator, brand=brand_id)
    found = rows.filter(reference=reference).select_related("brand", "origin", "destination")
    return next(iter(_told(found)), None)


def transfers(
    scope: Scope, *, brand: int | None = None, open_only: bool = False, after: str | None = None, limit: int = 50
) -> Page[TransferRow]:
    """List transfers, the latest first. Two queries. Raises InvalidCursor."""
    found = Transfer.objects.filter(brand__in=scope.brands, brand__operator=scope.operator)
    if brand is not None:
        found = found.filter(brand=brand)
    if open_only:
        found = found.filter(received_at=None)
    if after is not None:
        found = found.filter(pk__lt=read_cursor(after, int)[0])
    rows = list(found.select_related("brand", "origin", "destination").order_by("-pk")[: reach(limit)])
    told = {row.pk: one for row, one in zip(rows, _told(rows), strict=True)}
    return page(rows, limit, lambda row: told[row.pk], lambda row: (row.pk,))


def _told(rows: Iterable[Transfer]) -> list[TransferRow]:
    rows = list(rows)
    held: dict[tuple[int, str], list[Goods]] = {}
    levels = Level.objects.filter(
        brand__in={row.brand_id for row in rows},
        site__in={row.destination_id for row in rows},
        bin__in={TRANSFER_BIN + row.reference for row in rows},
        state="in_transit",
        quantity__gt=0,
    )
    values = levels.order_by("product__sku", "lot").values_list("brand_id", "bin", "product__sku", "lot", "quantity")
    for brand, bin, sku, lot, quantity in values:
        held.setdefault((brand, bin), []).append(Goods(sku, lot, quantity))
    return [
        TransferRow(
            row.brand.code,
            row.reference,
            row.origin.code,
            row.destination.code,
            row.sent_at,
            row.received_at,
            tuple(held.get((row.brand_id, TRANSFER_BIN + row.reference), ())),
        )
        for row in rows
    ]
