"""Hold an order back whose goods are not where they should be: off the floor, its plan dropped, seen to by a person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.floor import queries
from doorstep.core.orders import actions as orders
from doorstep.core.parcels import actions as parcels
from doorstep.core.parcels import superseding
from doorstep.core.stock import actions as stock
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.take_back import take_back

REASON = "short_at_pick"


def hold_back(scope: Scope, brand_id: int, order_pk: int, *, now: datetime) -> bool:
    """Take the order back and hold it; what is reserved for it is free again.

    False, and nothing is done, when one of its parcels is labelled or has left: the others cannot be planned anew as
    if it had not, so that the tote waits on the floor until goods are there. False, too, when it is off the floor
    or planned anew.
    """
    try:
        return _hold_back(scope, brand_id, order_pk, now)
    except superseding.Moved:
        return False


def _hold_back(scope: Scope, brand_id: int, order_pk: int, now: datetime) -> bool:
    with transaction.atomic():
        superseding.lock(order_pk)  # a label that is being recorded comes first, or finds the parcel taken back
        standing = queries.parcels_of_order(brand_id, order_pk)
        if not standing or any(state not in ("planned", "released", "packed") for _, state in standing):
            return False
        if not take_back(scope, brand_id, order_pk, now=now).parcels:
            return False
        ids = [pk for pk, _ in standing]
        if parcels.move_on(ids, "planned", "cancelled", state_reason=REASON, ended_at=now) != len(ids):
            raise Conflict("a parcel of the order has gone on meanwhile")
        held = orders.move_on(
            [order_pk],
            "planned",
            "held",
            REASON,
            "the bin held fewer units than the record says, and the site has no others",
            "Plan it anew, from another site or once goods have come.",
        )
        if not held:
            raise Conflict("the order has gone on meanwhile")
        record(
            scope.operator,
            brand_id,
            kind="OrderHeld",
            subject=order_reference(order_pk),
            data={"reason": REASON},
            at=now,
            actor=scope.actor,
        )
        # Last, because a posting holds the brand's stock clock until the transaction ends.
        stock.release(brand_id, order_reference(order_pk), at=now, actor=scope.actor)
    return True
