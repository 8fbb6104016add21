"""Goods that were there before the record began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from doorstep.core.stock.models import Clock, Inbound, Level, Move
from doorstep.domain import supply

BATCH = 2_000


def open_with(
    brand_id: int,
    sites: Mapping[str, int],
    products: Mapping[str, int],
    stock: Iterable[supply.StockLevel],
    inbound: Iterable[supply.Inbound],
    *,
    at: datetime,
    actor: str,
) -> None:
    """Post the opening stock of a new brand as receipts, in bulk. There is nobody to race with: the brand is new."""
    levels = Level.objects.bulk_create(
        (
            Level(
                brand_id=brand_id,
                site_id=sites[one.site],
                product_id=products[one.sku],
                state="available",
                quantity=one.on_hand,
                received_at=at,
            )
            for one in stock
            if one.on_hand
        ),
        batch_size=BATCH,
    )
    Move.objects.bulk_create((_receipt(level, at, actor) for level in levels), batch_size=BATCH)
    Inbound.objects.bulk_create(
        Inbound(
            brand_id=brand_id,
            site_id=sites[one.site],
            product_id=products[one.sku],
            quantity=one.quantity,
            expected_at=one.expected_at,
        )
        for one in inbound
    )
    Clock.objects.create(brand_id=brand_id, version=1)


def _receipt(level: Level, at: datetime, actor: str) -> Move:
    return Move(
        brand_id=level.brand_id,
        version=1,
        at=at,
        actor=actor,
        reason="receipt",
        note="opening stock",
        target=level,
        quantity=level.quantity,
    )
