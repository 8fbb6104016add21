from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.pack.instances import olist_baskets, real_orders
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.kernels.pack.brute import fits
from tests.kernels.pack.loads import Box, Item, Load, problem, problems

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.check import check
from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.layout import place, place_all
from doorstep.kernels.pack.problem import FITS, NO, UNPROVEN, FitProblem, PackParams
from doorstep.kernels.run import Run


def verdict(items: list[Item], load: Load, carton: Box, params: PackParams | None = None) -> int:
    """The verdict of one load in one carton; a layout is laid and checked when it fits."""
    params = params or PackParams()
    one = problem(items, [load], [carton])
    found = int(fit(one, params).verdict[0, 0])
    if found == FITS:
        assert check(one, 0, 0, place(one, 0, 0, params), params.support_ppm) == ()
    return found


@settings(max_examples=150, deadline=None)
@given(problems(), st.sampled_from((0, 0, 700_000, 1_000_000)), st.integers(1, 6))
def test_every_layout_passes_the_check(given_problem: FitProblem, support_ppm: int, exact_units: int) -> None:
    params = PackParams(support_ppm=support_ppm, exact_units=exact_units)
    pairs = np.argwhere(fit(given_problem, params).verdict == FITS)
    layouts = place_all(given_problem, pairs, params)
    for (load, carton), layout in zip(pairs, layouts, strict=True):
        assert check(given_problem, load, carton, layout, support_ppm) == ()


@settings(max_examples=80, deadline=None)
@given(problems(edge=4, carton=5, lines=2, quantity=2))
def test_verdicts_agree_with_brute_force(given_problem: FitProblem) -> None:
    assume(given_problem.load_units().max() <= 4)
    found = fit(given_problem, PackParams(exact_units=4, exact_nodes=100_000)).verdict
    # What weighs nothing may lie on what bears nothing: there, as below any limit, the search proves less.
    least = 0 if (given_problem.item_weight_g == 0).any() else 1
    for load in range(given_problem.loads):
        assumed = (given_problem.item_max_load_g >= least).any() and given_problem.load_units()[load] > 1
        for carton in range(given_problem.cartons):
            truth = fits(given_problem, load, carton)
            assert found[load, carton] in (
                (FITS, UNPROVEN) if truth and assumed else (FITS,) if truth else (NO, UNPROVEN)
            )
            if not assumed:
                assert found[load, carton] != UNPROVEN


@settings(max_examples=60, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_order_of_loads_and_lines_does_not_matter(given_problem: FitProblem, random: Any) -> None:
    lines = list(zip(given_problem.load_item.tolist(), given_problem.load_quantity.tolist(), strict=True))
    loads = [lines[first:last] for first, last in pairwise(given_problem.load_start.tolist())]
    turned = list(range(len(loads)))
    random.shuffle(turned)
    shuffled = [random.sample(loads[load], len(loads[load])) for load in turned]
    flat = [line for load in shuffled for line in load]
    other = replace(
        given_problem,
        load_start=np.cumsum([0, *map(len, shuffled)]).astype(np.int64),
        load_item=np.array([item for item, _ in flat], np.int64),
        load_quantity=np.array([quantity for _, quantity in flat], np.int64),
    )
    one, two = fit(given_problem).verdict, fit(other).verdict
    assert (one[turned] == two).all()
    for at, carton in np.argwhere(two == FITS):
        assert (place(given_problem, turned[at], carton) == place(other, at, carton)).all()


def test_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    items = [Item((int(a), int(b), int(c))) for a, b, c in rng.integers(20, 200, (60, 3))]
    loads = [
        [(int(i), int(q)) for i, q in zip(rng.integers(0, 60, 3), rng.integers(1, 4, 3), strict=True)]
        for _ in range(50)
    ]
    many = problem(items, loads, [(300, 200, 200), (200, 300, 250), (400, 400, 400)])
    whole = fit(many).verdict
    pairs = np.argwhere(whole == FITS)
    layouts = place_all(many, pairs)
    seen: list[tuple[str, int, int]] = []

    def backwards(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        yield from reversed([function(task) for task in reversed(list(tasks))])

    monkeypatch.setattr("doorstep.kernels.pack.pack.CHUNK", 7)
    monkeypatch.setattr("doorstep.kernels.pack.layout.CHUNK", 7)
    run = Run(map=backwards, progress=lambda stage, done, total: seen.append((stage, done, total)))
    assert (fit(many, run=run).verdict == whole).all()
    assert (place_all(many, pairs, run=run).rows == layouts.rows).all()
    assert seen[0] == ("packing", 0, 50)
    assert ("packing", 50, 50) in seen
    assert seen[-1] == ("placing", len(pairs), len(pairs))


def test_eight_cubes_fill_a_cube() -> None:
    assert verdict([Item((50, 50, 50))], [(0, 8)], (100, 100, 100)) == FITS
    assert verdict([Item((50, 50, 50))], [(0, 9)], (100, 100, 100)) == NO
    assert verdict([Item((50, 50, 50)), Item((50, 50, 50), 1)], [(0, 4), (1, 4)], (100, 100, 100)) == FITS


def test_pinwheel_of_four_slabs_round_a_core_fits_exactly() -> None:
    slabs = [Item((60, 40, 50)), Item((20, 20, 50))]
    assert verdict(slabs, [(0, 4), (1, 1)], (100, 100, 50)) == FITS
    assert verdict(slabs, [(0, 4), (1, 1)], (100, 99, 51)) == NO


def test_six_flat_blocks_lock_round_a_diagonal_of_holes() -> None:
    """Slothouber and Graatsma's puzzle: one layout, up to symmetry, and no corner to start a unit from leads to it."""
    block, load, cube = [Item((10, 20, 20))], [(0, 6)], (30, 30, 30)
    assert verdict(block, load, cube, PackParams(exact_units=1)) == UNPROVEN
    assert verdict(block, load, cube, PackParams(exact_units=6)) == FITS
    assert verdict(block, [(0, 7)], cube) == NO


def test_exact_search_finds_what_the_passes_miss() -> None:
    goods = [Item((40, 50, 60)), Item((40, 40, 50)), Item((50, 50, 40)), Item((30, 70, 70))]
    load, carton = [(item, 1) for item in range(4)], (100, 70, 90)
    assert verdict(goods, load, carton, PackParams(exact_units=3)) == UNPROVEN
    assert verdict(goods, load, carton, PackParams(exact_units=4)) == FITS


def test_flat_carton_takes_one_layer_only() -> None:
    flat = [Item((90, 60, 8)), Item((70, 50, 9))]
    assert verdict(flat, [(0, 6), (1, 4)], (220, 260, 15)) == FITS
    assert verdict(flat, [(0, 10), (1, 4)], (220, 260, 15)) == NO


def test_too_many_nodes_prove_nothing() -> None:
    pair = [Item((60, 60, 60)), Item((55, 55, 45))]
    assert verdict(pair, [(0, 1), (1, 1)], (100, 100, 100), PackParams(exact_nodes=1)) == UNPROVEN
    assert verdict(pair, [(0, 1), (1, 1)], (100, 100, 100), PackParams(exact_nodes=100)) == NO


def test_two_products_that_fill_more_than_half_each_are_proven_not_to_fit() -> None:
    assert verdict([Item((60, 60, 60)), Item((55, 55, 55))], [(0, 1), (1, 1)], (100, 100, 100)) == NO
    crowd = [Item((60, 60, 60)), Item((55, 55, 55)), Item((5, 5, 5)), Item((4, 5, 5))]
    assert verdict(crowd, [(0, 1), (1, 1), (2, 5), (3, 5)], (100, 100, 100)) == NO


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Item((10, 20, 30)), FITS),
        (Item((10, 20, 30), upright=True), NO),
        (Item((30, 20, 10), upright=True), FITS),
        (Item((20, 30, 10), upright=True), FITS),
        (Item((31, 20, 10)), NO),
    ],
)
def test_a_product_may_turn_as_it_is_allowed_to(item: Item, expected: int) -> None:
    assert verdict([item], [(0, 1)], (30, 20, 10)) == expected


def test_weight_counts_the_tare() -> None:
    heavy = problem([Item((10, 10, 10), 500)], [[(0, 2)]], [(40, 40, 40), (50, 40, 40)], 100, [1_099, 1_100])
    assert fit(heavy).verdict.tolist() == [[NO, FITS]]


def test_hazmat_classes_are_kept_apart() -> None:
    goods = [Item((10, 10, 10), hazmat=1), Item((10, 10, 10), hazmat=2), Item((10, 10, 10))]
    both = problem(goods, [[(0, 1), (1, 1)], [(0, 1), (2, 1)], [(0, 2)]], [(50, 50, 50)])
    assert fit(both).verdict.tolist() == [[NO], [FITS], [FITS]]


def test_nothing_lies_above_a_fragile_unit() -> None:
    goods = [Item((10, 10, 10), fragile=True), Item((10, 10, 10))]
    assert verdict(goods, [(0, 1), (1, 1)], (10, 10, 20)) == FITS
    assert verdict(goods, [(0, 2)], (10, 10, 20)) == NO
    assert verdict(goods, [(0, 2)], (20, 10, 10)) == FITS


def test_what_bears_little_is_packed_with_care_and_proves_nothing() -> None:
    goods = [Item((10, 10, 10), 100, max_load=100), Item((10, 10, 10), 100, max_load=100), Item((10, 10, 10), 50)]
    assert verdict(goods, [(0, 2)], (10, 10, 20)) == FITS
    assert verdict(goods, [(0, 1), (1, 1)], (10, 10, 20)) == FITS
    assert verdict(goods, [(0, 1), (1, 1), (2, 1)], (10, 10, 30)) == UNPROVEN
    assert verdict([Item((10, 10, 10), 100, max_load=99)], [(0, 2)], (10, 10, 20)) == NO


def test_support_is_asked_of_every_unit() -> None:
    goods = [Item((10, 10, 10)), Item((30, 10, 10))]
    load, carton = [(0, 1), (1, 1)], (30, 10, 20)
    assert verdict(goods, load, carton) == FITS
    assert verdict(goods, load, carton, PackParams(support_ppm=1_000_000)) == FITS
    shelf = [Item((10, 10, 10), upright=True, fragile=False), Item((30, 10, 10), upright=True, max_load=0)]
    assert verdict(shelf, load, carton, PackParams(support_ppm=333_333)) == FITS
    assert verdict(shelf, load, carton, PackParams(support_ppm=333_334)) == UNPROVEN


def test_a_crowd_of_one_product_is_a_grid() -> None:
    one = problem([Item((10, 10, 10), 1)], [[(0, 3_000)], [(0, 3_001)]], [(100, 100, 300)])
    assert fit(one).verdict.tolist() == [[FITS], [NO]]
    assert len(place(one, 0, 0)) == 3_000


def test_too_many_units_of_several_products_prove_nothing() -> None:
    goods = [Item((10, 10, 10)), Item((10, 10, 11))]
    assert verdict(goods, [(0, 150), (1, 150)], (200, 200, 200)) == UNPROVEN


def test_a_carton_that_holds_one_that_fits_fits() -> None:
    flat = [Item((60, 40, 100)), Item((40, 60, 100)), Item((20, 20, 100))]
    both = problem(flat, [[(0, 2), (1, 2), (2, 1)]], [(137, 149, 151), (100, 100, 100), (500, 500, 99)])
    assert fit(both).verdict[0, :2].tolist() == [FITS, FITS]
    assert check(both, 0, 0, place(both, 0, 0)) == ()


def test_no_layout_is_invented() -> None:
    small = problem([Item((60, 60, 60))], [[(0, 1)], [(0, 2)]], [(100, 100, 100)])
    with pytest.raises(InvalidProblem, match="no layout is known of load 1 in carton 0"):
        place_all(small, np.array([[0, 0], [1, 0]]))
    with pytest.raises(InvalidProblem, match="does not exist"):
        place(small, 0, 1)
    with pytest.raises(InvalidProblem, match="two columns"):
        place_all(small, np.array([0, 0]))
    assert len(place_all(small, np.empty((0, 2), np.int64))) == 0


def test_enormous_sizes_do_not_overflow() -> None:
    huge = problem([Item((100_000, 100_000, 100_000), 10**9)], [[(0, 1)], [(0, 10**6)]], [(100_000,) * 3], 0, 10**18)
    assert fit(huge).verdict.tolist() == [[FITS], [NO]]


def test_nothing_to_pack_is_no_fault() -> None:
    assert fit(problem([], [], [(1, 1, 1)])).verdict.shape == (0, 1)
    assert fit(problem([Item((1, 1, 1))], [[(0, 1)]], [])).verdict.shape == (1, 0)


@pytest.mark.data
@pytest.mark.parametrize("support_ppm", [0, 800_000])
def test_real_orders_are_packed_and_every_layout_holds(data_root: Path, support_ppm: int) -> None:
    orders = real_orders(data_root)
    params = PackParams(support_ppm=support_ppm)
    found = fit(orders, params).verdict
    assert (found == FITS).any(axis=1).mean() > 0.95
    pairs = np.argwhere(found == FITS)
    layouts = place_all(orders, pairs, params)
    for at in range(0, len(pairs), 5):
        load, carton = pairs[at]
        assert check(orders, load, carton, layouts[at], support_ppm) == ()


@pytest.mark.data
def test_baskets_of_real_products_are_packed_and_every_layout_holds(data_root: Path) -> None:
    baskets = olist_baskets(data_root, 400, seed=3, single_share=0.3)
    found = fit(baskets).verdict
    assert (found == FITS).any(axis=1).mean() > 0.85
    pairs = np.argwhere(found == FITS)
    for (load, carton), layout in zip(pairs, place_all(baskets, pairs), strict=True):
        assert check(baskets, load, carton, layout) == ()


def test_units_of_one_product_lie_in_layers_of_different_thickness() -> None:
    """Four lie flat, six stand on them; no grid of one turn holds more than eight."""
    brick, carton = (106, 145, 95), (300, 230, 240)
    assert verdict([Item(brick)], [(0, 10)], carton) == FITS
    assert verdict([Item(brick)], [(0, 10)], carton, PackParams(support_ppm=800_000)) == FITS
    assert verdict([Item(brick, fragile=True)], [(0, 10)], carton) != FITS
    assert verdict([Item(brick, upright=True)], [(0, 10)], carton) != FITS


def test_layers_are_made_of_strips_of_both_turns() -> None:
    """A strip of two that lie along it, one of three that lie across, fill the layer; a grid takes four."""
    few = PackParams(passes=1, exact_units=1)
    assert verdict([Item((3, 2, 1))], [(0, 5)], (5, 6, 1), few) == FITS
    assert verdict([Item((3, 2, 1))], [(0, 6)], (5, 6, 1), few) != FITS
