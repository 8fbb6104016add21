"""PyVRP as an engine: an iterated local search in C++ (Wouda, Lan & Kool 2024,
https://doi.org/10.1287/ijoc.2023.0055).

What it cannot do is told by `supports`. What it can do only round a corner:

- It is asked for a plan that serves all who must be served. If it has none after a part of its time, it is asked again,
  with their leave costs as prizes, so that a plan always comes; and one stop too many is worth no broken constraint.
- Skills, and stops that are for one van alone: each set of vans that may serve the same stops has a road map of its
  own, on which all other stops lie so far away that no van may go there.
- A reload takes its time at a depot of its own, since PyVRP's depots take theirs before the first trip too.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from doorstep.domain.errors import DoorstepError
from doorstep.kernels.route.leave import leave_costs, priced
from doorstep.kernels.route.problem import RELOAD, RouteParams, RouteProblem
from doorstep.kernels.route.pyvrp_data import Translated, cells, translated
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.run import Run, endless, unnoticed

if TYPE_CHECKING:
    from pyvrp import Activity, Route, Solution

USUAL = RouteParams()
PLAIN = Run()
ITERATIONS = 2_000
"""Where nobody says when to stop."""
PATIENCE = 0.3
"""The part of its time after which no plan with all stops is looked for any more, if there is none yet."""
TOLD_EACH = 1 / 400
"""Of its time passes between two answers that are told: reading one takes longer than finding the next."""
MOST_CELLS = 100_000_000
"""Of its matrices, 16 bytes each: 10,000 stops for one kind of van."""


class NotInstalled(DoorstepError):
    """An engine was asked for that is not there."""

    code = "not_installed"


def supports(problem: RouteProblem) -> tuple[str, ...]:
    """Why PyVRP cannot solve it; empty: it can."""
    stops, fleet = problem.stops, problem.fleet
    own = np.concatenate([stops.delivery[stops.pairs[:, 0]], stops.pickup[stops.pairs[:, 1]]])
    used = fleet.count > 0
    reasons = {
        "breaks: PyVRP knows none": fleet.break_s[used].any(),
        "periods: PyVRP knows one duration of a way; search without them": len(problem.travel.period_from_s) > 0,
        "several windows: PyVRP knows one of a stop; search what `apart(problem)` gives": len(problem.windows) > 0,
        "pairs: PyVRP brings nothing else to a stop of a pair, and takes nothing else from it": own.any(),
        f"size: its matrices would have more than {MOST_CELLS:,} cells": cells(problem) > MOST_CELLS,
    }
    return tuple(why for why, holds in reasons.items() if holds)


def installed() -> bool:
    """Whether PyVRP is there."""
    return find_spec("pyvrp") is not None


def solve(
    problem: RouteProblem, params: RouteParams = USUAL, run: Run = PLAIN, start: RouteResult | None = None
) -> RouteResult:
    """Search for rounds with PyVRP.

    Parameters
    ----------
    problem
        One that `supports` has nothing to say about.
    params
        Its leave cost.
    run
        Ends by `iterations` or when `spent` reaches 1; with neither, after `ITERATIONS`. Equal seeds give equal rounds
        for equal iterations. `incumbent` is told.
    start
        Rounds to begin with; whom they leave is put in where that pays.

    Returns
    -------
    RouteResult
        Rounds that hold all constraints, at least as many as were found in time.

    Raises
    ------
    NotInstalled
        If PyVRP is not there: it is the extra `route`.
    ValueError
        If the problem is one that `supports` refuses.
    """
    if not installed():
        raise NotInstalled("PyVRP is not installed: pip install 'doorstep[route]'")
    reasons = supports(problem)
    if reasons:
        raise ValueError("; ".join(reasons))
    vans = np.flatnonzero(problem.fleet.count)
    if not problem.stops.count or not len(vans):
        return priced(problem, _result([], 0), params)
    costs = leave_costs(problem, params)
    watch = _Watch(run)
    data = translated(problem, costs, all_required=True)
    best = _searched(data, watch, None if start is None else _solution(data, start))
    if not best.is_feasible():
        watch.patience = 1.0
        data = translated(problem, costs, all_required=False)
        best = _searched(data, watch, _again(data, best))
    return priced(problem, _result(_rounds(data, best), watch.done), params)


class _Watch:
    """Whether to stop, and whom to tell; PyVRP asks and tells."""

    def __init__(self, run: Run) -> None:
        self._run, self._feasible, self._told = run, False, -1.0
        self.done, self.patience, self.seed = 0, PATIENCE, run.seed % 2**32
        self.data: Translated | None = None
        self._untold: Solution | None = None
        self._most = run.iterations
        if self._most is None and run.spent is endless:
            self._most = ITERATIONS

    def _share(self) -> float:
        share = self._run.spent()
        if self._most is not None:
            share = max(share, self.done / self._most if self._most else 1.0)
        return share

    def __call__(self, _: float) -> bool:
        share = self._share()
        if share >= 1.0 or (share >= self.patience and not self._feasible):
            return True
        self.done += 1
        return False

    def on_start(self, search: Any) -> None:
        if search.initial_solution.is_feasible():
            self.on_best(search.initial_solution)

    def on_best(self, best: Solution) -> None:
        self._feasible = True
        if self._run.incumbent is unnoticed:
            return
        self._untold = best
        if self._share() >= self._told + TOLD_EACH:
            self.tell()

    def tell(self) -> None:
        """Tell the best there is, if nobody has been told of it."""
        best, self._untold = self._untold, None
        if best is None or self.data is None:
            return
        self._told = self._share()
        served = {visit for route in best.routes() for visit in _visits(self.data, route)}
        left, unserved = self.data.left(served)
        self._run.incumbent(best.distance_cost() + best.duration_cost() + best.fixed_vehicle_cost() + left, unserved)

    def on_iteration(self, *_: Any) -> None:
        pass

    def on_restart(self, best: Solution) -> None:
        pass

    def on_end(self, _: Any) -> None:
        pass


def _searched(data: Translated, watch: _Watch, start: Solution | None) -> Solution:
    import warnings

    from pyvrp import IteratedLocalSearchParams, PenaltyParams, SolveParams, solve

    watch.data = data
    callbacks: Any = watch
    params = SolveParams(
        ils=IteratedLocalSearchParams(callbacks=callbacks), penalty=PenaltyParams(max_penalty=float(data.hardest))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that penalties are at their bounds: it goes on all the same
        found = solve(data.problem, callbacks, watch.seed, False, False, params, start)
    watch.tell()
    return found.best


def _solution(data: Translated, start: RouteResult) -> Solution:
    from pyvrp import Route, Solution

    routes = [
        Route(data.problem, data.activities(kind, visits.tolist()), data.type_of[kind])
        for kind, visits in zip(start.vehicle.tolist(), start.rounds(), strict=True)
    ]
    return Solution(data.problem, routes)


def _again(data: Translated, best: Solution) -> Solution:
    """The same rounds in another problem, in which nobody is required."""
    from pyvrp import Route, Solution

    routes = []
    for route in best.routes():
        visits: list[Activity] = [*route][1:-1]
        routes.append(Route(data.problem, visits, route.vehicle_type()))
    return Solution(data.problem, routes)


def _rounds(data: Translated, best: Solution) -> list[tuple[int, list[int]]]:
    """Kind and visits of each round; one that breaks something, as when the search had no time, is left out."""
    found = []
    for route in best.routes():
        visits = _visits(data, route)
        if visits and route.is_feasible():
            found.append((data.kind_of[route.vehicle_type()], visits))
    return sorted(found)


def _visits(data: Translated, route: Route) -> list[int]:
    """Stops and reloads, none of these first, last or twice in a row."""
    visits: list[int] = []
    for activity in route:
        if not activity.is_depot():
            visits.append(data.stop_of(activity))
        elif visits and visits[-1] != RELOAD:
            visits.append(RELOAD)
    while visits and visits[-1] == RELOAD:
        visits.pop()
    return visits


def _result(rounds: list[tuple[int, list[int]]], iterations: int) -> RouteResult:
    nobody = np.zeros(0, np.int64)
    return RouteResult(
        vehicle=np.array([kind for kind, _ in rounds], np.int64),
        start=np.cumsum([0, *(len(visits) for _, visits in rounds)], dtype=np.int64),
        visit=np.array([visit for _, visits in rounds for visit in visits], np.int64),
        unserved=nobody,
        left=nobody,
        cost=0,
        objective=0,
        iterations=iterations,
        engine="pyvrp",
    )
