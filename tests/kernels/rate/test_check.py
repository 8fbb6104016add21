from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.rate.scenes import DESTINATIONS, EUR, ORIGINS, TARIFF, parcel, parcels, rated, surcharge
from tests.kernels.rate.strategies import Scene, scenes

from doorstep.kernels.rate import (
    RateProblem,
    RateResult,
    Reason,
    charge_lines,
    check,
    compile_tariff,
    explain,
    rate,
)

FIELDS = ("reason", "freight_minor", "surcharges_minor", "billed_weight_g", "zone")


@settings(max_examples=150, deadline=None)
@given(scenes())
def test_random_tariffs_are_rated_exactly_as_decimal_arithmetic_does(scene: Scene) -> None:
    outcome = rated(
        scene.tariff,
        *scene.rows,
        currency=scene.currency,
        origins=scene.origins,
        destinations=scene.destinations,
    )
    result = outcome.result
    for p, s in np.ndindex(result.reason.shape):
        assert explain(outcome.problem, result, p, s)
        if result.reason[p, s] == Reason.ELIGIBLE:
            lines = charge_lines(outcome.problem, result, p, s)
            assert sum(line.amount_minor for line in lines) == result.price_minor[p, s]


@settings(max_examples=60, deadline=None)
@given(scenes(), st.data())
def test_the_order_of_a_tariffs_lines_changes_no_answer(scene: Scene, data: st.DataObject) -> None:
    shuffled = replace(
        scene.tariff,
        zones=tuple(data.draw(st.permutations(scene.tariff.zones))),
        rates=tuple(data.draw(st.permutations(scene.tariff.rates))),
        surcharges=tuple(data.draw(st.permutations(scene.tariff.surcharges))),
    )
    places = (scene.currency, scene.origins, scene.destinations)
    one, other = (
        rate(RateProblem(compile_tariff(tariff, *places), parcels(*scene.rows))) for tariff in (scene.tariff, shuffled)
    )
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in FIELDS)


@settings(max_examples=60, deadline=None)
@given(scenes(), st.sampled_from(FIELDS), st.data())
def test_one_altered_figure_is_found(scene: Scene, name: str, data: st.DataObject) -> None:
    tables = compile_tariff(scene.tariff, scene.currency, scene.origins, scene.destinations)
    problem = RateProblem(tables, parcels(*scene.rows))
    result = rate(problem)
    altered: Any = getattr(result, name).copy()
    at = (data.draw(st.integers(0, altered.shape[0] - 1)), data.draw(st.integers(0, altered.shape[1] - 1)))
    altered[at] += 1
    broken = replace(result, **{name: altered})
    faults = check(scene.tariff, scene.currency, scene.origins, scene.destinations, problem.parcels, broken)
    assert len(faults) == 1
    assert faults[0].startswith(f"parcel {at[0]}, service {scene.tariff.services[at[1]].service}: {name} is")


@pytest.mark.parametrize("name", FIELDS)
def test_a_result_of_another_shape_is_refused(name: str) -> None:
    outcome = rated(TARIFF, parcel(), parcel())
    broken = replace(outcome.result, **{name: getattr(outcome.result, name)[:1]})
    faults = check(TARIFF, EUR, ORIGINS, DESTINATIONS, outcome.problem.parcels, broken)
    assert faults == (f"{name} has shape (1, 1), not (2, 1)",)


def test_a_fault_names_what_is_given_and_what_is_right() -> None:
    tariff = replace(TARIFF, surcharges=(surcharge("handling"),))
    outcome = rated(tariff, parcel())
    broken: RateResult = replace(outcome.result, surcharges_minor=np.array([[99]]))
    faults = check(tariff, EUR, ORIGINS, DESTINATIONS, outcome.problem.parcels, broken)
    assert faults == ("parcel 0, service PARCEL: surcharges_minor is 99, not 100",)
