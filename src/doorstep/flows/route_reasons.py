"""How sure each window is, why each stop is where it is, and what stands in the way of the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from doorstep.domain.rounds import Measure
from doorstep.files.route_instance import Instance
from doorstep.flows.route_rounds import measure
from doorstep.flows.route_summary import people_cost
from doorstep.kernels.route.laid import lay, rounds_of
from doorstep.kernels.route.on_time import USUAL, on_time
from doorstep.kernels.route.problem import NEVER, RELOAD, IntArray
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.schedule import Schedule
from doorstep.kernels.route.why import NO_WINDOWS, why_served, why_unserved
from doorstep.kernels.route.why_words import Names
from doorstep.kernels.route.windows import Windows

MOST_EXPLAINED = 2_000  # stops of a day; beyond, each of them waits too long for the one before
BEGIN_S, STOP_S, PAUSED_STOP_S = 1.0, 0.0015, 0.15  # to begin, and to explain one; a break is tried in many places
MOST_SHARE = 0.1  # of the time that is spent on it; who is not explained by then has no reason told
DRAWN = 3_000_000  # visits of imagined days
Why = dict[int, str]  # of a visit
Reasons = dict[int, tuple[str, str, str]]  # of a stop: code, detail, remedy


def names_of(instance: Instance) -> Names:
    return Names(
        stops=instance.stops,
        vans=instance.vehicles,
        loads=[_load(measure(name)) for name in instance.loads],
        clocked=not instance.research,
        money=lambda cost: people_cost(cost, instance),
    )


def _load(one: Measure) -> str:
    words = one.name.removesuffix(f"_{one.unit}").replace("_", " ")
    return f"{words} ({one.unit})" if one.unit else words


def explaining_s(instance: Instance, seconds: float) -> float:
    """How long to explain may take, of so many seconds in all."""
    stops = len(instance.stops)
    if instance.research or stops > MOST_EXPLAINED:
        return 0.0
    each = PAUSED_STOP_S if instance.problem.fleet.break_s.any() else STOP_S
    return min(BEGIN_S + stops * each, MOST_SHARE * seconds)


def chances_of(instance: Instance, result: RouteResult, planned: Schedule, seed: int) -> IntArray | None:
    """How sure the window of each visit is, in millionths; below 0 where none ends. Of a day alone."""
    if instance.research or not len(result.visit):
        return None
    by = replace(USUAL, draws=max(100, min(USUAL.draws, DRAWN // len(result.visit))))
    chances = on_time(instance.problem, result, planned, by, seed).on_time_ppm
    ends = np.where(result.visit == RELOAD, NEVER, instance.problem.stops.to_s[result.visit])
    return np.where(ends < NEVER, chances, -1)


def reasons_of(
    instance: Instance, result: RouteResult, in_time: Callable[[], bool], windows: Windows = NO_WINDOWS
) -> tuple[Why, Reasons]:
    """Explain the stops on no round first, then those on one. An instance of research is left to its figures.

    `windows` has all of those that have several; `instance` the one in which each is served.
    """
    reasons: Reasons = {}
    texts: Why = {}
    if instance.research:
        return texts, reasons
    laid, names = lay(instance.problem, rounds_of(result)), names_of(instance)
    lost = [*result.unserved.tolist(), *result.left.tolist()]
    for one in why_unserved(laid, names, sorted(lost), windows):
        reasons[one.stop] = (one.reason, one.detail, one.remedy)
        if not in_time():
            return texts, reasons
    if len(instance.stops) > MOST_EXPLAINED:
        return texts, reasons
    row = {stop: at for at, stop in enumerate(result.visit.tolist()) if stop != RELOAD}
    for served in why_served(laid, names, windows):
        texts[row[served.stop]] = served.text
        if not in_time():
            break
    return texts, reasons
