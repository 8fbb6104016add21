"""Goods that come back: the states of a return, the grades of a unit, and what may become of it. Tables."""

from __future__ import annotations

from typing import Literal, get_args

ReturnState = Literal["asked", "received", "graded"]
RETURN_FOLLOWS: dict[ReturnState, tuple[ReturnState, ...]] = {
    "asked": ("received",),  # the shopper has an RMA number and sends the goods
    "received": ("graded",),  # on the bench
    "graded": (),  # every unit has its grade; what is due is on record
}
RETURN_STATES: tuple[ReturnState, ...] = tuple(RETURN_FOLLOWS)
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
