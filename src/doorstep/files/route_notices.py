"""Stops that no van can serve whatever the rounds are: named by the reader, explained by whoever solves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from doorstep.files.route_instance import Notice, NoticeCode
from doorstep.kernels.route.problem import ANY, IntArray, RouteProblem
from doorstep.kernels.route.windows import apart, windows_of


def hopeless(
    problem: RouteProblem, ids: Sequence[str], rows: Sequence[int], said: Callable[[int], str]
) -> tuple[Notice, ...]:
    """Look at each stop with each van alone; `said` puts an instant into words."""
    stops, fleet = problem.stops, problem.fleet
    if not stops.count:
        return ()
    fits = _alone(problem)
    reach = (fleet.count > 0)[None, :] & ((stops.only[:, None] == ANY) | _is(stops.only, fleet.kinds))
    findings: list[tuple[NoticeCode, Sequence[int], Callable[[int], str]]] = []
    for code, able in fits.items():
        lost = np.flatnonzero(~(able & reach).any(axis=1)).tolist()
        findings.append((code, lost, _words(problem, code, said)))
    found: dict[int, Notice] = {}
    for code, stranded, why in findings:
        for stop in stranded:
            found.setdefault(stop, Notice(ids[stop], rows[stop] if rows else 0, code, why(stop)))
    return tuple(found[stop] for stop in sorted(found))


def _is(only: IntArray, kinds: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray(only[:, None] == np.arange(kinds)[None, :])


def _alone(problem: RouteProblem) -> dict[NoticeCode, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """[n, v] for each kind of obstacle: whether it does not stand between a stop and a van."""
    stops, fleet = problem.stops, problem.fleet
    each, of = apart(problem)
    meet = (each.stops.to_s[:, None] >= fleet.from_s) & (each.stops.from_s[:, None] <= fleet.to_s)
    in_shift = np.zeros((stops.count, fleet.kinds), np.bool_)
    np.logical_or.at(in_shift, of, meet)
    load = np.maximum(stops.delivery, stops.pickup)
    light = np.ones((stops.count, fleet.kinds), np.bool_)
    for dimension in range(problem.dimensions):
        light &= load[:, dimension, None] <= fleet.capacity[None, :, dimension]
    return {
        "load_over_every_van": light,
        "window_outside_shifts": in_shift,
        "no_van_has_skill": (stops.skills[:, None] & ~fleet.skills[None, :]) == 0,
    }


def _words(problem: RouteProblem, code: NoticeCode, said: Callable[[int], str]) -> Callable[[int], str]:
    stops, fleet = problem.stops, problem.fleet
    if code == "load_over_every_van":
        most = " and ".join(str(each) for each in fleet.capacity.max(axis=0).tolist())
        return lambda stop: (
            f"its load of {' and '.join(map(str, np.maximum(stops.delivery, stops.pickup)[stop].tolist()))} "
            f"is more than a van that may serve it holds; the largest holds {most}"
        )
    if code == "window_outside_shifts":
        shift = f"{said(int(fleet.from_s.min()))} to {said(int(fleet.to_s.max()))}"
        several = windows_of(problem)

        def outside(stop: int) -> str:
            spans = several.get(stop) or [(int(stops.from_s[stop]), int(stops.to_s[stop]))]
            told = " and ".join(f"{said(begin)} to {said(end)}" for begin, end in spans)
            one = "its window" if len(spans) == 1 else "each of its windows"
            return f"{one}, {told}, lies outside every shift; they are within {shift}"

        return outside
    return lambda _: "no van that may serve it has all the skills that it needs"
