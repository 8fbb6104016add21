"""What is reported of vans under way, put in place of what was planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.route.advance import advanced, visited
from doorstep.kernels.route.day import Day, Van, goods, running, timed_of
from doorstep.kernels.route.laid import legs
from doorstep.kernels.route.problem import RELOAD, RouteProblem

NEAR_M = 250
"""A van seen no farther from its depot, or from where it serves, than that has not left: positions are not exact."""


@dataclass(frozen=True, slots=True)
class Left:
    """A van, by its number in the day, has left its depot."""

    van: int
    at_s: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A van is back at its depot and has loaded for its next trip."""

    van: int
    at_s: int


@dataclass(frozen=True, slots=True)
class Paused:
    """A van has had its break, which ended then."""

    van: int
    at_s: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A van is at a location, a row in `Travel`."""

    van: int
    at_s: int
    location: int


@dataclass(frozen=True, slots=True)
class Done:
    """A stop has been served; the van could go on from then on."""

    stop: int
    at_s: int


Report = Left | Loaded | Paused | Seen | Done


def reported(day: Day, reports: Sequence[Report]) -> Day:
    """Put vans where they are said to be; the others stay as they are.

    Parameters
    ----------
    day
        Before the reports. A van that says which stops it has done has done those and no others, in whatever order. Of
        one that only says where it is, all is taken to have gone as planned until then.
    reports
        In the order of their instants. One that says nothing new, such as a stop that is on no van, changes nothing.
    """
    run = running(day)
    laid = timed_of(run)
    departs = {row: int(laid.parts.depart_s[r]) for r, (row, _) in enumerate(laid.rounds)}
    of = {stop: i for i, van in enumerate(day.vans) for stop in (*van.locked, *van.rest) if stop != RELOAD}
    mine: dict[int, list[Report]] = {}
    for one in reports:
        i = of.get(one.stop) if isinstance(one, Done) else one.van
        if i is not None:
            mine.setdefault(i, []).append(one)
    vans = list(day.vans)
    for i, told in mine.items():
        vans[i] = _followed(day, vans[i], told, departs.get(i))
    return replace(day, vans=tuple(vans))


def _followed(day: Day, van: Van, told: Sequence[Report], departs_s: int | None) -> Van:
    """Follow one van through its reports."""
    silent = not van.tells and not any(isinstance(one, Done) for one in told)
    last = [one for one in told if isinstance(one, Seen)][-1:]
    for one in told:
        if van.is_home or (silent and isinstance(one, Seen) and one not in last):
            continue
        if silent and isinstance(one, Seen):
            (van,) = advanced(replace(day, vans=(van,)), one.at_s).vans
        van = _after(day.problem, van, one, one.at_s if departs_s is None else departs_s)
    return van


def _after(problem: RouteProblem, van: Van, one: Report, depart_s: int) -> Van:
    match one:
        case Left(_, at_s):
            return replace(_gone(problem, van, at_s), at_s=max(van.at_s, at_s) if van.is_out else at_s)
        case Loaded(_, at_s):
            return _loaded(problem, van, at_s) if van.is_out else van
        case Paused(_, at_s):
            return replace(van, has_paused=True, at_s=max(van.at_s, at_s))
        case Seen(_, at_s, location):
            return _seen(problem, van, at_s, location, min(depart_s, at_s))
        case Done(stop, at_s):
            return _done(problem, van, stop, at_s, min(depart_s, at_s))


def _gone(problem: RouteProblem, van: Van, at_s: int) -> Van:
    """Let a van leave its depot, if it is there, with what its next trip brings."""
    line = (*van.locked, *van.rest)
    if not van.is_out:
        return replace(
            van, is_out=True, left_s=at_s, at_s=at_s, locked=(), rest=line, aboard=goods(problem, line)
        )  # fmt: skip
    if van.at_depot:
        return replace(van, at_depot=False, locked=(), rest=line, aboard=goods(problem, line))
    return van


def _loaded(problem: RouteProblem, van: Van, at_s: int) -> Van:
    """Bring a van back to its depot; what it has passed over goes on its next trip."""
    if van.at_depot:
        return replace(van, at_s=at_s)
    line = [*van.locked, *van.rest]
    if RELOAD in line:
        line.remove(RELOAD)
    depot = int(problem.fleet.reload_at[van.row])
    driven_m = van.driven_m + _far_m(problem, van, depot)
    return replace(
        van, locked=(), rest=tuple(line), location=depot, at_s=at_s, driven_m=driven_m,
        trips=van.trips + 1, aboard=frozenset(), collected=(0,) * problem.dimensions, at_depot=True,
    )  # fmt: skip


def _seen(problem: RouteProblem, van: Van, at_s: int, location: int, left_s: int) -> Van:
    far_m = _far_m(problem, van, location)
    if far_m <= NEAR_M and (van.at_depot or not van.is_out or van.at_s > at_s):
        return van
    van = _gone(problem, van, left_s)
    line = (*van.locked, *van.rest)
    return replace(van, locked=(), rest=line, location=location, at_s=at_s, driven_m=van.driven_m + far_m)


def _done(problem: RouteProblem, van: Van, stop: int, at_s: int, left_s: int) -> Van:
    if stop not in (*van.locked, *van.rest):
        return van  # reported already
    van = _gone(problem, van, left_s) if not van.is_out else van
    line = [*van.locked, *van.rest]
    if RELOAD in line[: line.index(stop)]:
        van = _loaded(problem, van, at_s)
        line = list(van.rest)
    left = [one for one in line if one != stop]
    while left and left[-1] == RELOAD:
        left.pop()
    van = visited(problem, van, [(stop, at_s), *((one, at_s) for one in left)], 0)
    return replace(van, locked=(), rest=tuple(left), at_s=at_s, tells=True)


def _far_m(problem: RouteProblem, van: Van, location: int) -> int:
    here, there = np.array(van.location), np.array(location)
    return int(legs(problem.travel, here, there, problem.fleet.speed_ppm[van.row])[0])
