"""Mailers, padding, wrapping and goods that fold: what fits, what it is billed as, how it lies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.kernels.plan.scenes import carton, order, product, rate, scene, service

from doorstep.domain.catalog import Carton, Product
from doorstep.domain.parcel import Parcel
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ready import make_ready
from doorstep.kernels.run import Run

BAG = replace(carton("bag", (350, 300, 64), cost=10), mailer=True)
BOX = carton("box", (350, 300, 64), cost=20)
SHIRT = product("shirt", (280, 220, 20))


def day(goods: Product, cartons: list[Carton], units: int = 1, divisor: int = 1_000) -> PlanProblem:
    return scene(
        [order("o", (goods.sku, units))],
        {"x": {goods.sku: units}},
        [goods],
        cartons=cartons,
        services=[service("post", divisor=divisor)],
        rates=[rate("post", 500, up_to=100_000)],
    )


def planned(problem: PlanProblem) -> PlanResult:
    result = plan(problem)
    assert check(problem, result.plan) == ()
    return result


def parcel(problem: PlanProblem) -> Parcel:
    (one,) = planned(problem).plan.parcels
    return one


def left(problem: PlanProblem) -> str:
    (one,) = planned(problem).plan.unplanned
    return one.reason


def test_a_mailer_is_billed_as_thick_as_it_is_filled() -> None:
    thin, thick = parcel(day(SHIRT, [BAG])), parcel(day(SHIRT, [BAG], units=2))
    assert (thin.carton, thick.carton) == ("bag", "bag")
    assert (thin.billed_weight_g, thick.billed_weight_g) == (350 * 300 * 20 // 1_000, 350 * 300 * 40 // 1_000)


@pytest.mark.parametrize(
    ("size", "fits"), [((330, 280, 20), True), ((331, 280, 20), False), ((286, 236, 64), True), ((200, 100, 65), False)]
)
def test_the_thicker_its_contents_the_less_a_mailer_takes(size: tuple[int, int, int], fits: bool) -> None:
    found = planned(day(replace(product("a", size), this_side_up=True), [BAG])).plan
    assert bool(found.parcels) is fits


def test_padding_keeps_goods_off_the_walls() -> None:
    tight = product("tight", (350, 300, 64))
    padded = replace(BOX, padding_mm=5)
    assert parcel(day(tight, [BOX])).carton == "box"
    assert left(day(tight, [padded])) == "not_packable"
    (lying,) = parcel(day(product("loose", (340, 290, 54)), [padded])).placements
    assert (lying.x_mm, lying.y_mm, lying.z_mm) == (5, 5, 5)
    assert (lying.length_mm, lying.width_mm, lying.height_mm) == (340, 290, 54)


def test_a_wrapped_product_needs_room_for_its_wrapping() -> None:
    wrapped = replace(product("vase", (300, 250, 54)), padding_mm=5)
    (lying,) = parcel(day(wrapped, [BOX])).placements
    assert sorted((lying.length_mm, lying.width_mm, lying.height_mm)) == [64, 260, 310]
    assert left(day(replace(wrapped, padding_mm=6), [BOX])) == "not_packable"


def test_what_ships_in_its_own_box_goes_unwrapped() -> None:
    own = replace(product("tv", (700, 400, 120), own_box=True), padding_mm=30)
    assert parcel(day(own, [BOX])).billed_weight_g == 700 * 400 * 120 // 1_000


def test_what_folds_goes_into_less() -> None:
    towel = product("towel", (500, 250, 20))
    assert left(day(towel, [BAG, BOX])) == "not_packable"
    assert parcel(day(replace(towel, soft=True), [BAG])).billed_weight_g == 350 * 300 * 40 // 1_000


def test_a_mailer_is_one_option_however_thick() -> None:
    problem = day(SHIRT, [BAG, BOX])
    result = planned(problem)
    (told,) = result.decisions(Run())
    options = [one.option for one in told.rejected]
    assert len(options) == len(set(options))
    assert not any("in bag" in one for one in options)
    assert any("in box" in one for one in options)


def test_a_mailer_of_the_wrong_thickness_is_found_out() -> None:
    problem = day(SHIRT, [BAG])
    result = plan(problem).plan
    (one,) = result.parcels
    wrong = replace(one, billed_weight_g=one.billed_weight_g - 1)
    assert any("billed" in fault for fault in check(problem, replace(result, parcels=(wrong,))))
    outside = replace(one, placements=tuple(replace(p, x_mm=p.x_mm + 60) for p in one.placements))
    assert check(problem, replace(result, parcels=(outside,)))


@pytest.mark.parametrize(
    ("room", "other"),
    [((290, 230, 30), replace(SHIRT, padding_mm=10)), ((150, 230, 50), replace(SHIRT, soft=True))],
    ids=["wrapped", "soft"],
)
def test_what_is_remembered_of_bare_goods_is_not_said_of_wrapped_or_soft_ones(
    room: tuple[int, int, int], other: Product
) -> None:
    boxes = [carton("box", room)]
    bare, changed = day(SHIRT, boxes), day(other, boxes)
    ready = make_ready(bare)
    found = [bool(offer(one, ready=ready)[0].options) for one in (bare, changed)]
    assert found == [bool(offer(one)[0].options) for one in (bare, changed)]
    assert found[0] != found[1]


def filled_up(problem: PlanProblem, litre: int) -> PlanProblem:
    """The same day where a litre of void fill costs so many cents."""
    return replace(problem, brand=replace(problem.brand, void_fill_micros_per_l=litre * 10_000))


def test_what_goods_leave_empty_is_filled_up_and_paid() -> None:
    goods = replace(product("vase", (190, 90, 40)), padding_mm=5)
    empty = (BOX.inner_mm[0] * BOX.inner_mm[1] * BOX.inner_mm[2] - 200 * 100 * 50) / 10**6
    bare, full = (parcel(filled_up(day(goods, [BOX]), litre)) for litre in (0, 7))
    assert full.cost.carton_minor - bare.cost.carton_minor == round(empty * 7)


def test_a_dearer_box_wins_that_needs_less_filling() -> None:
    goods = product("a", (200, 200, 50))
    small, large = (
        replace(BOX, carton=name, inner_mm=(200, 200, high), outer_mm=(206, 206, 300), cost_micros=cost)
        for name, high, cost in (("small", 60, 210_000), ("large", 260, 200_000))
    )
    bare = day(goods, [small, large])
    assert [parcel(filled_up(bare, litre)).carton for litre in (0, 1)] == ["large", "small"]


def test_what_is_not_a_box_is_not_filled_up() -> None:
    own = product("tv", (700, 400, 120), own_box=True)
    for problem in (day(SHIRT, [BAG]), day(own, [BOX])):
        assert parcel(filled_up(problem, 50)).cost == parcel(problem).cost


def test_a_filling_that_is_not_paid_is_found_out() -> None:
    problem = day(SHIRT, [BOX])
    dear = filled_up(problem, 50)
    assert any("carton" in fault for fault in check(dear, plan(problem).plan))
