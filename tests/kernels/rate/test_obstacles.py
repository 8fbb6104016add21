"""The obstacles of a whole batch are those that `explain` tells of each pair, and removing them is enough."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from tests.kernels.rate.scenes import BREAKS, EUR, ORIGINS, TARIFF, Rated, parcel, parcels, rated
from tests.kernels.rate.strategies import Scene, scenes

from doorstep.kernels.rate import RateProblem, Reason, compile_tariff, explain, rate
from doorstep.kernels.rate.obstacles import refusals_of


def of_scene(scene: Scene) -> Rated:
    problem = RateProblem(
        compile_tariff(scene.tariff, scene.currency, scene.origins, scene.destinations), parcels(*scene.rows)
    )
    return Rated(problem, rate(problem))


@settings(deadline=None)
@given(scenes())
def test_a_batch_is_told_what_every_pair_is_told(scene: Scene) -> None:
    outcome = of_scene(scene)
    for service in range(len(scene.tariff.services)):
        texts = refusals_of(outcome.problem, outcome.result, service)[0]
        for parcel_at, text in enumerate(texts):
            eligible = outcome.result.reason[parcel_at, service] == Reason.ELIGIBLE
            assert text == ("" if eligible else explain(outcome.problem, outcome.result, parcel_at, service))
            assert eligible or text


def test_a_parcel_too_heavy_and_too_bulky_for_the_last_rate_is_told_both() -> None:
    tariff = replace(TARIFF, rates=BREAKS[:1])
    rows = (parcel(weight_g=1_250, size_mm=(300, 200, 120)), parcel(weight_g=1_000, size_mm=(250, 200, 100)))
    outcome = rated(tariff, *rows)
    text = refusals_of(outcome.problem, outcome.result, 0)[0][0]
    assert text == (
        "gross weight 250 g beyond the last rate of PARCEL for zone near (up to 1000 g); "
        "volumetric weight 440 g beyond the last rate of PARCEL for zone near (up to 1000 g)"
    )
    assert outcome.result.eligible[1, 0]  # 250 g lighter, and 440 g less by volume


def test_a_batch_that_is_nowhere_served_is_told_so() -> None:
    problem = RateProblem(compile_tariff(replace(TARIFF, zones=()), EUR, ORIGINS, ORIGINS), parcels(parcel(), parcel()))
    assert refusals_of(problem, rate(problem), 0)[0] == ["postcode 3511 AB not served from Utrecht by PARCEL"] * 2
    nobody = RateProblem(problem.tables, parcels())
    assert refusals_of(nobody, rate(nobody), 0)[0] == []
