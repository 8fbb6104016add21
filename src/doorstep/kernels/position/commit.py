"""Share lanes among carriers so that freight, rebates and penalties come to least, and price what that is worth."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.position.commit_model import Booking, Model, model_of
from doorstep.kernels.position.commit_problem import CommitParams, CommitProblem, FloatArray
from doorstep.kernels.position.commit_result import CommitPlan, Margin, Worth
from doorstep.kernels.position.commit_rows import Programme, Relaxed
from doorstep.kernels.position.commit_settle import cheapest, costs

PARAMS = CommitParams()


def commit(problem: CommitProblem, params: CommitParams = PARAMS) -> CommitPlan:
    """Plan shares of lanes under contracts and uncertain demand.

    Parameters
    ----------
    problem
        Lanes, prices, scenarios of demand, contracts.
    params
        When to stop.

    Returns
    -------
    CommitPlan
        Never dearer in expectation than sending every parcel the cheapest way. Its prices are duals of the programme
        with its binaries fixed: the marginal values of the plan, not of the contract where it happens to stand.
    """
    model = model_of(problem)
    shape = problem.eligible.shape
    solved = model.programme.solve(params.gap, params.nodes)
    plain = cheapest(problem)
    share, values = plain, solved.values
    if values is not None:
        share = model.share(values, shape)
    if values is None or costs(problem, plain).mean() < costs(problem, share).mean():
        share, values = plain, _at(model, plain, params)
    relaxed = model.programme.relaxed_at(values)
    if relaxed is not None:
        again = model.share(relaxed.values, shape)
        if costs(problem, again).mean() <= costs(problem, share).mean() + 1e-6:
            share = again
    scenario = costs(problem, share)
    cost = float(scenario.mean())
    return CommitPlan(
        share=share,
        cost_minor=cost,
        scenario_minor=scenario,
        bound_minor=min(cost, solved.bound),
        worths=_worths(problem, model, relaxed),
        bent=_bent(problem, model, relaxed),
        margins=_margins(problem, model, values, relaxed) if params.margins else (),
    )


def _at(model: Model, share: FloatArray, params: CommitParams) -> FloatArray:
    """Find the binaries of given shares."""
    programme, count = model.programme, len(model.lane)
    low, high = programme.low[:count], programme.high[:count]
    fixed = share[model.lane, model.service].tolist()
    programme.low[:count], programme.high[:count] = fixed, fixed
    found = programme.solve(params.gap, params.nodes)
    programme.low[:count], programme.high[:count] = low, high
    if found.values is None:  # cannot be: intervals cover every volume that shares may reach
        raise ArithmeticError("the programme of commitments has no answer at given shares")
    return found.values


def _worths(problem: CommitProblem, model: Model, relaxed: Relaxed | None) -> tuple[Worth, ...]:
    found = np.zeros((len(problem.contracts), 2))
    if relaxed is not None:
        for one in model.bookings:
            found[one.contract, int(one.basis)] += relaxed.dual[one.row] / one.scale
    return tuple(
        Worth(contract.name, float(volume), float(basis))
        for contract, (volume, basis) in zip(problem.contracts, found, strict=True)
    )


def _bent(problem: CommitProblem, model: Model, relaxed: Relaxed | None) -> FloatArray:
    """Weigh each option's parcel: in scenarios of much demand a lane's parcels count for more of them."""
    bent = np.zeros(problem.eligible.shape)
    if relaxed is None:
        return bent
    total = problem.demand.sum(axis=0)
    scenarios = len(problem.demand)
    part = np.where(total > 0, problem.demand / np.where(total > 0, total, 1.0), 1.0 / scenarios)  # [w, n]
    prices = problem.prices
    for one in model.bookings:
        contract = problem.contracts[one.contract]
        unit = contract.basis_unit(prices) if one.basis else contract.unit(prices)
        bent += relaxed.dual[one.row] / one.scale * scenarios * part[one.scenario][:, None] * unit
    return np.where(problem.eligible, bent, 0.0)


def _margins(problem: CommitProblem, model: Model, values: FloatArray, relaxed: Relaxed | None) -> tuple[Margin, ...]:
    accounts = sorted({one.account for one in problem.contracts})
    if relaxed is None:
        return tuple(Margin(account, None, None) for account in accounts)
    found = []
    for account in accounts:
        more = _moved(problem, model, values, account, 1.0)
        less = _moved(problem, model, values, account, -1.0)
        found.append(
            Margin(
                account,
                None if more is None else more.cost - relaxed.cost,
                None if less is None else less.cost - relaxed.cost,
            )
        )
    return tuple(found)


def _moved(problem: CommitProblem, model: Model, values: FloatArray, account: str, by: float) -> Relaxed | None:
    """Book a parcel more, or less, for every contract of an account that counts it."""
    moved: dict[int, float] = {}
    for one in model.bookings:
        contract = problem.contracts[one.contract]
        if contract.account == account:
            moved[one.row] = by * _mean_unit(problem, one) / one.scale
    programme: Programme = model.programme
    return programme.relaxed_at(values, moved)


def _mean_unit(problem: CommitProblem, one: Booking) -> float:
    """What a parcel of the mean of a contract's options adds: 1 where parcels are counted, its price where spend is."""
    contract = problem.contracts[one.contract]
    if not (contract.rate_of_spend if one.basis else contract.in_spend):
        return 1.0
    weight = problem.demand.mean(axis=0)[:, None] * (contract.counts & problem.eligible)
    total = weight.sum()
    return float((weight * problem.prices).sum() / total) if total else 0.0
