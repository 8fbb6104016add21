"""Simulate policies on a brand folder: read it, let each serve the orders, and put the answer in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from doorstep.compute import peak_memory_mb
from doorstep.documents.report.simulate_director import DirectorReport, write_director_report
from doorstep.documents.report.simulate_report import SimulateReport, write_simulate_report
from doorstep.domain.demand import Order
from doorstep.files.folder import BrandFolder, read_folder, select_orders
from doorstep.files.output import output_folder
from doorstep.files.scenario_in import read_scenario
from doorstep.files.simulate_out import changes_object, simulation_object, write_days, write_simulation
from doorstep.flows.learned_values import with_values
from doorstep.flows.plan_folder import Selection, problem_of
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.compare import Change, compare
from doorstep.kernels.simulate.days import EPOCH_ORDINAL
from doorstep.kernels.simulate.problem import PLANNING, USUAL_POLICIES, Policy, SimulateParams, SimulateProblem
from doorstep.kernels.simulate.result import SimulateResult
from doorstep.kernels.simulate.scenario import Scenario
from doorstep.kernels.simulate.simulate import simulate
from doorstep.kernels.simulate.weights import Weights

SIMULATED = ("day_sooner", "next_day")  # worths that weigh where a scenario asks for it


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of it: the kernel's result and simulate.json as written."""

    result: SimulateResult
    told: dict[str, object]


def simulate_folder(
    folder: Path,
    out: Path,
    *,
    selection: Selection,
    run: Run,
    stopwatch: Callable[[], float],
    policies: tuple[Policy, ...] = USUAL_POLICIES,
    scenario: Path | None = None,
    params: SimulateParams | None = None,
    force: bool = False,
) -> Simulated:
    """Simulate the selected orders of `folder`; write report.html, simulate.json and days.csv into `out`.

    With a scenario the first policy is simulated without it as well, and director.html tells what it changes.
    Durations are those known when the first of the orders was placed, for every day. Raises InputRefused with every
    fault of the folder or the scenario, InvalidProblem where the scenario names what the folder has not, or
    OutputRefused; in each case `out` is as it was before.
    """
    start, params = stopwatch(), params or SimulateParams()
    reading = (folder, scenario) if scenario else (folder,)
    with output_folder(out, force, reading=reading) as aside:  # first, so that a refusal costs no planning
        changes = read_scenario(scenario) if scenario else None
        read = read_folder(folder, run.progress)
        orders = select_orders(read, selection.first, selection.until)
        problem = SimulateProblem(
            replace(problem_of(read, orders), now=None, linehauls=(), bid_prices=None, exploration=None),
            policies,
            changes or Scenario(),
            _day(selection.first) if orders else None,
            _day(selection.until) if orders else None,
            _weights(read, orders),
        )
        loaded = stopwatch()
        result = simulate(problem, params, run)
        change = None if changes is None else _change(problem, params, run, result)
        decided = stopwatch()
        told = simulation_object(result, params, run.seed, read.brand.currency, changes)
        if change is not None:
            told["changes"] = changes_object(change, read.brand.currency)
        told |= _left_out(read, problem)
        told |= {
            "data_version": read.data_version,
            "seconds_reading": round(loaded - start, 3),
            "seconds": round(decided - start, 3),
            "peak_memory_mb": peak_memory_mb(),
        }
        report = SimulateReport(read.brand, result, params, changes, read.data_version, run.seed)
        write_simulate_report(aside / "report.html", report)
        if change is not None:
            write_director_report(aside / "director.html", DirectorReport(report, change))
        write_days(aside, result, read.brand.currency)
        write_simulation(aside, told)
    return Simulated(result, told)


def _change(problem: SimulateProblem, params: SimulateParams, run: Run, result: SimulateResult) -> Change:
    """Let the first policy serve the world as the folder says, and tell what the scenario changes of that."""
    alone = replace(problem, policies=problem.policies[:1], scenario=Scenario())
    return compare(simulate(alone, replace(params, fast_days=0), run), result, params, run.seed)


def _weights(read: BrandFolder, orders: tuple[Order, ...]) -> Weights:
    """Give what weighs beside cost, if a scenario asks for it: policies are compared by what is paid otherwise."""
    valued = with_values(None, read.values, orders)
    return Weights(valued.speed if valued else (), read.commitment_prices)


def _left_out(read: BrandFolder, problem: SimulateProblem) -> dict[str, object]:
    """Count the rows of the folder that a simulation does not know, or that weigh on no policy of it."""
    scenario, planning = problem.scenario, bool(PLANNING & set(problem.policies))
    weighs = SIMULATED if planning and scenario.values else ()
    rows = {
        "linehauls_left_out": len(read.linehauls),  # fates are drawn for what services collect at the site
        "commitment_prices_left_out": 0 if planning and scenario.commitment_prices else len(read.commitment_prices),
        "values_left_out": sum(one.worth not in weighs for one in read.values),
        "trials_left_out": len(read.trials),  # every policy sends all orders by its own rule
        "vehicles_left_out": len(read.vans),  # no parcel goes by their services
    }
    return {name: count for name, count in rows.items() if count}


def _day(day: date | None) -> int | None:
    return None if day is None else day.toordinal() - EPOCH_ORDINAL
