"""Where the customers live: real cities, with addresses scattered around their centres."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.place import distance_m
from doorstep.files.demo.network import SITES

# Shares of the orders. A brand that began in the Netherlands and sells most in Germany: invented.
COUNTRY_SHARES = {"DE": 0.34, "FR": 0.19, "NL": 0.12, "ES": 0.09, "BE": 0.08, "IT": 0.08, "AT": 0.05, "PL": 0.05}
POPULATION_EXPONENT = 0.75  # a city stands for its hinterland too, so the biggest count for less than their size
KM_PER_DEGREE = 111.2
CANARY_PREFIXES = ("35", "38")
_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"  # Dutch postcodes avoid letters that are easily misread


@dataclass(frozen=True, slots=True)
class City:
    country: str
    region: str
    city: str
    postcode_from: int
    postcode_to: int
    postcode_step: int
    postcode_digits: int
    latitude: float
    longitude: float
    population_thousands: int
    remote: bool  # an island: carriers charge more, or do not go there

    @property
    def prefix(self) -> str:
        """The first two digits, which all postcodes of the city share in most countries."""
        return str(self.postcode_from).zfill(self.postcode_digits)[:2]

    @property
    def overseas(self) -> bool:
        return self.country == "ES" and self.prefix in CANARY_PREFIXES


@cache
def cities() -> tuple[City, ...]:
    text = files("doorstep.files.demo").joinpath("cities.csv").read_text(encoding="utf-8")
    return tuple(
        City(
            row["country"],
            row["region"],
            row["city"],
            int(row["postcode_from"]),
            int(row["postcode_to"]),
            int(row["postcode_step"]),
            len(row["postcode_from"]),
            float(row["latitude"]),
            float(row["longitude"]),
            int(row["population_thousands"]),
            row["remote"] == "1",
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def _weights() -> tuple[float, ...]:
    raw = [city.population_thousands**POPULATION_EXPONENT for city in cities()]
    totals = dict.fromkeys(COUNTRY_SHARES, 0.0)
    for city, weight in zip(cities(), raw, strict=True):
        totals[city.country] += weight
    return tuple(COUNTRY_SHARES[city.country] * w / totals[city.country] for city, w in zip(cities(), raw, strict=True))


def city_weights() -> NDArray[np.float64]:
    """Share of the orders that go to each city; they sum to one."""
    return np.array(_weights())


def nearest_sites() -> NDArray[np.int64]:
    """Of every city, the fulfilment centre nearest to it: [cities], an index into SITES."""
    centres = [(s, site) for s, site in enumerate(SITES) if site.kind == "fulfilment_centre"]
    return np.array(
        [
            min(centres, key=lambda pair: distance_m(c.latitude, c.longitude, pair[1].latitude, pair[1].longitude))[0]
            for c in cities()
        ]
    )


@dataclass(frozen=True, slots=True)
class Addresses:
    """One entry per customer."""

    city: NDArray[np.int64]
    postcode: tuple[str, ...]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]


def addresses(count: int, rng: np.random.Generator) -> Addresses:
    city = rng.choice(len(cities()), count, p=city_weights())
    population = np.array([c.population_thousands for c in cities()])[city]
    # Most people live within a few kilometres of the centre, farther out in bigger cities.
    spread_km = 0.9 + 0.055 * np.sqrt(population)
    north_km, east_km = rng.normal(0.0, 1.0, (2, count)) * spread_km
    latitude = np.array([c.latitude for c in cities()])[city] + north_km / KM_PER_DEGREE
    per_degree = KM_PER_DEGREE * np.cos(np.radians(latitude))
    longitude = np.array([c.longitude for c in cities()])[city] + east_km / per_degree
    draws = rng.random((count, 3))
    codes = tuple(postcode(cities()[c], *draw) for c, draw in zip(city.tolist(), draws.tolist(), strict=True))
    return Addresses(city, codes, latitude, longitude)


def postcode(city: City, number: float, first: float, second: float) -> str:
    """A code of the city's range, from three draws in [0, 1)."""
    steps = (city.postcode_to - city.postcode_from) // city.postcode_step + 1
    digits = str(city.postcode_from + int(number * steps) * city.postcode_step).zfill(city.postcode_digits)
    if city.country == "NL":
        return f"{digits} {_LETTERS[int(first * 20)]}{_LETTERS[int(second * 20)]}"
    if city.country == "PL":
        return f"{digits[:2]}-{digits[2:]}"
    return digits
