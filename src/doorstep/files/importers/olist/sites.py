"""N fulfilment centres in real cities: the weighted k-median of the customers, by greedy addition and interchange."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.place import EARTH_RADIUS_M, Place
from doorstep.files.importers.olist.market import Prefix
from doorstep.files.importers.olist.places import city_name, plain_name

Floats = npt.NDArray[np.float64]
MIN_CANDIDATES = 40
CANDIDATES_PER_SITE = 4
MAX_PASSES = 50


@dataclass(frozen=True, slots=True)
class PlacedSite:
    site: str
    place: Place  # the postcode is a prefix of 5 digits
    share: float  # of the customers, being their nearest site
    mean_distance_m: int  # to those customers


def great_circle_m(latitude: Floats, longitude: Floats, to_latitude: Floats, to_longitude: Floats) -> Floats:
    """Metres from each of n points to each of m; degrees in; shape (n, m)."""
    phi, to_phi = np.radians(latitude)[:, None], np.radians(to_latitude)[None, :]
    half_lambda = np.radians(to_longitude[None, :] - longitude[:, None]) / 2
    chord = np.sin((to_phi - phi) / 2) ** 2 + np.cos(phi) * np.cos(to_phi) * np.sin(half_lambda) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))


def place_sites(count: int, demand: Mapping[str, float], prefixes: Mapping[str, Prefix]) -> tuple[PlacedSite, ...]:
    """Choose cities among those of the greatest demand. Raises InputRefused when there are fewer cities than sites."""
    points = [prefixes[postcode] for postcode in sorted(demand) if postcode in prefixes and demand[postcode] > 0]
    weight = np.array([demand[point.postcode] for point in points], dtype=np.float64)
    cities = _candidates(points, weight, _names(prefixes.values()), max(MIN_CANDIDATES, CANDIDATES_PER_SITE * count))
    if not 1 <= count <= len(cities):
        why = f"must lie between 1 and the {len(cities)} cities with customers before the day"
        raise InputRefused((Fault("--sites", 0, "", str(count), why),), 1)
    cost = weight[:, None] * great_circle_m(*_degrees(points), *_degrees(cities))
    chosen = _interchange(cost, _greedy(cost, count))
    nearest = cost[:, chosen].argmin(axis=1)
    names: dict[str, int] = {}
    sites = []
    for position, city in enumerate(chosen):
        mine = nearest == position
        name = _slug(cities[city])
        names[name] = names.get(name, 0) + 1
        total = float(weight[mine].sum())
        sites.append(
            PlacedSite(
                name if names[name] == 1 else f"{name}-{names[name]}",
                _place(cities[city]),
                total / float(weight.sum()),
                round(float(cost[mine, city].sum()) / total) if total else 0,
            )
        )
    return tuple(sorted(sites, key=lambda each: (-each.share, each.site)))


def nearest_site(sites: Sequence[PlacedSite], latitude: Floats, longitude: Floats) -> npt.NDArray[np.int64]:
    """Index of the nearest site of each point."""
    at = np.array([(site.place.latitude, site.place.longitude) for site in sites], dtype=np.float64)
    away = great_circle_m(latitude, longitude, at[:, 0], at[:, 1])
    return np.asarray(away.argmin(axis=1), dtype=np.int64)


def _degrees(points: Sequence[Prefix]) -> tuple[Floats, Floats]:
    at = np.array([(point.latitude, point.longitude) for point in points], dtype=np.float64).reshape(-1, 2)
    return at[:, 0], at[:, 1]


def _names(prefixes: Iterable[Prefix]) -> dict[tuple[str, str], str]:
    """The name of each city by state and plain name: with its accents, where anybody wrote them."""
    names: dict[tuple[str, str], str] = {}
    for prefix in prefixes:
        key = prefix.state, plain_name(prefix.city)
        names[key] = max(names.get(key, ""), prefix.city, key=lambda city: (not city.isascii(), city))
    return names


def _candidates(
    points: Sequence[Prefix], weight: Floats, names: Mapping[tuple[str, str], str], most: int
) -> list[Prefix]:
    """Cities by falling demand; each stands at its prefix nearest to the middle of its customers."""
    cities: dict[tuple[str, str], list[int]] = {}
    for index, point in enumerate(points):
        cities.setdefault((point.state, plain_name(point.city)), []).append(index)
    ranked = sorted(cities.items(), key=lambda entry: (-weight[entry[1]].sum(), entry[0]))
    found = []
    for _, members in ranked[:most]:
        latitude, longitude = _degrees([points[member] for member in members])
        middle = (np.average(latitude, weights=weight[members]), np.average(longitude, weights=weight[members]))
        away = great_circle_m(latitude, longitude, np.array([middle[0]]), np.array([middle[1]]))[:, 0]
        stand = points[members[int(away.argmin())]]
        found.append(replace(stand, city=names[stand.state, plain_name(stand.city)]))
    return found


def _greedy(cost: Floats, count: int) -> list[int]:
    """Add the city that lowers the total most, again and again; ties by index."""
    chosen: list[int] = []
    best = np.full(len(cost), np.inf)
    for _ in range(count):
        totals = np.minimum(best[:, None], cost).sum(axis=0)
        totals[chosen] = np.inf
        chosen.append(int(totals.argmin()))
        best = np.minimum(best, cost[:, chosen[-1]])
    return chosen


def _interchange(cost: Floats, chosen: list[int]) -> list[int]:
    """Move one site at a time to its best city while the total falls (Teitz and Bart, 1968)."""
    chosen = list(chosen)
    for _ in range(MAX_PASSES):
        moved = False
        for position in range(len(chosen)):
            others = chosen[:position] + chosen[position + 1 :]
            best = cost[:, others].min(axis=1) if others else np.full(len(cost), np.inf)
            totals = np.minimum(best[:, None], cost).sum(axis=0)
            totals[others] = np.inf
            city = int(totals.argmin())
            if totals[city] < totals[chosen[position]] * (1 - 1e-12):
                chosen[position], moved = city, True
        if not moved:
            break
    return chosen


def _place(city: Prefix) -> Place:
    return Place("BR", city.state, city_name(city.city), city.postcode, city.latitude, city.longitude)


def _slug(city: Prefix) -> str:
    return re.sub(r"[^a-z0-9]+", "-", plain_name(f"{city.city} {city.state}")).strip("-")
