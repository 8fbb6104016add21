"""The words of the floor."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

WaveState = Literal["open", "closed", "withdrawn"]
WAVE_STATES: tuple[WaveState, ...] = ("open", "closed", "withdrawn")  # closed: all its parcels are packed, or gone
PickState = Literal["open", "taken", "done", "short", "withdrawn"]
PICK_STATES: tuple[PickState, ...] = ("open", "taken", "done", "short", "withdrawn")
TO_PICK: tuple[PickState, ...] = ("open", "taken")
MissingReason = Literal["not_there", "damaged"]
MISSING_REASONS: tuple[MissingReason, ...] = ("not_there", "damaged")


def other_lot(scanned: str, asked: Collection[str]) -> str:
    """Say that a unit is of another lot than those asked for; empty: it may be taken.

    Nothing is said of a unit whose code names no lot, nor where the record knows units without one.
    """
    folded = {one.casefold() for one in asked}
    if not scanned or not folded or "" in folded or scanned.casefold() in folded:
        return ""
    return f"This is lot {scanned}: take lot {' or '.join(sorted(asked))}."
