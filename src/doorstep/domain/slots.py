"""Windows that shoppers may be offered, on rounds that stand already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Offer:
    """A window for a shopper; without a cost it has no place. Costs are millionths of the major unit.

    `why`: no van can go where the shopper is; empty: one can.
    """

    stop: str
    rank: int
    from_s: int
    to_s: int
    offered: bool
    cost: int | None
    on_time_ppm: int | None
    others_ppm: int | None
    profit: int | None
    vehicle: str
    begins_s: int | None
    why: str = ""


def instant_text(seconds: int, origin: datetime | None) -> str:
    """`HH:MM:SS` since midnight, from 24:00:00 on of the next day; an instant where the files have such."""
    if origin is not None:
        return (origin + timedelta(seconds=seconds)).isoformat()
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
