from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.backtest import MEASURES, Figures, Rate, figures, shop_figures
from doorstep.kernels.promise.check_backtest import check_backtest
from doorstep.kernels.promise.walked import Walked

MARCH_30 = 20_542  # 2026-03-30, a Monday


def walked(rows: list[tuple[int, str, int, int, int, int, float]]) -> Walked:
    """Rows of placed day after 30 March 2026, region, promised, arrived, shop's and known days, weight."""
    placed, region, promised, arrived, shop, known, weight = zip(*rows, strict=True) if rows else ((),) * 7
    n = len(rows)
    return Walked(
        parcel=tuple(map(str, range(n))),
        service=("post",) * n,
        carrier=("",) * n,
        origin_region=("",) * n,
        destination_region=tuple(region),
        placed_day=np.array(placed, dtype=np.int64) + MARCH_30,
        targets_ppm=np.array([900_000]),
        promised_days=np.array(promised, dtype=np.int16).reshape(n, 1),
        stated_ppm=np.full((n, 1), 900_000, dtype=np.int32),
        arrived_days=np.array(arrived, dtype=np.int64),
        shop_days=np.array(shop, dtype=np.int64),
        known_days=np.array(known, dtype=np.int64),
        weight=np.array(weight, dtype=np.float64),
    )


BY_HAND = walked(
    [
        # placed, region, promised, arrived, shop, known, weight
        (0, "DE-BY", 5, 5, 6, 30, 1.0),  # on the promised day: on time
        (0, "DE-BY", 5, 6, 6, 30, 2.0),  # a day late, for the shop on time
        (1, "DE-BE", 4, 2, -1, 29, 1.0),  # two days early
        (2, "DE-BE", 4, -1, 3, 28, 1.0),  # never, and late
        (2, "DE-BE", 28, -1, 3, 28, 1.0),  # its promise is of the last day told of: open, for the shop late
    ]
)


def test_figures_by_hand() -> None:
    found = figures(BY_HAND, 900_000)
    assert (found.n, found.delivered, found.undelivered, found.open) == (5, 3, 1, 1)
    assert found.on_time_rate == pytest.approx(2 / 5)  # weights 1 + 1 of 1 + 2 + 1 + 1
    assert found.on_time_rate_delivered == pytest.approx(2 / 4)
    assert found.mean_promised_days == pytest.approx((5 + 10 + 4 + 4 + 28) / 6)
    assert found.mean_early_days == pytest.approx((0 - 2 + 2) / 4)
    assert found.mean_late_days == pytest.approx(2 / 4)
    assert found.pinball_loss == pytest.approx((0 + 2 * 0.9 + 0.1 * 2) / 4)
    assert found.coverage_by_month == {"2026-03": Rate(3, 2 / 4), "2026-04": Rate(1, 0.0)}
    assert found.coverage_by_region == {"DE-BE": Rate(2, 1 / 2), "DE-BY": Rate(2, 1 / 3)}
    assert found.mean_monthly_deviation == pytest.approx((0.4 + 0.9) / 2)
    assert found.worst_region == ""
    assert all(isnan(end) for ends in found.intervals.values() for end in ends)  # all of one week


def test_the_shops_figures_by_hand() -> None:
    found = shop_figures(BY_HAND, 900_000)
    assert found is not None
    assert (found.n, found.delivered, found.undelivered, found.open) == (4, 2, 2, 0)
    assert found.on_time_rate == pytest.approx(3 / 5)
    assert found.mean_promised_days == pytest.approx((6 + 12 + 3 + 3) / 5)
    assert found.pinball_loss == pytest.approx(0.1 / 3)
    assert shop_figures(replace(BY_HAND, shop_days=np.full(5, -1)), 900_000) is None


def test_a_target_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="950000 ppm"):
        figures(BY_HAND, 950_000)


ROWS = st.lists(
    st.tuples(
        st.integers(0, 70),
        st.sampled_from(["DE-BY", "DE-BE", ""]),
        st.integers(0, 40),
        st.integers(-1, 60),
        st.integers(-1, 40),
        st.integers(0, 80),
        st.sampled_from([0.0, 0.5, 1.0, 5.97]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_the_verifier_agrees(rows: list[tuple[int, str, int, int, int, int, float]]) -> None:
    told = walked(rows)
    found = figures(told, 900_000)
    assert check_backtest(told, 900_000, found) == ()
    assert found.n == found.delivered + found.undelivered + found.open
    shop = shop_figures(told, 900_000)
    if shop is not None:
        assert check_backtest(told, 900_000, shop, shop=True) == ()


@pytest.mark.parametrize(
    "name", [name for name in Figures.__dataclass_fields__ if name not in ("intervals", "worst_region")]
)
def test_the_verifier_finds_each_wrong_figure(name: str) -> None:
    found = figures(BY_HAND, 900_000)
    value = getattr(found, name)
    wrong = {**value, "2026-03": Rate(2, 0.5), "DE-BE": Rate(1, 0.5)} if isinstance(value, dict) else value + 1
    if isinstance(value, dict):
        wrong = {key: wrong[key] for key in value}
    changes: dict[str, Any] = {name: wrong}
    faults = check_backtest(BY_HAND, 900_000, replace(found, **changes))
    assert len(faults) == 1
    assert faults[0].startswith(name)


def test_the_worst_region_needs_200_parcels() -> None:
    rows = [(0, "A", 5, 9, -1, 30, 1.0)] * 199 + [(0, "B", 5, 9 * (k % 2), -1, 30, 1.0) for k in range(200)]
    rows += [(0, "C", 5, 1, -1, 30, 1.0)] * 300
    told = walked(rows)
    found = figures(told, 900_000)
    assert found.worst_region == "B"
    assert check_backtest(told, 900_000, found) == ()
    assert len(check_backtest(told, 900_000, replace(found, worst_region="C"))) == 1


def test_intervals_hold_the_figure_and_are_the_same_each_time() -> None:
    chance = np.random.default_rng(3)
    rows = [(day, "A", 5, int(chance.geometric(0.3)), -1, 90, 1.0) for day in range(70) for _ in range(10)]
    found = figures(walked(rows), 900_000)
    assert found.intervals == figures(walked(rows), 900_000).intervals
    for name in MEASURES:
        low, high = found.intervals[name]
        assert low <= getattr(found, name) <= high
    assert found.intervals["on_time_rate"][0] < found.intervals["on_time_rate"][1]
    assert found.intervals["mean_promised_days"] == (5.0, 5.0)
