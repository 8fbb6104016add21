"""What is kept of how likely a parcel is late, as long as it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from doorstep.core.parcels.models import Parcel
from doorstep.domain.journey import UNDER_WAY
from doorstep.domain.units import PPM


@dataclass(frozen=True, slots=True)
class Foresight:
    """What was to be expected of a parcel, and when that was reckoned."""

    at: datetime
    in_time_ppm: int  # chance of arriving by the promised day
    by: date | None  # a day that is sure enough; None: none is
    likely_late: bool


def foresight(one: Parcel) -> Foresight | None:
    """What was to be expected of a parcel, unless it has come further since."""
    if one.state not in UNDER_WAY or one.foreseen_at is None or one.late_ppm is None:
        return None
    if one.left_at is not None and one.left_at > one.foreseen_at:
        return None
    return Foresight(one.foreseen_at, PPM - one.late_ppm, one.foreseen_by, one.likely_late)
