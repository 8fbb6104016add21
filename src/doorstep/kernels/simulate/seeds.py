"""The seeds of a simulation, one after the other or spread over processes: the answer is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from doorstep.domain.units import PPM
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.run import Run, plain_map, silent
from doorstep.kernels.simulate.fast_error import fast_error, sampled_slots
from doorstep.kernels.simulate.fate import arrived_days
from doorstep.kernels.simulate.figures import sum_by_day
from doorstep.kernels.simulate.problem import SEARCHED, Policy, SimulateParams, SimulateProblem
from doorstep.kernels.simulate.replay import fast_of, replay
from doorstep.kernels.simulate.result import Days, FastError, Replay, World
from doorstep.kernels.simulate.world import Stage, set_stage

LEAST_SPREAD = 3  # seeds: fewer are not worth starting processes for


@dataclass(frozen=True, slots=True)
class SeedRun:
    """What came of one seed. `kept` is of the first seed, as is `fast`."""

    days: dict[Policy, Days]
    kept: dict[Policy, tuple[Replay, IntArray]]
    world: World
    inbound_before: int
    fast: FastError | None = None


def runs_of(problem: SimulateProblem, params: SimulateParams, run: Run) -> list[SeedRun]:
    """Run every seed, the first first.

    With `run.width` above one the others are cut into as many runs of seeds, which the map spreads; within them nothing
    is spread again. A process reads the tables of the world anew, so that of few seeds little is gained.
    """
    seeds = range(run.seed, run.seed + params.seeds)
    if run.width < 2 or len(seeds) < LEAST_SPREAD:
        return _in_turn(problem, params, run, list(seeds))
    parts = min(len(seeds), max(LEAST_SPREAD, 2 * run.width))
    cut = [list(seeds[n * len(seeds) // parts : (n + 1) * len(seeds) // parts]) for n in range(parts)]
    alone = Run(seed=run.seed, iterations=run.iterations, progress=silent, map=plain_map)
    found: list[SeedRun] = []
    for some in run.map(partial(_in_turn, problem, params, alone), cut):
        found += some
        run.progress("seeds", len(found), len(seeds))
    return found


def _in_turn(problem: SimulateProblem, params: SimulateParams, run: Run, seeds: Sequence[int]) -> list[SeedRun]:
    """Run some seeds; what they do not move is done once."""
    found: list[SeedRun] = []
    fixed: dict[Policy, Replay] = {}  # of rules, which seeds do not move
    stage: Stage | None = None
    drawn = problem.scenario.demand_ppm % PPM != 0
    bought = problem.scenario.replenish
    moved = drawn or (bought is not None and bought.least_days < bought.most_days)
    for seed in seeds:
        if stage is None or drawn:
            before, stage = stage, set_stage(problem, params, seed)
            if before is not None:
                stage.grounds.verdicts = before.grounds.verdicts
        if moved:
            fixed.clear()
        found.append(_one(problem, params, run, stage, fixed, seed))
    return found


def _one(
    problem: SimulateProblem, params: SimulateParams, run: Run, stage: Stage, fixed: dict[Policy, Replay], seed: int
) -> SeedRun:
    first_day, until_day = problem.span
    days: dict[Policy, Days] = {}
    kept: dict[Policy, tuple[Replay, IntArray]] = {}
    error: FastError | None = None
    for policy in problem.policies:
        look = policy == "fast" and seed == run.seed and params.fast_days > 0
        if look:
            fast_of(stage, params, run).kept = dict.fromkeys(sampled_slots(stage, params.fast_days))
        done = fixed.get(policy) or replay(stage, policy, params, seed, run)
        if policy not in SEARCHED:
            fixed[policy] = done
        arrived = arrived_days(stage, done.shipments, problem.scenario, seed)
        days[policy] = sum_by_day(stage, done, arrived, first_day, until_day - first_day + params.patience_days)
        if look:
            error = fast_error(stage, done, params, problem.scenario, seed, run)
            fast_of(stage, params, run).kept = {}
        if seed == run.seed:
            kept[policy] = done, arrived
    return SeedRun(days, kept, World(stage.problem, stage.slots), stage.inbound_before, error)
