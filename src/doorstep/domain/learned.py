"""What is known from parcels that have travelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PastParcel:
    parcel: str
    order: str
    service: str  # empty: not recorded
    site: str
    seller: str
    origin_country: str
    origin_postcode: str
    destination_country: str
    destination_region: str
    destination_postcode: str
    weight_g: int
    placed_at: datetime  # aware, like all instants here
    status: str
    distance_m: int | None = None
    category: str = ""
    approved_at: datetime | None = None
    handed_over_at: datetime | None = None
    delivered_at: datetime | None = None
    promised_by: date | None = None
    freight_paid_micros: int | None = None
    review_score: int | None = None
    sample_weight: float = 1.0
    origin_latitude: float | None = None
    origin_longitude: float | None = None
    destination_latitude: float | None = None
    destination_longitude: float | None = None
    ready_by: date | None = None  # the last day of hand-over that leaves the carrier its time
    attempts: int | None = None  # at the door; None: not told
    damaged: bool | None = None  # None: nobody has looked, or it is not told


@dataclass(frozen=True, slots=True)
class Lane:
    """How long a service takes from one area to another. An empty field: any."""

    level: int  # 0: the finest
    service: str  # empty: parcels whose service was not recorded
    origin_country: str
    origin_prefix: str  # of the postcode
    destination_country: str
    destination_region: str
    destination_prefix: str
    parcels: int  # handed over before the model's instant
    arrived_ppm: tuple[int, ...]  # [k]: share arrived by the k-th working day after hand-over; ends with the history


@dataclass(frozen=True, slots=True)
class HandlingCurve:
    """How a site keeps its departures: the share that has left with the k-th one after the first possible one.

    An order that is ready earlier leaves no later: `same_day_ppm[k] <= next_day_ppm[k] <= same_day_ppm[k + 1]`, and
    both end alike.
    """

    site: str
    service: str  # empty: whatever the service
    parcels: int  # that it was learned from
    same_day_ppm: tuple[int, ...]  # of orders that could have left on the day on which they were ready
    next_day_ppm: tuple[int, ...]  # of all others; as long


@dataclass(frozen=True, slots=True)
class ServicePace:
    """How fast the parcels of a service have moved of late: arrivals a day over what its whole past lets expect."""

    service: str  # empty: parcels whose service was not recorded
    pace_ppm: int  # a million: as ever


@dataclass(frozen=True, slots=True)
class TransitModel:
    """Durations as known at `as_of`; lanes from the coarsest level to the finest, then by their fields.

    Where `paces` are told, the lanes' curves are at these paces already.

    A site without a curve of its handling keeps the first possible departure, as it states.
    """

    as_of: datetime
    lanes: tuple[Lane, ...] = ()
    handling: tuple[HandlingCurve, ...] = ()
    paces: tuple[ServicePace, ...] = ()
