"""Rounds of the parcels that vans are to bring: one problem of the route kernel for each yard and day of leaving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.kernels.plan.assemble import Picks
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.fleets import IntArray
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.rides import Yard
from doorstep.kernels.route.problem import NEVER, RELOAD, REQUIRED, RouteParams, RouteProblem, plain_stops
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.route import route
from doorstep.kernels.route.schedule import schedule
from doorstep.kernels.run import Run

OWN = RouteParams(engine="own")  # the same rounds whatever is installed
STEPS = 300  # of the search, for each stop
MOST_STEPS = 200_000
MM3_PER_CM3 = 1000
Stop = tuple[int, int]  # order, number of its parcel


@dataclass(frozen=True, slots=True)
class Drive:
    """What vans of yard z take on one day, and on which rounds."""

    z: int
    day: int  # of leaving, days since 1970-01-01
    rows: IntArray  # of the picks, a stop each
    stops: tuple[Stop, ...]
    problem: RouteProblem
    result: RouteResult

    def marginal(self) -> IntArray:
        """[n] millionths by which each stop makes its round dearer; of one that is not served 0."""
        found = np.zeros(len(self.rows), np.int64)
        for vehicle, line in zip(self.result.vehicle.tolist(), self.result.rounds(), strict=True):
            whole = round_cost(self.problem, vehicle, line)
            for at, stop in enumerate(line.tolist()):
                if stop != RELOAD:
                    found[stop] = whole - round_cost(self.problem, vehicle, np.delete(line, at))
        return found

    def rounds_minor(self, minor: Callable[[int], int]) -> list[int]:
        """Cost of each round, rounded once."""
        rounds = zip(self.result.vehicle.tolist(), self.result.rounds(), strict=True)
        return [minor(round_cost(self.problem, vehicle, line)) for vehicle, line in rounds]

    @property
    def missed(self) -> IntArray:
        """Stops that are not served."""
        return np.concatenate([self.result.unserved, self.result.left])


def round_cost(problem: RouteProblem, vehicle: int, line: IntArray) -> int:
    """Millionths that a round costs; without stops nothing."""
    line = tidy(line)
    if not len(line):
        return 0
    none = np.zeros(0, np.int64)
    ends = np.array([0, len(line)], np.int64)
    return schedule(problem, RouteResult(np.array([vehicle]), ends, line, none, none, 0, 0, 0, "own")).cost


def tidy(line: IntArray) -> IntArray:
    """Take out reloads that nothing is before, or after."""
    stays = line != RELOAD
    if stays.all():
        return line
    before = np.concatenate([[False], stays[:-1]])
    last = int(np.flatnonzero(stays).max(initial=-1))
    found: IntArray = line[(stays | before) & (np.arange(len(line)) <= last)]
    return found


def send(
    market: Market,
    yards: Sequence[Yard],
    picks: Picks,
    volume_cm3: IntArray,
    prize_minor: IntArray | None,
    former: Sequence[Drive],
    run: Run,
) -> list[Drive]:
    """Route all picks that vans take.

    Parameters
    ----------
    volume_cm3
        [picks] see `volumes_cm3`.
    prize_minor
        [picks] what it costs to send each otherwise: a stop that is not worth that is left; None: all are to be served.
    former
        Rounds of an earlier turn, to begin with.
    run
        Its seed. The length of the search hangs on the stops alone.
    """
    fleets = market.fleets
    assert fleets is not None
    begun = {(one.z, one.day): one for one in former}
    found = []
    for z, (site, service) in enumerate(zip(fleets.site.tolist(), fleets.service.tolist(), strict=True)):
        mine = np.flatnonzero((picks.site == site) & (picks.service == service))
        for day in np.unique(picks.ship_day[mine]).tolist():
            rows = mine[picks.ship_day[mine] == day]
            problem = _problem(market, yards[z], picks, rows, volume_cm3[rows], prize_minor)
            stops = tuple(zip(picks.order[rows].tolist(), picks.number[rows].tolist(), strict=True))
            start = _begin(begun.get((z, day)), stops)
            steps = min(STEPS * len(rows), MOST_STEPS)
            search = Run(seed=run.seed, iterations=steps)
            if prize_minor is not None:  # from nothing a van that pays only when it is full would never be begun
                start = route(_all_wanted(problem), OWN, search, start)
            result = route(problem, OWN, search, start)
            found.append(Drive(z, day, rows, stops, problem, result))
            run.progress("routing", len(found), len(found))
    return found


def _problem(
    market: Market, yard: Yard, picks: Picks, rows: IntArray, volume_cm3: IntArray, prize_minor: IntArray | None
) -> RouteProblem:
    """Stops of some picks. Vans leave no sooner than the last of them is collected."""
    zone = ZoneInfo(market.problem.sites[int(picks.site[rows[0]])].time_zone)
    ready = max(_clock_s(int(at), zone) for at in np.unique(picks.ship_at[rows]))
    from_s = np.minimum(np.maximum(yard.fleet.from_s, ready), yard.fleet.to_s)
    late = ready > yard.fleet.to_s  # of no use on this day
    fleet = replace(yard.fleet, from_s=from_s, count=np.where(late, 0, yard.fleet.count))
    minor = market.problem.brand.currency.micros_per_minor
    prize = np.full(len(rows), REQUIRED)
    if prize_minor is not None:
        prize = np.minimum(prize_minor[rows], NEVER // minor) * minor
    stops = plain_stops(
        yard.at[picks.order[rows]],
        np.stack([picks.weight_g[rows], volume_cm3], axis=1),
        service_s=np.full(len(rows), yard.stop_s),
        prize=prize,
    )
    return RouteProblem(yard.travel, stops, fleet)


def _all_wanted(problem: RouteProblem) -> RouteProblem:
    prize = np.full(problem.stops.count, REQUIRED)
    return replace(problem, stops=replace(problem.stops, prize=prize))


def _clock_s(at: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return local.hour * 3600 + local.minute * 60 + local.second


def volumes_cm3(market: Market, table: Table, book: LoadBook, picks: Picks) -> IntArray:
    """[picks] what parcels take of a van, outside, rounded up; of a mailer as if it were filled."""
    outer = np.array([np.prod(one.outer_mm) for one in market.problem.cartons] + [0], np.int64)
    mm3 = outer[market.named[picks.carton]]
    load = table.blocks.block_load[picks.block]
    for row in np.flatnonzero(picks.carton == market.n_cartons).tolist():
        mm3[row] = market.size_mm[book.keys[int(load[row])][0][0]].prod()
    return -(-mm3 // MM3_PER_CM3)


def _begin(former: Drive | None, stops: tuple[Stop, ...]) -> RouteResult | None:
    """Give earlier rounds in the numbers of these stops, without those that are no longer there."""
    if former is None:
        return None
    number = {stop: n for n, stop in enumerate(stops)}
    lines, vehicles = [], []
    for vehicle, line in zip(former.result.vehicle.tolist(), former.result.rounds(), strict=True):
        now = [one if one == RELOAD else number.get(former.stops[one]) for one in line.tolist()]
        kept = tidy(np.array([one for one in now if one is not None], np.int64))
        if len(kept):
            lines.append(kept)
            vehicles.append(vehicle)
    if not lines:
        return None
    ends = np.cumsum([0, *map(len, lines)]).astype(np.int64)
    none = np.zeros(0, np.int64)
    return RouteResult(np.array(vehicles, np.int64), ends, np.concatenate(lines), none, none, 0, 0, 0, "own")
