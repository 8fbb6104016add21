"""Goods that come back: the states of a return, the grades of a unit, and what may become of it. Tables."""

from __future__ import annotations

from typing import Literal, get_args

from doorstep.domain.journey import ParcelState

ReturnState = Literal["asked", "labelled", "on_its_way", "arrived", "received", "graded"]
RETURN_FOLLOWS: dict[ReturnState, tuple[ReturnState, ...]] = {
    "asked": ("labelled", "received"),  # the shopper has an RMA number and sends the goods
    "labelled": ("on_its_way", "arrived", "received"),  # the carrier has sold its label
    "on_its_way": ("labelled", "arrived", "received"),  # the carrier has it; back: it was given back to the shopper
    "arrived": ("labelled", "on_its_way", "received"),  # the carrier has brought it; nobody has scanned it here
    "received": ("graded",),  # on the bench
    "graded": (),  # every unit has its grade; what is due is on record
}
RETURN_STATES: tuple[ReturnState, ...] = tuple(RETURN_FOLLOWS)
TO_COME: tuple[ReturnState, ...] = ("asked", "labelled", "on_its_way", "arrived")  # not scanned in yet
CARRIED: tuple[ReturnState, ...] = ("labelled", "on_its_way", "arrived")  # as the scans of its label say
_BY_ITS_PARCEL: dict[ParcelState | None, ReturnState] = {
    "delivered": "arrived",
    "left_at_safe_place": "arrived",
    "at_pickup_point": "arrived",  # it waits where it is to be collected
    "returned": "labelled",  # the shopper has it again
    None: "labelled",  # announced at most
}
RETURN_LABEL_STATES = ("asked", "bought", "refused")  # of the carrier's label for it

Grade = Literal["A", "B", "C", "damaged", "missing"]
Disposition = Literal["restock", "quarantine", "damaged", "discard", "none"]
DISPOSITIONS: dict[Grade, tuple[Disposition, ...]] = {  # the first is what is done unless a person says otherwise
    "A": ("restock", "quarantine"),  # as new
    "B": ("quarantine", "restock"),  # opened, complete
    "C": ("quarantine", "damaged", "discard"),  # used
    "damaged": ("damaged", "discard"),
    "missing": ("none",),  # asked for, and not in the parcel
}
GRADES: tuple[Grade, ...] = tuple(DISPOSITIONS)

AskReason = Literal["not_wanted", "wrong_size", "not_as_described", "damaged", "wrong_item", "late"]
ReturnReason = Literal[AskReason, "returned_to_sender"]  # the last one is never asked for: the carrier brought it back
WHY: dict[ReturnReason, str] = {
    "not_wanted": "I changed my mind",
    "wrong_size": "It does not fit",
    "not_as_described": "It is not as described",
    "damaged": "It arrived damaged",
    "wrong_item": "It is the wrong item",
    "late": "It came too late",
    "returned_to_sender": "It could not be delivered",
}
RETURN_REASONS: dict[AskReason, str] = {one: WHY[one] for one in get_args(AskReason)}
WINDOW_DAYS = 30  # after delivery, unless the brand says otherwise


def carried(parcel: ParcelState | None) -> ReturnState:
    """Say how a return with a carrier's label stands by how its parcel does, which all its scans say."""
    return _BY_ITS_PARCEL.get(parcel, "on_its_way")
