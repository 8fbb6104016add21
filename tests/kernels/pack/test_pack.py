from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.pack.loads import Item, problem
from tests.kernels.pack.orders import breaks, priced, priced_problems

from doorstep.kernels.pack.check_parcels import check_parcels
from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.orders import sorted_lines
from doorstep.kernels.pack.pack import pack, pack_chunk, task_of
from doorstep.kernels.pack.prices import price_lists
from doorstep.kernels.pack.problem import EFFORT, FITS, UNCARRIED, Freight, PackParams, PackProblem
from doorstep.kernels.pack.result import NOT_CARRIED, OWN_BOX, TOO_HEAVY, TOO_LARGE, PackResult, joined
from doorstep.kernels.pack.shapes import shapes_of, wrapped
from doorstep.kernels.pack.share import share_out
from doorstep.kernels.pack.tables import tables
from doorstep.kernels.run import Run

CUBE = Item((10, 10, 10))


def packed(given_problem: PackProblem, params: PackParams | None = None) -> PackResult:
    result = pack(given_problem, params or PackParams())
    assert check_parcels(given_problem, result, 0 if params is None else params.support_ppm) == ()
    return result


@settings(max_examples=200, deadline=None)
@given(priced_problems())
def test_every_packing_passes_the_check(given_problem: PackProblem) -> None:
    for params in (PackParams(), PackParams(groups=2, probes=0), PackParams(support_ppm=800_000)):
        packed(given_problem, params)


@settings(max_examples=60, deadline=None)
@given(priced_problems())
def test_no_bound_is_above_what_more_effort_finds(given_problem: PackProblem) -> None:
    quick, thorough = (packed(given_problem, EFFORT[name]) for name in ("quick", "thorough"))
    assert (quick.left_quantity.sum(), quick.left_load.tolist()) == (
        thorough.left_quantity.sum(),
        thorough.left_load.tolist(),
    )
    assert (quick.load_bound_minor <= thorough.load_price_minor).all()
    assert (thorough.load_bound_minor <= quick.load_price_minor).all()


@settings(max_examples=80, deadline=None)
@given(priced_problems(plain=True))
def test_small_orders_cost_no_more_than_any_parting(given_problem: PackProblem) -> None:
    """Every way to share out at most four units over parcels, each in every carton that is found to hold it."""
    params = PackParams(exact_units=4, exact_nodes=100_000, probes=1_000)
    result = packed(given_problem, params)
    for load in range(given_problem.goods.loads):
        if load not in result.left_load:
            best = cheapest_parting(given_problem, load, params)
            assert result.load_price_minor[load] <= best
            assert result.load_bound_minor[load] <= best


def cheapest_parting(given_problem: PackProblem, load: int, params: PackParams) -> float:
    goods = given_problem.goods
    lines = range(int(goods.load_start[load]), int(goods.load_start[load + 1]))
    units = [int(goods.load_item[line]) for line in lines for _ in range(int(goods.load_quantity[line]))]
    best = float("inf")
    for shares in product(range(len(units)), repeat=len(units)):
        if shares[0] == 0:
            parts = [[u for u, share in zip(units, shares, strict=True) if share == k] for k in set(shares)]
            best = min(best, sum(alone(given_problem, load, part, params) for part in parts))
    return best


def alone(given_problem: PackProblem, load: int, units: list[int], params: PackParams) -> float:
    """Price of units in one parcel: every carton by itself, as a problem in which nothing can be parted."""
    goods = replace(
        given_problem.goods,
        item_size_mm=given_problem.goods.item_size_mm + 2 * given_problem.item_padding_mm[:, None],
        load_start=np.array([0, len(units)], np.int64),
        load_item=np.array(units, np.int64),
        load_quantity=np.ones(len(units), np.int64),
    )
    number = -1 if given_problem.load_freight is None else int(given_problem.load_freight[load])
    freight = None if number < 0 else given_problem.freight[number]
    prices = [float("inf")]
    net = int(goods.item_weight_g[units].sum())
    volume = int(goods.item_size_mm[units].prod(axis=1).sum())
    for carton in np.flatnonzero(fit(goods, params).verdict[0] == FITS):
        inner = int(goods.carton_inner_mm[carton].prod())
        fill = ((inner - volume) * given_problem.void_fill_micros_per_l // 10**6 + 500_000) // 10**6
        price = charged(freight, net + int(goods.carton_tare_g[carton]), given_problem.carton_outer_mm[carton].tolist())
        prices.append(int(given_problem.carton_price_minor[carton]) + fill + price)
    if len(units) == 1 and given_problem.item_own_box[units[0]]:
        prices.append(charged(freight, net, given_problem.goods.item_size_mm[units[0]].tolist()))
    return min(prices)


def charged(freight: Freight | None, gross: int, outer: list[int]) -> float:
    if freight is None:
        return 0
    low, middle, high = sorted(outer)
    volume = low * middle * high
    billed = max(gross, -(-volume // freight.divisor_mm3_per_g) if freight.divisor_mm3_per_g else 0)
    measures = (
        (freight.weight, billed),
        (freight.longest, high),
        (freight.second, middle),
        (freight.girth, high + 2 * (low + middle)),
        (freight.volume, volume),
    )
    total = 0.0
    for table, measured in measures:
        if table is not None:
            at = int(np.searchsorted(table.limit, measured))
            total += float(table.price_minor[at]) if at < len(table.limit) else float("inf")
    return total


def test_the_cheapest_carton_wins_not_the_smallest() -> None:
    one = priced(problem([CUBE], [[(0, 1)]], [(10, 10, 10), (20, 20, 20)]), [30, 20])
    result = packed(one)
    assert result.parcel_carton.tolist() == [1]
    assert result.load_proven.all()


@pytest.mark.parametrize(("heavy", "cartons"), [(30, [0, 0]), (80, [1])])
def test_a_weight_break_decides_between_one_box_and_two(heavy: int, cartons: list[int]) -> None:
    """Volumetric weight of the large box costs 60; two small ones cost 2 x 20, or 2 x 40."""
    goods = problem([CUBE], [[(0, 2)]], [(10, 10, 10), (30, 30, 30)], tare=0)
    small = heavy // 2 + 5
    freight = Freight(breaks((500, small), (5_000, 65)), divisor_mm3_per_g=10)
    result = packed(priced(goods, [0, 0], freight=freight))
    assert result.parcel_carton.tolist() == cartons
    assert result.load_proven.all()


def test_mailers_take_what_is_flat_and_are_billed_as_thick_as_filled() -> None:
    """A bag of 100 x 80 flat, 20 thick: a sheet 80 x 60 x 20 needs the whole bag, one of 81 x 60 x 20 does not fit."""
    sheets = [Item((80, 60, 20)), Item((81, 60, 20)), Item((90, 70, 4))]
    goods = problem(sheets, [[(0, 1)], [(1, 1)], [(2, 1)]], [(100, 80, 20), (200, 200, 200)])
    result = packed(priced(goods, [1, 50], mailer=[True, False], walls=1))
    assert result.parcel_carton.tolist() == [0, 1, 0]
    assert result.parcel_outer_mm[[0, 2]].tolist() == [[102, 82, 22], [102, 82, 6]]


def test_soft_goods_are_folded_and_hard_ones_are_not() -> None:
    goods = problem([Item((40, 30, 2))], [[(0, 1)]], [(20, 30, 4)])
    assert len(packed(priced(goods)).parcel_load) == 0
    soft = replace(goods, item_soft=np.array([True]))
    assert sorted(packed(priced(soft)).layouts[0][0][4:].tolist()) == [4, 20, 30]
    upright = replace(soft, item_upright=np.array([True]))
    assert len(packed(priced(upright)).parcel_load) == 0


def test_what_ships_in_its_own_box_goes_without_one_when_that_is_cheaper() -> None:
    goods = problem([CUBE, Item((5, 5, 5))], [[(0, 1)], [(1, 1)], [(0, 1), (1, 1)]], [(20, 20, 20)])
    result = packed(priced(goods, [10], own_box=[True, False]))
    assert result.parcel_carton.tolist() == [OWN_BOX, 0, 0]
    dear = packed(priced(goods, [10], own_box=[True, True]))
    assert dear.parcel_carton.tolist() == [OWN_BOX, OWN_BOX, OWN_BOX, OWN_BOX]


def test_wrapping_and_padding_take_room() -> None:
    goods = problem([CUBE], [[(0, 1)]], [(10, 10, 10), (14, 14, 14)])
    assert packed(priced(goods)).parcel_carton.tolist() == [0]
    assert packed(priced(goods, wrapping=1)).parcel_carton.tolist() == [1]
    both = packed(priced(goods, wrapping=1, padding=1))
    assert both.parcel_carton.tolist() == [1]
    assert both.layouts[0].tolist() == [[0, 1, 1, 1, 12, 12, 12]]
    assert packed(priced(goods, wrapping=2, padding=1)).left_reason.tolist() == [TOO_LARGE]


def test_what_is_too_large_too_heavy_or_not_carried_comes_back_and_the_rest_is_packed() -> None:
    items = [CUBE, Item((50, 1, 1)), Item((1, 1, 1), weight=9_000), Item((9, 9, 9), weight=700)]
    goods = problem(items, [[(0, 1), (1, 2), (2, 3), (3, 4)]], [(20, 20, 20)], max_weight=5_000)
    result = packed(priced(goods, freight=Freight(breaks((600, 1)))))
    assert result.parcel_load.tolist() == [0]
    left = (result.left_item, result.left_quantity, result.left_reason)
    assert np.stack(left, axis=1).tolist() == [
        [1, 2, TOO_LARGE],
        [2, 3, TOO_HEAVY],
        [3, 4, NOT_CARRIED],
    ]


def test_what_has_a_box_of_its_own_lacks_a_carrier_not_a_carton() -> None:
    goods = problem([Item((50, 10, 10)), Item((5, 5, 5), weight=9_000)], [[(0, 2), (1, 1)]], [(20, 20, 20)])
    short = Freight(breaks((600, 1)), longest=breaks((40, 0)))
    bare, boxed = (packed(priced(goods, freight=short, own_box=own)) for own in ([False, False], [True, True]))
    assert bare.left_reason.tolist() == [TOO_LARGE, NOT_CARRIED]
    assert boxed.left_reason.tolist() == [NOT_CARRIED, NOT_CARRIED]
    assert packed(priced(goods, own_box=[True, True])).left_reason.tolist() == []


def test_hazmat_classes_are_kept_apart_as_told() -> None:
    items = [Item((5, 5, 5), hazmat=1), Item((5, 5, 5), hazmat=2), Item((5, 5, 5), hazmat=3)]
    goods = problem(items, [[(0, 1), (1, 1), (2, 1)]], [(20, 20, 20)])
    assert len(packed(priced(goods)).parcel_load) == 3
    apart = np.zeros((4, 4), np.bool_)
    apart[1, 3] = apart[3, 1] = True
    assert len(packed(priced(replace(goods, class_apart=apart))).parcel_load) == 2


def test_many_units_of_many_kinds_are_parted_too() -> None:
    rng = np.random.default_rng(3)
    items = [Item(tuple(int(edge) for edge in rng.integers(20, 120, 3)), weight=500) for _ in range(12)]  # type: ignore[arg-type]
    load = [(item, 3) for item in range(12)]
    goods = problem(items, [load], [(150, 150, 120), (200, 200, 200), (300, 200, 150)], max_weight=12_000)
    result = packed(priced(goods, [20, 45, 50]))
    assert len(result.left_load) == 0
    assert result.load_bound_minor[0] <= result.load_price_minor[0]
    again = packed(priced(goods, [20, 45, 50]))
    assert (again.layouts.rows == result.layouts.rows).all()


@settings(max_examples=40, deadline=None)
@given(priced_problems())
def test_chunks_and_other_orders_do_not_matter(given_problem: PackProblem) -> None:
    loads = range(given_problem.goods.loads)
    whole = pack(given_problem)
    parts = joined([pack_chunk(task_of(given_problem, np.array([load]), PackParams(), None)) for load in loads])
    for name in ("parcel_load", "parcel_carton", "parcel_parts_minor", "load_price_minor", "load_bound_minor"):
        assert (getattr(whole, name) == getattr(parts, name)).all(), name
    assert (whole.layouts.rows == parts.layouts.rows).all()


def test_cartons_that_changed_are_looked_at_anew() -> None:
    """What is remembered of cartons goes by what they are, not by which arrays hold them."""
    goods = problem([CUBE], [[(0, 1)]], [(10, 10, 10), (20, 20, 20)])
    given_problem = priced(goods, [5, 7])
    assert packed(given_problem).parcel_carton.tolist() == [0]
    given_problem.carton_price_minor[0] = 9
    assert packed(given_problem).parcel_carton.tolist() == [1]


@settings(max_examples=60, deadline=None)
@given(priced_problems(), st.integers(0, 400))
def test_the_bound_for_several_parcels_is_asked_for_only_where_it_matters(
    given_problem: PackProblem, one_minor: int
) -> None:
    goods = given_problem.goods
    lines = sorted_lines(goods.load_start, goods.load_item, goods.load_quantity, len(goods.item_size_mm))
    weight, volume = lines.sums(goods.item_weight_g), lines.sums(wrapped(given_problem).prod(axis=1))
    one, alone = np.full(goods.loads, one_minor), np.full(goods.loads, UNCARRIED)
    for prices in price_lists(given_problem, shapes_of(given_problem)):
        several = prices.several(weight, volume, lines.units(), alone)
        assert (prices.bound(one, weight, volume, lines.units(), alone) == np.minimum(one, several)).all()


def test_many_parcels_without_a_layout_are_no_bargain() -> None:
    """Nine prices of what is not carried add up to more than a number holds."""
    goods = problem([Item((5, 5, 9)), Item((5, 9, 4))], [[(0, 40), (1, 40)]], [(5, 9, 9), (9, 9, 9)])
    packed(priced(goods), PackParams(max_units=1, groups=2))


def test_three_parcels_are_shared_out_over_three_cartons() -> None:
    """Each of three rods goes into one carton of the second set alone, whichever is filled first."""
    rods = [Item((40, 2, 2)), Item((20, 20, 2)), Item((12, 12, 12))]
    made = tables(problem(rods, [[(0, 1), (1, 1), (2, 1)]], [(40, 2, 2), (20, 20, 2), (12, 12, 12)]), PackParams())
    sets, parcel = np.array([[0, 0, 1], [0, 1, 2]]), np.empty(3, np.int64)
    line = (made.items, made.line_item, made.line_quantity, made.cartons)
    assert share_out(*line, sets, 36, made.knobs, parcel) == 1
    assert parcel.tolist() == [0, 1, 2]
    assert share_out(*line, sets[:1], 360, made.knobs, parcel) == -1


def test_nothing_to_pack_is_no_error() -> None:
    empty = pack(priced(problem([], [], [(1, 1, 1)])), run=Run())
    assert empty.parcel_load.shape == (0,)
    assert empty.layouts.rows.shape == (0, 7)
    homeless = packed(priced(problem([CUBE], [[(0, 2)]], [])))
    assert homeless.left_quantity.tolist() == [2]
