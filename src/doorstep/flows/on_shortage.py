"""What a shop wishes of an order whose goods are not there is kept until the order is planned, and done when it fails.

An order that comes alone is decided at once. One of a bulk is planned later, by whichever planning comes first, and one
that was held when somebody lets it go: neither can be refused any more, for the shopper has paid. It is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.orders import actions as orders
from doorstep.core.orders.snapshot import open_orders
from doorstep.core.stock import claims
from doorstep.domain.rights import Scope
from doorstep.flows.accept import SHORT
from doorstep.flows.back_order import wait_for_goods
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.record_problem import ground

REFUSED = "out_of_stock"  # the reason of the cancellation, and the code by which an order that comes alone is refused


def honour(scope: Scope, brand_id: int, left: Iterable[int], *, now: datetime) -> set[int]:
    """Of orders that a planning has left short: cancel those to be refused, let back-orders count on announced goods.

    Called after the reason was committed; one that a crash leaves undone the next planning does. Returns the orders
    that changed. A back-order for which too little is announced waits, and is tried again when it is planned again.
    """
    wishes = orders.short_with_a_wish(left, SHORT)
    changed = {pk for pk, wish in wishes.items() if wish == "refuse" and _refused(scope, brand_id, pk, now)}
    waiting = open_orders(brand_id, [pk for pk, wish in wishes.items() if wish == "back_order"]) if wishes else {}
    base = ground(brand_id, now) if waiting else None
    for pk, order in waiting.items():  # the oldest first
        assert base is not None
        if wait_for_goods(scope, brand_id, base, pk, order, now=now) is not None:
            changed.add(pk)
    return changed


def _refused(scope: Scope, brand_id: int, pk: int, now: datetime) -> bool:
    """Cancel an order that waits and was never planned: it has no parcels, and holds no stock."""
    with transaction.atomic():
        if orders.lock_waiting([pk]).get(pk) not in SHORT:
            return False
        claims.drop(order_reference(pk))
        detail = "its goods were not there when it was planned, and it would rather be refused than wait"
        orders.move_on([pk], "open", "cancelled", REFUSED, detail)
        record(
            scope.operator,
            brand_id,
            kind="OrderCancelled",
            subject=order_reference(pk),
            data={"reason": REFUSED},
            at=now,
            actor=scope.actor,
        )
    return True
