"""The words of the floor."""

from __future__ import annotations

from typing import Literal

WaveState = Literal["open", "closed", "withdrawn"]
WAVE_STATES: tuple[WaveState, ...] = ("open", "closed", "withdrawn")  # closed: all its parcels are packed, or gone
PickState = Literal["open", "taken", "done", "short", "withdrawn"]
PICK_STATES: tuple[PickState, ...] = ("open", "taken", "done", "short", "withdrawn")
TO_PICK: tuple[PickState, ...] = ("open", "taken")
MissingReason = Literal["not_there", "damaged"]
MISSING_REASONS: tuple[MissingReason, ...] = ("not_there", "damaged")
