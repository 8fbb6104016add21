"""The verifier of shared parcels refuses what must not be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.kernels.plan.test_sharing import day, of

from doorstep.domain.bids import BidPrices, SpeedValue
from doorstep.domain.parcel import Parcel, picked_together
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanParams, plan
from doorstep.kernels.plan.problem import PlanProblem

ASKED = day([of("one", "x", "y"), of("two", ("x", 2))])
MADE = plan(ASKED).plan


def otherwise(change: Callable[[Parcel], Parcel]) -> Plan:
    (parcel,) = MADE.parcels
    return replace(MADE, parcels=(change(parcel),))


def test_it_accepts_the_plan() -> None:
    assert check(ASKED, MADE) == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: replace(p, orders=("one",)), "names one and holds goods of one, two"),
        (lambda p: replace(p, orders=("one", "two", "two")), "and holds goods of one, two"),
        (
            lambda p: replace(p, contents=tuple(replace(one, order="one") for one in p.contents)),
            "which line 1 of one does not ask for",
        ),
        (
            lambda p: replace(p, placements=tuple(replace(one, order="one") for one in p.placements)),
            "places units for other orders",
        ),
        (lambda p: replace(p, cost=replace(p.cost, pick_minor=200)), "picking one-1 costs 100, not 200"),
    ],
)
def test_parcels_that_say_something_else(change: Callable[[Parcel], Parcel], told: str) -> None:
    faults = check(ASKED, otherwise(change))
    if told.startswith("which"):
        assert any("of one asks for 1 units and gets 3" in fault for fault in faults)
    else:
        assert any(told in fault for fault in faults)


@pytest.mark.parametrize(
    "wish",
    [
        {"customer": "C2"},
        {"channel": "shop"},
        {"safe_place": "shed"},
        {"priority": 2},
        {"gift_note": "with love"},
    ],
)
def test_orders_that_must_not_share(wish: dict[str, object]) -> None:
    first, second = ASKED.orders
    told: PlanProblem = replace(ASKED, orders=(first, replace(second, **wish)))  # type: ignore[arg-type]
    assert any("is shared" in fault for fault in check(told, MADE))


def test_nobodys_orders_gifts_and_those_that_wait_from_other_days_do_not_share() -> None:
    nobody = replace(ASKED, orders=tuple(replace(one, customer="") for one in ASKED.orders))
    assert any("nobody in particular" in fault for fault in check(nobody, MADE))
    gifts = replace(ASKED, orders=tuple(replace(one, gift_note="!") for one in ASKED.orders))
    assert any("a gift" in fault for fault in check(gifts, MADE))
    first, second = ASKED.orders
    days = replace(ASKED, orders=(replace(first, placed_at=first.placed_at - timedelta(days=1)), second))
    waiting = replace(days, bid_prices=BidPrices(speed=(SpeedValue("one", 10_000),)))
    assert any("several days" in fault for fault in check(waiting, MADE))
    assert not any("several days" in fault for fault in check(days, MADE))


def test_orders_apart_are_picked_apart() -> None:
    apart = plan(ASKED, PlanParams(sharing=False)).plan
    assert set(picked_together(apart.parcels).values()) == {"one", "two"}
    assert set(picked_together(MADE.parcels).values()) == {"one"}
    first, second = apart.parcels
    third = replace(second, orders=("three",))
    links = replace(first, orders=("two", "three")), replace(first, orders=("two", "one"))
    chain = replace(apart, parcels=(first, third, *links))
    assert len(set(picked_together(chain.parcels).values())) == 1
