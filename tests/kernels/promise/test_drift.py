"""Charts raise few alarms while promises hold, soon when they do not, and know nothing of the future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.walks import MONDAY, World, walk

from doorstep.kernels.promise.drift import DriftParams, charted, drift, limit, moves
from doorstep.kernels.promise.walked import NOT_DELIVERED, Walked

EXACT = DriftParams(points_per_false_alarm=100, tolerance_ppm=0)
AT = 2  # 90%


def test_moves_of_a_parcel_add_up_to_its_outcome_less_what_was_stated() -> None:
    walked = walk(World(parcels=500, never=0.05))
    found = moves(walked, AT)
    sums = np.bincount(found.parcel, weights=found.size, minlength=len(walked))
    kept = (walked.arrived_days >= 0) & (walked.arrived_days <= walked.promised_days[:, AT])
    assert sums == pytest.approx(kept - walked.stated_ppm[:, AT] / 1e6)
    assert np.bincount(found.parcel, weights=found.part) == pytest.approx(np.ones(len(walked)))


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 10_000), st.sampled_from([(1.0,), (1.0, 5.97)]))
def test_moves_are_as_wide_as_reckoned_when_promises_hold(seed: int, weights: tuple[float, ...]) -> None:
    walked = walk(World(parcels=20_000, seed=seed, weights=weights))
    found = moves(walked, AT)
    own = walked.weight[found.parcel]
    spread = float((own**2 * found.variance).sum()) ** 0.5
    assert abs(float((own * found.size).sum())) < 4.5 * spread
    assert float((own**2 * found.size**2).sum()) == pytest.approx(spread**2, rel=0.05)


@pytest.mark.parametrize("targets", [(900_000,), (500_000, 800_000, 900_000)])
def test_false_alarms_are_about_as_rare_as_designed(targets: tuple[int, ...]) -> None:
    alarms = points = 0.0
    for seed in range(12):
        walked = walk(World(parcels=24_000, days=300, seed=seed, targets=targets, carriers=1))
        charts, expected = drift(walked, len(targets) - 1, EXACT)
        alarms += sum(len(chart.alarms) for chart in charts)
        points += sum(len(chart.points) for chart in charts)
        assert expected == pytest.approx(len(charts[0].points) / 100)
    # About 36 are expected; an alarm holds on until it is made up for, so somewhat fewer begin.
    assert 0.35 < alarms / (points / 100) < 1.5


def test_a_tolerance_makes_alarms_rarer() -> None:
    walked = [walk(World(parcels=24_000, days=300, seed=seed, carriers=1)) for seed in range(4)]
    exact = sum(len(drift(one, AT, EXACT)[0][0].alarms) for one in walked)
    tolerant = sum(len(drift(one, AT, replace(EXACT, tolerance_ppm=10_000))[0][0].alarms) for one in walked)
    assert tolerant < exact


@pytest.mark.parametrize(("days", "direction"), [(3, "later"), (-3, "earlier")])
def test_a_shift_is_told_with_its_direction_and_when(days: int, direction: str) -> None:
    walked = walk(World(parcels=8_000, days=200, slower_from=100, slower_days=days, carriers=1))
    (chart,), _ = drift(walked, AT, DriftParams())
    first = next(alarm for alarm in chart.alarms if alarm.raised_day >= MONDAY + 100)
    assert first.direction == direction
    assert MONDAY + 95 <= first.since_day <= first.raised_day <= MONDAY + 100 + 21
    assert first.gap * (-1 if direction == "later" else 1) > 0.02
    assert first.cleared_day is None
    assert not [alarm for alarm in chart.alarms if alarm.raised_day < MONDAY + 100]


def test_early_dates_tell_of_a_slow_week_before_its_promises_pass() -> None:
    world = World(parcels=8_000, days=200, slower_from=100, slower_days=3, carriers=1, regions=4)
    several, single = walk(world), walk(replace(world, targets=(900_000,)))
    raised = [drift(one, at, DriftParams())[0][0].alarms[-1].raised_day for one, at in ((several, AT), (single, 0))]
    assert raised[0] < raised[1]


def test_an_alarm_ends_when_promises_hold_again() -> None:
    walked = walk(World(parcels=9_000, days=300, slower_from=100, slower_days=3, carriers=1))
    undisturbed = walk(World(parcels=9_000, days=300, carriers=1))
    over = walked.placed_day >= MONDAY + 130
    mended = replace(walked, arrived_days=np.where(over, undisturbed.arrived_days, walked.arrived_days))
    (chart,), _ = drift(mended, AT, DriftParams())
    (alarm,) = [one for one in chart.alarms if one.direction == "later"]
    assert alarm.cleared_day is not None
    assert MONDAY + 130 < alarm.cleared_day < MONDAY + 200


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 500), st.integers(30, 140), st.data())
def test_nothing_that_comes_later_changes_what_was_told(seed: int, today: int, data: st.DataObject) -> None:
    """Alter all that became known after a day: points and alarms up to that day stay as they were."""
    world = World(parcels=3_000, seed=seed, slower_from=data.draw(st.integers(0, 140)), slower_days=3, carriers=1)
    walked = walk(world)
    altered = future_altered(walked, MONDAY + today, seed)
    told = [drift(one, AT, EXACT)[0][0] for one in (walked, altered)]
    until = [[point for point in one.points if point.day <= MONDAY + today] for one in told]
    assert until[0] == until[1]
    raised = [
        [(a.raised_day, a.direction, a.since_day, a.gap) for a in one.alarms if a.raised_day <= MONDAY + today]
        for one in told
    ]
    assert raised[0] == raised[1]


def future_altered(walked: Walked, today: int, seed: int) -> Walked:
    """Deliver what was still under way at the end of today on other days, or never; drop what is placed later."""
    random = np.random.default_rng(seed)
    waiting = (walked.arrived_days == NOT_DELIVERED) | (walked.placed_day + walked.arrived_days > today)
    later = np.maximum(0, today - walked.placed_day) + random.integers(1, 30, len(walked))
    later = np.where(random.random(len(walked)) < 0.2, NOT_DELIVERED, later)
    return replace(walked, arrived_days=np.where(waiting, later, walked.arrived_days))


def test_what_the_history_does_not_reach_is_not_judged() -> None:
    walked = walk(World(parcels=3_000, known_days=100, carriers=1))
    (chart,), _ = drift(walked, AT, DriftParams())
    assert max(point.day for point in chart.points) < MONDAY + 100
    assert chart.alarms == ()  # those of the last days that have come already do not make up a good week


def test_rarer_false_alarms_need_more_evidence() -> None:
    limits = [limit(DriftParams(points_per_false_alarm=points)) for points in (100, 1_000, 10_000)]
    assert limits == sorted(limits)
    assert limits[1] == pytest.approx(5.75, abs=0.1)  # Siegmund's formula solved by hand


def test_no_chart_is_drawn_twice() -> None:
    walked = walk(World(parcels=50, carriers=3))
    assert charted(walked) == ("all", "carrier")
    assert charted(replace(walked, service=tuple("ab"[at % 2] for at in range(50)))) == ("all", "carrier", "service")
    assert charted(walk(World(parcels=50, carriers=1))) == ("all",)
