"""Seeds spread over processes give the answer of seeds in turn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.kernels.simulate.worlds import ground

from doorstep.kernels.run import Run, plain_map
from doorstep.kernels.simulate.changes import Placed, Replenishment
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.scenario import Scenario
from doorstep.kernels.simulate.seeds import runs_of
from doorstep.kernels.simulate.simulate import simulate

PARAMS = SimulateParams(samples=20, seeds=5)


@pytest.mark.parametrize("demand_ppm", [1_000_000, 1_300_000])
def test_the_width_changes_nothing(demand_ppm: int) -> None:
    world = ground(4)
    placement = tuple(Placed(one.site, world.products[0].sku, 3, 2) for one in world.sites)
    scenario = Scenario(demand_ppm, placement=placement, replenish=Replenishment(1, 3))
    problem = SimulateProblem(world, ("nearest", "plan_alone"), scenario)
    calls: list[int] = []

    def counted(function, tasks):  # type: ignore[no-untyped-def]
        found = list(tasks)
        calls.append(len(found))
        return plain_map(function, found)

    alone, spread = (simulate(problem, PARAMS, Run(seed=2, map=counted, width=width)) for width in (1, 2))
    assert max(calls) >= 4
    for one, other in zip(alone.outcomes, spread.outcomes, strict=True):
        assert one.figures == other.figures
        assert one.differences == other.differences
        assert one.arrived_day.tolist() == other.arrived_day.tolist()


def test_the_first_seed_comes_first_and_few_seeds_are_not_spread() -> None:
    problem = SimulateProblem(ground(1), ("nearest",))
    runs = runs_of(problem, replace(PARAMS, seeds=2), Run(seed=9, width=2))
    assert [bool(one.kept) for one in runs] == [True, False]
