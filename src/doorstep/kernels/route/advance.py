"""A day gone on: what is done when everything goes as planned until an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from doorstep.kernels.route.day import Day, Van, running
from doorstep.kernels.route.eased import together
from doorstep.kernels.route.laid import Laid, lay, legs
from doorstep.kernels.route.problem import RELOAD, IntArray, RouteProblem


def advanced(day: Day, now_s: int) -> Day:
    """Let a day go on as planned.

    Parameters
    ----------
    day
        Whose rounds can be driven.
    now_s
        Service begun by then counts as done. A van that is on its way to a stop goes there before all else; one that
        is not may be sent elsewhere from `now_s` on.
    """
    run = running(day)
    laid = lay(run.problem, run.rounds)
    of = {row: r for r, (row, _) in enumerate(laid.rounds)}
    vans = []
    for i, van in enumerate(day.vans):
        begins = {stop: run.locked_begin_s[stop] for stop in van.locked}
        r = of.get(i)
        depart = van.at_s if r is None else int(laid.parts.depart_s[r])
        if not van.is_out and (depart > now_s or not van.rest):
            vans.append(replace(van, at_s=max(van.at_s, now_s)))
            continue
        timed = [(stop, begins[stop]) for stop in van.locked] + ([] if r is None else _timed(laid, r, run.stop))
        vans.append(_driven(day.problem, _left(day.problem, van, depart), timed, now_s, _pause(laid, r)))
    return replace(day, vans=tuple(vans))


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
    trip = _next_trip(van.rest)
    return replace(van, is_out=True, left_s=depart_s, at_s=depart_s, aboard=_loaded(problem, trip))


def _next_trip(visits: Sequence[int]) -> Sequence[int]:
    return visits[: visits.index(RELOAD)] if RELOAD in visits else visits


def _loaded(problem: RouteProblem, trip: Sequence[int]) -> frozenset[int]:
    """Stops whose goods come from the depot."""
    second = set(problem.stops.pairs[:, 1].tolist())
    return frozenset(one for one in trip if one not in second and problem.stops.delivery[one].any())


def _driven(problem: RouteProblem, van: Van, timed: Sequence[tuple[int, int]], now_s: int, pause_s: int | None) -> Van:
    """Move a van along its visits; each is a stop, or a reload, and when that begins."""
    done = 0
    while done < len(timed) and timed[done][1] <= now_s:
        van = _visited(problem, van, timed, done)
        done += 1
    paused = van.has_paused or (pause_s is not None and any(at == pause_s for _, at in timed[:done]))
    rest = tuple(stop for stop, _ in timed[done:])
    heading = bool(rest) and rest[0] != RELOAD and van.at_s < now_s
    return replace(
        van, locked=rest[:1] if heading else (), rest=rest[1:] if heading else rest, has_paused=paused,
        at_s=van.at_s if heading else max(van.at_s, now_s),
    )  # fmt: skip


def _visited(problem: RouteProblem, van: Van, timed: Sequence[tuple[int, int]], at: int) -> Van:
    stops, fleet = problem.stops, problem.fleet
    stop, begin = timed[at]
    there = int(fleet.reload_at[van.row] if stop == RELOAD else stops.location[stop])
    here = stops.location[:1] * 0 + van.location
    far_m, _ = legs(problem.travel, here, here * 0 + there, fleet.speed_ppm[van.row])
    van = replace(van, location=there, driven_m=van.driven_m + int(far_m[0]))
    if stop == RELOAD:
        trip = _next_trip([one for one, _ in timed[at + 1 :]])
        return replace(
            van, at_s=begin + int(fleet.reload_s[van.row]), trips=van.trips + 1, aboard=_loaded(problem, trip),
            collected=(0,) * problem.dimensions,
        )  # fmt: skip
    pair = together(stops, stop)
    aboard, collected = van.aboard - {stop}, van.collected
    if len(pair) == 1:
        collected = tuple(a + b for a, b in zip(collected, stops.pickup[stop].tolist(), strict=True))
    elif stop == pair[0]:
        aboard |= {pair[1]}
    return replace(van, at_s=begin + int(stops.service_s[stop]), aboard=aboard, collected=collected)
