"""Why a stop is on this van and at this place; why another is on none, and what it would take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from doorstep.kernels.route.compiled_insertion import INFEASIBLE
from doorstep.kernels.route.conflicts import Found, Remedy, conflicts
from doorstep.kernels.route.eased import Bench
from doorstep.kernels.route.insertion import Insertion, alternatives, insertions, removals, served, without
from doorstep.kernels.route.laid import Laid, in_window, lay, rounds_of
from doorstep.kernels.route.problem import ANY, RELOAD, REQUIRED, RouteProblem
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.why_words import Names, code, hours, obstacle, told
from doorstep.kernels.route.windows import Window, Windows, narrowed, windows_of

NO_WINDOWS: Windows = MappingProxyType({})
MOST_EXPLAINED = 100  # stops whose conflicts are looked for; each takes some hundred insertions


@dataclass(frozen=True, slots=True)
class Other:
    """How a stop would be served in another of its windows."""

    window: Window
    insertion: Insertion


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
    other
        The cheapest way in another of its windows, on whichever van; None: it has no other, or none has a place.
    """

    stop: int
    row: int
    round: int
    place: int
    cost: int | None
    next: Insertion | None
    found: Found | None
    text: str
    other: Other | None = None


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
        Whose stops are told about; of those with several windows each is asked.
    result
        With rounds that can be driven.
    names
        What stops, vans and loads are called in the texts.
    """
    laid, names = lay(narrowed(problem, result), rounds_of(result)), names or Names()
    windows = windows_of(problem)
    return Why(tuple(why_served(laid, names, windows)), tuple(why_unserved(laid, names, windows=windows)))


def why_served(laid: Laid, names: Names, windows: Windows = NO_WINDOWS) -> Iterator[Served]:
    """Explain every stop on a round; of those that have several windows, what another would cost."""
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
        other = _other(laid, stop, r, windows.get(stop, ()))
        if other is not None:
            there = hours(in_window(laid, stop, *other.window), stop, names)
            cost_there = names.money(other.insertion.cost)
            text += f" In its other window {there}: {names.van(other.insertion.row)}, for {cost_there}."
        yield Served(stop, row, r, place, cost, best, found, text, other)


def _other(laid: Laid, stop: int, r: int, windows: Sequence[Window]) -> Other | None:
    """The cheapest way in a window in which a stop is not served, its round driven without it."""
    own = int(laid.stops.from_s[stop]), int(laid.stops.to_s[stop])
    others = [window for window in windows if window != own]
    if not others:
        return None
    row, visits = laid.rounds[r]
    rest = without(visits, {stop})
    left = laid.relaid([*laid.rounds[:r], *([(row, rest)] if rest else []), *laid.rounds[r + 1 :]])
    asked = ((window, insertions(in_window(left, stop, *window), stop).best()) for window in others)
    found = [Other(window, best) for window, best in asked if best is not None]
    return min(found, key=lambda one: one.insertion.cost, default=None)


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
    laid: Laid, names: Names, those: Iterable[int] | None = None, windows: Windows = NO_WINDOWS
) -> Iterator[Unserved]:
    """Explain some stops on no round, or all of them; of several windows that which takes least."""
    on = served(laid)
    for looked, stop in enumerate(np.flatnonzero(on == ANY).tolist() if those is None else those):
        mate = next((one for one in alternatives(laid, stop) if on[one] != ANY), None)
        if mate is not None:
            detail = f"{names.stop(mate)} of the same group is served, and one is enough"
            yield Unserved(stop, "group", detail, "", None)
        elif looked >= MOST_EXPLAINED:
            yield Unserved(stop, "not_looked_for", "it is on no round", "explain it by itself", None)
        else:
            each = [in_window(laid, stop, *window) for window in windows.get(stop, ())] or [laid]
            yield why_none([(one, stop) for one in each], names)


def why_none(
    those: Sequence[tuple[Laid, int]], names: Names, possible: Callable[[Remedy], bool] = lambda _: True
) -> Unserved:
    """Explain why none of some alternatives is served: that which takes least to be.

    Parameters
    ----------
    those
        Windows of a stop, or stops of a group: the rounds that each was tried with, and its number.
    names
        What stops, vans and loads are called. Alternatives of one name are windows.
    possible
        Ways out that are not possible are not told.
    """
    found = [_unserved(laid, stop, names, possible) for laid, stop in those]
    at = min(range(len(found)), key=lambda one: _takes(found[one]))
    nearest, (laid, stop) = found[at], those[at]
    if len({(one.reason, one.detail, one.remedy) for one in found}) == 1:
        return nearest
    if len({names.stop(one) for _, one in those}) == 1:
        words = f"of its {len(those)} windows that {hours(laid, stop, names)} takes least"
    else:
        words = f"of its group {names.stop(stop)} takes least"
    return replace(nearest, detail=f"{words}: {nearest.detail}")


def _takes(one: Unserved) -> tuple[int, int, int, int]:
    """Rank what it takes to serve a stop: nothing, few constraints at little cost and by little, or what nobody can."""
    if one.found is not None and one.found.servable is not None:
        return 0, 0, one.found.servable.cost, 0
    if not one.remedies:
        return 2, 0, 0, 0
    eases = one.remedies[0].eases
    return 1, len(eases), one.remedies[0].cost, sum(ease.amount for ease in eases)


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
