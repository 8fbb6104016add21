"""Plan what is left of the periods that run: lanes over spans, contracts as they stand, and the prices of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.commitment import Commitment
from doorstep.domain.demand import Brand
from doorstep.domain.errors import InvalidProblem
from doorstep.flows.commit_parcels import EPOCH, LaneName, PastParcels
from doorstep.flows.commit_terms import Span, contract_of, counted
from doorstep.kernels.position.commit import commit
from doorstep.kernels.position.commit_check import check
from doorstep.kernels.position.commit_lanes import WEEK, ForecastParams, drawn_weeks, weekly
from doorstep.kernels.position.commit_prices import live_prices
from doorstep.kernels.position.commit_problem import BoolArray, CommitParams, CommitProblem, Contract, FloatArray
from doorstep.kernels.position.commit_result import CommitPlan
from doorstep.kernels.position.commit_settle import cheapest, costs, volumes


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one commitment stands: booked, and where it ends as parcels went before, and as planned."""

    commitment: Commitment
    contract: Contract
    as_before: FloatArray  # [w] volume at the end, in the contract's unit
    as_planned: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class CommitAnswer:
    """The plan of a day; lanes repeat in each span, the first span's first."""

    as_of: date
    lanes: tuple[LaneName, ...]
    services: tuple[Service, ...]  # as the problem names them
    spans: tuple[date, ...]  # last day of each
    problem: CommitProblem
    plan: CommitPlan
    standings: tuple[Standing, ...]
    price_minor: FloatArray  # [s] commitment price of each service in the first span
    cheapest_minor: float  # what the cheapest way would come to
    weeks: int  # of the past that were drawn from


def plan_commitments(
    past: PastParcels,
    commitments: Sequence[Commitment],
    brand: Brand,
    as_of: date,
    since: date,
    forecast: ForecastParams,
    search: CommitParams,
    seed: int,
) -> CommitAnswer | None:
    """Plan the commitments, all of which run on `as_of`, by the weeks since `since`; None: nothing was shipped."""
    today = as_of.toordinal() - EPOCH
    counts = weekly(past.parcels, today, max(1, (as_of - since).days // WEEK), len(past.lanes))
    used = np.flatnonzero(counts.any(axis=0))
    if not len(used):
        return None
    ends = sorted({one.ends_on for one in commitments})
    days = tuple((end - start).days for start, end in _stretches(as_of, ends))
    demand = drawn_weeks(counts[:, used], days, forecast, seed)
    currency, dear = brand.currency, brand.currency.minor(brand.unplanned_cost_micros)
    contracts = [contract_of(one, past, Span(one.starts_on, one.ends_on), as_of, currency, dear) for one in commitments]
    price, eligible = past.parcels.price_of_lanes()[used], past.parcels.eligible_of_lanes()[used]
    problem = CommitProblem(
        tuple(f"{n} until {end}" for end in ends for n in used),
        past.names,
        np.tile(price, (len(ends), 1)),
        np.tile(eligible, (len(ends), 1)),
        demand.reshape(len(demand), -1),
        tuple(
            replace(one, counts=_spread(one.counts[0], ends, of.ends_on, len(used)))
            for one, of in zip(contracts, commitments, strict=True)
        ),
    )
    plan = commit(problem, search)
    faults = check(problem, plan)
    if faults:
        raise InvalidProblem(f"the plan of commitments is not sound: {'; '.join(faults[:3])}")
    first = np.arange(len(problem.lanes)) < len(used)
    return CommitAnswer(
        as_of,
        tuple(past.lanes[n] for n in used),
        past.services,
        tuple(ends),
        problem,
        plan,
        _standings(past, commitments, problem, plan, as_of, counts.shape[0], days, forecast, seed),
        live_prices(problem, plan, first),
        float(costs(problem, cheapest(problem)).mean()),
        counts.shape[0],
    )


def _stretches(as_of: date, ends: Sequence[date]) -> list[tuple[date, date]]:
    """Spans between the ends of periods, each with the day after its last."""
    edges = [as_of, *(end + timedelta(days=1) for end in ends)]
    return list(zip(edges, edges[1:], strict=False))  # noqa: RUF007


def _spread(counts: BoolArray, ends: Sequence[date], last: date, lanes: int) -> BoolArray:
    """Count a lane's parcels in the spans that lie in the period."""
    return np.concatenate([np.tile(counts & (end <= last), (lanes, 1)) for end in ends])


def _standings(
    past: PastParcels,
    commitments: Sequence[Commitment],
    problem: CommitProblem,
    plan: CommitPlan,
    as_of: date,
    weeks: int,
    days: tuple[int, ...],
    forecast: ForecastParams,
    seed: int,
) -> tuple[Standing, ...]:
    as_went = np.zeros((weeks, len(commitments)))
    for c, (one, contract) in enumerate(zip(commitments, problem.contracts, strict=True)):
        as_went[:, c] = _as_went(past, one, contract.in_spend, as_of, weeks)
    drawn = drawn_weeks(as_went, days, forecast, seed)
    found = []
    for c, (one, contract) in enumerate(zip(commitments, problem.contracts, strict=True)):
        spans = sorted({other.ends_on for other in commitments}).index(one.ends_on) + 1
        ahead = drawn[:, :spans, c].sum(axis=1) + contract.booked
        found.append(Standing(one, contract, ahead, volumes(problem, contract, plan.share)[0]))
    return tuple(found)


def _as_went(past: PastParcels, one: Commitment, in_spend: bool, as_of: date, weeks: int) -> FloatArray:
    """Count a commitment's volume in each past week, as parcels really went, the newest first."""
    week = (as_of.toordinal() - EPOCH - 1 - past.parcels.day) // WEEK
    counts = (past.went_by >= 0) & counted(one, past)[0][past.went_by] & (week < weeks) & (week >= 0)
    unit = np.nan_to_num(past.paid_minor) if in_spend else np.ones(len(week))
    weight = (unit * past.parcels.stands_for)[counts]
    return np.bincount(week[counts], weight, weeks).astype(np.float64)
