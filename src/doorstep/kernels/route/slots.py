"""Which windows to offer a shopper: what each costs, and how surely it is kept.

Windows are priced by the cheapest insertion into the rounds as they are (Campbell and Savelsbergh 2006, Incentive
schemes for attended home delivery services); how surely one is kept is reckoned by `on_time`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.route.insertion import Insertion, inserted, insertions
from doorstep.kernels.route.laid import Laid, Round, in_window, lay, rounds_of
from doorstep.kernels.route.on_time import USUAL, Uncertainty, on_time
from doorstep.kernels.route.pace import searched
from doorstep.kernels.route.problem import RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.schedule import schedule
from doorstep.kernels.route.windows import Window

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Worth:
    """What serving the shopper brings, and what a window costs that is not kept; units of cost."""

    prize: int
    late_cost: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A window that might be offered.

    Parameters
    ----------
    from_s, to_s
        When service may begin.
    insertion
        Where the stop would go, and for what; None: it has no place in this window.
    on_time_ppm
        How surely service begins within it; None without a place.
    others_ppm
        What all others of the round lose together of theirs; None without a place.
    profit
        Prize, less cost, less the late cost of what is not kept, that of others included; None without a place, or if
        nobody said what it is worth.
    """

    from_s: int
    to_s: int
    insertion: Insertion | None
    on_time_ppm: int | None
    others_ppm: int | None
    profit: int | None

    @property
    def cost(self) -> int | None:
        """What the rounds cost more."""
        return self.insertion.cost if self.insertion else None


def slots(
    problem: RouteProblem, result: RouteResult, stop: int, windows: Sequence[Window], worth: Worth | None = None,
    by: Uncertainty = USUAL, seed: int = 0,
) -> tuple[Slot, ...]:  # fmt: skip
    """Price windows for a stop.

    Parameters
    ----------
    problem
        With the stop, which is on no round; its own window does not count.
    result
        Rounds as they are.
    stop
        Its number.
    windows
        From and to of each.
    worth
        If given, windows are sorted by the profit that they let expect, else by their cost.
    by, seed
        How far days differ from their plan, and of the chance.

    Returns
    -------
    tuple[Slot, ...]
        The best first, those without a place last; of equals as they were given.
    """
    laid = lay(searched(problem), rounds_of(result))
    found = [_slot(problem, laid, stop, window, worth, by, seed) for window in windows]
    return tuple(sorted(found, key=_rank))


def _rank(one: Slot) -> tuple[bool, int]:
    if one.insertion is None:
        return True, 0
    return False, one.insertion.cost if one.profit is None else -one.profit


def _slot(
    problem: RouteProblem, laid: Laid, stop: int, window: Window, worth: Worth | None, by: Uncertainty, seed: int
) -> Slot:
    there = in_window(laid, stop, *window)
    best = insertions(there, stop).best()
    if best is None:
        return Slot(*window, None, None, None, None)
    before = laid.rounds[best.round : best.round + 1]
    after = inserted(laid.rounds, best)[best.round if before else -1]
    told = replace(problem, stops=there.stops)
    kept = _kept(told, after, by, seed)
    sure = kept.pop(stop)
    was = _kept(told, before[0], by, seed) if before else {}
    others = sum(max(0, was[one] - ppm) for one, ppm in kept.items() if one in was)
    if worth is None:
        return Slot(*window, best, sure, others, None)
    lost = worth.late_cost * (MILLION - sure + others) // MILLION
    return Slot(*window, best, sure, others, worth.prize - best.cost - lost)


def _kept(problem: RouteProblem, one: Round, by: Uncertainty, seed: int) -> dict[int, int]:
    """How surely each stop of a round is served within its window."""
    row, visits = one
    none = np.zeros(0, np.int64)
    line = np.array(visits, np.int64)
    alone = RouteResult(np.array([row]), np.array([0, len(line)]), line, none, none, 0, 0, 0, "own")
    sure = on_time(problem, alone, schedule(problem, alone), by, seed).on_time_ppm.tolist()
    return {stop: ppm for stop, ppm in zip(visits, sure, strict=True) if stop >= 0}
