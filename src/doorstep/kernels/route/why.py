"""Why a stop is on this van and at this place; why another is on none, and what it would take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.route.compiled_insertion import INFEASIBLE
from doorstep.kernels.route.conflicts import Found, Remedy, conflicts
from doorstep.kernels.route.eased import Bench
from doorstep.kernels.route.insertion import Insertion, alternatives, insertions, removals, served
from doorstep.kernels.route.laid import Laid, lay, rounds_of
from doorstep.kernels.route.problem import ANY, RELOAD, REQUIRED, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.why_words import Names, code, obstacle, told

MOST_EXPLAINED = 100  # stops whose conflicts are looked for; each takes some hundred insertions


@dataclass(frozen=True, slots=True)
class Served:
    """Why a stop is where it is.

    Parameters
    ----------
    stop, row, round
        Itself, the row of the fleet, the number of the round.
    place
        Among the stops of the round, from 1.
    cost
        What the rounds would cost less without it, or without its pair; None: the round cannot be driven without it.
    next
        The cheapest way on another van; None: there is none, and `found` says why.
    found
        None too where nobody has looked (more than MOST_EXPLAINED).
    text
        All of it, in words.
    """

    stop: int
    row: int
    round: int
    place: int
    cost: int | None
    next: Insertion | None
    found: Found | None
    text: str


@dataclass(frozen=True, slots=True)
class Unserved:
    """Why a stop is on no van.

    Parameters
    ----------
    stop
        Itself.
    reason
        "group" (another of its group is served), "not_worth_it" (its prize), "servable", "unreachable",
        "window_outside_shift", "too_large", "no_van_free", the kind of the first constraint in its way, or
        "not_looked_for".
    detail, remedy
        In words.
    found
        The conflicts, and the price of each way out, the cheapest first.
    """

    stop: int
    reason: str
    detail: str
    remedy: str
    found: Found | None

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """Ways out, the cheapest first."""
        return self.found.remedies if self.found else ()


@dataclass(frozen=True, slots=True)
class Why:
    """Explanations of a result: of the stops on rounds, and of those on none; both by stop, ascending."""

    served: tuple[Served, ...]
    unserved: tuple[Unserved, ...]


def why(problem: RouteProblem, result: RouteResult, names: Names | None = None) -> Why:
    """Explain a result.

    Parameters
    ----------
    problem
        Whose stops are told about.
    result
        With rounds that can be driven.
    names
        What stops, vans and loads are called in the texts.
    """
    laid, names = lay(problem, rounds_of(result)), names or Names()
    return Why(tuple(why_served(laid, names)), tuple(why_unserved(laid, names)))


def why_served(laid: Laid, names: Names) -> Iterator[Served]:
    """Explain every stop on a round."""
    saved, places, looked = removals(laid), _places(laid, names), 0
    for stop, (r, place) in sorted(places.items()):
        row = laid.rounds[r][0]
        best, found = insertions(laid, stop, skip=r).best(), None
        if best is None and looked < MOST_EXPLAINED:
            looked += 1
            found = conflicts(Bench(laid, stop, skip=r))
        cost = int(saved[stop]) if saved[stop] < INFEASIBLE else None
        text = f"{names.stop(stop)} is no. {place} of {names.van(row)} (round {r + 1})"
        text += f": {names.money(cost)} more with it than without" if cost is not None else ""
        text += f". {_next(laid, stop, best, found, names)}"
        yield Served(stop, row, r, place, cost, best, found, text)


def _next(laid: Laid, stop: int, best: Insertion | None, found: Found | None, names: Names) -> str:
    if best is not None:
        idle = " (not in use so far)" if best.round >= len(laid.rounds) else f" (round {best.round + 1})"
        return f"Next best: {names.van(best.row)}{idle}, for {names.money(best.cost)}."
    if found is None:
        return "No other van can take it."
    return f"No other van can take it: {obstacle(laid, stop, found, names)}."


def _places(laid: Laid, names: Names) -> dict[int, tuple[int, int]]:
    """Round and place of every stop on one that has a name: the mark of a van under way has none."""
    found: dict[int, tuple[int, int]] = {}
    for r, (_, visits) in enumerate(laid.rounds):
        stops = [stop for stop in visits if stop != RELOAD and names.stop(stop)]
        found |= {stop: (r, place) for place, stop in enumerate(stops, 1)}
    return found


def why_unserved(
    laid: Laid, names: Names, those: Iterable[int] | None = None, possible: Callable[[Remedy], bool] = lambda _: True
) -> Iterator[Unserved]:
    """Explain some stops on no round, or all of them; ways out that are not possible are not told."""
    on = served(laid)
    for looked, stop in enumerate(np.flatnonzero(on == ANY).tolist() if those is None else those):
        mate = next((one for one in alternatives(laid, stop) if on[one] != ANY), None)
        if mate is not None:
            detail = f"{names.stop(mate)} of the same group is served, and one is enough"
            yield Unserved(stop, "group", detail, "", None)
        elif looked >= MOST_EXPLAINED:
            yield Unserved(stop, "not_looked_for", "it is on no round", "explain it by itself", None)
        else:
            yield _unserved(laid, stop, names, possible)


def _unserved(laid: Laid, stop: int, names: Names, possible: Callable[[Remedy], bool]) -> Unserved:
    found = conflicts(Bench(laid, stop))
    found = replace(found, remedies=tuple(filter(possible, found.remedies)))
    prize = int(laid.stops.prize[stop])
    if found.servable is not None and prize != REQUIRED and found.servable.cost > prize:
        detail = f"serving it costs {names.money(found.servable.cost)}, leaving it {names.money(prize)}"
        remedy = f"raise its prize by {names.money(found.servable.cost - prize)}"
        return Unserved(stop, "not_worth_it", detail, remedy, found)
    detail = obstacle(laid, stop, found, names)
    remedies = [told(laid, stop, one, names) for one in found.remedies]
    if found.servable is not None:
        remedies = ["search for longer"]
    elif not found.groups:
        remedies = ["mend its place, or the roads"]
    return Unserved(stop, code(found), detail, " -- or ".join(remedies), found)
