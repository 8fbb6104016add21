"""Duty and tax in the plan: a cost where the service delivers duty paid, else what the receiver will be asked for."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.kernels.plan.borders import with_borders
from tests.kernels.plan.brute import Brute
from tests.kernels.plan.builders import Shape, problem
from tests.kernels.plan.scenes import BERLIN, cents, order, product, rate, scene, service, site

from doorstep.domain.carriage import DutyRule, Tariff
from doorstep.domain.place import Place
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import PlanProblem, plan
from doorstep.kernels.plan.ready import make_ready

BASEL = Place("CH", "", "Basel", "4051", 47.56, 7.59)
DUTY = DutyRule("duty", "EU", "", "61", 12_000_000, with_freight=True, de_minimis_micros=150_000_000)
TAX = DutyRule("tax", "DE", "", "", 19_000_000, with_freight=True, with_duty=True, ioss_up_to_micros=150_000_000)


def shop(ioss: str = "", duties: tuple[DutyRule, ...] = (DUTY, TAX), at: Place = BASEL, units: int = 4) -> PlanProblem:
    """Shirts of 100.00 in Basel; a service that pays at the border, for 5.00, and one that does not, for 90.00."""
    made = replace(product("shirt"), value_micros=cents(10_000), hs_code="6109.10", origin_country="CN")
    plain = scene(
        [order("one", "shirt"), order("two", ("shirt", 2))],
        {"basel": {"shirt": units}},
        [made],
        sites=[site("basel", at, zone="Europe/Zurich")],
        services=[replace(service("paid"), incoterm="DDP"), service("open")],
        rates=[rate("paid", 500), rate("open", 9_000)],
    )
    return replace(plain, brand=replace(plain.brand, ioss=ioss), tariff=replace(plain.tariff, duties=duties))


def costs(asked: PlanProblem) -> list[tuple[str, str, int, int]]:
    result = plan(asked)
    assert check(asked, result.plan) == ()
    return [(one.parcel, one.service, one.cost.freight_minor, one.cost.duty_tax_minor) for one in result.plan.parcels]


def test_who_delivers_duty_paid_bears_duty_and_tax() -> None:
    # one: 100.00 is free of duty; 19 % of 105.00. two: 12 % of 205.00 = 24.60; 19 % of 229.60 = 43.62
    assert costs(shop()) == [("one-1", "paid", 500, 1_995), ("two-1", "paid", 500, 6_822)]


def test_a_number_of_the_ioss_lets_small_orders_in_free_of_tax() -> None:
    assert costs(shop("IM2760000742")) == [("one-1", "paid", 500, 0), ("two-1", "paid", 500, 6_822)]


def test_within_the_territory_nothing_is_owed() -> None:
    assert costs(shop(at=BERLIN)) == [("one-1", "paid", 500, 0), ("two-1", "paid", 500, 0)]


def test_what_costs_more_at_the_border_is_not_chosen() -> None:
    dear = replace(DUTY, percent_micros=100_000_000, de_minimis_micros=None)
    assert costs(shop(duties=(dear, TAX)))[0] == ("one-1", "open", 9_000, 0)


def test_goods_whose_code_is_none_are_planned_as_goods_without_one() -> None:
    asked = shop()
    (shirt,) = asked.products
    hat = replace(shirt, sku="hat", hs_code="")
    word = replace(shirt, hs_code="shirts")
    stock = (*asked.stock, replace(asked.stock[0], sku="hat"))
    both = replace(asked, products=(word, hat), stock=stock, orders=(order("one", "shirt", "hat"),))
    each = replace(DUTY, per_item_micros=cents(300))  # once, for goods without a code are one item
    both = replace(both, tariff=replace(both.tariff, duties=(each, TAX)))
    # 12 % of 205.00 and 3.00 = 27.60; 19 % of 232.60 = 44.19
    assert costs(both) == [("one-1", "paid", 500, 2_760 + 4_419)]


def test_an_order_is_not_cut_up_to_slip_below_a_threshold() -> None:
    steep = replace(DUTY, percent_micros=100_000_000)
    free = replace(TAX, percent_micros=0)
    assert costs(shop(duties=(steep, free)))[1:] == [("two-1", "open", 9_000, 0)]


def test_a_decision_says_what_is_owed_who_pays_and_why() -> None:
    first, second = plan(shop()).decisions()
    border = second.chosen[0].at_border
    assert border is not None
    assert (border.incoterm, border.duty_minor, border.tax_minor) == ("DDP", 2_460, 4_362)
    assert border.why == (
        "duty 12.0 % of 205.00 (goods 200.00, freight 5.00) under HS 61: 24.60; "
        "tax 19.0 % of 229.60 (goods 200.00, freight 5.00, duty 24.60) under any HS code: 43.62"
    )
    assert second.chosen[0].cost.duty_tax_minor == 6_822
    assert first.chosen[0].at_border is not None
    assert "100.00 is not above the de-minimis of 150.00" in first.chosen[0].at_border.why
    dear = shop(duties=(replace(DUTY, percent_micros=100_000_000, de_minimis_micros=None), TAX))
    receiver = next(iter(plan(dear).decisions())).chosen[0]
    assert receiver.cost.duty_tax_minor == 0
    assert receiver.at_border is not None
    assert (receiver.at_border.incoterm, receiver.at_border.duty_minor) == ("DAP", 19_000)
    for nothing in (shop(at=BERLIN), shop(duties=())):
        assert all(one.chosen[0].at_border is None for one in plan(nothing).decisions())


@pytest.mark.parametrize("more", [1, -1])
def test_another_amount_at_the_border_is_refused(more: int) -> None:
    made = plan(shop()).plan
    first, *rest = made.parcels
    altered = replace(first, cost=replace(first.cost, duty_tax_minor=first.cost.duty_tax_minor + more))
    assert any("duty and tax cost 1995" in one for one in check(shop(), replace(made, parcels=(altered, *rest))))


def test_offers_hold_what_plans_do() -> None:
    asked = shop()
    ready = make_ready(replace(asked, orders=(), products=(), stock=(), inbound=()))
    offers = offer(asked, ready=ready)
    assert offers == offer(asked)
    assert [one.options[0].parcels[0].cost.duty_tax_minor for one in offers] == [1_995, 6_822]
    assert [one.options[0].cost_minor for one in offers] == [2_495, 7_322]
    assert [one.options[0].parcels[0].at_border for one in offers] == [
        one.chosen[0].at_border for one in plan(asked).decisions()
    ]
    assert plan(asked, ready=ready).plan == plan(asked).plan


@pytest.mark.parametrize("seed", range(16))
def test_an_order_over_borders_is_decided_exactly(seed: int) -> None:
    rng = Random(f"border {seed}")
    asked = with_borders(problem(rng, Shape(orders=1, lines=3, stock=4, capacity=0.5, faults=0)), rng)
    result = plan(asked)
    assert result.lower_bound_minor == Brute(asked).optimum() == result.plan.figures.objective_minor


@pytest.mark.parametrize("seed", range(16))
def test_the_verifier_agrees_to_the_minor_unit(seed: int) -> None:
    rng = Random(f"borders {seed}")
    asked = with_borders(problem(rng, Shape(orders=10)), rng)
    assert check(asked, plan(asked).plan) == ()


def test_random_problems_do_cross_borders() -> None:
    paid = 0
    for seed in range(16):
        rng = Random(f"borders {seed}")
        asked = with_borders(problem(rng, Shape(orders=10)), rng)
        paid += sum(one.cost.duty_tax_minor > 0 for one in plan(asked).plan.parcels)
    assert paid > 8


def test_rules_without_effect_change_no_plan() -> None:
    asked = problem(Random("plain"), Shape(orders=10))
    nothing = replace(DUTY, percent_micros=0, de_minimis_micros=None)
    ruled = replace(asked, tariff=replace(asked.tariff, duties=(nothing,)))
    assert isinstance(ruled.tariff, Tariff)
    assert plan(ruled).plan == plan(asked).plan
