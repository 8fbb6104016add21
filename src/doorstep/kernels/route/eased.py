"""Constraints that may give way, wholly or by an amount, and whether a stop can be served then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from doorstep.kernels.route.insertion import Insertion, insertions
from doorstep.kernels.route.laid import Laid, lay_parts, tasks_of
from doorstep.kernels.route.problem import ANY, NEVER, Fleet, IntArray, RouteProblem, Stops

WHOLLY = 2 * NEVER
Key = tuple[str, int]
"""A kind of constraint, and the dimension of load where it is a capacity, else 0."""


@dataclass(frozen=True, slots=True)
class Ease:
    """A constraint that gives way.

    Parameters
    ----------
    kind
        Of a stop: "window" (both sides), "window_opens", "window_closes", "skills", "only". Of vans: "capacity",
        "shift" (both sides), "shift_begins", "shift_ends", "break", "distance", "duration", "trips", "fleet".
    dimension
        Of the load, for a capacity.
    amount
        Seconds, metres, units of load, reloads, vans; WHOLLY: it is no constraint any more.
    row
        Of the fleet, where one row is enough; ANY: all.
    """

    kind: str
    dimension: int = 0
    amount: int = WHOLLY
    row: int = ANY


SIDES: dict[str, tuple[str, ...]] = {
    "window": ("window_opens", "window_closes"),
    "shift": ("shift_begins", "shift_ends"),
}
"""Of those that give way on one side or on the other."""
MEASURED = frozenset(
    {"window_opens", "window_closes", "capacity", "shift_begins", "shift_ends", "distance", "duration", "trips"}
)
"""Those that give way by an amount."""
OF_THE_STOP = frozenset({"window", "window_opens", "window_closes", "skills", "only"})


def eased_stops(stops: Stops, those: Sequence[int], one: Ease) -> Stops:
    """Let a constraint of some stops give way."""
    at = list(those)
    if one.kind in ("window", "window_opens"):
        stops = replace(stops, from_s=_moved(stops.from_s, at, -one.amount))
    if one.kind in ("window", "window_closes"):
        stops = replace(stops, to_s=_moved(stops.to_s, at, one.amount))
    if one.kind == "skills":
        stops = replace(stops, skills=_set(stops.skills, at, 0))
    if one.kind == "only":
        stops = replace(stops, only=_set(stops.only, at, ANY))
    return stops


def eased_fleet(fleet: Fleet, one: Ease) -> Fleet:
    """Let a constraint of one row of vans, or of all, give way."""
    rows = np.arange(fleet.kinds) if one.row == ANY else np.array([one.row])
    if one.kind == "capacity":
        capacity = fleet.capacity.copy()
        capacity[rows, one.dimension] = np.minimum(capacity[rows, one.dimension] + one.amount, NEVER)
        return replace(fleet, capacity=capacity)
    for kind, name, sign in _OF_VANS:
        if kind == one.kind:
            fleet = replace(fleet, **{name: _moved(getattr(fleet, name), rows, sign * one.amount)})
    if one.kind == "break":
        fleet = replace(fleet, break_s=_set(fleet.break_s, rows, 0))
    if one.kind == "fleet":
        fleet = replace(fleet, count=fleet.count + np.isin(np.arange(fleet.kinds), rows))
    return fleet


_OF_VANS = (
    ("shift", "from_s", -1), ("shift", "to_s", 1), ("shift_begins", "from_s", -1), ("shift_ends", "to_s", 1),
    ("distance", "max_distance_m", 1), ("duration", "max_duration_s", 1), ("trips", "max_trips", 1),
)  # fmt: skip


def _moved(of: IntArray, at: Sequence[int] | IntArray, by: int) -> IntArray:
    moved = of.copy()
    moved[at] = np.minimum(moved[at] + by, NEVER)
    return moved


def _set(of: IntArray, at: Sequence[int] | IntArray, to: int) -> IntArray:
    filled = of.copy()
    filled[at] = to
    return filled


def eased_problem(problem: RouteProblem, stop: int, eases: Iterable[Ease]) -> RouteProblem:
    """Give a problem in which some constraints of a stop, or of its pair, and of the vans have given way."""
    stops, fleet = problem.stops, problem.fleet
    for one in eases:
        stops, fleet = eased_stops(stops, together(stops, stop), one), eased_fleet(fleet, one)
    return replace(problem, stops=stops, fleet=fleet)


def together(stops: Stops, stop: int) -> tuple[int, ...]:
    """A stop, or the pair that it belongs to, pick-up first."""
    pair = stops.pairs[(stops.pairs == stop).any(axis=1)]
    return tuple(pair[0].tolist()) if len(pair) else (stop,)


@dataclass(slots=True)
class Bench:
    """Tries a stop against rounds of others, some constraints having given way.

    Parameters
    ----------
    laid
        The rounds.
    stop
        On no round, or on that which is skipped.
    skip
        A round that it may not go on; ANY: it may go on all.
    """

    laid: Laid
    stop: int
    skip: int = ANY
    _known: dict[tuple[Ease, ...], Laid] = field(default_factory=dict)

    def insertion(self, eases: Iterable[Ease] = ()) -> Insertion | None:
        """Find the cheapest way to serve it; None: it cannot be."""
        every = sorted(eases, key=lambda one: (one.kind, one.dimension, one.row, one.amount))
        of_vans = tuple(one for one in every if one.kind not in OF_THE_STOP)
        laid = self._known.get(of_vans)
        if laid is None:
            laid = self._known[of_vans] = self._laid(of_vans)
        stops = laid.stops
        for one in every:
            stops = eased_stops(stops, together(stops, self.stop), one)
        if stops is not laid.stops:
            laid = replace(laid, stops=stops, tasks=tasks_of(stops, laid.tasks.late_weight))
        return insertions(laid, self.stop, self.skip).best()

    def _laid(self, eases: tuple[Ease, ...]) -> Laid:
        fleet = self.laid.fleet
        for one in eases:
            fleet = eased_fleet(fleet, one)
        return lay_parts(self.laid.travel, self.laid.stops, fleet, self.laid.rounds) if eases else self.laid

    def forget(self) -> None:
        """Drop what was laid for amounts that were only tried."""
        self._known = {eases: laid for eases, laid in self._known.items() if all(e.amount == WHOLLY for e in eases)}

    def offered(self) -> list[Key]:
        """Constraints that might give way for the stop."""
        stops, fleet, those = self.laid.stops, self.laid.fleet, list(together(self.laid.stops, self.stop))
        loads = (stops.delivery[those] + stops.pickup[those]).sum(axis=0).tolist()
        there: list[tuple[Key, bool]] = [
            (("skills", 0), bool(stops.skills[those].any())),
            (("only", 0), bool((stops.only[those] != ANY).any())),
            *((("capacity", k), bool(there)) for k, there in enumerate(loads)),
            (("window", 0), bool(((stops.from_s[those] > 0) | (stops.to_s[those] < NEVER)).any())),
            (("distance", 0), bool((fleet.max_distance_m < NEVER).any())),
            (("duration", 0), bool((fleet.max_duration_s < NEVER).any())),
            (("break", 0), bool(fleet.break_s.any())),
            (("shift", 0), bool((fleet.to_s < NEVER).any())),
            (("trips", 0), bool((fleet.max_trips > 1).any())),
            (("fleet", 0), True),
        ]
        return [key for key, offered in there if offered]


Served = Callable[[Iterable[Ease]], Insertion | None]


def least(served: Served, one: Ease, others: Sequence[Ease]) -> Ease | None:
    """Find by how much a constraint has to give way at least, others giving way as told; None: it is of no use."""
    if served([*others, one]) is None:
        return None
    if one.kind not in MEASURED:
        return one
    low, high = 0, 1
    while high < WHOLLY and served([*others, replace(one, amount=high)]) is None:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if served([*others, replace(one, amount=middle)]) is None:
            low = middle
        else:
            high = middle
    return replace(one, amount=high)
