"""The table in docs/algorithms/route.md is true: who is said to do something does it, who is not refuses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.kernels.route.features import FEATURES

from doorstep.kernels.route import by_pyvrp, own_rich
from doorstep.kernels.route.check import check
from doorstep.kernels.route.leave import priced
from doorstep.kernels.route.pace import searched
from doorstep.kernels.route.problem import RouteParams, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.schedule import schedule
from doorstep.kernels.route.windows import apart, gathered
from doorstep.kernels.run import Run

PAGE = (Path(__file__).parents[3] / "docs" / "algorithms" / "route.md").read_text(encoding="utf-8")
HEADER = ("feature", "own", "PyVRP", "schedule and check")
SUPPORTS: dict[str, Callable[[RouteProblem], tuple[str, ...]]] = {
    "own": own_rich.supports,
    "PyVRP": by_pyvrp.supports,
}
SOLVES: dict[str, Callable[[RouteProblem, RouteParams, Run], RouteResult]] = {
    "own": own_rich.solve,
    "PyVRP": by_pyvrp.solve,
}


def told() -> dict[str, dict[str, str]]:
    """Feature -> engine -> yes, no, or searched: without its periods, or apart: each window an alternative."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"]
    first = rows.index([*HEADER])
    table = rows[first + 2 :]
    until = next((at for at, row in enumerate(table) if len(row) != len(HEADER)), len(table))
    return {row[0]: dict(zip(HEADER[1:], row[1:], strict=True)) for row in table[:until]}


def test_every_feature_has_a_row_and_every_row_a_problem() -> None:
    assert list(told()) == list(FEATURES)
    assert {cell for row in told().values() for cell in row.values()} == {"yes", "no", "searched", "apart"}


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("engine", SOLVES)
def test_an_engine_does_what_is_told_of_it(name: str, engine: str) -> None:
    feature, cell = FEATURES[name](), told()[name][engine]
    given = feature.problem
    if cell != "yes":
        (reason,) = SUPPORTS[engine](given)
        assert len(reason.split()) > 2
    if cell == "no":
        return
    asked, rows = apart(searched(given) if cell == "searched" else given)
    assert SUPPORTS[engine](asked) == ()
    found = SOLVES[engine](asked, RouteParams(), Run(iterations=600))
    found = gathered(given, rows, found) if cell == "apart" else found
    assert (found.unserved.tolist(), found.left.tolist()) == (feature.unserved, feature.left)
    in_truth = priced(given, found, RouteParams())
    assert check(given, in_truth) == ()
    if cell == "yes":
        assert (found.cost, found.objective) == (in_truth.cost, in_truth.objective)


@pytest.mark.parametrize("name", FEATURES)
def test_the_verifier_sees_a_plan_that_is_wrong_about_it(name: str) -> None:
    feature = FEATURES[name]()
    assert told()[name]["schedule and check"] == "yes"
    assert schedule(feature.problem, feature.wrong).cost >= 0
    assert feature.fault in {one.code for one in check(feature.problem, feature.wrong)}


def test_a_row_is_read_with_all_its_cells() -> None:
    assert re.search(r"^\| skills \| yes \| yes \| yes \|$", PAGE, re.MULTILINE)
    assert told()["skills"] == {"own": "yes", "PyVRP": "yes", "schedule and check": "yes"}
