"""Quotes: every parcel a chunk of orders could send, by every service, with its full cost.

A quote row is (block, site, carton, shift); over services it is an array. Costs are those of the Result: the rate
kernel's charges, the promise kernel's dates, and the pick, carton and lateness lines, each rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.units import PPM
from doorstep.kernels.pack.prices import fill_minor
from doorstep.kernels.plan.customs import Contents, Customs, charge, consign
from doorstep.kernels.plan.fleets import Fleets
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.outdone import Outdone
from doorstep.kernels.plan.relays import Relays, handed_days
from doorstep.kernels.plan.rows import Reach, add_up, leaving_days, list_parcels, open_cartons
from doorstep.kernels.plan.ruled import Bars, RuleArray, Shut, promise_open
from doorstep.kernels.plan.scales import QuoteScales
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
    room_mm3: IntArray  # [C + 1] what is filled up around the goods
    fill_micros_per_l: int  # millionths of a minor unit
    carton_rank: IntArray  # [C + 1] ascending outer volume; the own box first
    outdone: Outdone
    pick_unit_micros: IntArray  # [K]
    late_cost_micros: int
    micros_per_minor: int
    customs: Customs | None = None  # without duties
    relays: Relays | None = None  # without linehauls
    fleets: Fleets | None = None  # without vans

    def charge(self, problem: RateProblem, rides: IntArray) -> RateResult:
        """Rate parcels; add the linehaul of those that go by one, and the ride of those that own vans may take."""
        rates = rate(problem)
        if self.relays is not None:
            rates = self.relays.charged(rates, problem.parcels.weight_g)
        return rates if self.fleets is None else self.fleets.driven(rates, problem.parcels.origin, rides)


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
    goods_minor: IntArray  # value of all its goods; zeros where nobody asks
    rides: IntArray  # [i, Z] minor units that a ride costs; NO_RIDE: it is not to be had
    waits: BoolArray  # [i, E] lanes on which one of the orders it stands for would wait for others; [i, 0]: on none

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
    volume_mm3: IntArray  # [b] of the goods in their padding
    value_minor: IntArray  # [b] declared
    units: IntArray  # [b]
    own_size_mm: IntArray  # [b, 3] of a product in its own box, else 0
    at: BoolArray  # [b, K]
    ships: BoolArray  # [b, C + 1]
    contents: Contents | None = None  # [b] where there are customs
    bars: Bars | None = None  # where there are rules
    scales: QuoteScales | None = None  # where services weigh differently
    every: BoolArray | None = None  # [b] of which outdone cartons are quoted, too; None: of all


@dataclass(frozen=True, slots=True)
class Quotes:
    """Rows r over services v. `total_minor` holds no pick cost per order; NEVER where refused."""

    block: IntArray  # [r]
    site: IntArray  # [r]
    carton: IntArray  # [r]
    shift: IntArray  # [r]
    rated: IntArray  # [r] the row of `problem` and `rates` that is its parcel
    problem: RateProblem
    rates: RateResult
    legs: PromiseResult  # over (order, lane), flat
    leg: IntArray  # [r, v] into legs, -1: no such lane
    lateness_minor: IntArray  # [r, v]
    duty_tax_minor: IntArray  # of each parcel of `rates`, what of them the brand pays
    pick_minor: IntArray  # [r] of the units
    carton_minor: IntArray  # [r] with what fills it up
    total_minor: IntArray  # [r, v]
    column: NDArray[np.int64]  # [r, v] -1: none
    days: IntArray  # [orders, K, R] distinct leaving days in order, -1: no more
    barred: Barred | None = None  # where there are rules


@dataclass(frozen=True, slots=True)
class Barred:
    """What rules took out of quotes."""

    total_minor: IntArray  # [r, v] without them
    rule: RuleArray  # [r, v] that bars it, -1: none
    moved: RuleArray  # [legs] that made it leave later


def quote(chunk: Chunk) -> Quotes:
    """Quote every possible parcel of a chunk, but for cartons that are outdone."""
    terms, lanes = chunk.terms, chunk.terms.lanes
    legs, moved = _travel(chunk)
    parcels = list_parcels(chunk.at, _opened(chunk), terms.outdone.kind)
    parcel, shift = _spread(parcels[1], lanes)
    block, site, carton, order = (one[parcel] for one in (*parcels, chunk.order[parcels[0]]))
    lane = lanes.lane_at[site, shift]  # [r, v]
    leg = np.where(lane >= 0, order[:, None] * len(lanes.site) + lane, -1)
    days = np.full((len(chunk.asked.destination), len(lanes.lane_at), lanes.ranks), -1, np.int64)
    leaving_days(lanes.site, lanes.follows_day, legs.promised_day, legs.ship_day, days)
    rated, problem = _rate_problem(chunk, parcels, parcel, leg, legs)
    rates = terms.charge(problem, chunk.asked.rides[chunk.order[parcels[0] if rated is parcel else block]])
    wrapping = wrapping_minor(terms, carton, chunk.volume_mm3[block])
    duty_tax = _duty_tax(chunk, parcels[0] if rated is parcel else block, problem, rates, leg, legs)
    pick = half_up(chunk.units[block] * terms.pick_unit_micros[site], terms.micros_per_minor)
    lateness, total, column = np.zeros(leg.shape, np.int64), np.full(leg.shape, NEVER), np.full(leg.shape, -1, np.int64)
    add_up(
        order,
        site,
        leg,
        rated,
        rates.price_minor + duty_tax if terms.customs else rates.price_minor,
        rates.reason,
        pick + wrapping,
        Reach(legs.promised_day, legs.ship_day, lateness_minor(terms, legs.as_wished_ppm), days),
        lanes.follows_day,
        lanes.column_at,
        lateness,
        total,
        column,
    )
    return Quotes(
        block=block,
        site=site,
        carton=carton,
        shift=shift,
        rated=rated,
        problem=problem,
        rates=rates,
        legs=legs,
        leg=leg,
        lateness_minor=lateness,
        duty_tax_minor=duty_tax,
        pick_minor=pick,
        carton_minor=wrapping,
        total_minor=total,
        column=column,
        days=days,
        barred=None if chunk.bars is None else _bar(chunk.bars, block, site, moved, total, column),
    )


def _opened(chunk: Chunk) -> BoolArray:
    """Cartons that come into question for each block, by kinds of sites."""
    every = np.ones(len(chunk.ships), bool) if chunk.every is None else chunk.every
    return open_cartons(chunk.ships, every, chunk.terms.outdone.by, chunk.terms.outdone.kept)


def _bar(
    bars: Bars, block: IntArray, site: IntArray, moved: RuleArray | None, total: IntArray, column: IntArray
) -> Barred:
    """Take what rules forbid out of the totals and columns of quote rows [r, v]."""
    rule, free = bars.barred[bars.block[block], site], total.copy()
    total[rule >= 0], column[rule >= 0] = NEVER, -1
    return Barred(free, rule, np.zeros(0, np.int16) if moved is None else moved)


def half_up(numerator: IntArray, denominator: int) -> IntArray:
    """Divide arrays with halves going up."""
    return (2 * numerator + denominator) // (2 * denominator)


def wrapping_minor(terms: Terms, carton: IntArray, volume_mm3: IntArray) -> IntArray:
    """Charge line of the carton: its price, and that of filling what goods [k] of some volume leave empty in it."""
    minor = terms.carton_minor[carton]
    if not terms.fill_micros_per_l:
        return minor
    return minor + fill_minor(np.maximum(terms.room_mm3[carton] - volume_mm3, 0), terms.fill_micros_per_l)


def lateness_minor(terms: Terms, on_time_ppm: IntArray) -> IntArray:
    """Charge line of the expected lateness: late_cost x (1 - on-time probability).

    In two parts, whole minor units and what is left of one, so that the dearest late parcel stays within 64 bits.
    """
    whole, rest = divmod(terms.late_cost_micros, terms.micros_per_minor)
    late_ppm = PPM - on_time_ppm
    minor, left = np.divmod(whole * late_ppm, PPM)
    return minor + half_up(left * terms.micros_per_minor + rest * late_ppm, PPM * terms.micros_per_minor)


def _travel(chunk: Chunk) -> tuple[PromiseResult, RuleArray | None]:
    """Promise every (order, lane) of the chunk, and tell which rule moved it."""
    bars = chunk.bars
    return travel(chunk.terms, chunk.asked, bars.shut if bars else None, bars.order if bars else None)


def travel(
    terms: Terms, asked: Asked, shut: Shut | None, sort: IntArray | None
) -> tuple[PromiseResult, RuleArray | None]:
    """Promise every (order, lane), flat, and tell which rule moved it; `sort` of the orders, as `shut` tells them."""
    lanes = terms.lanes
    shape = len(asked.destination), len(lanes.site)

    def each(column: IntArray) -> IntArray:
        return np.broadcast_to(column, shape).reshape(-1)

    legs = Legs(
        site=each(lanes.site),
        service=each(lanes.service),
        destination=each(asked.destination[:, None]),
        ready_at=each(asked.ready_at[:, None]),
        shift=each(lanes.shift),
        not_before=each(asked.not_before[:, None]),
        promised_by=each(asked.promised_by[:, None]),
    )
    problem = PromiseProblem(terms.network, legs)
    found, moved = (promise(problem), None) if sort is None else promise_open(problem, shut, each(sort[:, None]))
    if asked.waits.any():
        found.promised_day[asked.waits.reshape(-1)] = -1
    return found, moved


def _spread(site: IntArray, lanes: Lanes) -> tuple[IntArray, IntArray]:
    """Repeat parcels at these sites for every shift that some service of the site has: parcel and shift of each row."""
    shifts = lanes.shifts[site]
    parcel = np.repeat(np.arange(len(site)), shifts)
    return parcel, np.arange(len(parcel)) - np.repeat(np.cumsum(shifts) - shifts, shifts)


def _rate_problem(
    chunk: Chunk, parcels: tuple[IntArray, IntArray, IntArray], parcel: IntArray, leg: IntArray, legs: PromiseResult
) -> tuple[IntArray, RateProblem]:
    """What is to be rated, and which parcel of it each row is.

    A parcel costs the same on every day between two changes of the tariff: without one, its rows share a rate.
    """
    tariff, handed = chunk.terms.tariff, _handed(chunk, legs)
    leaving = legs.ship_day[legs.promised_day >= 0]
    if handed is not legs.ship_day:
        leaving = np.append(leaving, handed[legs.promised_day >= 0])
    if len(leaving) == 0 or _steady(chunk.terms, int(leaving.min()), int(leaving.max())):
        day = np.full(len(parcels[0]), leaving[0] if len(leaving) else 0)
        return parcel, RateProblem(tariff, _parcels(chunk, *parcels, day))
    block, site, carton = (one[parcel] for one in parcels)
    day = np.where(leg >= 0, handed[leg], 0)
    return np.arange(len(parcel)), RateProblem(tariff, _parcels(chunk, block, site, carton, day))


def _handed(chunk: Chunk, legs: PromiseResult) -> IntArray:
    """Day on which each leg's service takes the parcel over, and from which it charges."""
    terms = chunk.terms
    if terms.relays is None:
        return legs.ship_day
    return handed_days(terms.network, np.tile(terms.lanes.service, len(chunk.asked.destination)), legs)


def _steady(terms: Terms, first: int, last: int) -> bool:
    """Whether nothing changes from one day to another, in the tariff or at the borders."""
    same = bool(terms.tariff.epochs(first) == terms.tariff.epochs(last))
    return same and (terms.customs is None or terms.customs.tables.book.steady(first, last))


def _duty_tax(
    chunk: Chunk, block: IntArray, problem: RateProblem, rates: RateResult, leg: IntArray, legs: PromiseResult
) -> IntArray:
    """What the brand pays at borders for each parcel that is rated, by service and the day of leaving the site."""
    customs, contents, parcels = chunk.terms.customs, chunk.contents, problem.parcels
    if customs is None or contents is None:
        return np.broadcast_to(np.int64(0), rates.reason.shape)
    day = parcels.ship_day
    if chunk.terms.relays is not None and day.ndim > 1:
        day = np.where(leg >= 0, legs.ship_day[leg], 0)
    consignments = consign(
        customs,
        contents,
        site=parcels.origin,
        destination=parcels.destination,
        content=block,
        goods=chunk.asked.goods_minor[chunk.order[block]],
        day=day,
        freight=rates.price_minor,
    )
    return charge(customs, consignments)[1]


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
        value_minor=chunk.value_minor[block],
    )
