"""The compiled network: everything a leg looks up."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.kernels.promise.calendars import Calendars, IntArray
from doorstep.kernels.promise.compiled import Network
from doorstep.kernels.promise.compiled_relay import Relay
from doorstep.kernels.promise.local_time import Zones


@dataclass(frozen=True, slots=True)
class PromiseTables:
    """S sites, V services, N destinations, and what they have in common.

    P pairs of site and service with at most R collections each, T distinct wall times, O origin areas, G destination
    areas, K curves over H working days, D covered days. Made by `network.compile_network`.

    Attributes
    ----------
    target_ppm
        Probability that a promise has to reach.
    calendars, zones
        Cover the days [calendars.first_day, calendars.last_day].
    wall_at
        [T, D] epoch seconds of a wall time of some zone on each covered day.
    site_zone, site_cutoff, site_area
        [S] index of the time zone, of the order cut-off as a wall time, of the origin area.
    pair
        [S, V] index of the pair, -1: the service does not call at the site.
    pair_calendar
        [P] days on which the site works and at least one collection happens.
    call_wall, call_weekdays
        [P, R] index of a collection's wall time, and its weekdays as bits (0: no collection in this cell).
    destination_area
        [N] destination area: same country, region and postcode area.
    delivery_calendar
        [V, G] days on which the service delivers there.
    curve_of
        [O, V, G] index of the arrival curve.
    arrived_ppm
        [K, H] share that has arrived by the k-th working day after the ship day.
    target_days
        [K] least k at which the curve reaches the target. Where it never does: the k at which it comes nearest, but not
        before the stated transit reaches the target.
    beyond_evidence
        [K] 1: no history reaches the target; `target_days` rests on the stated transit.
    handling_of
        [P] row of `left_ppm`; -1: all leave with the first possible departure.
    left_ppm
        [R, 2, L] share that has left with the k-th departure after the first possible one: of orders that could have
        left on the day on which they were ready, and of the others. What never leaves is missing at the end.
    relay
        Services that take parcels over at a depot; None: all collect at the site.
    """

    target_ppm: int
    calendars: Calendars
    zones: Zones
    wall_at: IntArray
    site_zone: IntArray
    site_cutoff: IntArray
    site_area: IntArray
    pair: IntArray
    pair_calendar: IntArray
    call_wall: IntArray
    call_weekdays: IntArray
    destination_area: IntArray
    delivery_calendar: IntArray
    curve_of: IntArray
    arrived_ppm: IntArray
    target_days: IntArray
    beyond_evidence: IntArray
    handling_of: IntArray
    left_ppm: IntArray
    relay: Relay | None = None

    def network(self) -> Network:
        """What the compiled loop looks up."""
        columns = (getattr(self, name) for name in Network._fields[3:])
        return Network(self.calendars.look_ups(), self.zones.starts, self.zones.offsets_s, *columns)


def curve(tables: PromiseTables, service: int, site: int, destination: int) -> IntArray:
    """Return the arrival curve of a journey, for explanations.

    Parameters
    ----------
    tables
        The compiled network.
    service, site, destination
        Indices.

    Returns
    -------
    numpy.ndarray
        [H] parts per million that have arrived by the k-th working day after the ship day.
    """
    index = tables.curve_of[tables.site_area[site], service, tables.destination_area[destination]]
    found: IntArray = tables.arrived_ppm[index]
    return found
