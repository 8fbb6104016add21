"""A running day: where each van is, what it has on board, and what is still to be driven.

It is turned into a problem of its own (`running`) that any engine can take on. Each van is a row of one. A van under
way begins at its place with a mark: a stop without service whose window is that very instant. The mark picks up what
the van has collected so far. It also fills a dimension of load of its own, in which all that still lies at a depot has
a unit: such a stop can only go on a trip that begins with a reload, or on a van that has not left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from doorstep.kernels.route.compiled_round import arrival
from doorstep.kernels.route.eased import together
from doorstep.kernels.route.laid import Laid, Round, lay, lay_parts, legs, rounds_of, vans_of
from doorstep.kernels.route.pace import searched
from doorstep.kernels.route.problem import ANY, RELOAD, REQUIRED, Fleet, IntArray, RouteProblem, Stops
from doorstep.kernels.route.result import RouteResult

Loads = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Van:
    """A van during the day.

    Parameters
    ----------
    row
        Of the fleet of the day.
    rest
        Visits still to come, in order, behind those that are locked.
    location, at_s
        Where it is, a row in `Travel`, and from when on it can drive on; before it has left: its depot.
    is_out
        Whether it has left.
    at_depot
        Whether it is out, but reloading or waiting at its depot, so that anything there can still be loaded.
    is_home
        Whether it has come back for good.
    left_s, driven_m, trips
        When it left, how far it has come, and how many reloads it has had.
    locked
        Visits that come next, in this order, whatever happens; a reload only as the last.
    aboard
        Stops whose goods are on board.
    collected
        [d] what it has picked up for the depot this trip.
    has_paused
        Whether it has had its break.
    extra_s
        By how much its shift and its longest day have been stretched.
    tells
        Whether it says which stops it has done: what it has not said it has not done.
    """

    row: int
    rest: tuple[int, ...]
    location: int
    at_s: int
    is_out: bool = False
    left_s: int = 0
    driven_m: int = 0
    trips: int = 0
    locked: tuple[int, ...] = ()
    aboard: frozenset[int] = frozenset()
    collected: Loads = ()
    has_paused: bool = False
    extra_s: int = 0
    at_depot: bool = False
    is_home: bool = False
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day under way.

    Parameters
    ----------
    problem
        All stops of the day, done ones too; a window that could not be kept is the one that is held now.
    vans
        In use, in the order of their rounds.
    promised
        Stops whose windows have been promised.
    fixed
        Stops that stay on their vans, in their order to one another.
    now_s
        The instant: no van that stands idle leaves sooner.
    """

    problem: RouteProblem
    vans: tuple[Van, ...]
    promised: frozenset[int] = frozenset()
    fixed: frozenset[int] = frozenset()
    now_s: int = 0


@dataclass(frozen=True, slots=True)
class Running:
    """What is still to be driven, as a problem.

    Parameters
    ----------
    problem
        Its first rows of the fleet are the vans of the day, those behind are vans that stand idle.
    rounds
        As planned so far, the marks of vans under way included.
    stop
        [n] of the day, by stop of the problem; ANY: a mark.
    row
        [v] of the day's fleet, by row of the problem.
    locked_begin_s
        When service, or a reload, begins at visits that are locked, by van and visit of the day.
    """

    problem: RouteProblem
    rounds: tuple[Round, ...]
    stop: IntArray
    row: IntArray
    locked_begin_s: dict[tuple[int, int], int] = field(default_factory=dict)

    def number(self, stop: int) -> int:
        """Give the number that a stop of the day has in the problem."""
        return int(np.flatnonzero(self.stop == stop)[0])


def day_of(problem: RouteProblem, result: RouteResult, promised: frozenset[int] = frozenset()) -> Day:
    """Begin a day with rounds that are planned."""
    fleet = problem.fleet
    none = (0,) * problem.dimensions
    vans = [
        Van(row, visits, int(fleet.start[row]), int(fleet.from_s[row]), collected=none)
        for row, visits in rounds_of(result)
    ]
    return Day(problem, tuple(vans), promised)


def running(day: Day, more: Sequence[int] = ()) -> Running:
    """Give what is still to be driven as a problem of its own.

    Parameters
    ----------
    day
        As it is now.
    more
        Stops of the day that are on no van.
    """
    begins: dict[tuple[int, int], int] = {}
    vans = [_past_locked(day.problem, i, van, begins) for i, van in enumerate(day.vans)]
    stops = _left(vans, more)
    number = {stop: i for i, stop in enumerate(stops.tolist())}
    rows, fleet = _fleet(day.problem, vans, day.now_s)
    out = [i for i, van in enumerate(vans) if van.is_out and not van.is_home]
    marks = {i: len(stops) + at for at, i in enumerate(out)}
    rounds = []
    for i, van in enumerate(vans):
        visits = [number.get(stop, stop) for stop in van.rest]
        visits = [marks[i], *visits] if i in marks else visits
        if visits:
            rounds.append((i, tuple(visits)))
    told = _stops(day, vans, stops, rows, out)
    problem = RouteProblem(day.problem.travel, told, fleet)
    of = np.concatenate([stops, np.full(len(out), ANY)])
    return Running(problem, tuple(rounds), of, rows, begins)


def _past_locked(problem: RouteProblem, i: int, van: Van, begins: dict[tuple[int, int], int]) -> Van:
    """Put a van where it is when it has served what is locked."""
    if not van.locked:
        return van
    stops, pace = problem.stops, vans_of(problem.fleet, problem.travel)
    now, here, driven = van.at_s, van.location, van.driven_m
    collected, aboard = np.array(van.collected), set(van.aboard)
    if van.at_depot:
        aboard = set(goods(problem, [*van.locked, *van.rest]))
    for stop in van.locked:
        there = int(problem.fleet.reload_at[van.row] if stop == RELOAD else stops.location[stop])
        far_m, long_s = legs(problem.travel, np.array(here), np.array(there), problem.fleet.speed_ppm[van.row])
        now, here, driven = arrival(now, int(long_s), pace), there, driven + int(far_m)
        begins[i, stop] = now if stop == RELOAD else max(now, int(stops.from_s[stop]))
        if stop == RELOAD:
            now += int(problem.fleet.reload_s[van.row])
            collected, aboard = collected * 0, set()
            continue
        now = begins[i, stop] + int(stops.service_s[stop])
        mate = [one for one in together(stops, stop) if one != stop]
        if not mate:
            collected += stops.pickup[stop]
        aboard = (aboard - {stop}) | ({*mate} if mate and together(stops, stop)[0] == stop else set())
    return replace(
        van, at_s=now, location=here, driven_m=driven, locked=(), aboard=frozenset(aboard),
        collected=tuple(collected.tolist()), is_out=True, left_s=van.left_s if van.is_out else van.at_s,
        at_depot=van.locked[-1] == RELOAD, trips=van.trips + (van.locked[-1] == RELOAD),
    )  # fmt: skip


def goods(problem: RouteProblem, visits: Sequence[int]) -> frozenset[int]:
    """Stops of the first trip of some visits whose goods come from the depot."""
    trip = visits[: list(visits).index(RELOAD)] if RELOAD in visits else visits
    second = set(problem.stops.pairs[:, 1].tolist())
    return frozenset(one for one in trip if one not in second and problem.stops.delivery[one].any())


def _left(vans: Sequence[Van], more: Sequence[int]) -> IntArray:
    """Stops still to come, ascending."""
    return np.array(sorted({*more, *(stop for van in vans for stop in van.rest if stop != RELOAD)}), np.int64)


def _fleet(problem: RouteProblem, vans: Sequence[Van], now_s: int) -> tuple[IntArray, Fleet]:
    """Each van as a row of one, and the idle ones behind; with the rows they are made of."""
    fleet = problem.fleet
    busy = np.bincount([van.row for van in vans], minlength=fleet.kinds)
    idle = np.flatnonzero(fleet.count > busy)
    rows = np.array([*(van.row for van in vans), *idle.tolist()], np.int64)
    told = {one.name: getattr(fleet, one.name)[rows] for one in fields(fleet) if one.name != "reload"}
    told["count"] = np.concatenate([np.ones(len(vans), np.int64), (fleet.count - busy)[idle]])
    told["reload"] = fleet.reload_at[rows]
    told["from_s"][len(vans) :] = np.maximum(told["from_s"][len(vans) :], now_s)
    told["to_s"] = np.maximum(told["to_s"], told["from_s"])
    free = len(problem.stops.location) + 1
    told["capacity"] = np.column_stack([told["capacity"], np.full(len(rows), free)])
    for i, van in enumerate(vans):
        told["count"][i] = not van.is_home
        told["to_s"][i] += van.extra_s
        told["max_duration_s"][i] += van.extra_s
        told["from_s"][i] = max(van.at_s, int(told["from_s"][i]))
        if van.is_out:  # whenever its shift begins
            told["from_s"][i], told["start"][i], told["fixed"][i] = van.at_s, van.location, 0
            told["max_distance_m"][i] = max(0, told["max_distance_m"][i] - van.driven_m)
            told["max_duration_s"][i] = max(0, told["max_duration_s"][i] - (van.at_s - van.left_s))
            told["max_trips"][i] = max(1, told["max_trips"][i] - van.trips)
            told["break_s"][i] *= not van.has_paused
        told["to_s"][i] = max(told["to_s"][i], told["from_s"][i])
    return rows, Fleet(**told)


def _stops(day: Day, vans: Sequence[Van], those: IntArray, rows: IntArray, out: Sequence[int]) -> Stops:
    """The stops still to come, and the marks of vans under way behind them."""
    stops, n, d = day.problem.stops, len(those), day.problem.dimensions
    told = {one.name: getattr(stops, one.name)[those] for one in fields(stops) if one.name != "pairs"}
    number = {stop: i for i, stop in enumerate(those.tolist())}
    pairs = [(number[a], number[b]) for a, b in stops.pairs.tolist() if a in number and b in number]
    aboard = {number[stop]: i for i, van in enumerate(vans) for stop in van.aboard if stop in number}
    second = {b for _, b in pairs}
    fetch = [i not in aboard and i not in second and bool(told["delivery"][i].any()) for i in range(n)]
    for i, only in enumerate(told["only"].tolist()):
        told["only"][i] = aboard.get(i, ANY if only == ANY else _row_of(int(those[i]), only, vans, rows))
    blank = {name: np.zeros(len(out), np.int64) for name in told} | {
        "location": np.array([vans[i].location for i in out], np.int64),
        "from_s": np.array([vans[i].at_s for i in out], np.int64),
        "to_s": np.array([vans[i].at_s for i in out], np.int64),
        "only": np.array(out, np.int64), "group": np.full(len(out), ANY), "prize": np.full(len(out), REQUIRED),
        "delivery": np.zeros((len(out), d), np.int64),
        "pickup": np.array([vans[i].collected for i in out], np.int64).reshape(len(out), d),
    }  # fmt: skip
    both = {name: np.concatenate([told[name], blank[name]]) for name in told}
    both["delivery"] = np.column_stack([both["delivery"], np.array([*fetch, *(0 for _ in out)], np.int64)])
    full = len(day.problem.stops.location) + 1
    filled = [0] * n + [0 if vans[i].at_depot else full for i in out]
    both["pickup"] = np.column_stack([both["pickup"], np.array(filled, np.int64)])
    return Stops(**both, pairs=np.array(pairs, np.int64).reshape(-1, 2))


def _row_of(stop: int, only: int, vans: Sequence[Van], rows: IntArray) -> int:
    """The row of the running day that stands for the one row of the plan that a stop is for."""
    of = [i for i, row in enumerate(rows.tolist()) if row == only]
    on = [i for i in of if i < len(vans) and stop in vans[i].rest]
    return [*on, *of][0]


def settled(day: Day, run: Running, rounds: Sequence[Round]) -> Day:
    """Give the day with other rounds over what is still to be driven; an idle van that is sent is its last."""
    rest: dict[int, list[tuple[int, ...]]] = {}
    for row, visits in rounds:
        kept = [one for one in visits if one == RELOAD or run.stop[one] != ANY]
        rest.setdefault(row, []).append(tuple(RELOAD if one == RELOAD else int(run.stop[one]) for one in kept))
    vans = [replace(van, rest=rest.get(i, [()])[0]) for i, van in enumerate(day.vans)]
    fleet = day.problem.fleet
    for row in range(len(day.vans), len(run.row)):
        kind = int(run.row[row])
        for visits in rest.get(row, []):
            none = (0,) * day.problem.dimensions
            at_s = max(int(fleet.from_s[kind]), day.now_s)
            vans.append(Van(kind, visits, int(fleet.start[kind]), at_s, collected=none))
    return replace(day, vans=tuple(vans))


def laid_of(run: Running) -> Laid:
    """Lay the rounds as planned so far for a search: where there are periods, at the slowest pace of each shift."""
    return lay(searched(run.problem), run.rounds)


def timed_of(run: Running) -> Laid:
    """Lay the rounds as they will be driven, late or not, at the pace of each period."""
    problem = run.problem
    ones = np.ones(problem.stops.count, np.int64), np.ones(problem.fleet.kinds, np.int64)
    return lay_parts(problem.travel, problem.stops, problem.fleet, run.rounds, *ones)


def visits_of(day: Day) -> Iterator[tuple[int, int]]:
    """Van and stop of all that is still to come."""
    for i, van in enumerate(day.vans):
        yield from ((i, stop) for stop in (*van.locked, *van.rest) if stop != RELOAD)
