"""Why each stop is where it is, and what stands in the way of the others, as far as there is time to look."""

from __future__ import annotations

from collections.abc import Callable

from doorstep.domain.rounds import Measure
from doorstep.files.route_instance import Instance
from doorstep.flows.route_rounds import measure
from doorstep.flows.route_summary import people_cost
from doorstep.kernels.route.laid import lay, rounds_of
from doorstep.kernels.route.problem import RELOAD
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.why import why_served, why_unserved
from doorstep.kernels.route.why_words import Names

MOST_EXPLAINED = 2_000  # stops of a day; beyond, each of them waits too long for the one before
STOP_S = 0.003  # to explain one
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


def explaining_s(instance: Instance) -> float:
    """How long it takes to explain, as a rule."""
    stops = len(instance.stops)
    return 0.0 if instance.research or stops > MOST_EXPLAINED else stops * STOP_S


def reasons_of(instance: Instance, result: RouteResult, in_time: Callable[[], bool]) -> tuple[Why, Reasons]:
    """Explain the stops on no round first, then those on one. An instance of research is left to its figures."""
    reasons: Reasons = {}
    texts: Why = {}
    if instance.research:
        return texts, reasons
    laid, names = lay(instance.problem, rounds_of(result)), names_of(instance)
    lost = [*result.unserved.tolist(), *result.left.tolist()]
    for one in why_unserved(laid, names, sorted(lost)):
        reasons[one.stop] = (one.reason, one.detail, one.remedy)
        if not in_time():
            return texts, reasons
    if len(instance.stops) > MOST_EXPLAINED:
        return texts, reasons
    row = {stop: at for at, stop in enumerate(result.visit.tolist()) if stop != RELOAD}
    for served in why_served(laid, names):
        texts[row[served.stop]] = served.text
        if not in_time():
            break
    return texts, reasons
