"""Say which bar codes stand on a unit of a product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from doorstep.core.catalog.barcodes import replace_barcodes
from doorstep.core.events.actions import record
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.gs1 import MOST_CODES, barcode_key
from doorstep.domain.rights import Scope


def set_barcodes(scope: Scope, brand_id: int, sku: str, codes: Sequence[str], *, now: datetime) -> None:
    """Let a product have these bar codes and no others; said again it changes nothing.

    Raises NotFound; Conflict for what is no bar code, is named twice, or stands for another product of the brand.
    """
    if brand_id not in scope.brands or not scope.may("manage"):
        raise NotFound("no such brand")
    if len(codes) > MOST_CODES:
        raise Conflict(f"a product has at most {MOST_CODES} bar codes")
    by_key: dict[str, str] = {}
    for code in codes:
        try:
            key = barcode_key(code)
        except ValueError as wrong:
            raise Conflict(f"{code} {wrong}") from None
        if key in by_key:
            raise Conflict(f"{code} is named twice")
        by_key[key] = code
    with transaction.atomic():
        product = replace_barcodes(brand_id, sku, by_key)
        record(
            scope.operator,
            brand_id,
            kind="BarcodesSet",
            subject=f"product:{product}",
            data={"sku": sku, "barcodes": list(codes)},
            at=now,
            actor=scope.actor,
        )
