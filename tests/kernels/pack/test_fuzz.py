from __future__ import annotations

import os

import pytest
from benchmarks.pack.fuzz import run, total


def test_random_orders_over_every_feature_are_packed_without_fault() -> None:
    found = total(run(seed=1, orders=2_000, workers=1))
    assert (found.invalid, found.crashed) == ([], [])
    assert found.orders == 2_000
    assert found.parcels > found.orders > found.left > 0
    assert found.proven > 1_000


@pytest.mark.long
def test_100000_random_orders_are_packed_without_fault() -> None:
    found = total(run(seed=2, orders=100_000, workers=os.cpu_count() or 1))
    assert (found.orders, found.invalid, found.crashed) == (100_000, [], [])
