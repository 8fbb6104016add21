"""A problem as it would be with a change that a decision tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from doorstep.domain.carriage import RateBreak
from doorstep.domain.decision import Flip, FlipKind
from doorstep.domain.supply import Collection, StockLevel
from doorstep.kernels.plan.problem import PlanProblem


def applied(problem: PlanProblem, flip: Flip) -> PlanProblem:
    """Make the change of a flip: as much of it as `by` says, which may be other than what was told.

    A capacity becomes one more on every day; a rate is cut in all its zones and steps, rounded down to the millionth.

    Raises
    ------
    ValueError
        When the flip tells no change that can be made.
    """
    change = _CHANGES.get(flip.kind)
    if change is None:
        raise ValueError(f"not a change that can be made: {flip.change}")
    return change(problem, flip)


def _stock(problem: PlanProblem, flip: Flip) -> PlanProblem:
    return replace(problem, stock=(*problem.stock, StockLevel(flip.site, flip.sku, flip.by)))


def _capacity(problem: PlanProblem, flip: Flip) -> PlanProblem:
    """One more a day: of a site's orders, or of one of the calls of a service there."""
    if not flip.service:
        sites = tuple(
            replace(one, daily_order_capacity=one.daily_order_capacity + flip.by)
            if one.site == flip.site and one.daily_order_capacity is not None
            else one
            for one in problem.sites
        )
        return replace(problem, sites=sites)
    calls, left = list(problem.collections), flip.by
    for n, call in enumerate(calls):
        if (call.site, call.service) == (flip.site, flip.service) and call.daily_parcel_capacity is not None and left:
            calls[n], left = replace(call, daily_parcel_capacity=call.daily_parcel_capacity + left), 0
    return replace(problem, collections=tuple(calls))


def _cut_off(problem: PlanProblem, flip: Flip) -> PlanProblem:
    sites = tuple(
        replace(one, order_cutoff_s=one.order_cutoff_s + 60 * flip.by) if one.site == flip.site else one
        for one in problem.sites
    )
    return replace(problem, sites=sites)


def _collection(problem: PlanProblem, flip: Flip) -> PlanProblem:
    """Move the last collection of the weekday, on all days on which it comes at that time."""
    weekday = date.fromisoformat(flip.day).weekday()

    def concerned(call: Collection) -> bool:
        return (call.site, call.service) == (flip.site, flip.service) and weekday in call.working_days

    last = max(call.collection_time_s for call in problem.collections if concerned(call))
    calls = tuple(
        replace(call, collection_time_s=last + 60 * flip.by)
        if concerned(call) and call.collection_time_s == last
        else call
        for call in problem.collections
    )
    return replace(problem, collections=calls)


def _rate(problem: PlanProblem, flip: Flip) -> PlanProblem:
    def cut(micros: int) -> int:
        return micros * (1000 - flip.by) // 1000

    def cheaper(line: RateBreak) -> RateBreak:
        extra = None if line.per_extra_kg_micros is None else cut(line.per_extra_kg_micros)
        return replace(line, price_micros=cut(line.price_micros), per_extra_kg_micros=extra)

    rates = tuple(cheaper(line) if line.service == flip.service else line for line in problem.tariff.rates)
    return replace(problem, tariff=replace(problem.tariff, rates=rates))


def _weight(problem: PlanProblem, flip: Flip) -> PlanProblem:
    products = tuple(
        replace(one, weight_g=one.weight_g - flip.by) if one.sku == flip.sku else one for one in problem.products
    )
    return replace(problem, products=products)


_CHANGES: dict[FlipKind, Callable[[PlanProblem, Flip], PlanProblem]] = {
    "stock": _stock,
    "capacity": _capacity,
    "cut_off": _cut_off,
    "collection": _collection,
    "rate": _rate,
    "weight": _weight,
}
