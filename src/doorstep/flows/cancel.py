"""An order is cancelled until it is at the dock: its labels are given back, its parcels stay as history.

What was not picked yet is free again at once; what was goes back to its bins by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.orders import actions as orders
from doorstep.core.orders.snapshot import one_order
from doorstep.core.parcels import superseding
from doorstep.core.parcels.superseding import Moved
from doorstep.core.stock import actions as stock
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.journey import ParcelState
from doorstep.domain.rights import Scope
from doorstep.flows.accept import ATTEMPTS
from doorstep.flows.carriers import Carriers, connected
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.ship import void_label
from doorstep.flows.untouched import CANCELLABLE, off_the_floor

CancelReason = Literal["customer_request", "payment_failed", "out_of_stock", "fraud", "duplicate", "other"]
WITH_US: tuple[ParcelState, ...] = ("planned", "released", "packed", "labelled")  # not at the dock yet
CANCEL_REASONS: tuple[CancelReason, ...] = get_args(CancelReason)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """As it was cancelled the first time, whoever asks again."""

    order_id: int
    code: str
    reason: str
    note: str


def cancel_order(
    scope: Scope,
    brand_id: int,
    pk: int,
    reason: CancelReason,
    note: str = "",
    *,
    now: datetime,
    carriers: Carriers = connected,
) -> Cancelled:
    """Cancel an order; one that is cancelled stays as it is. Raises NotFound, Conflict once a parcel is staged."""
    if brand_id not in scope.brands or one_order(brand_id, pk) is None:
        raise NotFound("no such order")
    for _ in range(ATTEMPTS):
        _give_labels_back(scope, pk, now, carriers)
        try:
            _cancel(scope, brand_id, pk, reason, note, now)
        except Moved:
            continue
        kept = one_order(brand_id, pk)
        assert kept is not None
        return Cancelled(pk, kept.order.order, kept.reason, kept.detail)
    raise Conflict("the order moves too fast; try again")


def _give_labels_back(scope: Scope, pk: int, now: datetime, carriers: Carriers) -> None:
    """Void the labels of an order that can be cancelled: the carrier is told outside any transaction."""
    standing = superseding.standing(pk)
    if all(one.state in WITH_US for one in standing):
        for one in standing:
            if one.state == "labelled":
                void_label(scope, one.pk, now=now, carriers=carriers, reason="the order was cancelled")


def _cancel(scope: Scope, brand_id: int, pk: int, reason: CancelReason, note: str, now: datetime) -> None:
    with transaction.atomic():
        state, live = superseding.lock(pk)
        if state == "cancelled":
            return
        if state not in CANCELLABLE:
            raise Conflict(f"the order is {state.replace('_', ' ')}: it can be cancelled until it has left")
        state = off_the_floor(scope, brand_id, pk, state, live.values(), now=now)
        superseding.cancel(live, reason, now)
        orders.move_on([pk], state, "cancelled", reason, note)
        record(
            scope.operator,
            brand_id,
            kind="OrderCancelled",
            subject=order_reference(pk),
            data={"reason": reason},
            at=now,
            actor=scope.actor,
        )
        # Last, because a posting holds the brand's stock clock until the transaction ends.
        stock.release(brand_id, order_reference(pk), at=now, actor=scope.actor)
