"""Days at risk, their baseline, and what is known of the surroundings of a parcel."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernels.promise.histories import FIRST_DAY, drawn, noon, parcel

from doorstep.kernels.promise.as_of import FIGURES, expected_so_far, surroundings
from doorstep.kernels.promise.history import history_of
from doorstep.kernels.promise.journeys import NOT_YET
from doorstep.kernels.promise.stages import SUNDAY, Baseline, baseline, never_arrive, stages_of


def test_a_parcel_is_at_risk_until_its_stage_ends() -> None:
    history, _ = history_of([parcel("a", 10, 5), parcel("b", 10, None, handed_over_at=None)])
    handling, transit = stages_of(history)
    mine = handling.row == 0
    assert handling.age[mine].tolist() == [0, 1]
    assert handling.ended[mine].tolist() == [False, True]
    assert handling.age[~mine].tolist() == list(range(41))
    assert not handling.ended[~mine].any()
    assert transit.row.tolist() == [0] * 5
    assert transit.day.tolist() == [FIRST_DAY + 11 + age for age in range(5)]
    assert transit.ended.tolist() == [False] * 4 + [True]


def test_holidays_count_as_sundays() -> None:
    history, _ = history_of([parcel("a", 0, 6, placed_at=noon(0))])  # New Year's Day 2025, a Wednesday
    handling, transit = stages_of(history)
    assert handling.day_class[0] == SUNDAY
    assert transit.day_class[0] == 3  # 2 January, a Thursday
    assert transit.day_class[4] == SUNDAY  # 6 January, a Monday: Epiphany is kept in Bavaria, where it goes
    assert transit.day_class[1] == 4


def test_the_baseline_finds_the_hazard_it_was_drawn_from() -> None:
    chance = np.random.default_rng(5)
    parcels = [parcel(f"p{n:05d}", n % 60, 1 + int(chance.geometric(0.25))) for n in range(6_000)]
    _, transit = stages_of(history_of(parcels)[0])
    found = baseline(transit, np.arange(len(transit.row)), np.ones(len(transit.row)))
    assert found.by_age[0] == 0
    assert found.by_age[1:8] == pytest.approx(0.25, abs=0.03)
    assert found.by_class == pytest.approx(1.0, abs=0.12)


def test_those_who_never_arrive_stand_apart() -> None:
    by_age = np.array([0.5, 0.5, 0.2, 0.0])
    apart = Baseline(by_age, np.ones(7)).among_arriving()
    # Of 100 at risk 20 stay for good: 50 of 80 come, then 25 of 30, then 5 of 5 (at most 97 %).
    assert apart == pytest.approx([50 / 80, 25 / 30, 0.97, 0.0])


def test_the_share_that_never_arrives_is_taken_of_old_parcels() -> None:
    parcels = [parcel(f"p{n:04d}", n // 20, None if n % 10 == 0 else 4) for n in range(2_000)]
    history, _ = history_of(parcels)
    assert never_arrive(history, FIRST_DAY + 180, 1.0) == pytest.approx(0.1, abs=0.01)
    young = never_arrive(history, FIRST_DAY + 20, 1.0)
    assert young == pytest.approx(0.02)  # nothing is old enough to tell


def test_surroundings_are_sums_of_what_lay_before() -> None:
    """The fading sums, by plain loops."""
    history, _ = history_of(drawn(2, 70, 3))
    stages = stages_of(history)
    found = surroundings(history, stages, 1.0)
    for one in FIGURES:
        if one.group not in ("", "region", "handler"):
            continue
        stage, expected = stages[one.stage], expected_so_far(history, stages[one.stage])
        code = getattr(history, one.group).code if one.group else np.zeros(len(history), dtype=int)
        for row in (0, 100, 150, len(history) - 1):
            observed = hoped = 0.0
            for cell in range(len(stage.row)):
                if np.isnan(expected[cell]) or stage.day[cell] >= history.placed_day[row]:
                    continue
                if code[stage.row[cell]] == code[row]:
                    fades = 0.5 ** ((history.placed_day[row] - 1 - stage.day[cell]) / one.half_life_days)
                    observed += fades * stage.ended[cell]
                    hoped += fades * expected[cell]
            assert found[one.name][row] == pytest.approx(np.log((observed + one.prior) / (hoped + one.prior)))


def test_backlog_counts_who_waits_on_the_eve() -> None:
    parcels = [
        parcel("a", 10, 9, handed_over_at=noon(14)),
        parcel("b", 11, 9, handed_over_at=noon(12)),
        parcel("c", 12, 9),
        parcel("d", 13, 9),
        parcel("e", 13, 9, site="bonn"),
        parcel("f", 10, None, handed_over_at=None),
    ]
    history, _ = history_of(parcels)
    found = dict(zip(history.parcel.tolist(), surroundings(history, stages_of(history), 1.0)["backlog"], strict=True))
    assert history.handed_over_day[history.parcel == "f"] == NOT_YET
    # Before the 12th a, b and f wait; before the 13th a, c and f, b left on the 12th.
    assert (found["a"], found["b"], found["c"], found["d"], found["e"]) == (0, 2, 3, 3, 0)


def test_no_later_day_and_no_other_group_changes_a_sum() -> None:
    """Over years, with short half-lives: late days of one region must not drown the early ones of the next."""
    parcels = [
        parcel(f"p{n:05d}", n // 3, 2 + n % 4, destination_region=("BE", "BY", "HH")[n % 3]) for n in range(4_500)
    ]
    whole, early = history_of(parcels)[0], history_of(parcels[:900])[0]
    longer, shorter = (surroundings(one, stages_of(one), 1.0) for one in (whole, early))
    for name, values in shorter.items():
        assert np.allclose(longer[name][:870], values[:870], equal_nan=True), name
