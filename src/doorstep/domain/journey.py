"""How an order and its parcels travel: their states, and which may follow which. Two tables, and what joins them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

OrderState = Literal[
    "open", "held", "planned", "released", "packed", "part_shipped", "shipped", "delivered", "failed", "returned",
    "cancelled",
]  # fmt: skip
FOLLOWS: dict[OrderState, tuple[OrderState, ...]] = {
    "open": ("planned", "held", "cancelled"),  # waits for a plan; `reason` says why it could not be planned yet
    "held": ("open", "cancelled"),  # has a fault that a person must see to
    "planned": ("open", "held", "released", "cancelled"),  # its stock is reserved
    "released": ("planned", "packed", "part_shipped", "cancelled"),  # on the floor
    "packed": ("planned", "released", "part_shipped", "shipped", "cancelled"),
    "part_shipped": ("shipped",),  # some parcels have left, others not
    "shipped": ("delivered", "failed", "returned"),
    "failed": ("shipped", "delivered", "returned"),
    "delivered": ("returned",),
    "returned": (),
    "cancelled": (),
}
ORDER_STATES: tuple[OrderState, ...] = tuple(FOLLOWS)

ParcelState = Literal[
    "planned", "released", "packed", "labelled", "staged", "handed_over", "in_transit", "out_for_delivery",
    "at_pickup_point", "failed", "delivered", "left_at_safe_place", "returning", "returned", "cancelled",
]  # fmt: skip
TRAVEL: tuple[ParcelState, ...] = (
    "in_transit", "out_for_delivery", "at_pickup_point", "failed", "delivered", "left_at_safe_place", "returning",
    "returned",
)  # fmt: skip
_ANY_SCAN = TRAVEL  # a carrier's scans may be missing or late: any of them may be the next that we learn of
PARCEL_FOLLOWS: dict[ParcelState, tuple[ParcelState, ...]] = {
    "planned": ("released", "cancelled"),
    "released": ("planned", "packed", "cancelled"),  # in a wave
    "packed": ("released", "planned", "labelled", "cancelled"),
    "labelled": ("packed", "staged", "cancelled"),  # back: its label was voided
    "staged": ("labelled", "handed_over"),
    "handed_over": _ANY_SCAN,
    "in_transit": _ANY_SCAN,
    "out_for_delivery": _ANY_SCAN,
    "at_pickup_point": _ANY_SCAN,
    "failed": _ANY_SCAN,  # an attempt; `attempts` counts them
    "returning": _ANY_SCAN,
    "delivered": (),  # collected at a pick-up point, too
    "left_at_safe_place": ("delivered",),
    "returned": (),  # to the sender
    "cancelled": (),
}
PARCEL_STATES: tuple[ParcelState, ...] = tuple(PARCEL_FOLLOWS)
ON_THE_FLOOR: tuple[ParcelState, ...] = ("released", "packed", "labelled", "staged")
BEFORE_LEAVING: tuple[ParcelState, ...] = ("planned", *ON_THE_FLOOR)
UNDER_WAY: tuple[ParcelState, ...] = (*BEFORE_LEAVING, "handed_over", "in_transit", "out_for_delivery", "failed")
ARRIVED: tuple[ParcelState, ...] = ("delivered", "left_at_safe_place")
ENDED: tuple[ParcelState, ...] = (*ARRIVED, "returned", "cancelled")


def may_follow(before: OrderState, after: OrderState) -> bool:
    return after in FOLLOWS[before]


def parcel_may_follow(before: ParcelState, after: ParcelState) -> bool:
    return after in PARCEL_FOLLOWS[before]


def order_state(parcels: Collection[ParcelState]) -> OrderState:
    """Say how an order stands whose parcels stand so; at least one of them is not cancelled."""
    live = [one for one in parcels if one != "cancelled"]
    if not live:
        raise ValueError("an order stands as its parcels do, and has none")
    waiting = [one for one in live if one in BEFORE_LEAVING]
    if waiting and len(waiting) < len(live):
        return "part_shipped"
    if waiting:
        if all(one == "planned" for one in waiting):
            return "planned"
        return "released" if any(one in ("planned", "released") for one in waiting) else "packed"
    if all(one in ARRIVED for one in live):
        return "delivered"
    if any(one not in (*ARRIVED, "failed", "returning", "returned") for one in live):
        return "shipped"
    if any(one in ("failed", "returning") for one in live):
        return "failed"
    return "returned"
