"""The simulation's one public function."""

from __future__ import annotations

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.fate import arrived_days
from doorstep.kernels.simulate.figures import differences, figures_of, mean_days, mean_figures, sum_by_day
from doorstep.kernels.simulate.intervals import DayBlocks
from doorstep.kernels.simulate.problem import SEARCHED, Policy, SimulateParams, SimulateProblem
from doorstep.kernels.simulate.replay import replay
from doorstep.kernels.simulate.result import Days, Outcome, Replay, SimulateResult, World
from doorstep.kernels.simulate.world import Stage, set_stage

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
    found: dict[Policy, list[Days]] = {policy: [] for policy in problem.policies}
    kept: dict[Policy, tuple[Replay, IntArray]] = {}
    fixed: dict[Policy, Replay] = {}  # of rules, which seeds do not move
    stage: Stage | None = None
    worlds: list[Stage] = []
    for seed in range(run.seed, run.seed + params.seeds):
        redrawn = problem.scenario.demand_ppm % PPM != 0
        if stage is None or redrawn:
            before, stage = stage, set_stage(problem, params, seed)
            fixed.clear()
            if before is not None:
                stage.grounds.verdicts = before.grounds.verdicts
            worlds = worlds or [stage]
        for policy in problem.policies:
            done = fixed.get(policy) or replay(stage, policy, params, seed, run)
            if policy not in SEARCHED:
                fixed[policy] = done
            arrived = arrived_days(stage, done.shipments, problem.scenario.slower, seed)
            found[policy].append(sum_by_day(stage, done, arrived, first_day, span + params.patience_days))
            kept.setdefault(policy, (done, arrived))
    blocks = DayBlocks(span, params.samples, run.seed, params.level) if span >= params.least_days else None
    first, world = problem.policies[0], worlds[0]
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
    return SimulateResult(first_day, until_day, outcomes, World(world.problem, world.slots), world.inbound_before)


__all__ = ["SimulateParams", "SimulateProblem", "SimulateResult", "simulate"]
