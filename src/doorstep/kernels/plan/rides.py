"""What a ride would cost: at the least, by an estimate before there are rounds, and put into rounds that there are.

An order needs a place on the map, and must lie in the customs territory of the site.

References
----------
Daganzo (1984), The distance traveled to visit N points with a maximum of C stops per vehicle, Transportation Science
18(4): the way to a stop is the way to its area, shared by all stops of a round, and the way from stop to stop.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from doorstep.domain.carriage import apart
from doorstep.domain.demand import Order
from doorstep.domain.fleet import DETOUR_PPM, SECONDS_PER_KM, Van
from doorstep.domain.units import divide_half_up
from doorstep.kernels.plan.fleets import NO_RIDE, IntArray
from doorstep.kernels.plan.market import Market
from doorstep.kernels.route.pace import at_speed
from doorstep.kernels.route.problem import NEVER, RELOAD, Fleet, RouteProblem, Travel, plain_fleet
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.travel import block

AT_ONCE = 512  # rows of a block of distances
EAGER = 4


@dataclass(frozen=True, slots=True)
class Yard:
    """The vans of one service at one site."""

    vans: tuple[Van, ...]
    travel: Travel  # depots, then the orders that have a place
    at: IntArray  # [N] row of each order, -1: vans do not go there
    fleet: Fleet  # a row for each of `vans`
    stop_s: int

    def there_and_back(self) -> tuple[IntArray, IntArray]:
        """[v, N] millionths of a round to one order, NEVER: it cannot be driven; and how long it is."""
        fleet, known = self.fleet, np.flatnonzero(self.at >= 0)
        cost = np.full((fleet.kinds, len(self.at)), NEVER)
        metres, seconds = cost.copy(), cost.copy()
        for v in range(fleet.kinds):
            home = fleet.start[v : v + 1]
            out, back = block(self.travel, home, self.at[known]), block(self.travel, self.at[known], home)
            metres[v, known] = out[0][0] + back[0][:, 0]
            seconds[v, known] = at_speed(out[1][0], int(fleet.speed_ppm[v])) + at_speed(
                back[1][:, 0], int(fleet.speed_ppm[v])
            )
        length = seconds + self.stop_s
        most = np.minimum(fleet.max_duration_s, fleet.to_s - fleet.from_s)
        here = (metres <= fleet.max_distance_m[:, None]) & (length <= most[:, None])
        here &= metres < NEVER
        plain = fleet.fixed[:, None] + fleet.per_m[:, None] * np.where(here, metres, 0)
        cost[here] = (plain + fleet.per_s[:, None] * np.where(here, length, 0))[here]
        return cost, length


def open_yards(market: Market) -> tuple[Yard, ...]:
    """Give the yard of each fleet z of a market that has vans."""
    problem, fleets = market.problem, market.fleets
    assert fleets is not None
    found = []
    for k, v in zip(fleets.site.tolist(), fleets.service.tolist(), strict=True):
        site, service = problem.sites[k], problem.tariff.services[v].service
        vans = tuple(one for one in problem.vans if (one.site, one.service) == (site.site, service))
        home = site.place.country
        near = [
            one.place.located and not apart(problem.tariff.territories, home, one.place.country)
            for one in problem.orders
        ]
        found.append(_yard(vans, problem.orders, near))
    return tuple(found)


def _yard(vans: tuple[Van, ...], orders: tuple[Order, ...], near: list[bool]) -> Yard:
    depots = [(van.depot_longitude, van.depot_latitude) for van in vans]
    places = [(one.place.longitude, one.place.latitude) for one, there in zip(orders, near, strict=True) if there]
    x, y = np.array(depots + places, np.float64).T
    at = np.full(len(orders), -1, np.int64)
    at[near] = len(vans) + np.arange(len(places))
    travel = Travel("haversine", x.copy(), y.copy(), seconds_per_km=SECONDS_PER_KM, detour_ppm=DETOUR_PPM)
    return Yard(vans, travel, at, _fleet(vans), vans[0].stop_s)


def _fleet(vans: tuple[Van, ...]) -> Fleet:
    def each(numbers: Iterable[int | None]) -> IntArray:
        return np.array([NEVER if one is None else one for one in numbers], np.int64)

    shift = each(one.shift_from_s for one in vans), each(one.shift_to_s for one in vans)
    breaks = each(one.break_from_s for one in vans), each(one.break_to_s for one in vans)
    return plain_fleet(
        each(one.count for one in vans),
        np.stack([each(one.capacity_g for one in vans), each(one.capacity_cm3 for one in vans)], axis=1),
        start=np.arange(len(vans)),
        end=np.arange(len(vans)),
        from_s=shift[0],
        to_s=shift[1],
        fixed=each(one.fixed_cost_micros for one in vans),
        per_m=each(divide_half_up(one.cost_per_km_micros, 1_000) for one in vans),
        per_s=each(divide_half_up(one.cost_per_hour_micros, 3_600) for one in vans),
        max_distance_m=each(one.max_distance_m for one in vans),
        max_duration_s=each(one.max_duration_s for one in vans),
        max_trips=each(one.trips for one in vans),
        reload_s=each(one.reload_s for one in vans),
        break_s=each(one.break_s for one in vans),
        break_from_s=np.where(breaks[0] < NEVER, breaks[0], shift[0]),
        break_to_s=np.where(breaks[1] < NEVER, breaks[1], shift[1]),
        speed_ppm=each(one.speed_ppm for one in vans),
    )


def least_rides(market: Market) -> IntArray:
    """[N, Z] what a ride costs in any rounds: the time of its stop, cut off to whole minor units.

    Where parcels lie side by side the way from one to the next costs nothing, so that no more can be said of one alone.
    """
    yards, minor = open_yards(market), market.problem.brand.currency.micros_per_minor
    found = np.full((len(market.problem.orders), len(yards)), NO_RIDE)
    for z, yard in enumerate(yards):
        reached = (yard.there_and_back()[0] < NEVER).any(axis=0)
        found[reached, z] = int(yard.fleet.per_s.min()) * yard.stop_s // minor
    return found


def estimated_rides(market: Market) -> IntArray:
    """[N, Z] what a ride costs if rounds are full: its share of the way out and back, and the way to the nearest stop.

    Of what that is beyond the least one part in EAGER is counted: whoever may be worth a stop is to be looked at when
    there are rounds, and between two sites the way still tells.
    """
    yards, minor = open_yards(market), market.problem.brand.currency.micros_per_minor
    found, least = np.full((len(market.problem.orders), len(yards)), NO_RIDE), least_rides(market)
    for z, yard in enumerate(yards):
        cost = _estimate(yard, _mean_weight_g(market))
        reached = cost < NEVER
        beyond = np.maximum(0, cost[reached] // minor - least[reached, z])
        found[reached, z] = least[reached, z] + beyond // EAGER
    return found


def _estimate(yard: Yard, weight_g: float) -> IntArray:
    """[N] millionths, the least over the vans of a yard."""
    fleet = yard.fleet
    alone, length = yard.there_and_back()
    apart_m, apart_s = _to_nearest(yard)
    best = np.full(len(yard.at), NEVER)
    for v in range(fleet.kinds):
        reached = alone[v] < NEVER
        if not reached.any():
            continue
        shift = float(min(fleet.max_duration_s[v], fleet.to_s[v] - fleet.from_s[v]))
        each = yard.stop_s + float(apart_s[reached].mean())
        stops = min(
            float(reached.sum()),
            float(fleet.max_trips[v] * fleet.capacity[v, 0]) / weight_g,
            (shift - float(length[v, reached].mean())) / max(1.0, each),
        )
        at_stop = int(fleet.per_s[v]) * yard.stop_s
        way = fleet.per_m[v] * apart_m + fleet.per_s[v] * apart_s
        shared = np.where(reached, alone[v] - at_stop, 0) / max(1.0, stops)
        best = np.where(reached, np.minimum(best, shared.astype(np.int64) + way + at_stop), best)
    return best


def _mean_weight_g(market: Market) -> float:
    """Of the goods of an order."""
    weights = [
        sum(
            int(market.weight_g[market.sku[line.sku]]) * line.quantity for line in order.lines if line.sku in market.sku
        )
        for order in market.problem.orders
    ]
    return max(1.0, float(np.mean(weights))) if weights else 1.0


def _to_nearest(yard: Yard) -> tuple[IntArray, IntArray]:
    """[N] metres and plain seconds from each order to the nearest other place; 0: there is none."""
    known = np.flatnonzero(yard.at >= 0)
    rows, travel = yard.at[known], yard.travel
    _, first, place = np.unique(
        np.stack([travel.x[rows], travel.y[rows]], axis=1), axis=0, return_index=True, return_inverse=True
    )
    spots = rows[first]
    metres, seconds = np.zeros(len(spots), np.int64), np.zeros(len(spots), np.int64)
    for lo in range(0, len(spots) if len(spots) > 1 else 0, AT_ONCE):
        mine = np.arange(lo, min(lo + AT_ONCE, len(spots)))
        far, long = block(travel, spots[mine], spots)
        far[mine - lo, mine] = NEVER
        nearest = far.argmin(axis=1)
        metres[mine], seconds[mine] = far[mine - lo, nearest], long[mine - lo, nearest]
    found = np.zeros((2, len(yard.at)), np.int64)
    found[0, known], found[1, known] = metres[place.reshape(-1)], seconds[place.reshape(-1)]
    return found[0], found[1]


def inserted_rides(yard: Yard, driven: Iterable[tuple[RouteProblem, RouteResult]]) -> IntArray:
    """[N] millionths that each order would add to the cheapest of some rounds, or cost by itself; NEVER: out of reach.

    Loads and times are not looked at.
    """
    found: IntArray = yard.there_and_back()[0].min(axis=0)
    known = np.flatnonzero(found < NEVER)
    for problem, result in driven:
        for v, line in zip(result.vehicle.tolist(), result.rounds(), strict=True):
            fleet = problem.fleet
            stops = np.where(line == RELOAD, fleet.start[v], problem.stops.location[line])
            path = np.concatenate([fleet.start[v : v + 1], stops, fleet.end[v : v + 1]])
            to, back = block(yard.travel, path, yard.at[known]), block(yard.travel, yard.at[known], path)
            legs = block(yard.travel, path[:-1], path[1:])
            speed = int(fleet.speed_ppm[v])
            metres = to[0][:-1] + back[0].T[1:] - np.diagonal(legs[0])[:, None]
            seconds = sum(at_speed(one, speed) for one in (to[1][:-1], back[1].T[1:]))
            seconds = seconds - at_speed(np.diagonal(legs[1]), speed)[:, None] + yard.stop_s
            more = (fleet.per_m[v] * metres + fleet.per_s[v] * seconds).min(axis=0)
            found[known] = np.minimum(found[known], np.maximum(0, more))
    return found
