"""Best known solutions of public sets: the verifier accepts them, and reckons the cost that is published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.route import arrays
from benchmarks.route.sets import SETS, cases
from benchmarks.route.solutions import made, read_solution
from benchmarks.route.tables import gap, middle, per_engine, per_instance, reference
from tests.files.research import CVRP

from doorstep.files.route_in import read_instance
from doorstep.kernels.route.check import check


@pytest.mark.parametrize(("name", "every"), [("X", 12), ("AGS", 3), ("GH1000", 9), ("HFVRP", 12), ("MDVRPTW", 5)])
def test_published_solutions_are_right_and_cost_what_is_said(data_root: Path, name: str, every: int) -> None:
    """Those of mixed fleets are published with exact distances, to the cent; here they are rounded to thousandths."""
    within = 1e-6 if name == "HFVRP" else 0.0
    for case in cases(name, data_root, f"every:{every}"):
        instance = case.read()
        (file,) = case.path.parent.glob(f"{case.name}.sol*")
        found = read_solution(file, instance)
        assert check(instance.problem, found) == (), case.name
        assert case.best is not None
        assert abs(case.best - found.objective) <= within * found.objective, case.name


def test_every_set_has_instances_and_bests_are_of_it(data_root: Path) -> None:
    for name, of in SETS.items():
        found = cases(name, data_root)
        assert len(found) >= 5, name
        known = [case for case in found if case.best is not None]
        assert len(known) == (len(found) if of.table and of.factor else 0), name


def test_patterns_choose_instances(data_root: Path) -> None:
    assert [case.name for case in cases("X", data_root, "X-n101-k25,X-n11*")] == ["X-n101-k25", "X-n110-k13"]
    assert len(cases("X", data_root, "every:10")) < len(cases("X", data_root)) / 9


def test_a_problem_survives_being_written_as_arrays(tmp_path: Path) -> None:
    (tmp_path / "a.vrp").write_text(CVRP)
    problem = read_instance(tmp_path / "a.vrp").problem
    arrays.write(tmp_path / "a.npz", problem)
    again = arrays.read(tmp_path / "a.npz")
    assert again.travel.rule == "rounded"
    assert again.travel.distance is None
    assert np.array_equal(again.stops.delivery, problem.stops.delivery)
    plan = made(problem, [(0, [0, 1]), (0, [2])])
    assert (plan.cost, check(again, plan)) == (30, ())
    assert made(problem, [(0, [1])]).unserved.tolist() == [0, 2]


def row(engine: str, seed: int, cost: int | None, status: str = "valid", best: int | None = 100) -> dict[str, object]:
    return {
        "instance": "a", "engine": engine, "seed": seed, "cost": cost, "status": status, "best": best, "cpu_s": 1.0,
        "wall_s": 2.0, "seconds": 2.0, "peak_mb": 50.0,
    }  # fmt: skip


def test_runs_without_an_answer_count_in_the_median_and_are_shown() -> None:
    good = [row("own", seed, 100 + seed) for seed in range(3)]
    assert middle(good) == 101
    assert middle([*good, row("own", 3, None, "killed"), row("own", 4, 90, "invalid")]) == 102
    assert middle([good[0], row("own", 1, None, "none"), row("own", 2, None, "none")]) is None
    rows = [*good, *(row("other", seed, None, "killed") for seed in range(3))]
    assert "none (0/3): killed" in per_instance(rows)[2]
    assert "| 0 of 1 | - |" in per_engine(rows)[3]
    assert "| 1 of 1 | 1.000% |" in per_engine(rows)[2]
    assert gap(101, 100) == pytest.approx(1.0)


def test_where_nobody_states_a_best_the_best_run_stands_for_it() -> None:
    rows = [row("own", 0, 105, best=None), row("other", 0, 95, "invalid", best=None), row("x", 0, 103, best=None)]
    assert reference(rows) == (103, False)
    assert "103*" in per_instance(rows)[2]
