"""Walk through a period that is over: plan each week by what was known, choose each parcel by prices, settle.

Choosing by the duals of a programme that is solved again and again as orders come is the dynamic learning of Agrawal,
Wang and Ye, "A dynamic near-optimal algorithm for online linear programming", Operations Research 62 (2014); here on
scenarios of what is to come in place of what has come alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.commit import commit
from doorstep.kernels.position.commit_lanes import WEEK, ForecastParams, IntArray, Parcels, drawn_weeks, weekly
from doorstep.kernels.position.commit_prices import live_prices
from doorstep.kernels.position.commit_problem import BoolArray, CommitParams, CommitProblem, Contract, FloatArray
from doorstep.kernels.position.commit_settle import settled

FORECAST = ForecastParams(scenarios=12)
SEARCH = CommitParams(gap=1e-3, nodes=200, margins=False)


@dataclass(frozen=True, slots=True)
class ReplayParams:
    """How a period is walked.

    Attributes
    ----------
    forecast, search
        Of each week's plan.
    weeks
        Of the past that weeks to come are drawn from, at most.
    """

    forecast: ForecastParams = FORECAST
    search: CommitParams = SEARCH
    weeks: int = 26


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a period cost, in minor units, contracts settled.

    Attributes
    ----------
    planned_minor
        Each parcel by its price and the commitment prices of its week.
    greedy_minor
        Each parcel the cheapest way.
    hindsight_minor
        The least that any shares could have cost, all parcels known: a bound (`hindsight_gap` wide).
    """

    parcels: float
    planned_minor: float
    greedy_minor: float
    hindsight_minor: float
    hindsight_gap: float

    @property
    def regret_minor(self) -> float:
        """What the planned way cost beyond hindsight's bound."""
        return self.planned_minor - self.hindsight_minor

    @property
    def greedy_regret_minor(self) -> float:
        """What the cheapest way cost beyond it."""
        return self.greedy_minor - self.hindsight_minor


def replay(
    parcels: Parcels,
    contracts: tuple[Contract, ...],
    services: tuple[str, ...],
    first: int,
    end: int,
    params: ReplayParams,
    seed: int = 0,
) -> Replayed:
    """Replay the days from `first` until before `end`.

    Parameters
    ----------
    parcels
        All there are; those before `first` are what is known then, and none from `end` on is read.
    contracts
        Their `counts` are [1, s], the same of all lanes; nothing is booked yet.
    """
    if end <= first:
        raise InvalidProblem("the period ends before it begins")
    inside = (parcels.day >= first) & (parcels.day < end)
    live = parcels.of(inside)
    prices = np.where(live.eligible, live.price_minor, np.inf)
    greedy = prices.argmin(axis=1).astype(np.int64) if len(live) else np.zeros(0, np.int64)
    planned = _walked(parcels, live, prices, contracts, services, first, end, params, seed)
    hindsight = hindsight_of(live, contracts, services, params.search)
    return Replayed(
        float(live.stands_for.sum()),
        paid(live, contracts, planned),
        paid(live, contracts, greedy),
        hindsight.bound_minor,
        hindsight.gap,
    )


def paid(live: Parcels, contracts: tuple[Contract, ...], service: IntArray) -> float:
    """Pay for parcels that went by these services, [p], and settle the contracts."""
    rows = np.arange(len(live))
    price = live.price_minor[rows, service] * live.stands_for
    total = float(price.sum())
    for contract in contracts:
        counted = contract.counts[0][service]
        many, spend = float(live.stands_for[counted].sum()), float(price[counted].sum())
        volume = (spend if contract.in_spend else many) + contract.booked
        basis = (spend if contract.rate_of_spend else many) + contract.booked_basis
        total += float(settled(contract, np.array(volume), np.array(basis)))
    return total


@dataclass(frozen=True, slots=True)
class Hindsight:
    """What the whole period could have cost at least."""

    bound_minor: float
    gap: float


def hindsight_of(
    live: Parcels, contracts: tuple[Contract, ...], services: tuple[str, ...], search: CommitParams
) -> Hindsight:
    """Plan a period whose parcels are all known. Parcels of equal prices make a lane, so that nothing is averaged."""
    if not len(live):
        return Hindsight(paid(live, contracts, np.zeros(0, np.int64)), 0.0)
    rows, lane = np.unique(np.where(live.eligible, live.price_minor, -1.0), axis=0, return_inverse=True)
    demand = np.bincount(lane.reshape(-1), live.stands_for, len(rows)).astype(np.float64)[None]
    problem = _problem(rows, rows >= 0, demand, contracts, services)
    plan = commit(problem, search)
    return Hindsight(plan.bound_minor, plan.gap)


def _problem(
    price: FloatArray,
    eligible: BoolArray,
    demand: FloatArray,
    contracts: tuple[Contract, ...],
    services: tuple[str, ...],
) -> CommitProblem:
    names = tuple(map(str, range(len(price))))
    spread = tuple(replace(one, counts=np.broadcast_to(one.counts[:1], price.shape)) for one in contracts)
    return CommitProblem(names, services, np.where(eligible, price, 0.0), eligible, demand, spread)


def _walked(
    parcels: Parcels,
    live: Parcels,
    prices: FloatArray,
    contracts: tuple[Contract, ...],
    services: tuple[str, ...],
    first: int,
    end: int,
    params: ReplayParams,
    seed: int,
) -> IntArray:
    """Choose week by week; each week's prices rest on what was placed before it."""
    chosen = np.zeros(len(live), np.int64)
    booked = contracts
    for number, day in enumerate(range(first, end, WEEK)):
        week = (live.day >= day) & (live.day < min(end, day + WEEK))
        bent = _prices(parcels, booked, services, day, end, params, seed + number)
        chosen[week] = (prices[week] + bent).argmin(axis=1)
        booked = tuple(_booking(one, live, week, chosen) for one in booked)
    return chosen


def _prices(
    parcels: Parcels,
    booked: tuple[Contract, ...],
    services: tuple[str, ...],
    day: int,
    end: int,
    params: ReplayParams,
    seed: int,
) -> FloatArray:
    """Give each service's commitment price by what is known on a day, [s]."""
    known = parcels.of(parcels.day < day)
    counts = weekly(known, day, params.weeks, known.lanes)
    if not counts.any():
        return np.zeros(len(services))
    demand = drawn_weeks(counts, (end - day,), params.forecast, seed)[:, 0]
    problem = _problem(known.price_of_lanes(), known.eligible_of_lanes(), demand, booked, services)
    return live_prices(problem, commit(problem, params.search))


def _booking(contract: Contract, live: Parcels, week: BoolArray, chosen: IntArray) -> Contract:
    counted = week & contract.counts[0][chosen]
    price = live.price_minor[np.arange(len(live)), chosen]
    return replace(
        contract,
        booked_parcels=contract.booked_parcels + round(float(live.stands_for[counted].sum())),
        booked_spend=contract.booked_spend + round(float((price * live.stands_for)[counted].sum())),
    )
