"""The search of the morning gone on with: what is still to be driven, beginning with the rounds as they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from doorstep.kernels.route.day import Day, Running, laid_of, running, settled
from doorstep.kernels.route.laid import Round, result_of, rounds_of
from doorstep.kernels.route.pace import searched
from doorstep.kernels.route.problem import ANY, RELOAD, REQUIRED, RouteParams
from doorstep.kernels.route.reoptimise import Replan, compared
from doorstep.kernels.route.route import route
from doorstep.kernels.run import Run

OWN, PAIRED = RouteParams(engine="own"), RouteParams()


def resumed(day: Day, run: Run) -> Replan:
    """Search all that is still to be driven for better rounds, as `route` does with rounds to begin with.

    Parameters
    ----------
    day
        Whose rounds can be driven; else it stays as it is.
    run
        Of the search. Stops that are fixed stay on their vans; rounds that change their order are not taken. All that
        is on a round stays on one, whatever its prize.

    Returns
    -------
    Replan
        Nothing in it where nothing better was found.

    Raises
    ------
    InvalidProblem, NotInstalled
        As `route`: pairs are searched by PyVRP alone.
    """
    now = running(day)
    before = laid_of(now)
    if not now.rounds or not before.fits.all():
        return compared(day, before, day, before)
    problem = searched(now.problem)
    only = problem.stops.only.copy()
    for row, line in now.rounds:
        for visit in line:
            if visit != RELOAD and now.stop[visit] in day.fixed:
                only[visit] = row
    prize, group = np.full_like(only, REQUIRED), np.full_like(only, ANY)  # who is on a round has been chosen
    problem = replace(problem, stops=replace(problem.stops, only=only, prize=prize, group=group))
    found = route(problem, PAIRED if len(problem.stops.pairs) else OWN, run, result_of(now.rounds))
    rounds = tuple(_marked_first(now, rounds_of(found)))
    after = before.relaid(rounds)
    better = after.fits.all() and after.cost < before.cost and not len(found.unserved) and not len(found.left)
    if not better or _order(day, now, rounds) != _order(day, now, now.rounds):
        return compared(day, before, day, before)
    return compared(day, before, settled(day, now, rounds), after)


def _marked_first(now: Running, rounds: Sequence[Round]) -> Iterator[Round]:
    """Rounds with the mark of a van under way first, where its window has it as a rule."""
    for row, line in rounds:
        marks = [visit for visit in line if visit != RELOAD and now.stop[visit] == ANY]
        yield row, (*marks, *(visit for visit in line if visit not in marks))


def _order(day: Day, now: Running, rounds: Sequence[Round]) -> dict[int, list[int]]:
    """Fixed stops by row, in the order in which they are served."""
    found: dict[int, list[int]] = {}
    for row, line in rounds:
        fixed = [int(now.stop[visit]) for visit in line if visit != RELOAD and now.stop[visit] in day.fixed]
        if fixed:
            found[row] = fixed
    return found
