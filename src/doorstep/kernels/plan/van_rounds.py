"""Rounds as a plan tells them: each parcel's ride, and what each van drives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.fleet import Ride, VanRound
from doorstep.domain.parcel import Parcel
from doorstep.kernels.plan.assemble import EPOCH
from doorstep.kernels.plan.drives import Drive
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.own_fleet import Driven
from doorstep.kernels.route.problem import RELOAD
from doorstep.kernels.route.schedule import Schedule, schedule


@dataclass(frozen=True, slots=True)
class Told:
    """Rounds whose parcels have no names yet."""

    rounds: tuple[VanRound, ...]
    rides: tuple[Ride | None, ...]  # of the picks


def tell_rounds(market: Market, driven: Driven) -> Told:
    """Number the rounds of a plan by day, site and service, and time them."""
    stand = driven.stand
    rides: list[Ride | None] = [None] * len(stand.picks.order)
    rounds: list[VanRound] = []
    for drive in sorted(stand.drives, key=lambda one: (one.day, one.z)):
        timed = schedule(drive.problem, drive.result)
        costs = drive.rounds_minor(market.problem.brand.currency.minor)
        for r, cost in enumerate(costs):
            rounds.append(_round(market, drive, timed, r, len(rounds) + 1, cost))
            _ride(market, drive, timed, r, rounds[-1], stand.shares, rides)
    return Told(tuple(rounds), tuple(rides))


def with_parcels(told: Told, parcels: Sequence[Parcel]) -> tuple[VanRound, ...]:
    """Name the parcels of each round."""
    on_board: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for parcel in parcels:
        if parcel.ride is not None:
            on_board[parcel.ride.round].append((parcel.ride.position, parcel.ride.trip, parcel.parcel))
    found = []
    for one in told.rounds:
        trips: dict[int, list[str]] = defaultdict(list)
        for _, trip, name in sorted(on_board[one.round]):
            trips[trip].append(name)
        found.append(replace(one, trips=tuple(tuple(trips[trip]) for trip in sorted(trips))))
    return tuple(found)


def _round(market: Market, drive: Drive, timed: Schedule, r: int, number: int, cost: int) -> VanRound:
    k, v = _ends(market, drive)
    van = _van(market, drive, r)
    return VanRound(
        round=number,
        vehicle=van,
        service=market.problem.tariff.services[v].service,
        site=market.problem.sites[k].site,
        departs_at=_instant(market, drive, int(timed.departure_s[r])),
        returns_at=_instant(market, drive, int(timed.return_s[r])),
        distance_m=int(timed.distance_m[r]),
        duration_s=int(timed.duration_s[r]),
        cost_minor=cost,
        trips=(),
    )


def _ride(
    market: Market,
    drive: Drive,
    timed: Schedule,
    r: int,
    one: VanRound,
    shares: np.ndarray[tuple[int], np.dtype[np.int64]] | None,
    rides: list[Ride | None],
) -> None:
    """Write the rides of a round."""
    assert shares is not None
    trip, position = 1, 0
    for at in range(int(drive.result.start[r]), int(drive.result.start[r + 1])):
        stop = int(drive.result.visit[at])
        if stop == RELOAD:
            trip += 1
            continue
        position += 1
        row = int(drive.rows[stop])
        there, away = (_instant(market, drive, int(seconds[at])) for seconds in (timed.arrival_s, timed.leave_s))
        rides[row] = Ride(one.round, one.vehicle, trip, position, there, away, int(shares[row]))


def _ends(market: Market, drive: Drive) -> tuple[int, int]:
    fleets = market.fleets
    assert fleets is not None
    return int(fleets.site[drive.z]), int(fleets.service[drive.z])


def _van(market: Market, drive: Drive, r: int) -> str:
    k, v = _ends(market, drive)
    pair = market.problem.sites[k].site, market.problem.tariff.services[v].service
    vans = [one.vehicle for one in market.problem.vans if (one.site, one.service) == pair]
    return vans[int(drive.result.vehicle[r])]


def _instant(market: Market, drive: Drive, seconds: int) -> datetime:
    """Read the clock of the site so many seconds after the midnight of the day."""
    zone = ZoneInfo(market.problem.sites[_ends(market, drive)[0]].time_zone)
    midnight = datetime.combine(EPOCH + timedelta(days=drive.day), time())
    return (midnight + timedelta(seconds=seconds)).replace(tzinfo=zone)
