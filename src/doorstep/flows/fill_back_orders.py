"""Goods have come: the orders that wait for them are planned, the oldest first, each by itself.

Called after the transaction in which the goods came, and by the worker from time to time, so that a crash in between
is made good and goods that came by another way (found, cleared, returned) are found, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from doorstep.core.orders import actions as orders
from doorstep.core.orders.back_orders import back_ordered, brands_waiting, waiting
from doorstep.core.orders.snapshot import open_orders
from doorstep.core.stock import claims
from doorstep.domain.demand import Order
from doorstep.domain.rights import Scope
from doorstep.flows.back_order import wait_for_goods
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.kits import needs_of
from doorstep.flows.plan_day import plan_day
from doorstep.flows.record_problem import ground, with_orders
from doorstep.kernels.plan.rules import spare
from doorstep.kernels.run import Run

AT_ONCE = 100  # the rest is the worker's


def fill_back_orders(scope: Scope, brand_id: int, *, now: datetime) -> int:
    """Plan the back-orders of a brand whose goods are here; returns how many were planned.

    One that counted on goods which went to somebody else is told a new day, or that there are none.
    """
    found = open_orders(brand_id, waiting(brand_id, AT_ONCE))
    if not found:
        return 0
    free: Counter[str] = Counter()
    for level in spare(with_orders(ground(brand_id, now), brand_id, found.values(), now)):  # without safety stocks
        free[level.sku] += level.on_hand
    tried = []
    for pk, order in found.items():
        needs = needs_of(order)
        if needs <= free:
            free -= needs
            tried.append(pk)
            plan_day(scope, brand_id, now=now, run=Run(), leaving_from=now, only=[pk])
    left = back_ordered(found)
    _renew(scope, brand_id, {pk: found[pk] for pk in found if pk in left}, now)
    return sum(pk not in left for pk in tried)


def fill_all(now: datetime) -> int:
    """Plan what can be planned of the back-orders of every brand: a chore."""
    return sum(
        fill_back_orders(Scope(operator, frozenset({brand}), "operator_admin", "system"), brand, now=now)
        for operator, brand in brands_waiting()
    )


def _renew(scope: Scope, brand_id: int, left: Mapping[int, Order], now: datetime) -> None:
    """Let those whose announced goods have come and gone count on others."""
    failed = claims.failed([order_reference(pk) for pk in left])
    lost: Collection[int] = [pk for pk in left if order_reference(pk) in failed]
    base = ground(brand_id, now) if lost else None
    for pk in lost:
        assert base is not None
        if wait_for_goods(scope, brand_id, base, pk, left[pk], now=now) is None:
            with transaction.atomic():
                if orders.lock_open([pk]):
                    claims.drop(order_reference(pk))
                    detail = "the goods it waited for went to others, and no more are announced"
                    orders.move_on([pk], "open", "open", "stock_out", detail, "announce or receive more")
