"""A day gone on: what is done when everything goes as planned until an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from doorstep.kernels.route.compiled_round import arrival
from doorstep.kernels.route.day import Day, Van, goods, running, timed_of
from doorstep.kernels.route.eased import together
from doorstep.kernels.route.laid import Laid, legs, vans_of
from doorstep.kernels.route.problem import RELOAD, IntArray, RouteProblem


def advanced(day: Day, now_s: int) -> Day:
    """Let a day go on as planned.

    Parameters
    ----------
    day
        Whose rounds can be driven.
    now_s
        Service begun by then counts as done, but for vans that say themselves what is. A van that is on its way to a
        stop goes there before all else; one that is not may be sent elsewhere from `now_s` on.
    """
    run = running(day)
    laid = timed_of(run)
    of = {row: r for r, (row, _) in enumerate(laid.rounds)}
    vans = []
    for i, van in enumerate(day.vans):
        r = of.get(i)
        depart = van.at_s if r is None else int(laid.parts.depart_s[r])
        if van.is_home or (not van.is_out and (depart > now_s or not van.rest)):
            vans.append(replace(van, at_s=max(van.at_s, now_s)))
            continue
        if van.tells and van.is_out:
            bound = _bound(day.problem, replace(van, locked=(), rest=(*van.locked, *van.rest)), now_s)
            vans.append(_overdue(day.problem, bound, now_s))
            continue
        timed = [(stop, run.locked_begin_s[i, stop]) for stop in van.locked] + (
            [] if r is None else _timed(laid, r, run.stop)
        )
        vans.append(_driven(day.problem, _left(day.problem, van, depart), timed, now_s, _pause(laid, r)))
    return replace(day, vans=tuple(vans), now_s=max(day.now_s, now_s))


def _timed(laid: Laid, r: int, stop: IntArray) -> list[tuple[int, int]]:
    """Visits of a round, by the numbers of the day, and when service begins at each."""
    first = int(laid.lines.first[r]) + 1
    begins = laid.parts.begins_s[first:].tolist()
    named = [(one if one == RELOAD else int(stop[one]), at) for one, at in zip(laid.rounds[r][1], begins, strict=False)]
    return [one for one, visit in zip(named, laid.rounds[r][1], strict=True) if visit == RELOAD or stop[visit] >= 0]


def _pause(laid: Laid, r: int | None) -> int | None:
    """The stop before which a van pauses, by the numbers of the running problem's visits."""
    if r is None or not 0 <= (at := int(laid.parts.break_at[r])) < len(laid.rounds[r][1]):
        return None
    return int(laid.parts.begins_s[laid.lines.first[r] + 1 + at])


def _left(problem: RouteProblem, van: Van, depart_s: int) -> Van:
    if van.is_out:
        return van
    return replace(van, is_out=True, left_s=depart_s, at_s=depart_s, aboard=goods(problem, van.rest))


def _driven(problem: RouteProblem, van: Van, timed: Sequence[tuple[int, int]], now_s: int, pause_s: int | None) -> Van:
    """Move a van along its visits; each is a stop, or a reload, and when that begins."""
    done = 0
    while done < len(timed) and timed[done][1] <= now_s:
        van = visited(problem, van, timed, done)
        done += 1
    paused = van.has_paused or (pause_s is not None and any(at == pause_s for _, at in timed[:done]))
    return _bound(
        problem, replace(van, locked=(), rest=tuple(stop for stop, _ in timed[done:]), has_paused=paused), now_s
    )


def _bound(problem: RouteProblem, van: Van, now_s: int) -> Van:
    """Hold a van to where it is going; one with nothing left to do goes home, or to its depot for more."""
    if van.at_s >= now_s or (van.at_depot and not van.rest):
        return replace(van, at_s=max(van.at_s, now_s))
    if van.rest:
        aboard = goods(problem, van.rest) if van.at_depot else van.aboard
        return replace(van, locked=van.rest[:1], rest=van.rest[1:], aboard=aboard, at_depot=False)
    fleet = problem.fleet
    can_reload = van.trips + 1 < fleet.max_trips[van.row] and fleet.end[van.row] == fleet.reload_at[van.row]
    if not can_reload:
        return replace(van, is_home=True)
    there_s = _there_s(problem, van, int(fleet.reload_at[van.row]))
    if there_s > now_s:
        return replace(van, locked=(RELOAD,))
    there = visited(problem, van, [(RELOAD, there_s)], 0)
    return replace(there, at_s=max(there.at_s, now_s))


def _overdue(problem: RouteProblem, van: Van, now_s: int) -> Van:
    """Let a stop that should be done by now, and is not reported, be done now at the earliest."""
    if not van.locked or van.locked[0] == RELOAD:
        return van
    stop = van.locked[0]
    there_s = _there_s(problem, van, int(problem.stops.location[stop]))
    begin, service_s = max(there_s, int(problem.stops.from_s[stop])), int(problem.stops.service_s[stop])
    return van if begin + service_s >= now_s else replace(van, at_s=van.at_s + now_s - service_s - there_s)


def _there_s(problem: RouteProblem, van: Van, location: int) -> int:
    """When a van would be at a location, if it drove there now."""
    fleet, travel = problem.fleet, problem.travel
    _, long_s = legs(travel, np.array(van.location), np.array(location), fleet.speed_ppm[van.row])
    return arrival(van.at_s, int(long_s), vans_of(fleet, travel))


def visited(problem: RouteProblem, van: Van, timed: Sequence[tuple[int, int]], at: int) -> Van:
    """Let a van be done with one of some visits; those behind it are what it has still before it."""
    stops, fleet = problem.stops, problem.fleet
    stop, begin = timed[at]
    there = int(fleet.reload_at[van.row] if stop == RELOAD else stops.location[stop])
    here = stops.location[:1] * 0 + van.location
    far_m, _ = legs(problem.travel, here, here * 0 + there, fleet.speed_ppm[van.row])
    van = replace(van, location=there, driven_m=van.driven_m + int(far_m[0]))
    if stop == RELOAD:
        return replace(
            van, at_s=begin + int(fleet.reload_s[van.row]), trips=van.trips + 1, aboard=frozenset(),
            collected=(0,) * problem.dimensions, at_depot=True,
        )  # fmt: skip
    if van.at_depot:
        van = replace(van, at_depot=False, aboard=goods(problem, [one for one, _ in timed[at:]]))
    pair = together(stops, stop)
    aboard, collected = van.aboard - {stop}, van.collected
    if len(pair) == 1:
        collected = tuple(a + b for a, b in zip(collected, stops.pickup[stop].tolist(), strict=True))
    elif stop == pair[0]:
        aboard |= {pair[1]}
    return replace(van, at_s=begin + int(stops.service_s[stop]), aboard=aboard, collected=collected)
