"""Compile sites, collections, services and destinations into the arrays that promises are read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.domain.units import PPM
from doorstep.kernels.promise.areas import Areas, destination_areas, origin_areas
from doorstep.kernels.promise.calendars import (
    DAY_S,
    CalendarBook,
    IntArray,
    destination_calendar,
    known_calendar,
)
from doorstep.kernels.promise.handling_rows import compile_handling
from doorstep.kernels.promise.lanes import compile_curves
from doorstep.kernels.promise.local_time import Zones, compile_zones
from doorstep.kernels.promise.tables import PromiseTables, curve

__all__ = ["NetworkParams", "PromiseTables", "compile_network", "curve", "known_calendar"]

BEFORE_DAYS = 7
Wall = tuple[int, int]  # index of a time zone, seconds after local midnight


@dataclass(frozen=True, slots=True)
class NetworkParams:
    """Assumptions of a compiled network, each with its default here and nowhere else.

    Attributes
    ----------
    stated_on_time_ppm
        Where there is no history, this share is taken to arrive within the carrier's stated transit, spread evenly over
        its days; of the others, half of those left arrive on each later working day.
    margin_days
        Days covered after the last one, for transit and nominated days.
    """

    stated_on_time_ppm: int = 950_000
    margin_days: int = 200

    def __post_init__(self) -> None:
        if not 0 < self.stated_on_time_ppm <= PPM:
            raise InvalidProblem("stated_on_time_ppm lies between 0 and a million")
        if self.margin_days < 0:
            raise InvalidProblem("margin_days < 0 not understood")


def _refuse(services: Sequence[Service], transit: TransitModel, target_ppm: int, first_day: int, last_day: int) -> None:
    if not 0 < target_ppm < PPM:
        raise InvalidProblem("target_ppm lies between 0 and a million")
    if last_day < first_day:
        raise InvalidProblem("last_day < first_day not understood")
    for service in services:
        if not 0 <= service.min_days <= service.max_days:
            raise InvalidProblem(f"the stated transit of service {service.service} is not understood")
    if not all(lane.arrived_ppm for lane in transit.lanes):
        raise InvalidProblem("a lane without an arrival curve is not understood")


def compile_network(
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
    destinations: Sequence[Place],
    transit: TransitModel,
    target_ppm: int,
    first_day: int,
    last_day: int,
    params: NetworkParams | None = None,
) -> PromiseTables:
    """Lay out a network so that a leg costs a fixed number of look-ups.

    Parameters
    ----------
    sites, services, destinations
        What legs refer to, by index.
    collections
        Standing calls; several for one site and service are allowed.
    transit
        Learned lanes; without any, the stated transit holds.
    target_ppm
        Probability that a promise has to reach, between 0 and a million, both excluded.
    first_day, last_day
        Days since 1970-01-01 on which legs can be ready. Covered are `first_day - 7` to `last_day + margin_days`.
    params
        Defaults when None.

    Returns
    -------
    PromiseTables
        Immutable; serves any number of problems.

    Raises
    ------
    InvalidProblem
        For data that contradicts itself, an unknown time zone or holiday calendar.
    """
    params = params or NetworkParams()
    _refuse(services, transit, target_ppm, first_day, last_day)
    covered = (first_day - BEFORE_DAYS, last_day + params.margin_days)
    book = CalendarBook()
    zone_names = sorted({site.time_zone for site in sites})
    site_zone = [zone_names.index(site.time_zone) for site in sites]
    zones = compile_zones(zone_names, *covered)
    walls: dict[Wall, int] = {}
    cutoffs = [
        walls.setdefault((zone, site.order_cutoff_s), len(walls)) for zone, site in zip(site_zone, sites, strict=True)
    ]
    pair, pair_calendar, call_wall, call_weekdays = _calls(sites, site_zone, collections, services, book, walls)
    origins, ends = origin_areas([site.place for site in sites]), destination_areas(destinations)
    handling_of, left_ppm = compile_handling(sites, services, pair, len(pair_calendar), transit.handling)
    curves = compile_curves(services, origins, ends, transit, target_ppm, params.stated_on_time_ppm)
    return PromiseTables(
        target_ppm=target_ppm,
        zones=zones,
        wall_at=_wall_at(walls, zones, *covered),
        site_zone=np.array(site_zone, dtype=np.int64),
        site_cutoff=np.array(cutoffs, dtype=np.int64),
        site_area=origins.area_of,
        pair=pair,
        pair_calendar=pair_calendar,
        call_wall=call_wall,
        call_weekdays=call_weekdays,
        destination_area=ends.area_of,
        delivery_calendar=_delivery_calendars(services, ends, book),
        calendars=book.build(*covered),
        curve_of=curves.curve_of,
        arrived_ppm=curves.arrived_ppm,
        target_days=curves.target_days,
        beyond_evidence=curves.beyond_evidence,
        handling_of=handling_of,
        left_ppm=left_ppm,
    )


def _wall_at(walls: dict[Wall, int], zones: Zones, first_day: int, last_day: int) -> IntArray:
    """Return [T, D] the instants of wall times, in the order of their indices."""
    zone, time_s = np.array(list(walls), dtype=np.int64).reshape(-1, 2).T
    midnights = np.arange(first_day, last_day + 1) * DAY_S
    return zones.instant(zone[:, None], time_s[:, None] + midnights[None, :])


def _calls(
    sites: Sequence[Site],
    site_zone: Sequence[int],
    collections: Sequence[Collection],
    services: Sequence[Service],
    book: CalendarBook,
    walls: dict[Wall, int],
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return `pair`, `pair_calendar`, `call_wall` and `call_weekdays` of the tables; enter the wall times."""
    site_index = {site.site: index for index, site in enumerate(sites)}
    service_index = {service.service: index for index, service in enumerate(services)}
    if len(site_index) < len(sites) or len(service_index) < len(services):
        raise InvalidProblem("a site or a service stands twice")
    calls: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for site in sites:
        book.add(site.working_days.mask, site.holiday_calendar)
    for row in collections:
        if row.site not in site_index or row.service not in service_index:
            raise InvalidProblem(f"collection of {row.service} at {row.site} is not understood")
        if not 0 <= row.collection_time_s < DAY_S:
            raise InvalidProblem(f"the collection time of {row.service} at {row.site} is not a time of day")
        at = site_index[row.site]
        mask = row.working_days.mask & sites[at].working_days.mask
        if mask:
            wall = walls.setdefault((site_zone[at], row.collection_time_s), len(walls))
            calls.setdefault((at, service_index[row.service]), []).append((wall, mask))
    pair = np.full((len(sites), len(services)), -1, dtype=np.int64)
    calendars = np.zeros(max(1, len(calls)), dtype=np.int64)
    shape = (max(1, len(calls)), max(map(len, calls.values()), default=1))
    call_wall, weekdays = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for index, ((at, service), rows) in enumerate(sorted(calls.items())):
        pair[at, service] = index
        union = 0
        for cell, (wall, mask) in enumerate(rows):
            call_wall[index, cell], weekdays[index, cell] = wall, mask
            union |= mask
        calendars[index] = book.add(union, sites[at].holiday_calendar)
    return pair, calendars, call_wall, weekdays


def _delivery_calendars(services: Sequence[Service], ends: Areas, book: CalendarBook) -> IntArray:
    """Return [V, G] the days on which each service delivers in each destination area."""
    codes = [destination_calendar(country, region) for country, region, _ in ends.areas]
    cells = [[book.add(service.working_days.mask, code) for code in codes] for service in services]
    return np.array(cells, dtype=np.int64).reshape(len(services), len(codes))
