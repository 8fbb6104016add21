"""The engine without a map, and what it is calibrated by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.plugins.maps.base import NEVER, Block, MapRefused, MapUnreachable, Points, RoadMap, Settings, points_of
from doorstep.plugins.maps.conformance import RoadMapConformance
from doorstep.plugins.maps.crow import crow_m
from doorstep.plugins.maps.haversine.calibration import Band, Calibration, Samples, calibrate
from doorstep.plugins.maps.haversine.engine import USUAL, HaversineMap
from doorstep.plugins.maps.registry import open_map

PLACES = points_of([41.15, 41.16, 41.14, 41.2, 41.1], [-8.61, -8.6, -8.65, -8.5, -8.7])
TRUE = Calibration(
    (Band(0, 1_500_000, 200), Band(1_000, 1_400_000, 150), Band(3_000, 1_250_000, 90), Band(10_000, 1_100_000, 50)),
    1_300_000,
    90,
    "made up",
)


class TestHaversine(RoadMapConformance):
    @pytest.fixture
    def roads(self) -> RoadMap:
        return open_map("haversine", Settings())

    @pytest.fixture
    def places(self) -> Points:
        return PLACES


def drawn(count: int, seed: int = 1) -> Samples:
    """Ways as TRUE has them, each off by up to a tenth."""
    draw = np.random.default_rng(seed)
    crow = np.exp(draw.uniform(np.log(100), np.log(25_000), count))
    metres, seconds = TRUE.road(crow)
    off = draw.uniform(0.9, 1.1, (2, count))
    return Samples(crow, np.rint(metres * off[0]).astype(np.int64), np.rint(seconds * off[1]).astype(np.int64))


def test_a_fit_finds_the_bands_again() -> None:
    fit = calibrate(drawn(4_000), "drawn")
    assert [band.from_m for band in fit.calibration.bands] == [0, 1_000, 3_000, 10_000]
    for found, true in zip(fit.calibration.bands, TRUE.bands, strict=True):
        assert abs(found.detour_ppm - true.detour_ppm) < 60_000
        assert abs(found.seconds_per_km - true.seconds_per_km) < 10
    assert 40_000 < fit.distance.median_ppm < 60_000  # half of a tenth
    assert abs(fit.distance.bias_ppm) < 10_000
    assert fit.duration.median_ppm < fit.plain_duration.median_ppm


def test_a_tenth_of_ways_over_the_next_bridge_does_not_pull_the_fit_along() -> None:
    plain, far = drawn(4_000), drawn(4_000)
    far.distance_m[::10] *= 8
    before, after = (calibrate(one, "").calibration for one in (plain, far))
    for one, other in zip(before.bands, after.bands, strict=True):
        assert abs(one.detour_ppm - other.detour_ppm) < 60_000


def test_bands_without_ways_are_joined_and_too_few_ways_are_refused() -> None:
    samples = drawn(400)
    near = samples.part(np.flatnonzero(samples.crow_m < 3_000))
    assert [band.from_m for band in calibrate(near, "").calibration.bands] == [0, 1_000]
    with pytest.raises(MapRefused, match="too few"):
        calibrate(samples.part(np.arange(99)), "")
    none = samples.part(np.arange(120))
    none.distance_m[:] = NEVER
    with pytest.raises(MapRefused, match="0 ways"):
        calibrate(none, "")


def test_a_road_is_never_said_to_be_shorter_than_the_great_circle() -> None:
    samples = drawn(400)
    short = Samples(samples.crow_m, np.maximum(samples.distance_m // 3, 1), samples.duration_s)
    assert {band.detour_ppm for band in calibrate(short, "").calibration.bands} == {1_000_000}


@pytest.mark.parametrize(
    "bands",
    [(), (Band(5, 1_000_000, 1),), (Band(0, 1_000_000, 1), Band(0, 1_000_000, 1)), (Band(0, 999_999, 1),)],
)
def test_bands_that_contradict_themselves_are_refused(bands: tuple[Band, ...]) -> None:
    with pytest.raises(MapRefused):
        Calibration(bands, 1_000_000, 60, "")


@given(st.lists(st.floats(0, 2e7), min_size=2, max_size=20))
def test_further_is_never_shorter_nor_quicker(crow: list[float]) -> None:
    metres, seconds = USUAL.road(np.sort(np.array(crow)))
    assert (np.diff(metres) >= 0).all()
    assert (np.diff(seconds) >= 0).all()
    assert (metres >= np.sort(crow) * 0.999999).all()


def test_what_ships_says_where_it_is_from() -> None:
    assert "Porto" in USUAL.source
    assert len(USUAL.bands) >= 4


def test_the_great_circle_from_pole_to_pole() -> None:
    assert crow_m(np.array([90.0, 0.0]), np.array([-90.0, 0.0])) == pytest.approx(np.pi * 6_371_009)


def test_another_calibration_is_another_version() -> None:
    assert HaversineMap(TRUE).version != HaversineMap().version


def test_an_address_is_refused() -> None:
    with pytest.raises(MapRefused):
        open_map("haversine", Settings("http://127.0.0.1:5000"))


@pytest.mark.parametrize("place", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_what_is_no_place_is_named(place: tuple[float, float]) -> None:
    with pytest.raises(MapRefused, match="place 2"):
        points_of([1.0, place[0]], [1.0, place[1]])


@pytest.mark.parametrize(
    ("distance", "duration"),
    [
        (np.zeros((1, 2)), np.zeros((1, 2))),  # no whole numbers
        (np.zeros((1, 2), np.int64), np.zeros((2, 1), np.int64)),
        (np.full((1, 1), -1), np.full((1, 1), 1)),
        (np.full((1, 1), NEVER + 1), np.full((1, 1), NEVER)),
        (np.full((1, 1), NEVER), np.full((1, 1), 5)),
    ],
)
def test_a_block_that_contradicts_itself_is_not_believed(distance: np.ndarray, duration: np.ndarray) -> None:
    with pytest.raises(MapUnreachable):
        Block(distance, duration)
