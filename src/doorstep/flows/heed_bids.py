"""Whether a brand's orders, decided one at a time, heed what their goods are worth to later ones."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.accounts import queries
from doorstep.core.events.actions import record
from doorstep.core.learned import bids
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.standing import forget_brand


def heed_bids(scope: Scope, code: str, heeded: bool, *, now: datetime) -> None:
    """Have prices heeded, or not; nothing is learned meanwhile. Raises NotFound for a brand out of scope."""
    brand = next((one for one in queries.brands(scope) if one.code == code), None)
    if brand is None or not scope.may("manage"):
        raise NotFound("no such brand")
    with transaction.atomic():
        if bids.set_heeded(brand.id, heeded):
            record(
                scope.operator,
                brand.id,
                kind="BidPricesHeeded",
                subject=f"brand:{brand.id}",
                data={"heeded": heeded},
                at=now,
                actor=scope.actor,
            )
    forget_brand(brand.id)
