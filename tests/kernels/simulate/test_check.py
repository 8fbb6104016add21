"""The verifier finds what is altered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.kernels.simulate.worlds import ground

from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import Difference, Outcome, SimulateResult
from doorstep.kernels.simulate.simulate import simulate

PARAMS = SimulateParams(samples=50, least_days=2)
PROBLEM = SimulateProblem(ground(1), ("plan", "nearest"))


@pytest.fixture(scope="module")
def sound() -> SimulateResult:
    result = simulate(PROBLEM, PARAMS)
    assert check(PROBLEM, PARAMS, result) == ()
    assert len(result.outcomes[1].first.shipments.order) > 2
    return result


def sent(outcome: Outcome, **columns: object) -> Outcome:
    return replace(outcome, first=replace(outcome.first, shipments=replace(outcome.first.shipments, **columns)))  # type: ignore[arg-type]


def one_more(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]], by: int = 1) -> object:
    changed = values.copy()
    changed.reshape(-1)[0] += by
    return changed


ALTERED: dict[str, tuple[Callable[[Outcome], Outcome], str]] = {
    "units": (lambda o: sent(o, content_units=one_more(o.first.shipments.content_units)), "gets"),
    "many units": (lambda o: sent(o, content_units=one_more(o.first.shipments.content_units, 999)), "too many left"),
    "cost": (lambda o: sent(o, parts_minor=one_more(o.first.shipments.parts_minor)), "cost_total is"),
    "date": (lambda o: sent(o, promised_day=one_more(o.first.shipments.promised_day, 9)), "mean_promised_days is"),
    "chance": (lambda o: sent(o, on_time_ppm=one_more(o.first.shipments.on_time_ppm, -5)), "expected_on_time is"),
    "way": (lambda o: sent(o, distance_m=one_more(o.first.shipments.distance_m, 10**6)), "distance_km is"),
    "number": (lambda o: sent(o, number=one_more(o.first.shipments.number, 5)), "travels in parcels"),
    "batch": (lambda o: sent(o, slot=np.full_like(o.first.shipments.slot, 0)), "before its placing"),
    "shelf": (lambda o: replace(o, first=replace(o.first, stock_units=o.first.stock_units + 1)), "the shelves hold"),
    "waiting": (lambda o: replace(o, first=replace(o.first, waiting=o.first.waiting + 1)), "orders wait"),
    "lost": (lambda o: replace(o, first=replace(o.first, stockout=~o.first.stockout)), "lost as well"),
    "fate": (lambda o: replace(o, arrived_day=np.zeros_like(o.arrived_day)), "before it leaves"),
    "figure": (lambda o: replace(o, figures={**o.figures, "objective": 1.0}), "objective is"),
    "difference": (
        lambda o: replace(o, differences={**(o.differences or {}), "stockouts": Difference(77.0, None, None)}),
        "stockouts differs",
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_what_is_altered_is_found(name: str, sound: SimulateResult) -> None:
    alter, said = ALTERED[name]
    first, second = sound.outcomes
    faults = check(PROBLEM, PARAMS, replace(sound, outcomes=(first, alter(second))))
    assert any(said in fault for fault in faults), faults


def test_another_world_is_found(sound: SimulateResult) -> None:
    world = sound.world
    others = tuple(replace(one, lines=one.lines * 2) for one in world.problem.orders)
    doubled = replace(world, problem=replace(world.problem, orders=others))
    assert any("none of the folder's" in fault for fault in check(PROBLEM, PARAMS, replace(sound, world=doubled)))
    fuller = replace(
        world, problem=replace(world.problem, stock=tuple(replace(one, on_hand=50) for one in world.problem.stock))
    )
    assert any("begins with" in fault for fault in check(PROBLEM, PARAMS, replace(sound, world=fuller)))
