from __future__ import annotations

import itertools

import pytest

from doorstep.domain.journey import (
    BEFORE_LEAVING,
    ENDED,
    FOLLOWS,
    ORDER_STATES,
    PARCEL_FOLLOWS,
    PARCEL_STATES,
    ParcelState,
    may_follow,
    order_state,
    parcel_may_follow,
)


@pytest.mark.parametrize(
    ("parcels", "state"),
    [
        (["planned"], "planned"),
        (["planned", "released"], "released"),
        (["packed", "released"], "released"),
        (["packed", "staged"], "packed"),
        (["staged", "handed_over"], "part_shipped"),
        (["planned", "delivered"], "part_shipped"),
        (["handed_over", "delivered"], "shipped"),
        (["delivered", "left_at_safe_place"], "delivered"),
        (["delivered", "failed"], "failed"),
        (["delivered", "returned"], "returned"),
        (["returning"], "failed"),
        (["cancelled", "delivered"], "delivered"),
    ],
)
def test_an_order_stands_as_its_parcels_do(parcels: list[ParcelState], state: str) -> None:
    assert order_state(parcels) == state


def test_an_order_without_live_parcels_stands_for_itself() -> None:
    with pytest.raises(ValueError, match="none"):
        order_state(["cancelled"])


def test_every_pair_of_parcels_makes_a_known_state_and_order_does_not_matter() -> None:
    for one, other in itertools.product(PARCEL_STATES, repeat=2):
        if {one, other} != {"cancelled"}:
            assert order_state([one, other]) == order_state([other, one])
            assert order_state([one, other]) in ORDER_STATES


def test_the_tables_name_only_known_states() -> None:
    assert all(after in ORDER_STATES for several in FOLLOWS.values() for after in several)
    assert all(after in PARCEL_STATES for several in PARCEL_FOLLOWS.values() for after in several)


def test_what_has_left_is_never_on_the_floor_again() -> None:
    left = [state for state in PARCEL_STATES if state not in BEFORE_LEAVING]
    assert not any(parcel_may_follow(one, floor) for one in left for floor in BEFORE_LEAVING)


def test_what_has_ended_stays_so_but_for_goods_taken_in_from_a_safe_place() -> None:
    assert [(one, PARCEL_FOLLOWS[one]) for one in ENDED if PARCEL_FOLLOWS[one]] == [
        ("left_at_safe_place", ("delivered",))
    ]
    assert not may_follow("cancelled", "open")


def test_one_step_of_the_only_parcel_is_a_step_of_its_order() -> None:
    for before, several in PARCEL_FOLLOWS.items():
        for after in several:
            if after != "cancelled":
                order_before, order_after = order_state([before]), order_state([after])
                assert order_before == order_after or may_follow(order_before, order_after), (before, after)
