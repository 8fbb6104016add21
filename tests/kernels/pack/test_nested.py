"""Loads that are parts of others: what is proven of a part is known of the whole."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from tests.kernels.pack.loads import Item, Load, problem, problems

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.compiled import UNSEEN
from doorstep.kernels.pack.fit import fit, fit_nested
from doorstep.kernels.pack.problem import FITS, NO, UNPROVEN, FitProblem, PackParams, VerdictArray

HASTY = PackParams(exact_nodes=20)
CUBE = Item((6, 6, 6))
PAIR: list[Load] = [[(0, 1)], [(1, 1)], [(0, 1), (1, 1)]]


def with_all_parts(given_problem: FitProblem) -> tuple[FitProblem, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Its first load, a line of each item, with all of the load's parts, and which part lacks which line."""
    lines = range(given_problem.load_start[0], given_problem.load_start[1])
    units = {int(given_problem.load_item[n]): int(given_problem.load_quantity[n]) for n in lines}
    loads = [some for size in range(1, len(units) + 1) for some in combinations(sorted(units.items()), size)]
    flat = [line for load in loads for line in load]
    at = {load: n for n, load in enumerate(loads)}
    part = [at.get(tuple(one for one in load if one != line), -1) for load in loads for line in load]
    nested = FitProblem(
        **{
            name: getattr(given_problem, name)
            for name in FitProblem.__slots__
            if name not in ("load_start", "load_item", "load_quantity")
        },
        load_start=np.cumsum([0, *map(len, loads)]).astype(np.int64),
        load_item=np.array([item for item, _ in flat], np.int64),
        load_quantity=np.array([quantity for _, quantity in flat], np.int64),
    )
    return nested, np.array(part, np.int64)


def unseen(given_problem: FitProblem) -> VerdictArray:
    return np.full((given_problem.loads, given_problem.cartons), UNSEEN, np.uint8)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_what_fits_is_the_same_and_more_is_proven(given_problem: FitProblem) -> None:
    nested, part = with_all_parts(given_problem)
    each, found = fit(nested, HASTY).verdict, fit_nested(nested, part, unseen(nested), HASTY).verdict
    assert ((found == FITS) == (each == FITS)).all()
    assert (found[each == NO] == NO).all()
    thorough = fit(nested, PackParams(exact_nodes=200_000)).verdict
    assert (thorough[found == NO] != FITS).all()


def test_what_is_proven_of_a_part_is_proven_of_the_whole() -> None:
    """Neither of two fragile plates may lie above the other; with a block in the same carton nobody sees it."""
    plate = Item((10, 10, 2), upright=True, fragile=True)
    both = problem([plate, plate, Item((10, 10, 5))], [[(0, 1), (1, 1)], [(0, 1), (1, 1), (2, 1)]], [(10, 10, 10)])
    hasty = PackParams(exact_units=2)
    assert fit(both, hasty).verdict.tolist() == [[NO], [UNPROVEN]]
    part = np.array([-1, -1, -1, -1, 0], np.int64)
    assert fit_nested(both, part, unseen(both), hasty).verdict.tolist() == [[NO], [NO]]


def test_what_is_told_is_not_looked_at() -> None:
    pair = problem([CUBE, CUBE], PAIR, [(12, 12, 12)])
    told = unseen(pair)
    told[0] = NO  # which it is not
    part = np.array([-1, -1, 1, 0], np.int64)
    assert fit_nested(pair, part, told).verdict.tolist() == [[NO], [FITS], [NO]]


@pytest.mark.parametrize("part", [[-1, -1, 2, 0], [-1, -1, 1], [-1, -1, -2, 0], [0, -1, 1, 0]])
def test_a_part_stands_before_its_whole(part: list[int]) -> None:
    pair = problem([CUBE, CUBE], PAIR, [(12, 12, 12)])
    with pytest.raises(InvalidProblem, match="part must name"):
        fit_nested(pair, np.array(part, np.int64), unseen(pair))


def test_every_load_is_told_or_unseen_in_every_carton() -> None:
    pair = problem([CUBE, CUBE], PAIR, [(12, 12, 12)])
    with pytest.raises(InvalidProblem, match="told must have shape"):
        fit_nested(pair, np.full(4, -1, np.int64), unseen(pair)[:2])
