"""Own vans, and the rounds on which they bring parcels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.domain.units import PPM

DETOUR_PPM = 1_300_000
"""Roads are as much longer than the great circle where nobody has measured; cities lie between 1.2 and 1.4."""
SECONDS_PER_KM = 120
"""30 km/h, a van in a town."""
DAY_S = 86_400
STOP_S = 180
"""How long a stop takes where nobody says."""


@dataclass(frozen=True, slots=True)
class Van:
    """A van, or several that are alike. Times count from the local midnight of the day on which its parcels leave."""

    vehicle: str
    service: str  # whose parcels it brings
    site: str  # from where
    depot_latitude: float  # where its rounds begin and end
    depot_longitude: float
    capacity_g: int
    shift_from_s: int
    shift_to_s: int
    cost_per_km_micros: int
    cost_per_hour_micros: int  # from departure to return
    fixed_cost_micros: int = 0  # of a day on which it is used
    capacity_cm3: int | None = None  # None: any
    break_s: int = 0
    break_from_s: int | None = None  # None: as the shift
    break_to_s: int | None = None
    max_distance_m: int | None = None
    max_duration_s: int | None = None
    trips: int = 1  # at most, of one round
    reload_s: int = 0
    speed_ppm: int = PPM
    count: int = 1
    stop_s: int = STOP_S  # the same for all vans of a service at a site


@dataclass(frozen=True, slots=True)
class Ride:
    """A parcel's place on a round."""

    round: int  # number of the round in its plan, from 1
    vehicle: str
    trip: int  # of the round, from 1
    position: int  # of the stop on the round, from 1
    arrives_at: datetime  # aware, in the site's zone
    leaves_at: datetime
    cost_minor: int  # its part of what the round costs; part of the freight


@dataclass(frozen=True, slots=True)
class VanRound:
    """What one van drives on one day."""

    round: int  # from 1
    vehicle: str
    service: str
    site: str
    departs_at: datetime  # aware, in the site's zone
    returns_at: datetime
    distance_m: int
    duration_s: int
    cost_minor: int  # its parcels' parts add up to it
    trips: tuple[tuple[str, ...], ...]  # parcels in the order of their stops; between two trips it reloads
