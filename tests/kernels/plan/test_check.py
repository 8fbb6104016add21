"""The verifier refuses every way in which a good plan can be spoiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.kernels.plan.scenes import MUNICH, carton, order, rate, scene, service, site

from doorstep.domain.decision import Unplanned
from doorstep.domain.parcel import Parcel
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import plan

PROBLEM = scene(
    [order("pair", "mug", "pot"), order("far", "mug", place=MUNICH), order("two", ("mug", 2)), order("never", "ghost")],
    {"berlin": {"mug": 4, "pot": 1}, "munich": {"mug": 2, "pot": 0}},
    sites=[site("berlin", order_fee=50, unit_fee=10), site("munich", MUNICH, order_fee=60)],
    cartons=[carton("box", cost=30, tare=100), carton("large", (600, 400, 400), cost=80, tare=300)],
    services=[service("post"), service("dear")],
    rates=[rate("post", 500), rate("dear", 900)],
)
GOOD = plan(PROBLEM).plan


def parcel(name: str) -> Parcel:
    return next(one for one in GOOD.parcels if name in one.orders)


def with_parcel(name: str, change: Callable[[Parcel], Parcel]) -> Plan:
    return replace(GOOD, parcels=tuple(change(one) if name in one.orders else one for one in GOOD.parcels))


def cost(one: Parcel, **lines: int) -> Parcel:
    return replace(one, cost=replace(one.cost, **lines))


def moved(one: Parcel, x: int, y: int, z: int) -> Parcel:
    return replace(one, placements=(replace(one.placements[0], x_mm=x, y_mm=y, z_mm=z), *one.placements[1:]))


def collided(one: Parcel) -> Parcel:
    other = one.placements[1]
    return moved(one, other.x_mm, other.y_mm, other.z_mm)


def test_the_plan_itself_is_accepted() -> None:
    assert check(PROBLEM, GOOD) == ()
    assert len(GOOD.parcels) == 3
    assert [one.order for one in GOOD.unplanned] == ["never"]


SPOILED: dict[str, tuple[Callable[[], Plan], str]] = {
    "a unit dropped": (
        lambda: with_parcel("two", lambda p: replace(p, contents=(replace(p.contents[0], quantity=1),))),
        "asks for 2 units and gets 1",
    ),
    "a unit too many": (
        lambda: with_parcel("two", lambda p: replace(p, contents=(replace(p.contents[0], quantity=3),))),
        "asks for 2 units and gets 3",
    ),
    "another sku": (
        lambda: with_parcel("far", lambda p: replace(p, contents=(replace(p.contents[0], sku="pot"),))),
        "does not ask for",
    ),
    "a parcel twice": (lambda: replace(GOOD, parcels=(*GOOD.parcels, GOOD.parcels[0])), "two parcels bear one id"),
    "a parcel lost": (lambda: replace(GOOD, parcels=GOOD.parcels[1:]), "gets 0"),
    "overlap": (lambda: with_parcel("pair", collided), "overlap"),
    "overhang": (lambda: with_parcel("far", lambda p: moved(p, 10_000, 0, 0)), ""),
    "a unit not placed": (lambda: with_parcel("two", lambda p: replace(p, placements=p.placements[1:])), "not place"),
    "lighter than it is": (lambda: with_parcel("two", lambda p: replace(p, weight_g=p.weight_g - 1)), "weighs"),
    "cheaper freight": (lambda: with_parcel("two", lambda p: cost(p, freight_minor=1)), "freight"),
    "a surcharge": (lambda: with_parcel("two", lambda p: cost(p, surcharges_minor=1)), "surcharge"),
    "free carton": (lambda: with_parcel("two", lambda p: cost(p, carton_minor=0)), "carton"),
    "free picking": (lambda: with_parcel("two", lambda p: cost(p, pick_minor=0)), "picking"),
    "duty": (lambda: with_parcel("two", lambda p: cost(p, duty_tax_minor=5)), "duty"),
    "an earlier promise": (
        lambda: with_parcel("two", lambda p: replace(p, promised_by=p.promised_by - timedelta(1))),
        "arrives by",
    ),
    "a surer promise": (lambda: with_parcel("two", lambda p: replace(p, on_time_ppm=p.on_time_ppm + 1)), ""),
    "an earlier collection": (
        lambda: with_parcel("two", lambda p: replace(p, ship_at=p.ship_at - timedelta(hours=1))),
        "",
    ),
    "an unknown service": (lambda: with_parcel("two", lambda p: replace(p, service="bike")), "unknown service: bike"),
    "another service": (lambda: with_parcel("two", lambda p: replace(p, service="dear")), ""),
    "an unknown site": (lambda: with_parcel("two", lambda p: replace(p, site="rome")), "unknown site: rome"),
    "an unknown carton": (lambda: with_parcel("two", lambda p: replace(p, carton="bag")), "does not have"),
    "no carton": (lambda: with_parcel("two", lambda p: replace(p, carton="own-box")), "without a carton"),
    "planned and left": (
        lambda: replace(GOOD, unplanned=(*GOOD.unplanned, Unplanned("two", "stock_out", "none", "buy"))),
        "planned as well",
    ),
    "no reason": (lambda: replace(GOOD, unplanned=(Unplanned("never", "", "", ""),)), "without a reason"),
    "forgotten": (lambda: replace(GOOD, unplanned=()), "gets 0"),
    "prettier figures": (
        lambda: replace(GOOD, figures=replace(GOOD.figures, cost_minor=GOOD.figures.cost_minor - 1)),
        "the figures say",
    ),
    "surer figures": (
        lambda: replace(GOOD, figures=replace(GOOD.figures, on_time_orders=GOOD.figures.on_time_orders + 0.1)),
        "expect",
    ),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_spoiled_plan_is_refused(spoiled: str) -> None:
    make, said = SPOILED[spoiled]
    faults = check(PROBLEM, make())
    assert faults, spoiled
    assert any(said in fault for fault in faults), faults


def test_more_than_there_is_does_not_leave_a_site() -> None:
    poorer = replace(PROBLEM, stock=tuple(replace(one, on_hand=min(one.on_hand, 1)) for one in PROBLEM.stock))
    assert any("too many leave" in fault for fault in check(poorer, GOOD))


def test_more_orders_than_a_site_picks_do_not_leave_it() -> None:
    sites = tuple(replace(one, daily_order_capacity=0) for one in PROBLEM.sites)
    assert any("orders leave" in fault for fault in check(replace(PROBLEM, sites=sites), GOOD))


def test_more_parcels_than_a_service_collects_do_not_leave() -> None:
    calls = tuple(replace(one, daily_parcel_capacity=0) for one in PROBLEM.collections)
    assert any("parcels leave" in fault for fault in check(replace(PROBLEM, collections=calls), GOOD))


def test_no_order_travels_in_more_parcels_than_agreed() -> None:
    assert any("travels in" in fault for fault in check(PROBLEM, GOOD, max_parcels=0))
