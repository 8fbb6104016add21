"""How an order travels: its states, and which may follow which. One table."""

from __future__ import annotations

from typing import Literal

OrderState = Literal[
    "open", "held", "planned", "released", "packed", "shipped", "delivered", "failed", "returned", "cancelled"
]
FOLLOWS: dict[OrderState, tuple[OrderState, ...]] = {
    "open": ("planned", "held", "cancelled"),  # waits for a plan; `reason` says why it could not be planned yet
    "held": ("open", "cancelled"),  # has a fault that a person must see to
    "planned": ("open", "held", "released", "cancelled"),  # its stock is reserved
    "released": ("planned", "packed", "cancelled"),  # on the floor
    "packed": ("released", "shipped"),
    "shipped": ("delivered", "failed", "returned"),
    "failed": ("shipped", "returned"),
    "delivered": ("returned",),
    "returned": (),
    "cancelled": (),
}
ORDER_STATES: tuple[OrderState, ...] = tuple(FOLLOWS)


def may_follow(before: OrderState, after: OrderState) -> bool:
    return after in FOLLOWS[before]
