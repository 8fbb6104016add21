"""Whether carriers are learned of as they truly are, and only by what was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from benchmarks.learn.carrier_truth import Drawn, Truth, drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel
from doorstep.kernels.learn.carrier_problem import NOT_HANDED, STILL_OPEN, problem_of
from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.learn.check_carriers import check_carriers
from doorstep.kernels.learn.learn import learn
from doorstep.kernels.run import Run

PARAMS = CarrierParams(draws=200, reference=100, late_cost_micros=5_000_000)
SMALL = Truth(parcels=1_200, carriers=4, lanes=5)
WORSE = Truth(parcels=4_000, carriers=3, lanes=4, worse_from=126, worse_odds=4.0)


def record_of(made: Drawn, parcels: list[PastParcel] | None = None, seed: int = 0) -> CarrierRecord:
    return carriers(problem_of(parcels or made.parcels, made.as_of), PARAMS, Run(seed=seed))


@pytest.fixture(scope="module")
def worse() -> tuple[Drawn, CarrierRecord]:
    made = drawn(WORSE, 3)
    return made, record_of(made)


def test_the_carrier_with_hard_lanes_is_seen_as_good_as_it_is() -> None:
    made = drawn(Truth(parcels=8_000, carriers=3, lanes=6, carrier_sd=0.6, skewed=4.0), 2)
    told = {one.service: one for one in record_of(made).standings}
    true = dict(zip(made.names, made.on_time, strict=True))
    best_first = sorted(true, key=lambda name: -true[name])
    assert [told[name].rank for name in best_first] == [1, 2, 3]
    off = [abs(one.on_time.mean - true[name]) for name, one in told.items() if one.on_time]
    raw = [abs(1 - one.late / one.parcels - true[name]) for name, one in told.items()]
    assert max(off) < 0.025 < max(raw)


def test_a_change_opens_an_investigation_and_nothing_else_does(worse: tuple[Drawn, CarrierRecord]) -> None:
    made, record = worse
    assert [one.service for one in record.investigations] == [made.names[-1]]
    case = record.investigations[0]
    assert case.late > 1.5 * case.expected
    assert case.parcels
    began = 20_458 + 126  # 2026-01-05 and the day of the change
    assert began - 14 <= case.since_day < case.alarm_day
    chart = next(one for one in record.charts if one.service == case.service)
    assert chart.weeks_to_alarm is not None
    assert chart.weeks_between_false_alarms is None or chart.weeks_to_alarm < chart.weeks_between_false_alarms


def test_the_verifier_accepts_it_and_refuses_what_was_changed(worse: tuple[Drawn, CarrierRecord]) -> None:
    made, record = worse
    assert check_carriers(record, made.parcels, made.as_of, PARAMS) == []
    first, pair, chart = record.standings[0], record.comparisons[0], record.charts[-1]
    broken = (
        replace(record, parcels=record.parcels + 1),
        replace(record, standings=(replace(first, late=first.late + 1), *record.standings[1:])),
        replace(record, standings=(replace(first, per_kept_micros=1), *record.standings[1:])),
        replace(record, standings=(replace(first, rank=9), *record.standings[1:])),
        replace(record, comparisons=(replace(pair, better=None), *record.comparisons[1:])),
        replace(record, charts=(*record.charts[:-1], replace(chart, alarm_day=None, state="in control"))),
        replace(record, investigations=()),
    )
    for one in broken:
        assert check_carriers(one, made.parcels, made.as_of, PARAMS)


def test_what_happens_later_changes_nothing() -> None:
    made = drawn(SMALL, 1)
    early = replace(made, as_of=made.as_of - timedelta(days=30))
    midnight = datetime.combine(early.as_of, datetime.min.time(), UTC)
    changed = [
        replace(
            one,
            delivered_at=None if one.delivered_at and one.delivered_at >= midnight else one.delivered_at,
            handed_over_at=None if one.handed_over_at and one.handed_over_at >= midnight else one.handed_over_at,
            damaged=True if one.delivered_at and one.delivered_at >= midnight else one.damaged,
            status="lost",
        )
        for one in made.parcels
    ]
    told = record_of(early)
    assert told == record_of(early, changed)
    assert told.left_out[STILL_OPEN] > 0


def test_lateness_of_the_shipper_is_not_the_carriers() -> None:
    plain, behind = drawn(replace(SMALL, behind=0.0), 2), drawn(replace(SMALL, behind=0.4), 2)
    told = {one.service: one for one in record_of(behind).standings}
    assert sum(one.late_after for one in told.values()) > 100
    for one in record_of(plain).standings:
        assert one.late_after == 0
        assert one.on_time is not None
        rate = told[one.service].on_time
        assert rate is not None
        assert rate.low - 0.02 < one.on_time.mean < rate.high + 0.02
    lost = replace(plain.parcels[0], handed_over_at=None, delivered_at=None)
    assert problem_of([lost, *plain.parcels[1:]], plain.as_of).left_out == {NOT_HANDED: 1}


def test_without_a_shared_lane_nothing_is_compared() -> None:
    made = drawn(replace(SMALL, carriers=2), 0)
    apart = [replace(one, destination_country="FR" if one.service == "carrier-0" else "DE") for one in made.parcels]
    record = record_of(made, apart)
    assert [(one.lanes, one.better, one.difference) for one in record.comparisons] == [(0, None, None)]
    assert [one.group for one in record.standings] == [0, 1]
    assert [one.rank for one in record.standings] == [1, 1]
    assert check_carriers(record, apart, made.as_of, PARAMS) == []


def test_damage_and_first_attempts_count_those_that_are_told() -> None:
    made = drawn(replace(SMALL, carriers=2), 5)
    told = [
        replace(one, attempts=1 + (at % 4 == 0), damaged=one.service == "carrier-1" and at % 5 == 0)
        for at, one in enumerate(made.parcels)
    ]
    first, second = record_of(made, told).standings
    assert first.undamaged is not None
    assert second.undamaged is not None
    assert first.undamaged.low > second.undamaged.high
    assert first.told_undamaged == first.parcels - first.never  # nobody saw what never came
    assert first.told_first_attempt == first.parcels  # what never came was not there at the first attempt
    assert first.first_attempt is not None
    assert first.first_attempt.low < 0.75 < first.first_attempt.high + 0.02
    plain = record_of(made).standings[0]
    assert (plain.undamaged, plain.first_attempt, plain.told_first_attempt) == (None, None, 0)
    one_tells = [replace(one, attempts=1 if one.service == "carrier-1" else None) for one in made.parcels]
    tells, silent = sorted(record_of(made, one_tells).standings, key=lambda one: one.service != "carrier-1")
    assert tells.told_first_attempt == tells.parcels
    assert silent.never > 0
    assert silent.told_first_attempt == 0  # else its failures alone would count


def test_the_same_seed_gives_the_same_answer_in_any_order() -> None:
    made = drawn(SMALL, 4)
    assert record_of(made) == record_of(made, made.parcels[::-1])
    assert record_of(made) != record_of(made, seed=1)


def test_nothing_is_nothing() -> None:
    record = carriers(problem_of([], drawn(SMALL, 0).as_of), PARAMS, Run())
    assert (record.parcels, record.standings, record.charts) == (0, (), ())
    assert learn(problem_of([], drawn(SMALL, 0).as_of)) == record
    with pytest.raises(InvalidProblem):
        CarrierParams(level=1.0)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    parcels=st.integers(1, 400),
    sizes=st.tuples(st.integers(1, 5), st.integers(1, 6)),
    late=st.floats(0.001, 0.95),
    scatter=st.floats(0, 1),
)
def test_the_verifier_accepts_whatever_comes(
    seed: int, parcels: int, sizes: tuple[int, int], late: float, scatter: float
) -> None:
    made = drawn(Truth(parcels=parcels, carriers=sizes[0], lanes=sizes[1], late=late, week_sd=scatter), seed)
    params = replace(PARAMS, draws=50, reference=30, least_parcels=5, most_services=3)
    record = carriers(problem_of(made.parcels, made.as_of), params, Run())
    assert check_carriers(record, made.parcels, made.as_of, params) == []
    assert all(np.isfinite([one.on_time.mean, one.served]).all() for one in record.standings if one.on_time)
