"""The simulation's one public function."""

from __future__ import annotations

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.figures import differences, figures_of, mean_days, mean_figures
from doorstep.kernels.simulate.intervals import DayBlocks
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import Outcome, SimulateResult
from doorstep.kernels.simulate.seeds import runs_of

PLAIN = Run()


def simulate(problem: SimulateProblem, params: SimulateParams | None = None, run: Run = PLAIN) -> SimulateResult:
    """Let every policy serve the same orders, day by day, out of the same shelves, under the same chance.

    Orders of a day are planned together at its end (or in several batches) out of what is then on hand. What is planned
    leaves the shelf at once; announced goods come in when they are due; goods are ordered anew where the scenario says
    so. An order that is left for
    want of goods or of a day's capacity is tried again until its patience ends. When a parcel arrives is drawn from the
    curves that promises rest on, by numbers that belong to the order and its parcel, whatever the policy.

    Parameters
    ----------
    problem
        Orders, shelves, policies and scenario; see `SimulateProblem`.
    params
        Defaults when None.
    run
        First seed, iteration limit of the policy `plan`, progress by policy, and the map for packing and quoting.

    Returns
    -------
    SimulateResult
        Deterministic for a seed, whatever the map.

    Raises
    ------
    InvalidProblem
        When the problem contradicts itself, or moves a cut-off and plans a day once, after all of them. Faulty orders
        do not raise: they are left by every policy.
    """
    params = params or SimulateParams()
    if problem.scenario.cutoffs and params.batches_per_day == 1:
        raise InvalidProblem("a day planned once, at its end, knows no cut-off: plan it in several batches")
    first_day, until_day = problem.span
    span = until_day - first_day
    runs = runs_of(problem, params, run)
    found = {policy: [one.days[policy] for one in runs] for policy in problem.policies}
    kept, world, inbound_before = runs[0].kept, runs[0].world, runs[0].inbound_before
    blocks = DayBlocks(span, params.samples, run.seed, params.level) if span >= params.least_days else None
    first = problem.policies[0]
    outcomes = tuple(
        Outcome(
            policy,
            mean_figures([figures_of(one) for one in found[policy]]),
            None if policy == first else differences(found[policy], found[first], blocks, span, params.level),
            mean_days(found[policy]),
            *kept[policy],
            tuple(found[policy]),
        )
        for policy in problem.policies
    )
    return SimulateResult(first_day, until_day, outcomes, world, inbound_before, runs[0].fast)


__all__ = ["SimulateParams", "SimulateProblem", "SimulateResult", "simulate"]
