"""Where things are."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

AREA = 2  # characters of a postcode: tens of thousands of people live in the smallest area that they name
LONGEST_REGION_CODE = 3  # of ISO 3166-2, behind the hyphen
EARTH_RADIUS_M = 6_371_009  # mean radius, IUGG


@dataclass(frozen=True, slots=True)
class Place:
    """A place as far as a parcel's route, tariff and calendar need it. Degrees are WGS 84; None: not located."""

    country: str  # ISO 3166-1 alpha-2
    region: str
    city: str
    postcode: str
    latitude: float | None = None
    longitude: float | None = None

    @property
    def located(self) -> bool:
        return self.latitude is not None and self.longitude is not None


def area_of(postcode: str) -> str:
    """Give the beginning of a postcode that zones, statistics and learning need, and that names nobody's door."""
    return "".join(one for one in postcode if one.isalnum())[:AREA].upper()


def region_code(region: str) -> str:
    """Give a region if it is a code, which holds millions; what was typed in its place may be anything."""
    return region if len(region) <= LONGEST_REGION_CODE else ""


def distance_m(from_latitude: float, from_longitude: float, to_latitude: float, to_longitude: float) -> int:
    """Great-circle metres by the haversine formula; degrees in."""
    phi_1, phi_2 = radians(from_latitude), radians(to_latitude)
    half_phi = (phi_2 - phi_1) / 2
    half_lambda = radians(to_longitude - from_longitude) / 2
    chord = sin(half_phi) ** 2 + cos(phi_1) * cos(phi_2) * sin(half_lambda) ** 2
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord))))
