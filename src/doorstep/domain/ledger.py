"""The words of the stock ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["available", "reserved", "picked", "quarantined", "damaged", "in_transit"]
STATES: tuple[State, ...] = ("available", "reserved", "picked", "quarantined", "damaged", "in_transit")
Reason = Literal[
    "receipt", "count", "loss", "damage", "quarantine", "clearance", "found",
    "reservation", "release", "pick", "unpick", "dispatch", "transfer", "return",
]  # fmt: skip
REASONS: tuple[Reason, ...] = (
    "receipt", "count", "loss", "damage", "quarantine", "clearance", "found",
    "reservation", "release", "pick", "unpick", "dispatch", "transfer", "return",
)  # fmt: skip
AdjustReason = Literal["count", "loss", "damage", "quarantine", "clearance", "found"]
ADJUST_REASONS: tuple[AdjustReason, ...] = ("count", "loss", "damage", "quarantine", "clearance", "found")
LossState = Literal["available", "damaged", "quarantined"]  # what may be written off
LOSS_STATES: tuple[LossState, ...] = ("available", "damaged", "quarantined")
LONGEST_BIN = 40
TRANSFER_BIN = "transfer:"  # goods in transit lie in the bin of their transfer, at the site that they go to
LONGEST_REFERENCE = LONGEST_BIN - len(TRANSFER_BIN)  # of a transfer


@dataclass(frozen=True, slots=True, order=True)
class Shelf:
    """Where units lie and how they stand; row ids of site and product. The order is that in which levels are locked."""

    site: int
    product: int
    bin: str
    lot: str
    state: State


@dataclass(frozen=True, slots=True)
class Shift:
    """Units from one shelf to another; None is the world outside."""

    source: Shelf | None
    target: Shelf | None
    quantity: int
    reason: Reason
    note: str = ""
    reference: str = ""
    expires_on: date | None = None  # of the lot, told on receipt

    def __post_init__(self) -> None:
        if self.quantity < 1 or self.source == self.target:
            raise ValueError("a shift moves at least one unit between two ends")
