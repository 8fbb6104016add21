"""Postcode prefixes and where they lie; a prefix that is not located borrows from its neighbours by number."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from statistics import median

from doorstep.domain.place import Place
from doorstep.files.importers.olist.brazil import STATE_PREFIXES, state_of
from doorstep.files.importers.olist.market import Prefix
from doorstep.files.importers.olist.source import Table, Tallies

PREFIX_DIGITS = 5
SMALL_WORDS = frozenset({"Da", "Das", "De", "Do", "Dos", "E"})


def is_prefix(text: str) -> bool:
    return len(text) == PREFIX_DIGITS and text.isascii() and text.isdecimal()


def read_prefixes(table: Table, dropped: Tallies) -> Mapping[str, Prefix]:
    prefixes: dict[str, Prefix] = {}
    for number, (postcode, latitude, longitude, city, state) in table.rows:
        if not is_prefix(postcode):
            dropped.add(table.file, "not a postcode prefix of 5 digits", number)
            continue
        try:
            at = float(latitude), float(longitude)
        except ValueError:
            at = (91.0, 181.0)
        if not (abs(at[0]) <= 90 and abs(at[1]) <= 180):  # also refuses nan
            dropped.add(table.file, "no latitude and longitude", number)
            continue
        if postcode in prefixes:
            dropped.add(table.file, "postcode prefix met before", number)
            continue
        known = state if state in STATE_PREFIXES else state_of(postcode)
        prefixes[postcode] = Prefix(postcode, city, known, *at)
    return prefixes


def read_demand(table: Table, dropped: Tallies) -> Mapping[str, int]:
    """Customers per prefix."""
    demand: dict[str, int] = {}
    for number, (postcode, customers) in table.rows:
        if not (is_prefix(postcode) and customers.isascii() and customers.isdecimal()):
            dropped.add(table.file, "not a postcode prefix and a number of customers", number)
        elif postcode in demand:
            dropped.add(table.file, "postcode prefix met before", number)
        else:
            demand[postcode] = int(customers)
    return demand


def plain_name(city: str) -> str:
    """Lower case without accents: the same city is written both ways."""
    return unicodedata.normalize("NFKD", city).encode("ascii", "ignore").decode().lower()


def city_name(text: str) -> str:
    """As it is written on a map: `rio de janeiro` -> `Rio de Janeiro`."""
    words = text.title().split(" ")
    return " ".join(word.lower() if position and word in SMALL_WORDS else word for position, word in enumerate(words))


class Gazetteer:
    """Places of prefixes: exact, else the median of the prefixes that share four, then three digits."""

    def __init__(self, prefixes: Mapping[str, Prefix]) -> None:
        self._prefixes = prefixes
        self._areas: dict[str, list[Prefix]] = {}
        for prefix in prefixes.values():
            for digits in (4, 3):
                self._areas.setdefault(prefix.postcode[:digits], []).append(prefix)

    def place(self, postcode: str, city: str = "", state: str = "") -> tuple[Place, str]:
        """The place, and how it was located: `exact`, `neighbours` or `none`."""
        region = state if state in STATE_PREFIXES else state_of(postcode)
        exact = self._prefixes.get(postcode)
        if exact is not None:
            return _place(region, city or exact.city, postcode, exact.latitude, exact.longitude), "exact"
        for digits in (4, 3):
            near = self._areas.get(postcode[:digits])
            if near:
                latitude = round(median(prefix.latitude for prefix in near), 6)
                longitude = round(median(prefix.longitude for prefix in near), 6)
                return _place(region, city, postcode, latitude, longitude), "neighbours"
        return Place("BR", region, city_name(city), postcode), "none"


def _place(region: str, city: str, postcode: str, latitude: float, longitude: float) -> Place:
    return Place("BR", region, city_name(city), postcode, latitude, longitude)
