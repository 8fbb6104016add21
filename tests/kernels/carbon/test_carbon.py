"""Every parcel's carbon is that of a slow reference; what is known of it by hand is so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.carriage import DELIVERS_TO, Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.emission import MODES, EmissionFactor
from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.carbon import CarbonProblem, CarbonResult, carbon, carbon_of_pairs, check, compile_factors
from doorstep.kernels.carbon.problem import MAX_DISTANCE_M, MAX_FACTOR_G, MAX_WEIGHT_G, UNKNOWN

PLAIN = Service("road", "c", "", "standard", "home", 30_000, 1_200, None, 0, WorkingDays.parse("Mon-Fri"), 1, 3)


def factor(leg: str, mode: str, *grams: int, up_to_km: int | None = None, pct: int = 0, km: int = 0) -> EmissionFactor:
    low, mid, high = grams
    return EmissionFactor(leg, mode, "", up_to_km, pct, km, low, mid, high, "a source")  # type: ignore[arg-type]


FACTORS = (
    *(factor("line_haul", mode, 50, 100, 200, pct=5) for mode in ("road", "rail", "sea")),
    factor("line_haul", "air", 900, 1_000, 1_500, up_to_km=500, km=95),
    factor("line_haul", "air", 500, 600, 900, km=95),
    factor("hub", "", 600, 1_200, 2_000),
    *(factor("last_mile", kind, 50, 200, 300) for kind in DELIVERS_TO),
)


def problem_of(services: tuple[Service, ...], *rows: tuple[int, int, bool]) -> CarbonProblem:
    weight, distance, overseas = zip(*rows, strict=True)
    return CarbonProblem(compile_factors(FACTORS, services), np.array(weight), np.array(distance), np.array(overseas))


def grams(service: Service, weight_g: int, distance_m: int, overseas: bool = False) -> list[int]:
    low, mid, high = carbon(problem_of((service,), (weight_g, distance_m, overseas))).grams[:, 0, 0].tolist()
    return [low, mid, high]


def test_a_kilogram_over_a_thousand_kilometres_by_road_by_hand() -> None:
    # 1,050 km x 0.001 t x 100 g = 105 g; 0.001 t x 1,200 g = 1.2 g; 200 g at last
    assert grams(PLAIN, 1_000, 1_000_000) == [103, 306, 512]


def test_by_air_the_band_of_the_distance_holds_and_ninety_five_kilometres_are_added() -> None:
    flown = replace(PLAIN, mode="air")
    assert grams(flown, 1_000_000, 500_000)[1] == 595 * 1_000 + 1_200 + 200
    assert grams(flown, 1_000_000, 500_001)[1] == 595 * 600 + 1 + 1_200 + 200  # 0.6 g of the metre beyond


def test_a_service_that_does_not_say_goes_by_road_and_overseas_by_air() -> None:
    assert grams(PLAIN, 2_000, 800_000) == grams(replace(PLAIN, mode="road"), 2_000, 800_000)
    assert grams(PLAIN, 2_000, 800_000, overseas=True) == grams(replace(PLAIN, mode="air"), 2_000, 800_000)
    assert grams(replace(PLAIN, mode="sea"), 2_000, 800_000, overseas=True)[1] == 168 + 2 + 200


def test_where_the_distance_is_not_known_nothing_is_said() -> None:
    result = carbon(problem_of((PLAIN,), (1_000, UNKNOWN, False), (1_000, 0, False)))
    assert result.known.tolist() == [False, True]
    assert result.grams[:, :, 0].tolist() == [[0, 51], [0, 201], [0, 302]]


def test_the_heaviest_parcel_on_the_longest_way_by_the_dirtiest_means_stays_exact() -> None:
    worst = tuple(
        replace(one, low_g=MAX_FACTOR_G, mid_g=MAX_FACTOR_G, high_g=MAX_FACTOR_G, distance_add_pct=200,
                distance_add_km=10_000) for one in FACTORS
    )  # fmt: skip
    services = tuple(replace(PLAIN, mode=mode) for mode in MODES)
    problem = CarbonProblem(
        compile_factors(worst, services), np.array([MAX_WEIGHT_G]), np.array([MAX_DISTANCE_M]), np.array([False])
    )
    assert check(worst, services, problem, carbon(problem)) == ()


@st.composite
def tables(draw: st.DrawFn) -> tuple[EmissionFactor, ...]:
    def bounds() -> list[int]:
        return sorted(draw(st.lists(st.sampled_from((0, 1, 7, 96, 961, 99_999)), min_size=3, max_size=3)))

    hauls = [
        factor("line_haul", mode, *bounds(), up_to_km=up_to, pct=draw(st.sampled_from((0, 5, 33))),
               km=draw(st.sampled_from((0, 95))))
        for mode in MODES
        for up_to in (*draw(st.lists(st.sampled_from((1, 2, 500)), unique=True, max_size=2)), None)
    ]  # fmt: skip
    last = [factor("last_mile", kind, *bounds()) for kind in DELIVERS_TO]
    return (*draw(st.permutations((*hauls, factor("hub", "", *bounds()), *last))),)


SERVICES = st.builds(
    lambda mode, kind: replace(PLAIN, mode=mode, delivers_to=kind),
    st.sampled_from(("", *MODES)),
    st.sampled_from(DELIVERS_TO),
)
PARCELS = st.tuples(
    st.sampled_from((0, 1, 499, 500, 1_999, 31_500, MAX_WEIGHT_G)),
    st.sampled_from((UNKNOWN, 0, 1, 999, 1_000, 1_001, 2_000, 499_999, 500_000, 500_001, 12_345_678, MAX_DISTANCE_M)),
    st.booleans(),
)


@settings(deadline=None)
@given(tables(), st.lists(SERVICES, min_size=1, max_size=4), st.lists(PARCELS, min_size=1, max_size=8))
def test_parcels_on_services_emit_what_the_reference_says(
    factors: tuple[EmissionFactor, ...], services: list[Service], rows: list[tuple[int, int, bool]]
) -> None:
    problem = CarbonProblem(compile_factors(factors, services), *map(np.array, zip(*rows, strict=True)))
    result = carbon(problem)
    assert check(factors, services, problem, result) == ()
    low, mid, high = result.grams
    assert (low <= mid).all()
    assert (mid <= high).all()
    for at in range(len(services)):
        alone = carbon_of_pairs(problem, np.full(len(rows), at))
        assert (alone == result.grams[:, :, at]).all()


def test_the_verifier_refuses_what_is_altered() -> None:
    problem = problem_of((PLAIN,), (1_000, 1_000_000, False))
    result = carbon(problem)
    more = CarbonResult(result.known, result.line_haul_mg + 1_000, result.hub_mg, result.last_mile_mg)
    assert check(FACTORS, (PLAIN,), problem, more) == ("parcel 0 on road: [104, 307, 513], not [103, 306, 512]",)
    unknown = CarbonResult(~result.known, result.line_haul_mg, result.hub_mg, result.last_mile_mg)
    assert check(FACTORS, (PLAIN,), problem, unknown) == ("parcel 0: known",)


@pytest.mark.parametrize(
    ("factors", "why"),
    [
        (FACTORS[1:], "line_haul road do not hold for every distance once"),
        ((*FACTORS, FACTORS[0]), "line_haul road do not hold for every distance once"),
        ((*FACTORS[:4], *FACTORS[5:]), "line_haul air do not hold for every distance once"),
        ((*FACTORS[:5], *FACTORS[6:]), "0 emission factors of hub, not one"),
        ((*FACTORS, FACTORS[-3]), "2 emission factors of last_mile home, not one"),
        ((replace(FACTORS[0], low_g=101), *FACTORS[1:]), "line_haul road is not low <= mid <= high"),
        ((replace(FACTORS[0], distance_add_pct=201), *FACTORS[1:]), "adds too much to the distance"),
    ],
)
def test_factors_with_a_gap_or_a_contradiction_are_refused(factors: tuple[EmissionFactor, ...], why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        compile_factors(factors, (PLAIN,))


@pytest.mark.parametrize("row", [(-1, 0, False), (MAX_WEIGHT_G + 1, 0, False), (1, -2, False), (1, 25_000_001, False)])
def test_parcels_out_of_range_are_refused(row: tuple[int, int, bool]) -> None:
    with pytest.raises(InvalidProblem, match="of parcel 0 is"):
        problem_of((PLAIN,), row)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="shapes"):
        CarbonProblem(compile_factors(FACTORS, (PLAIN,)), np.array([1, 2]), np.array([0]), np.array([False]))
