"""The search of the morning gone on with: what is still to be driven, beginning with the rounds as they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        Of the search. Stops that are fixed stay on their vans, in their order; where they are found in another, each
        takes the place of the one that was to come then. All that is on a round stays on one, whatever its prize.

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
    only, fixed = problem.stops.only.copy(), _fixed(day, now)
    for row, visits in fixed.items():
        only[visits] = row
    prize, group = np.full_like(only, REQUIRED), np.full_like(only, ANY)  # who is on a round has been chosen
    problem = replace(problem, stops=replace(problem.stops, only=only, prize=prize, group=group))
    found = route(problem, PAIRED if len(problem.stops.pairs) else OWN, run, result_of(now.rounds))
    rounds = tuple(_marked_first(now, _in_order(fixed, rounds_of(found))))
    after = before.relaid(rounds)
    better = after.fits.all() and after.cost < before.cost and not len(found.unserved) and not len(found.left)
    if not better:
        return compared(day, before, day, before)
    return compared(day, before, settled(day, now, rounds), after)


def _marked_first(now: Running, rounds: Iterable[Round]) -> Iterator[Round]:
    """Rounds with the mark of a van under way first, where its window has it as a rule."""
    for row, line in rounds:
        marks = [visit for visit in line if visit != RELOAD and now.stop[visit] == ANY]
        yield row, (*marks, *(visit for visit in line if visit not in marks))


def _fixed(day: Day, now: Running) -> dict[int, list[int]]:
    """Fixed stops by row, in the order in which they are to be served."""
    found: dict[int, list[int]] = {}
    for row, line in now.rounds:
        fixed = [visit for visit in line if visit != RELOAD and now.stop[visit] in day.fixed]
        if fixed:
            found[row] = fixed
    return found


def _in_order(fixed: Mapping[int, Sequence[int]], rounds: Sequence[Round]) -> Iterator[Round]:
    """Rounds in which fixed stops are served in their order, each where one of them was found."""
    for row, line in rounds:
        those = fixed.get(row, ())
        following = iter(those)
        yield row, tuple(next(following) if visit in those else visit for visit in line)
