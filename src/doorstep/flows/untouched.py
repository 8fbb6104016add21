"""Until when an order may be changed by a word alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from doorstep.core.stock.exchange import picked
from doorstep.domain.errors import Conflict
from doorstep.domain.journey import OrderState, ParcelState
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference

CHANGEABLE: tuple[OrderState, ...] = ("open", "held", "planned", "released")


def must_be_untouched(
    scope: Scope,  # noqa: ARG001
    brand_id: int,
    order_id: int,
    state: OrderState,
    parcels: Collection[ParcelState],
    *,
    now: datetime,  # noqa: ARG001
) -> OrderState:
    """Give how the order stands once nothing of it is on the floor; call with it and its parcels locked.

    Raises Conflict once its goods were picked, or it has gone further.
    """
    if state not in CHANGEABLE:
        raise Conflict(f"the order is {state.replace('_', ' ')}: it can be changed until its goods are picked")
    packed = any(one not in ("planned", "released") for one in parcels)
    if packed or (state == "released" and picked(brand_id, order_reference(order_id))):
        raise Conflict("goods of the order are picked or packed already: they must be put back first")
    return state
