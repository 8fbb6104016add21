"""The queue of a station: as an event by event walk has it, and as Pollaczek and Khinchine say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.plan.scenes import MONDAY, order, scene

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import SimulateParams, SimulateProblem
from doorstep.kernels.simulate.scenario import Scenario
from doorstep.kernels.simulate.simulate import simulate
from doorstep.kernels.simulate.station import Station, done_ms, mean_wait_ms, packed_at, service_ms

MINUTE = 60_000


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30)), max_size=40))
def test_each_begins_when_it_is_there_and_the_one_before_is_done(rows: list[tuple[int, int]]) -> None:
    arrival = np.cumsum(np.array([gap for gap, _ in rows], np.int64))
    service = np.array([length for _, length in rows], np.int64)
    free, wanted = 0, []
    for at, length in zip(arrival.tolist(), service.tolist(), strict=True):
        free = max(free, at) + length
        wanted.append(free)
    assert done_ms(arrival, service).tolist() == wanted


@pytest.mark.parametrize("cv", [0.0, 0.5, 1.0])
def test_service_times_have_the_mean_and_the_variation_that_were_asked_for(cv: float) -> None:
    draws = np.arange(1_000_000)
    found = service_ms(Station("a", MINUTE, round(cv * 1e6)), draws)
    assert found.mean() == pytest.approx(MINUTE, rel=1e-3)
    assert found.std() / found.mean() == pytest.approx(cv, abs=5e-3)


@pytest.mark.parametrize(("load", "cv"), [(0.5, 0.0), (0.5, 1.0), (0.8, 0.5), (0.8, 1.0)])
def test_waits_agree_with_pollaczek_and_khinchine(load: float, cv: float) -> None:
    """Poisson arrivals at one server; the mean wait of 400,000, within a few percent of the closed form."""
    rng = np.random.default_rng(7)
    rate = load / MINUTE
    arrival = np.cumsum(rng.exponential(1 / rate, 400_000)).astype(np.int64)
    service = service_ms(Station("a", MINUTE, round(cv * 1e6)), rng.integers(0, 1_000_000, len(arrival)))
    wait = float((done_ms(arrival, service) - service - arrival).mean())
    closed = mean_wait_ms(rate, MINUTE, MINUTE**2 * (1 + cv**2))
    assert wait == pytest.approx(closed, rel=0.06)


def test_a_station_that_is_asked_for_more_than_it_can_waits_without_end() -> None:
    assert mean_wait_ms(1.0, 1.0, 1.0) == float("inf")


def test_work_rests_when_the_station_is_closed() -> None:
    """Three of an hour each, ready at three of an afternoon in Berlin; it closes at five and opens at nine."""
    station = Station("a", 60 * MINUTE, 0, 9 * 3600, 17 * 3600)
    ready = datetime(2024, 6, 3, 13, tzinfo=UTC)
    day, second = packed_at(station, "Europe/Berlin", np.full(3, int(ready.timestamp())), np.zeros(3, np.int64))
    assert (day - day[0]).tolist() == [0, 0, 1]
    assert second.tolist() == [16 * 3600, 17 * 3600, 10 * 3600]


def test_what_is_packed_too_late_leaves_with_the_next_call() -> None:
    orders = [order(f"o{n}", "mug", at=MONDAY + timedelta(minutes=n)) for n in range(12)]
    world = scene(orders, {"a": {"mug": 20}})
    arrived, params = {}, SimulateParams(keep_plans=True)
    for name, scenario in (("none", Scenario()), ("slow", Scenario(stations=(Station("a", 180 * MINUTE, 0),)))):
        problem = SimulateProblem(world, ("nearest", "plan"), scenario)
        result = simulate(problem, params)
        assert check(problem, params, result) == ()
        arrived[name] = result.outcomes[0].arrived_day
    later = arrived["slow"] - arrived["none"]
    # Planned at midnight UTC, two in Berlin: five are packed by the call at five in the afternoon, and eight each day.
    assert (later == 0).sum() == 5
    assert (later > 0).sum() == 7


@pytest.mark.parametrize(
    "stations",
    [
        (Station("a", 0),),
        (Station("a", 1, 2_000_000),),
        (Station("a", 1, 0, 5, 5),),
        (Station("a", 1), Station("a", 2)),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(stations: tuple[Station, ...]) -> None:
    with pytest.raises(InvalidProblem):
        Scenario(stations=stations)
