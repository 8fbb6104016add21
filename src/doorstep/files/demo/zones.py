"""Which zone a service charges from one country to another: bands by country, local prefixes, islands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from doorstep.files.demo.tabular import Row, Table

ZONE_COLUMNS = (
    "service", "origin_country", "origin_prefix", "destination_country", "destination_prefix", "zone", "remote",
)  # fmt: skip
COUNTRIES = ("DE", "FR", "NL", "BE", "ES", "IT", "AT", "PL")
# How far the pan-European carriers count it, to the countries in the order above.
_BANDS = {"NL": "12013322", "DE": "02113211", "FR": "20211123", "ES": "31320233", "IT": "21222013"}
_BANDED = ("meridian-economy", "meridian-standard", "meridian-express", "meridian-point", "titan-freight")
_LOCAL = {
    "linden-standard": {
        "DE": {"DE": "D", "AT": "N", "NL": "N", "BE": "N", "PL": "E"},
        "NL": {"NL": "D", "BE": "D", "DE": "N", "AT": "E"},
    },
    "azur-standard": {
        "FR": {"FR": "D", "ES": "N", "IT": "N", "BE": "E"},
        "ES": {"ES": "D", "FR": "N", "IT": "E"},
        "IT": {"IT": "D", "FR": "N", "AT": "E"},
    },
    "azur-point": {"FR": {"FR": "D", "ES": "N", "IT": "N"}, "ES": {"ES": "D", "FR": "N"}, "IT": {"IT": "D", "FR": "N"}},
}
# From the depot beside a site, its own region is cheaper: service, origin, origin prefix, destination prefixes.
_REGIONAL = (
    ("linden-standard", "DE", "04", ("0", "39", "99")),
    ("linden-standard", "NL", "59", ("5", "6")),
    ("azur-standard", "FR", "69", ("01", "38", "42", "69", "71", "73", "74")),
    ("azur-standard", "ES", "50", ("22", "44", "50")),
    ("azur-standard", "IT", "20", ("20", "21", "24", "25", "26", "27")),
)
ISLANDS = {
    "DE": ("2598", "2599"),  # Sylt
    "FR": ("20",),  # Corsica
    "NL": ("179",),  # Texel
    "ES": ("07",),  # the Balearics
    "IT": ("07", "08", "09", "90", "91", "92", "93", "94", "95", "96", "97", "98"),  # Sardinia, Sicily
}
_CANARIES = ("35", "38")
_MAINLAND_ES = tuple(f"{n:02d}" for n in range(1, 51) if f"{n:02d}" not in (*ISLANDS["ES"], *_CANARIES))


def _lane(service: str, origin: str, destination: str, zone: str) -> Iterator[Row]:
    # Without a row for the whole of Spain, the Canary Islands, Ceuta and Melilla are not served.
    for prefix in _MAINLAND_ES if destination == "ES" else ("",):
        yield (service, origin, "", destination, prefix, zone, 0)
    for prefix in ISLANDS.get(destination, ()):
        yield (service, origin, "", destination, prefix, zone, 1)
    if service == "meridian-standard" and destination == "ES":
        for prefix in _CANARIES:
            yield (service, origin, "", destination, prefix, "4", 1)


def zone_rows() -> Iterator[Row]:
    for service in _BANDED:
        for origin, bands in _BANDS.items():
            for destination, band in zip(COUNTRIES, bands, strict=True):
                yield from _lane(service, origin, destination, band)
    for service, lanes in _LOCAL.items():
        for origin, zones in lanes.items():
            for destination, zone in zones.items():
                yield from _lane(service, origin, destination, zone)
    for service, country, origin_prefix, prefixes in _REGIONAL:
        for prefix in prefixes:
            yield (service, country, origin_prefix, country, prefix, "R", 0)


def zones_table() -> Table:
    return ZONE_COLUMNS, list(zone_rows())


@cache
def _lanes() -> dict[tuple[str, str, str], list[tuple[str, str, str]]]:
    """(service, origin country, destination country) -> (destination prefix, origin prefix, zone), longest first."""
    lanes: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
    for service, origin, origin_prefix, destination, destination_prefix, zone, _ in zone_rows():
        lane = str(service), str(origin), str(destination)
        lanes.setdefault(lane, []).append((str(destination_prefix), str(origin_prefix), str(zone)))
    for rules in lanes.values():
        rules.sort(key=lambda rule: (-len(rule[0]), -len(rule[1])))
    return lanes


def zone_of(service: str, origin: tuple[str, str], destination: tuple[str, str]) -> str | None:
    """The zone between two (country, postcode), by the rule of the format: the longest destination prefix wins, then
    the longest origin prefix. None: not served.
    """
    for to_prefix, from_prefix, zone in _lanes().get((service, origin[0], destination[0]), ()):
        if destination[1].startswith(to_prefix) and origin[1].startswith(from_prefix):
            return zone
    return None
