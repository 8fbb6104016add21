from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.networks import service
from tests.kernels.promise.test_transit import BRAZIL, at, past

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.kernels.promise.pace import PaceParams, at_current_pace, at_pace, continued_hazards, shrunk
from doorstep.kernels.promise.transit import TransitParams, fit_transit

POST = service(working="Mon-Sun")
FIRST = at("2017-06-01T12:00")
SURE = PaceParams(prior=1.0, spread=0.0)


def stream(days: int, transit: list[int], first: datetime = FIRST, name: str = "p") -> list[PastParcel]:
    """Ten parcels a day, the i-th of which takes the i-th number of days."""
    return [
        past(start, start + timedelta(days=transit[index % len(transit)]), parcel=f"{name}{day}-{index}")
        for day in range(days)
        for index in range(10)
        for start in [first + timedelta(days=day)]
    ]


def fitted(history: list[PastParcel], as_of: datetime, params: PaceParams = SURE) -> TransitModel:
    model = fit_transit(history, as_of, TransitParams(min_parcels=1), services=(POST,))
    return at_current_pace(model, history, as_of, (POST,), params)


def pace_of(model: TransitModel) -> float:
    return model.paces[0].pace_ppm / 1e6


def test_a_carrier_that_does_not_change_runs_at_its_pace() -> None:
    assert pace_of(fitted(stream(120, [2, 3, 3, 4, 7]), FIRST + timedelta(days=120))) == pytest.approx(1.0, abs=0.03)


def test_expected_are_the_hazards_of_the_days_under_way() -> None:
    history = stream(60, [2, 3, 3, 4, 7])
    as_of = (FIRST + timedelta(days=60)).replace(hour=0)
    model = fitted(history, as_of, replace(SURE, days=5))
    curve = np.array(fit_transit(history, as_of, TransitParams(min_parcels=1), services=(POST,)).lanes[0].arrived_ppm)
    left = np.concatenate([[1e6], 1e6 - curve])
    observed = expected = 0.0
    for one in history:
        for step in range(1, 6):
            day = (as_of - timedelta(days=step)).date()
            assert one.handed_over_at
            assert one.delivered_at
            age = (day - one.handed_over_at.date()).days
            if age >= 0 and day <= one.delivered_at.date():
                expected += 1.0 - left[age + 1] / left[age]
                observed += day == one.delivered_at.date()
    of_all = (observed + 1.0) / (expected + 1.0)
    assert pace_of(model) == pytest.approx((observed + of_all) / (expected + 1.0), rel=1e-5)


def test_a_slow_down_shows_before_the_late_parcels_have_arrived() -> None:
    steady = stream(100, [2, 3, 3, 4, 5])
    slow = stream(10, [9, 10, 11, 12], FIRST + timedelta(days=100), "slow")
    as_of = FIRST + timedelta(days=108)
    history = steady + slow
    assert not any(one.delivered_at < as_of for one in slow if one.delivered_at)
    model = fitted(history, as_of, replace(SURE, days=7))
    assert pace_of(model) < 0.7
    before = fit_transit(history, as_of, TransitParams(min_parcels=1), services=(POST,))
    assert all(
        now <= then
        for one, other in zip(model.lanes, before.lanes, strict=True)
        for now, then in zip(one.arrived_ppm, other.arrived_ppm, strict=True)
    )


def test_what_happens_later_changes_nothing() -> None:
    as_of = FIRST + timedelta(days=90)
    history = stream(120, [2, 3, 5, 8])
    known = [
        replace(one, delivered_at=one.delivered_at if one.delivered_at and one.delivered_at < as_of else None)
        for one in history
        if one.handed_over_at and one.handed_over_at < as_of
    ]
    other = [
        replace(one, delivered_at=one.delivered_at + timedelta(days=50))
        if one.delivered_at and one.delivered_at >= as_of
        else one
        for one in history
    ]
    assert fitted(known, as_of) == fitted(history, as_of) == fitted(other, as_of)


def test_the_silence_of_a_history_that_was_cut_off_is_no_standstill() -> None:
    last = FIRST + timedelta(days=100)
    history = [
        one if one.delivered_at and one.delivered_at < last else replace(one, delivered_at=None)
        for one in stream(100, [2, 3, 3, 4])
    ]
    assert pace_of(fitted(history, last + timedelta(days=20))) > 0.95


def test_services_have_paces_of_their_own_and_a_small_one_borrows() -> None:
    express = service("express", working="Mon-Sun")
    as_of = FIRST + timedelta(days=100)
    slow = [
        replace(one, service="express")
        for one in (*stream(88, [2, 2, 3, 3]), *stream(12, [8, 9], FIRST + timedelta(days=88), "late"))
    ]
    steady = [replace(one, parcel=f"s{one.parcel}") for one in stream(100, [2, 2, 3, 3])]

    def paces(history: list[PastParcel]) -> dict[str, float]:
        model = fit_transit(history, as_of, TransitParams(min_parcels=1), services=(POST, express))
        model = at_current_pace(model, history, as_of, (POST, express), PaceParams(spread=0.0))
        return {one.service: one.pace_ppm / 1e6 for one in model.paces}

    both = paces(steady + slow)
    assert both["express"] < 0.7 < 0.85 < both["post"]
    few = paces(steady + [one for one in slow if one.parcel.endswith("-3")])
    assert both["express"] < few["express"]


def test_an_unrecorded_history_has_the_pace_of_the_empty_service() -> None:
    history = [replace(one, service="") for one in stream(60, [2, 3])]
    model = fit_transit(history, FIRST + timedelta(days=60), TransitParams(min_parcels=1))
    model = at_current_pace(model, history, FIRST + timedelta(days=60), (), SURE)
    assert [one.service for one in model.paces] == [""]


def test_nothing_under_way_is_the_pace_of_ever() -> None:
    assert fitted([], at("2018-01-01")).paces == ()
    old = stream(30, [2, 3])
    assert pace_of(fitted(old, at("2018-05-01"), replace(SURE, days=1))) == pytest.approx(1.0, abs=0.5)


curves = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=30).map(lambda steps: tuple(sorted(steps)))


@given(curves, st.floats(0.34, 3.0), st.floats(0.34, 3.0), st.floats(0.0, 0.5))
def test_a_quicker_pace_is_never_later_and_curves_keep_rising(
    curve: tuple[int, ...], one: float, other: float, spread: float
) -> None:
    params = PaceParams(spread=spread)
    slow, fast = (np.array(at_pace(curve, pace, params)) for pace in sorted((one, other)))
    assert np.all(slow <= fast)
    for found in (slow, fast):
        assert np.all(np.diff(found) >= 0)
        assert found.min() >= 0
        assert found.max() <= 1_000_000


@given(curves)
def test_the_pace_of_ever_without_spread_leaves_a_curve_as_it_is(curve: tuple[int, ...]) -> None:
    assert at_pace(curve, 1.0, PaceParams(spread=0.0)) == curve


@settings(max_examples=50)
@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.4, 2.5))
def test_a_pace_lies_between_what_is_seen_and_what_it_leans_on(seen: float, hoped: float, towards: float) -> None:
    params = PaceParams()
    pace = shrunk(seen, hoped, towards, params)
    assert 1 / params.most <= pace <= params.most
    if hoped > 0 and 1 / params.most < seen / hoped < params.most:
        low, high = sorted((seen / hoped, towards))
        assert low - 1e-9 <= pace <= high + 1e-9


def test_beyond_its_evidence_a_lane_follows_the_coarser_one() -> None:
    curves = [(0, 500_000), (0, 200_000, 600_000, 1_000_000)]
    found = continued_hazards(curves, np.array([[0, 1], [-1, 1], [-1, -1]]))
    assert np.allclose(found.of[found.row[0]], [0.0, 0.5, 0.5, 1.0])
    assert np.allclose(found.of[found.row[1]], [0.0, 0.2, 0.5, 1.0])
    assert np.allclose(found.of[found.row[2]], 0.0)
    assert [int(found.evidence[row]) for row in found.row] == [4, 4, 0]


def test_who_never_comes_is_no_slower_for_a_slow_pace() -> None:
    curve = (0, 300_000, 600_000, 900_000, 970_000)
    slow = at_pace(curve, 0.5, PaceParams(spread=0.3))
    assert slow[-1] == curve[-1]
    assert all(one <= other for one, other in zip(slow, curve, strict=True))


def test_services_without_a_lane_do_not_hurry_the_others() -> None:
    small = [service(f"small{index}", working="Mon-Sun") for index in range(10)]
    as_of = FIRST + timedelta(days=100)
    steady = stream(100, [2, 2, 3, 3])
    few = [
        replace(one, service=f"small{index}", parcel=f"{index}{one.parcel}")
        for index in range(10)
        for one in stream(3, [2, 3], FIRST + timedelta(days=90))[::2]
    ]
    found = []
    for history in (steady, steady + few):
        model = fit_transit(history, as_of, services=(POST, *small))
        found.append(at_current_pace(model, history, as_of, (POST, *small)).paces)
    assert [one.service for one in found[1]] == ["post"]  # fewer than twenty parcels are no lane
    assert found[0] == found[1]


def test_a_service_that_stands_still_is_slow_while_others_are_told_of() -> None:
    express = service("express", working="Mon-Sun")
    as_of = FIRST + timedelta(days=100)
    still = [
        replace(one, service="express", parcel=f"x{one.parcel}", delivered_at=came if came and came < end else None)
        for end in [FIRST + timedelta(days=90)]
        for one in stream(90, [2, 2, 3, 3])
        for came in [one.delivered_at]
    ]
    history = stream(100, [2, 2, 3, 3]) + still
    model = fit_transit(history, as_of, services=(POST, express))
    paces = {one.service: one.pace_ppm for one in at_current_pace(model, history, as_of, (POST, express)).paces}
    assert paces["express"] < 800_000 < 950_000 < paces["post"]


def test_published_lanes_take_the_pace_of_a_later_day_once() -> None:
    slow = stream(100, [2, 3, 3, 4, 5]) + stream(10, [9, 10, 11, 12], FIRST + timedelta(days=100), "slow")
    then, now = FIRST + timedelta(days=90), FIRST + timedelta(days=109)
    published = fit_transit(slow, then, TransitParams(min_parcels=1), services=(POST,))
    paced = at_current_pace(published, slow, now, (POST,), SURE)
    assert pace_of(at_current_pace(published, slow, then, (POST,), SURE)) == pytest.approx(1.0, abs=0.05)
    assert pace_of(paced) < 0.8
    assert at_current_pace(paced, slow, now, (POST,), SURE) == paced


@pytest.mark.parametrize("wrong", [{"days": 0}, {"prior": 0.0}, {"spread": -0.1}, {"most": 0.5}])
def test_params_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidProblem):
        PaceParams(**wrong)  # type: ignore[arg-type]


def test_a_day_that_is_not_over_is_not_counted() -> None:
    history = stream(60, [2, 3])  # all that happens, happens at noon
    midnight, noon, evening = (datetime(2017, 7, 25, hour, tzinfo=BRAZIL) for hour in (0, 12, 13))
    short = replace(SURE, days=1)  # counting the day of which nothing is known yet would halve the pace and more
    before = pace_of(fitted(history, midnight, short))
    assert pace_of(fitted(history, noon, short)) == pytest.approx(before, abs=0.05)
    assert pace_of(fitted(history, evening, short)) == pytest.approx(before, abs=0.05)
