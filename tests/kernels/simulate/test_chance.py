"""Chance, the timetable, and intervals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from tests.kernels.plan.scenes import MONDAY, order

from doorstep.kernels.simulate.chance import order_keys, uniform_ppm
from doorstep.kernels.simulate.days import day_of, lay_out_days
from doorstep.kernels.simulate.intervals import DayBlocks, over_seeds, student

DAY = day_of(MONDAY)


def test_draws_hang_on_the_order_the_seed_and_the_stream_alone() -> None:
    orders = [order(f"o{n}", "mug") for n in range(20_000)]
    keys = order_keys(orders)
    drawn = uniform_ppm(keys, 5, 16)
    assert uniform_ppm(keys[::-1], 5, 16).tolist() == drawn[::-1].tolist()
    assert uniform_ppm(keys, 5, np.full(20_000, 16)).tolist() == drawn.tolist()
    for other in (uniform_ppm(keys, 6, 16), uniform_ppm(keys, 5, 17)):
        assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.03
    assert 0 <= drawn.min() < drawn.max() < 1_000_000
    cells = np.bincount(drawn // 100_000, minlength=10)
    assert abs(cells - 2_000).max() < 5 * 2_000**0.5


def test_a_day_is_planned_when_it_is_over_on_every_clock() -> None:
    west = timezone(timedelta(hours=-3))
    early = order("o", "mug", at=datetime(2024, 6, 3, 1, tzinfo=UTC))
    late = order("p", "mug", at=datetime(2024, 6, 3, 23, 59, 59, tzinfo=west))
    (slot,) = lay_out_days([early, late], DAY, DAY + 1, 1)
    assert slot.orders == (0, 1)
    assert slot.now == datetime(2024, 6, 4, 3, tzinfo=UTC)
    assert slot.now > late.placed_at


def test_batches_cut_the_day_and_never_run_back() -> None:
    east, west = timezone(timedelta(hours=12)), timezone(timedelta(hours=-11))
    orders = [
        order("a", "mug", at=datetime(2024, 6, 3, 11, 59, tzinfo=west)),
        order("b", "mug", at=datetime(2024, 6, 3, 12, 0, tzinfo=east)),
        order("c", "mug", at=datetime(2024, 6, 5, 0, 0, tzinfo=UTC)),
    ]
    slots = lay_out_days(orders, DAY, DAY + 4, 2)
    assert [slot.orders for slot in slots] == [(0,), (1,), (), (), (2,), (), (), ()]
    assert [slot.last_of_day for slot in slots] == [False, True] * 4
    nows = [slot.now for slot in slots]
    assert nows == sorted(nows)
    assert all(slot.now >= orders[i].placed_at for slot in slots for i in slot.orders)


@pytest.mark.parametrize(
    ("free", "t"), [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (10, 2.2281), (30, 2.0423)]
)
def test_students_quantiles_are_those_of_the_tables(free: int, t: float) -> None:
    assert student(0.95, free) == pytest.approx(t, abs=1e-3)


def test_seeds_give_students_interval() -> None:
    found = over_seeds([1.0, 2.0, 3.0], 0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((2 - 4.3027 / 3**0.5, 2 + 4.3027 / 3**0.5), abs=1e-3)
    assert over_seeds([1.0], 0.95) is None


def test_blocks_of_days_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for seed in range(200):
        days = 10 + rng.normal(0, 1, 28)
        point = float(days.sum())
        blocks = DayBlocks(28, 400, seed, 0.95)
        found = blocks.around(point, point, blocks.drawn(days, None))
        assert found is not None
        held += found.low <= 280 <= found.high
    assert held / 200 >= 0.88


def test_a_rate_of_nothing_has_no_interval() -> None:
    blocks = DayBlocks(10, 50, 0, 0.95)
    assert blocks.around(0.0, 0.0, blocks.drawn(np.zeros(10), np.zeros(10))) is None
