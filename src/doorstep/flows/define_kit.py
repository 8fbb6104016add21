"""Say what a kit consists of. Orders that are placed keep what it was when they were placed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from doorstep.core.catalog.kits import MOST_PARTS, is_kit, lock_kit, write_kit
from doorstep.core.events.actions import record
from doorstep.core.stock.posting import tick
from doorstep.core.stock.queries import holds_any
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.standing import forget_brand


def define_kit(scope: Scope, brand_id: int, sku: str, parts: Mapping[str, int], *, now: datetime) -> None:
    """Let a product be a kit of these components, units by sku; without any it is no kit any more.

    A kit is put together when it is packed and holds no stock of its own. Raises NotFound; Conflict where a kit would
    hold a kit, where the product holds stock or is expected, and where what should end is no kit.
    """
    if brand_id not in scope.brands or not scope.may("manage"):
        raise NotFound("no such brand")
    if len(parts) > MOST_PARTS or any(units < 1 for units in parts.values()):
        raise Conflict(f"a kit has at most {MOST_PARTS} components, and at least one unit of each")
    with transaction.atomic():
        kit = lock_kit(brand_id, sku, parts)
        if not parts and not is_kit(kit):
            raise NotFound(f"{sku} is no kit")
        if parts and holds_any(brand_id, kit):
            raise Conflict(f"{sku} holds stock or is expected: a kit has no stock of its own; take its units out first")
        write_kit(kit, parts)
        record(
            scope.operator,
            brand_id,
            kind="KitDefined",
            subject=f"product:{kit}",
            data={"sku": sku, "parts": dict(parts)},
            at=now,
            actor=scope.actor,
        )
        tick(brand_id)  # last: what is available of the kit is told with the stock
    forget_brand(brand_id)
