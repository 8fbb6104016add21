"""Until when an order may be changed or cancelled, and how it comes back from the floor for that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from doorstep.core.stock.exchange import picked
from doorstep.domain.errors import Conflict
from doorstep.domain.journey import OrderState, ParcelState
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.take_back import take_back

CHANGEABLE: tuple[OrderState, ...] = ("open", "held", "planned", "released")
CANCELLABLE: tuple[OrderState, ...] = (*CHANGEABLE, "packed")


def must_be_untouched(brand_id: int, order_id: int, state: OrderState, parcels: Collection[ParcelState]) -> None:
    """Raise Conflict once goods of an order were picked; call with it and its parcels locked."""
    if state not in CHANGEABLE:
        raise Conflict(f"the order is {state.replace('_', ' ')}: it can be changed until its goods are picked")
    packed = any(one not in ("planned", "released") for one in parcels)
    if packed or (state == "released" and picked(brand_id, order_reference(order_id))):
        raise Conflict("goods of the order are picked or packed already: it can be cancelled, not changed")


def off_the_floor(
    scope: Scope,
    brand_id: int,
    order_id: int,
    state: OrderState,
    parcels: Collection[ParcelState],
    *,
    now: datetime,
) -> OrderState:
    """Take an order back that is on the floor; gives how it stands then. Raises Conflict when a parcel has gone on."""
    if any(one not in ("planned", "cancelled") for one in parcels):
        take_back(scope, brand_id, order_id, now=now)
        return "planned"
    return state
