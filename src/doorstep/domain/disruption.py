"""What delays parcels on their way, as far as a plan needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.place import Place

DisruptionKind = Literal["strike", "weather", "port", "other"]
DISRUPTION_KINDS: tuple[DisruptionKind, ...] = get_args(DisruptionKind)
AREA_LENGTH = 2  # characters of a postcode: transit times are known by such areas, and by no smaller ones
MOST_DELAY_DAYS = 30


@dataclass(frozen=True, slots=True)
class Disruption:
    """An empty field: any. The delay counts in working days of the service."""

    country: str  # of the destination
    region: str
    postcode_prefix: str
    site: str  # where parcels leave
    carrier: str
    service: str
    starts_on: date
    ends_on: date  # inclusive
    delay_days: int

    def reaches(self, place: Place) -> bool:
        """Whether parcels to this place are concerned."""
        postcode = place.postcode.replace(" ", "").upper()
        return (
            self.country in ("", place.country)
            and self.region in ("", place.region)
            and postcode.startswith(self.postcode_prefix)
        )

    def slows(self, service: Service) -> bool:
        return self.carrier in ("", service.carrier) and self.service in ("", service.service)

    def during(self, first: date, last: date) -> bool:
        """Whether a journey of these days meets it."""
        return self.starts_on <= last and first <= self.ends_on


@dataclass(frozen=True, slots=True)
class DeclaredDisruption:
    """A disruption with what was said of it."""

    what: Disruption
    kind: DisruptionKind
    reason: str  # in words; never empty where `excuses`
    excuses: bool  # whether a parcel that met it and came late is excused
    declared_on: date  # known from this day on


def later(day: date, working: WorkingDays, days: int) -> date:
    """Give the day so many working days later."""
    ordinal = day.toordinal()
    while days:
        ordinal += 1
        days -= date.fromordinal(ordinal).weekday() in working
    return date.fromordinal(ordinal)
