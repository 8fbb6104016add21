"""Several windows of a stop: each is an alternative of which one is served, so that an engine needs to know of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from doorstep.kernels.route.problem import ANY, RELOAD, IntArray, RouteProblem, Stops
from doorstep.kernels.route.result import RouteResult

Window = tuple[int, int]
"""When service may begin: from and to."""
Windows = Mapping[int, Sequence[Window]]
"""Of each stop that has several."""


def apart(problem: RouteProblem) -> tuple[RouteProblem, IntArray]:
    """Lay the windows of each stop apart, as stops of one group.

    Returns
    -------
    RouteProblem
        Without `windows`. The first window of a stop stands in its own row, the others behind all stops; stops that are
        alternatives already have all theirs in one group.
    IntArray
        [n + more] the stop that each stands for.
    """
    stops, windows = problem.stops, problem.windows
    if not len(windows):
        return problem, np.arange(stops.count)
    of = windows[:, 0]
    first = np.append(True, of[1:] != of[:-1])
    rows = np.concatenate([np.arange(stops.count), of[~first]])
    told = {one.name: getattr(stops, one.name)[rows] for one in fields(stops) if one.name != "pairs"}
    group = stops.group.copy()
    alone = np.unique(of)[group[np.unique(of)] == ANY]
    group[alone] = group.max(initial=ANY) + 1 + np.arange(len(alone))
    told["group"] = group[rows]
    for name, ends in (("from_s", windows[:, 1]), ("to_s", windows[:, 2])):
        told[name][of[first]] = ends[first]
        told[name][stops.count :] = ends[~first]
    return RouteProblem(problem.travel, Stops(**told, pairs=stops.pairs), problem.fleet), rows


def rows_of(problem: RouteProblem) -> IntArray:
    """[w] the row that each window has where they lie apart."""
    of = problem.windows[:, 0]
    first = np.append(True, of[1:] != of[:-1])[: len(of)]
    rows = of.copy()
    rows[~first] = problem.stops.count + np.arange(int((~first).sum()))
    return rows


def gathered(problem: RouteProblem, rows: IntArray, found: RouteResult) -> RouteResult:
    """Tell a result over windows that lie apart as one over the stops themselves."""
    window = np.full(len(rows), ANY)
    window[rows_of(problem)] = np.arange(len(problem.windows))
    here = found.visit != RELOAD
    visit, named = found.visit.copy(), np.full(len(found.visit), ANY)
    visit[here], named[here] = rows[found.visit[here]], window[found.visit[here]]
    return replace(
        found, visit=visit, window=named, unserved=np.unique(rows[found.unserved]), left=np.unique(rows[found.left])
    )


def spread(problem: RouteProblem, result: RouteResult | None) -> RouteResult | None:
    """The reverse of `gathered`, for a search to begin with; None: it does not say which windows."""
    if result is None or len(result.window) != len(result.visit):
        return None
    visit, told = result.visit.copy(), result.window != ANY
    visit[told] = rows_of(problem)[result.window[told]]
    return replace(result, visit=visit, window=np.zeros(0, np.int64))


def narrowed(problem: RouteProblem, result: RouteResult) -> RouteProblem:
    """Let each stop have the one window in which it is served; whoever is on no round, their longest."""
    windows = problem.windows
    if not len(windows):
        return problem
    from_s, to_s = problem.stops.from_s.copy(), problem.stops.to_s.copy()
    for row in np.argsort(windows[:, 2] - windows[:, 1], kind="stable").tolist():
        stop = windows[row, 0]
        from_s[stop], to_s[stop] = windows[row, 1], windows[row, 2]
    for stop, row in zip(result.visit.tolist(), result.window.tolist(), strict=False):
        if row != ANY:
            from_s[stop], to_s[stop] = windows[row, 1], windows[row, 2]
    stops = replace(problem.stops, from_s=from_s, to_s=to_s)
    return RouteProblem(problem.travel, stops, problem.fleet)


def windows_of(problem: RouteProblem) -> Windows:
    """All windows of each stop that has several."""
    found: dict[int, list[Window]] = {}
    for stop, from_s, to_s in problem.windows.tolist():
        found.setdefault(stop, []).append((from_s, to_s))
    return found
