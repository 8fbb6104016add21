"""History as columns, and what is set aside with its reason."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from tests.kernels.promise.histories import FIRST_DAY, drawn, noon, parcel

from doorstep.domain.learned import PastParcel
from doorstep.kernels.promise import history as told
from doorstep.kernels.promise.history import history_of
from doorstep.kernels.promise.stages import stages_of

WRONG: list[tuple[PastParcel, str]] = [
    (parcel("a", 10, 3, delivered_at=noon(9)), told.DELIVERED_BEFORE_PLACED),
    (parcel("b", 10, 3, delivered_at=noon(10) - timedelta(seconds=1)), told.DELIVERED_BEFORE_PLACED),
    (parcel("c", 10, 3, handed_over_at=noon(9)), told.HANDED_OVER_BEFORE_PLACED),
    (parcel("d", 10, 3, handed_over_at=noon(14)), told.DELIVERED_BEFORE_HANDED_OVER),
    (parcel("f", 101, 3), told.PLACED_IN_FUTURE),
    (parcel("g", 99, 3), told.FUTURE),
    (parcel("h", -20_000, 3), told.TOO_OLD),
    (parcel("i", 10, 3, destination_country="Germany"), told.UNKNOWN_COUNTRY),
    (parcel("j", 10, 3, sample_weight=-1.0), told.BAD_WEIGHT),
    (parcel("k", 10, 3, sample_weight=float("nan")), told.BAD_WEIGHT),
]


@pytest.mark.parametrize(("one", "reason"), WRONG, ids=[one.parcel for one, _ in WRONG])
def test_each_contradiction_is_counted_and_named(one: PastParcel, reason: str) -> None:
    columns, aside = history_of([parcel("good", 10, 3), one], FIRST_DAY + 100)
    assert columns.parcel.tolist() == ["good"]
    assert aside.counts == {reason: 1}
    assert aside.named == {reason: (one.parcel,)}
    assert aside.total == 1


def test_only_the_first_of_each_reason_are_named() -> None:
    many = [parcel(f"x{number:03d}", 10, 3, handed_over_at=noon(9)) for number in range(50)]
    _, aside = history_of(many)
    assert aside.counts[told.HANDED_OVER_BEFORE_PLACED] == 50
    assert len(aside.named[told.HANDED_OVER_BEFORE_PLACED]) == told.MOST_NAMED


def test_columns_do_not_depend_on_the_order_of_the_rows() -> None:
    parcels = drawn(3, 20, 4)
    one, other = history_of(parcels)[0], history_of(reversed(parcels))[0]
    assert np.array_equal(one.parcel, other.parcel)
    assert np.array_equal(one.region.code, other.region.code)
    assert one.region.names == other.region.names


def test_an_empty_history_has_empty_columns() -> None:
    columns, aside = history_of([])
    assert (len(columns), aside.total) == (0, 0)


def test_who_is_delivered_without_a_hand_over_told_is_kept() -> None:
    columns, aside = history_of([parcel("a", 10, 3, handed_over_at=None)])
    assert (len(columns), aside.total) == (1, 0)
    assert all(not len(stage.row) for stage in stages_of(columns))  # but says nothing of either stage
