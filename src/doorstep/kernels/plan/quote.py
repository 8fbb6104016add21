"""Quotes: every parcel a chunk of orders could send, by every service, with its full cost.

A quote row is (block, site, carton, shift); over services it is an array. Costs are those of the Result: the rate
kernel's charges, the promise kernel's dates, and the pick, carton and lateness lines, each rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.units import PPM
from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.promise.network import PromiseTables
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import PromiseResult, promise
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.result import RateResult
from doorstep.kernels.rate.tables import TariffTables

NEVER = np.int64(1) << 60  # cost of what cannot be


@dataclass(frozen=True, slots=True)
class Terms:
    """What quotes of all chunks share; small enough to travel to another process."""

    tariff: TariffTables
    network: PromiseTables
    lanes: Lanes
    outer_mm: IntArray  # [C, 3]
    tare_g: IntArray  # [C]
    carton_minor: IntArray  # [C + 1]
    carton_rank: IntArray  # [C + 1] ascending outer volume; the own box first
    carton_at: BoolArray  # [K, C + 1]
    pick_unit_micros: IntArray  # [K]
    late_cost_micros: int
    micros_per_minor: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the orders of a chunk ask for, struct of arrays over orders i."""

    destination: IntArray
    ready_at: IntArray
    accepts: IntArray
    slowest: IntArray
    residential: BoolArray
    signed_for: BoolArray
    saturday: BoolArray
    not_before: IntArray
    promised_by: IntArray
    insists: BoolArray  # on its nominated day, see `wish`

    def part(self, lo: int, hi: int) -> Asked:
        """Orders lo to hi, as views."""
        return Asked(*(getattr(self, name)[lo:hi] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Orders with their blocks. Block arrays are over the chunk's blocks; `order` counts from its first order."""

    terms: Terms
    asked: Asked
    order: IntArray  # [b]
    weight_g: IntArray  # [b] net
    units: IntArray  # [b]
    own_size_mm: IntArray  # [b, 3] of a product in its own box, else 0
    at: BoolArray  # [b, K]
    ships: BoolArray  # [b, C + 1]


@dataclass(frozen=True, slots=True)
class Quotes:
    """Rows r over services v. `total_minor` holds no pick cost per order; NEVER where refused."""

    block: IntArray  # [r]
    site: IntArray  # [r]
    carton: IntArray  # [r]
    shift: IntArray  # [r]
    problem: RateProblem
    rates: RateResult
    legs: PromiseResult  # over (order, lane), flat
    leg: IntArray  # [r, v] into legs, -1: no such lane
    lateness_minor: IntArray  # [r, v]
    pick_minor: IntArray  # [r] of the units
    carton_minor: IntArray  # [r]
    total_minor: IntArray  # [r, v]
    column: NDArray[np.int64]  # [r, v] -1: none
    days: IntArray  # [orders, K, R] distinct leaving days in order, -1: no more


def quote(chunk: Chunk) -> Quotes:
    """Quote every possible parcel of a chunk."""
    terms, lanes = chunk.terms, chunk.terms.lanes
    legs = _travel(chunk)
    block, site, carton, shift = _rows(chunk)
    services = lanes.lane_at.shape[1]
    order = chunk.order[block]
    lane = lanes.lane_at[site, :, shift]  # [r, v]
    n_lanes = len(lanes.site)
    leg = np.where(lane >= 0, order[:, None] * n_lanes + lane, -1)
    problem = RateProblem(terms.tariff, _parcels(chunk, block, site, carton, np.where(leg >= 0, legs.ship_day[leg], 0)))
    rates = rate(problem)
    pick = half_up(chunk.units[block] * terms.pick_unit_micros[site], terms.micros_per_minor)
    days = _leaving_days(lanes, legs, len(chunk.asked.destination))
    shape = (len(block), services)
    lateness, total, column = np.zeros(shape, np.int64), np.full(shape, NEVER), np.full(shape, -1, np.int64)
    reach = Reach(legs.promised_day, legs.ship_day, lateness_minor(terms, legs.as_wished_ppm), days)
    columns = (lanes.follows_day, lanes.column_at)
    add_up(
        order,
        site,
        leg,
        rates.price_minor,
        rates.reason,
        pick + terms.carton_minor[carton],
        reach,
        *columns,
        lateness,
        total,
        column,
    )
    return Quotes(
        block=block,
        site=site,
        carton=carton,
        shift=shift,
        problem=problem,
        rates=rates,
        legs=legs,
        leg=leg,
        lateness_minor=lateness,
        pick_minor=pick,
        carton_minor=terms.carton_minor[carton],
        total_minor=total,
        column=column,
        days=days,
    )


class Reach(NamedTuple):
    """What the legs of a chunk bring, and the leaving days."""

    promised_day: IntArray  # [legs] -1: not in reach
    ship_day: IntArray  # [legs]
    lateness_minor: IntArray  # [legs]
    days: IntArray  # [orders, K, R]


@compiled
def add_up(
    order: IntArray,
    site: IntArray,
    leg: IntArray,
    price_minor: IntArray,
    reason: NDArray[np.uint8],
    base_minor: IntArray,
    reach: Reach,
    follows_day: BoolArray,
    column_at: IntArray,
    lateness: IntArray,
    total: IntArray,
    column: IntArray,
) -> None:
    """Fill lateness, total and column [r, v] where a service takes the row, has a date, and leaves in time."""
    for r in range(len(order)):
        k = site[r]
        for v in range(leg.shape[1]):
            e = leg[r, v]
            if e < 0 or reason[r, v] != 0 or reach.promised_day[e] < 0:
                continue
            lateness[r, v] = reach.lateness_minor[e]
            for rank in range(column_at.shape[2]):
                if not follows_day[k] or reach.days[order[r], k, rank] == reach.ship_day[e]:
                    column[r, v] = column_at[k, v, rank]
                    break
            if column[r, v] >= 0:
                total[r, v] = price_minor[r, v] + lateness[r, v] + base_minor[r]


def half_up(numerator: IntArray, denominator: int) -> IntArray:
    """Divide arrays with halves going up."""
    return (2 * numerator + denominator) // (2 * denominator)


def lateness_minor(terms: Terms, on_time_ppm: IntArray) -> IntArray:
    """Charge line of the expected lateness: late_cost x (1 - on-time probability).

    In two parts, whole minor units and what is left of one, so that the dearest late parcel stays within 64 bits.
    """
    whole, rest = divmod(terms.late_cost_micros, terms.micros_per_minor)
    late_ppm = PPM - on_time_ppm
    minor, left = np.divmod(whole * late_ppm, PPM)
    return minor + half_up(left * terms.micros_per_minor + rest * late_ppm, PPM * terms.micros_per_minor)


def _travel(chunk: Chunk) -> PromiseResult:
    """Promise every (order, lane) of the chunk."""
    lanes, asked = chunk.terms.lanes, chunk.asked
    orders, n = len(asked.destination), len(lanes.site)
    legs = Legs(
        site=np.tile(lanes.site, orders),
        service=np.tile(lanes.service, orders),
        destination=np.repeat(asked.destination, n),
        ready_at=np.repeat(asked.ready_at, n),
        shift=np.tile(lanes.shift, orders),
        not_before=np.repeat(asked.not_before, n),
        promised_by=np.repeat(asked.promised_by, n),
    )
    return promise(PromiseProblem(chunk.terms.network, legs))


def _rows(chunk: Chunk) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """List (block, site, carton, shift) that the goods, the carton and the calendar allow."""
    lanes = chunk.terms.lanes
    block, site = np.nonzero(chunk.at)
    allowed = chunk.ships[block] & chunk.terms.carton_at[site]
    pair, carton = np.nonzero(allowed)
    block, site = block[pair], site[pair]
    shifts = (lanes.lane_at >= 0).any(axis=1).sum(axis=1)[site]  # [r]
    row = np.repeat(np.arange(len(block)), shifts)
    shift = np.arange(len(row)) - np.repeat(np.cumsum(shifts) - shifts, shifts)
    return block[row], site[row], carton[row], shift


def _parcels(chunk: Chunk, block: IntArray, site: IntArray, carton: IntArray, ship_day: IntArray) -> Parcels:
    terms, asked, order = chunk.terms, chunk.asked, chunk.order[block]
    outer = np.concatenate([terms.outer_mm, np.ones((1, 3), np.int64)])
    tare = np.concatenate([terms.tare_g, np.zeros(1, np.int64)])
    own = carton == len(terms.outer_mm)
    return Parcels(
        origin=site,
        destination=asked.destination[order],
        ship_day=ship_day,
        weight_g=chunk.weight_g[block] + tare[carton],
        size_mm=np.where(own[:, None], chunk.own_size_mm[block], outer[carton]),
        residential=asked.residential[order],
        signature=asked.signed_for[order],
        saturday=asked.saturday[order],
        accepts=asked.accepts[order],
        slowest=asked.slowest[order],
    )


def _leaving_days(lanes: Lanes, legs: PromiseResult, orders: int) -> IntArray:
    """Distinct days on which each order can leave each site; only where a capacity is set does anybody ask."""
    sites, n = lanes.lane_at.shape[0], len(lanes.site)
    days = np.full((orders, sites, lanes.ranks), -1, np.int64)
    ship_day = np.where(legs.promised_day >= 0, legs.ship_day, NEVER).reshape(orders, n)
    for k in np.flatnonzero(lanes.follows_day):
        mine = np.sort(ship_day[:, (lanes.site == k)], axis=1)
        fresh = np.diff(mine, axis=1, prepend=-1) > 0
        rank = np.cumsum(fresh, axis=1) - 1
        at = np.nonzero(fresh & (mine < NEVER) & (rank < lanes.ranks))
        days[at[0], k, rank[at]] = mine[at]
    return days
