"""Which sku where: the cheapest of all sets, one stock where demand is thin, a frontier that bends one way."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.position.check_placement import check_placement, check_transfers
from doorstep.kernels.position.forecast import DemandForecast
from doorstep.kernels.position.placement import PlacementProblem, frontier, place, site_sets, targets
from doorstep.kernels.position.problem import FloatArray
from doorstep.kernels.position.transfers import BulkTariff, transfers


def problem_of(mean: FloatArray, seed: int = 0, sites: int = 3) -> PlacementProblem:
    rng = np.random.default_rng(seed)
    skus, regions = mean.shape
    price = rng.integers(300, 1500, (sites, regions, 2, 2)).astype(np.float64)
    return PlacementProblem(
        forecast=DemandForecast(mean, np.full(skus, 1.5)),
        weight_class=np.asarray(rng.integers(0, 2, skus)),
        price=price,
        within=rng.random((sites, regions, 2)),
        pick=rng.integers(10, 40, sites).astype(np.float64),
        bulk=rng.integers(0, 90, (skus, sites)).astype(np.float64),
        holding_week=np.full(skus, 20.0),
        short=np.full(skus, 2_000.0),
        lead_weeks=np.array([4.0, *[1.0] * (sites - 1)]),
        centre=0,
    )


def test_every_sku_takes_the_cheapest_of_all_sets() -> None:
    mean = np.random.default_rng(5).gamma(0.5, 2.0, (12, 6))
    problem = problem_of(mean)
    found = place(problem, 100.0)
    assert check_placement(problem, found, targets(problem, found)) == ()
    for n in range(12):
        alone = replace(
            problem,
            forecast=DemandForecast(mean[n : n + 1], np.full(1, 1.5)),
            weight_class=problem.weight_class[n : n + 1],
            bulk=problem.bulk[n : n + 1],
            holding_week=problem.holding_week[n : n + 1],
            short=problem.short[n : n + 1],
        )
        sets = [members for size in (1, 2, 3) for members in combinations(range(3), size)]
        tried = [place(alone, 100.0, [members]) for members in sets]
        late = mean[n].sum() * 100.0
        best = min(one.cost_week + late * (1 - one.within) for one in tried)
        chosen = place(alone, 100.0)
        assert chosen.cost_week + late * (1 - chosen.within) == pytest.approx(best)
        assert (chosen.held[0] == found.held[n]).all()


def test_what_hardly_sells_lives_in_one_site() -> None:
    problem = problem_of(np.full((4, 6), 1e-4))
    assert place(problem, 0.0).held.sum(axis=1).tolist() == [1, 1, 1, 1]
    busy = problem_of(np.full((4, 6), 500.0))
    assert place(busy, 0.0).held.sum(axis=1).min() > 1


def test_being_faster_never_costs_less_on_the_frontier() -> None:
    problem = problem_of(np.random.default_rng(6).gamma(1.0, 2.0, (20, 8)))
    points = frontier(problem, np.array([0.0, 50.0, 200.0, 1_000.0, 10_000.0]))
    assert len(points) > 2
    costs, shares = [one.cost_week for one in points], [one.within for one in points]
    assert costs == sorted(costs)
    assert shares == sorted(shares)


def test_sets_are_all_or_the_small_ones() -> None:
    assert len(site_sets(5, 5)) == 31
    many = site_sets(60, 60)
    assert len(many) == 61
    assert many[-1] == tuple(range(60))


def test_a_centre_that_lacks_goods_makes_forward_sites_keep_more() -> None:
    problem = problem_of(np.full((2, 6), 8.0))
    found = place(problem, 0.0)
    found = replace(found, held=np.ones_like(found.held), flow=np.full(found.flow.shape, 16.0))
    slow = targets(replace(problem, lead_weeks=np.array([40.0, 1.0, 1.0]), short=np.full(2, 15.0)), found)
    fast = targets(replace(problem, lead_weeks=np.array([1.0, 1.0, 1.0]), short=np.full(2, 15.0)), found)
    assert (slow.target[:, 1] > fast.target[:, 1]).all()
    assert (slow.reorder_point < slow.target).all()


def test_the_verifier_of_placements_rejects_what_is_broken() -> None:
    problem = problem_of(np.random.default_rng(7).gamma(1.0, 2.0, (5, 6)))
    found = place(problem, 10.0)
    levels = targets(problem, found)
    wrong = replace(found, held=np.zeros_like(found.held))
    assert check_placement(problem, wrong, levels)
    assert check_placement(problem, replace(found, flow=found.flow + 1), levels)
    assert check_placement(problem, found, replace(levels, reorder_point=levels.target + 1))


def test_a_problem_whose_shapes_disagree_is_refused() -> None:
    problem = problem_of(np.ones((2, 3)))
    with pytest.raises(InvalidProblem, match="bulk has shape"):
        replace(problem, bulk=np.ones((1, 3)))
    with pytest.raises(InvalidProblem, match="none of the sites"):
        replace(problem, centre=9)


def tariff(skus: int, sites: int, pallet: float) -> BulkTariff:
    price = np.full((sites, sites), pallet)
    nothing = np.zeros((skus, sites, sites))
    return BulkTariff(price, nothing, np.zeros((sites, sites)), ((2, 0.5),), 1_000)


def test_transfers_fill_pallets_or_do_not_go() -> None:
    on_hand = np.array([[10, 0], [10, 0]])
    target = np.array([[2, 8], [2, 8]])
    value = np.array([[1.0, 100.0], [1.0, 20.0]])
    volume = np.array([100, 100])
    moved = transfers(on_hand, target, target, value, volume, tariff(2, 2, 700.0))
    assert check_transfers(on_hand, target, target, moved) == ()
    # The first 8 are worth 792; at half the price a second pallet carries the rest, 8 x 19 more, for nothing more.
    assert [(one.sku, one.quantity) for one in moved] == [(0, 8), (1, 8)]
    assert transfers(on_hand, target, target, value, volume, tariff(2, 2, 5_000.0)) == []


def test_no_unit_moves_twice() -> None:
    rng = np.random.default_rng(8)
    on_hand, target = rng.integers(0, 20, (30, 4)), rng.integers(0, 20, (30, 4))
    value, volume = rng.random((30, 4)) * 500, rng.integers(10, 300, 30)
    moved = transfers(on_hand, target, target, value, volume, tariff(30, 4, 90.0))
    assert moved
    assert check_transfers(on_hand, target, target, moved) == ()
    assert check_transfers(on_hand, target, target, [*moved, *moved]) != ()
