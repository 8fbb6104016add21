"""What carrying a parcel adds to the air, and what that is reckoned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Leg = Literal["line_haul", "hub", "last_mile"]
LEGS: tuple[Leg, ...] = get_args(Leg)
Mode = Literal["road", "rail", "sea", "air"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class EmissionFactor:
    """Grams of CO2e of one leg, well to wheel: per tonne-kilometre of line haul, per tonne in hubs, per parcel at last.

    A line haul is looked up by its mode and its great-circle distance; a last mile by the kind of place it ends at. The
    lower and the upper figure are bounds of what is usual, as far as the source tells.
    """

    leg: Leg
    mode: str  # of MODES for a line haul, of DELIVERS_TO for a last mile, else empty
    vehicle: str
    up_to_km: int | None  # great circle, inclusive; None: however far
    distance_add_pct: int  # what the way is longer than the great circle
    distance_add_km: int
    low_g: int
    mid_g: int
    high_g: int
    source: str
    year: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Grams of CO2e of one parcel, with the bounds that its uncertainty leaves."""

    low_g: int
    mid_g: int
    high_g: int


def sum_of(footprints: list[Footprint | None]) -> Footprint | None:
    """Add up what several parcels emit; None where one of them is not known."""
    known = [one for one in footprints if one is not None]
    if len(known) < len(footprints) or not known:
        return None
    return Footprint(sum(one.low_g for one in known), sum(one.mid_g for one in known), sum(one.high_g for one in known))
