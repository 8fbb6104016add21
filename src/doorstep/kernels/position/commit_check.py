"""Verifier of a plan of commitments: settles every contract again, one parcel count at a time, without the solver."""

from __future__ import annotations

from doorstep.kernels.position.commit_problem import MICROS, CommitProblem, Contract
from doorstep.kernels.position.commit_result import CommitPlan

TOLERANCE = 1e-6


def check(problem: CommitProblem, plan: CommitPlan) -> tuple[str, ...]:
    """Tell every fault of a plan; none: it is sound.

    Shares are shares of services that take the parcels, costs are what contracts say they are, the expected cost is
    their mean, and the bound is not above it.
    """
    found = [*_shares(problem, plan)]
    if found:
        return tuple(found)
    scenarios = [_cost(problem, plan, w) for w in range(len(problem.demand))]
    for w, (cost, told) in enumerate(zip(scenarios, plan.scenario_minor, strict=True)):
        if _apart(cost, float(told)):
            found.append(f"scenario {w} costs {cost:.4f}, not {told:.4f}")
    mean = sum(scenarios) / len(scenarios)
    if _apart(mean, plan.cost_minor):
        found.append(f"the expected cost is {mean:.4f}, not {plan.cost_minor:.4f}")
    if plan.bound_minor > plan.cost_minor + TOLERANCE * max(1.0, abs(plan.cost_minor)):
        found.append(f"the bound {plan.bound_minor:.4f} is above the cost {plan.cost_minor:.4f}")
    return tuple(found)


def _apart(one: float, other: float) -> bool:
    return abs(one - other) > TOLERANCE * max(1.0, abs(one))


def _rounding(volume: float) -> float:
    """How far from a step a volume may lie and count as on it: what HiGHS lets an equation be off."""
    return max(TOLERANCE, TOLERANCE * volume / 100)


def _shares(problem: CommitProblem, plan: CommitPlan) -> list[str]:
    if plan.share.shape != problem.eligible.shape:
        return [f"shares have shape {plan.share.shape}, not {problem.eligible.shape}"]
    found = []
    for n, lane in enumerate(problem.lanes):
        row = [float(one) for one in plan.share[n]]
        if not all(-TOLERANCE <= one <= 1 + TOLERANCE for one in row) or abs(sum(row) - 1) > TOLERANCE:
            found.append(f"shares of {lane} are no shares: {row}")
        for s, service in enumerate(problem.services):
            if row[s] > TOLERANCE and not problem.eligible[n, s]:
                found.append(f"{service} does not take the parcels of {lane}")
    return found


def _cost(problem: CommitProblem, plan: CommitPlan, w: int) -> float:
    parcels = {
        (n, s): float(problem.demand[w, n] * plan.share[n, s])
        for n in range(len(problem.lanes))
        for s in range(len(problem.services))
        if problem.eligible[n, s]
    }
    freight = sum(count * float(problem.price_minor[at]) for at, count in parcels.items())
    return freight + sum(_contract(problem, one, parcels) for one in problem.contracts)


def _contract(problem: CommitProblem, one: Contract, parcels: dict[tuple[int, int], float]) -> float:
    count = one.booked_parcels + sum(many for at, many in parcels.items() if one.counts[at])
    spend = one.booked_spend + sum(
        many * float(problem.price_minor[at]) for at, many in parcels.items() if one.counts[at]
    )
    volume, basis = (spend if one.in_spend else count), (spend if one.rate_of_spend else count)
    if one.kind == "all_units":
        reached = [step.rate_micros for step in one.steps if volume >= step.volume - _rounding(step.volume)]
        return -(reached[-1] if reached else 0) * basis / MICROS
    if one.kind == "incremental":
        ends = [*(step.volume for step in one.steps[1:]), float("inf")]
        return -sum(
            max(0.0, min(volume, end) - step.volume) * step.rate_micros / MICROS
            for step, end in zip(one.steps, ends, strict=True)
        )
    step = one.steps[0]
    off = step.volume - volume if one.kind == "minimum" else volume - step.volume
    return off * step.rate_micros / MICROS + one.fixed_minor if off > _rounding(step.volume) else 0.0
