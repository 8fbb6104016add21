"""A person has an order sent otherwise than it was decided: they see what that costs, and say why.

The options are those that a decision of this moment lists, with their cost or with what rules them out. The chosen one
is planned like any other, only that nothing else is offered to the kernel: its site's stock, its service's calls, its
carton. So every rule holds for it, too, and its price and its date are those of the kernel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doorstep.core.events.actions import NewFact
from doorstep.domain.decision import MAX_REJECTED, Decision, Rejected
from doorstep.domain.errors import Conflict
from doorstep.domain.parcel import OWN_BOX, Parcel
from doorstep.domain.rights import Scope
from doorstep.flows.customs import clearable
from doorstep.flows.keep_plan import Ids, order_reference
from doorstep.flows.record_problem import ground
from doorstep.flows.replan import (
    Before,
    Change,
    Outcome,
    Promise,
    Replanned,
    ids_of,
    insist,
    planned_outcome,
    problem_of,
    read,
)
from doorstep.kernels.plan.plan import PlanProblem, plan

CHOSEN_OTHERWISE = "a person chose otherwise"
PARTS_OTHERWISE = "the goods do not part like that"
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Leg:
    """One parcel of an option. An empty service or carton: any; no skus: all of the order."""

    site: str
    service: str = ""
    carton: str = ""
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """What a person may choose, as the decision calls it."""

    name: str
    cost_minor: int | None  # None: never priced
    constraint: str  # what rules it out; empty: nothing does
    legs: tuple[Leg, ...]  # empty: it cannot be chosen
    parcels: tuple[Parcel, ...] = ()  # as they would be; empty: nobody has looked, or there would be none

    @property
    def open(self) -> bool:
        return bool(self.legs) and not self.constraint


@dataclass(frozen=True, slots=True)
class Weighed:
    """What an option would change: the promise in force, and the one it would be."""

    before: Promise
    after: Promise
    parcels: tuple[Parcel, ...]

    @property
    def difference_minor(self) -> int:
        return self.after.cost_minor - self.before.cost_minor


def options(scope: Scope, brand_id: int, pk: int, *, now: datetime, foreseen: bool = False) -> tuple[Option, ...]:
    """List what there is to choose from now, at most 20, and what rules the others out.

    `foreseen`: with the parcels of each that can be chosen; one that turns out not to be possible is ruled out.
    Raises NotFound, Conflict when the order has no plan.
    """
    ids, before = ids_of(scope, brand_id), read(brand_id, pk)
    _planned(before)
    order = before.kept.order
    problem = clearable(problem_of(ids, ground(brand_id, now), before, order, now), order)
    result = plan(problem)
    if result.plan.unplanned:
        return ()
    decision = next(result.decisions())
    best = _name_of(decision)
    first = Option(best, decision.cost_minor, "", read_option(problem, best))
    found = (
        Option(one.option, one.cost_minor, one.constraint, read_option(problem, one.option))
        for one in decision.rejected
    )
    listed = (first, *found)
    return tuple(_foreseen(problem, one) for one in listed) if foreseen else listed


def _foreseen(problem: PlanProblem, one: Option) -> Option:
    if not one.open:
        return one
    result = plan(narrowed(problem, one.legs))
    if result.plan.unplanned:
        return replace(one, constraint=result.plan.unplanned[0].detail)
    parcels = result.plan.parcels
    if not _parted(parcels, one.legs):
        return replace(one, constraint=PARTS_OTHERWISE)
    return replace(one, parcels=parcels)


def in_force(scope: Scope, brand_id: int, pk: int) -> Promise:
    """Give the promise that an override would change. Raises NotFound, Conflict when there is none."""
    ids_of(scope, brand_id)
    return _planned(read(brand_id, pk))


def weigh(scope: Scope, brand_id: int, pk: int, legs: Sequence[Leg], *, now: datetime) -> Weighed:
    """Say what an option would cost and when it would come; nothing changes. Raises NotFound, Conflict."""
    ids, before = ids_of(scope, brand_id), read(brand_id, pk)
    was = _planned(before)
    outcome = _decide(ids, before, legs, now)
    assert outcome.promise is not None
    return Weighed(was, outcome.promise, outcome.parcels)


def override(scope: Scope, brand_id: int, pk: int, legs: Sequence[Leg], reason: str, *, now: datetime) -> Replanned:
    """Have it sent so. Raises NotFound; Conflict when it cannot be, without a reason, or once goods are picked."""
    why = " ".join(reason.split())
    if not 0 < len(why) <= LONGEST_REASON:
        raise Conflict(f"say why, in at most {LONGEST_REASON} characters")

    def decided(ids: Ids, before: Before) -> tuple[Change, Outcome]:
        was = _planned(before)
        outcome = _decide(ids, before, legs, now, {"by": scope.actor, "reason": why, "before_minor": was.cost_minor})
        assert outcome.promise is not None
        fact = NewFact(
            "PlanOverridden",
            order_reference(pk),
            {"cost_minor": outcome.promise.cost_minor, "before_minor": was.cost_minor},  # why: in the decision alone
        )
        return Change(before.kept.order, before.kept.settled, (fact,)), outcome

    return insist(scope, brand_id, pk, decided, now=now)


def read_option(problem: PlanProblem, name: str) -> tuple[Leg, ...]:
    """Read what a decision calls an option; empty: it is none that can be chosen, or a code makes it ambiguous."""
    legs = []
    parts = name.split(" + ")
    for part in parts:
        found = list(_legs(problem, part, whole=len(parts) == 1))
        if len(found) != 1:
            return ()
        legs.append(found[0])
    return tuple(legs)


def _legs(problem: PlanProblem, part: str, *, whole: bool) -> Iterable[Leg]:
    cartons = {one.carton for one in problem.cartons} | {OWN_BOX}
    skus = {line.sku for order in problem.orders for line in order.lines}
    for site in problem.sites:
        for service in problem.tariff.services:
            start = f"{site.site} by {service.service}"
            if not part.startswith(start):
                continue
            rest = part.removeprefix(start)
            if whole and rest.removeprefix(" in ") in cartons and rest.startswith(" in "):
                yield Leg(site.site, service.service, rest.removeprefix(" in "))
            inside = re.fullmatch(r" \((.+)\)", rest)
            if not whole and inside and set(inside[1].split(", ")) <= skus:
                yield Leg(site.site, service.service, "", tuple(inside[1].split(", ")))


def narrowed(problem: PlanProblem, legs: Sequence[Leg]) -> PlanProblem:
    """Offer nothing but the option: stock where and of what it takes, calls of its services, its carton."""
    sites = {one.site for one in problem.sites}
    services = {one.service for one in problem.tariff.services}
    for leg in legs:
        if leg.site not in sites:
            raise Conflict(f"there is no site {leg.site}")
        if leg.service and leg.service not in services:
            raise Conflict(f"there is no service {leg.service}")
    cartons = {leg.carton for leg in legs} - {"", OWN_BOX}
    return replace(
        problem,
        stock=tuple(
            level
            for level in problem.stock
            if any(leg.site == level.site and (not leg.skus or level.sku in leg.skus) for leg in legs)
        ),
        collections=tuple(
            call
            for call in problem.collections
            if any(leg.site == call.site and leg.service in ("", call.service) for leg in legs)
        ),
        cartons=tuple(one for one in problem.cartons if one.carton in cartons) if cartons else problem.cartons,
    )


def _decide(
    ids: Ids, before: Before, legs: Sequence[Leg], now: datetime, note: dict[str, object] | None = None
) -> Outcome:
    if not legs:
        raise Conflict("that option cannot be chosen")
    base = ground(ids.brand, now)
    order = before.kept.order
    problem = clearable(problem_of(ids, base, before, order, now), order)
    result = plan(narrowed(problem, legs))
    if result.plan.unplanned:
        why = result.plan.unplanned[0]
        raise Conflict(f"it cannot be sent so: {why.detail}")
    change = Change(before.kept.order, before.kept.settled)
    outcome = planned_outcome(change, result, base.problem.brand.currency, {"override": note} if note else None)
    if not _parted(outcome.parcels, legs):
        raise Conflict(f"it cannot be sent so: {PARTS_OTHERWISE}")
    if note is None:
        return outcome
    assert outcome.decision is not None
    free = plan(problem)
    return (
        outcome if free.plan.unplanned else replace(outcome, decision=_beside(outcome.decision, next(free.decisions())))
    )


def _beside(forced: Decision, free: Decision) -> Decision:
    """The receipt of a person's choice tells what the kernel would have chosen, and what it weighed."""
    name = _name_of(forced)
    lost = [Rejected(_name_of(free), free.cost_minor, CHOSEN_OTHERWISE)] if _name_of(free) != name else []
    lost += [one for one in free.rejected if one.option != name]
    return replace(
        forced,
        rejected=tuple(lost[:MAX_REJECTED]),
        flip=None,
        flips=(),
        lower_bound_minor=free.lower_bound_minor,
        exact=free.exact,
        data_version=free.data_version,
    )


def _parted(parcels: Sequence[Parcel], legs: Sequence[Leg]) -> bool:
    return all(any(_is_of(parcel, leg) for parcel in parcels) for leg in legs)


def _is_of(parcel: Parcel, leg: Leg) -> bool:
    return (
        parcel.site == leg.site
        and leg.service in ("", parcel.service)
        and leg.carton in ("", parcel.carton)
        and (not leg.skus or {part.sku for part in parcel.contents} == set(leg.skus))
    )


def _name_of(decision: Decision) -> str:
    """Call what was chosen as an option would be called."""
    if len(decision.chosen) == 1:
        one = decision.chosen[0]
        return f"{one.site} by {one.service} in {one.carton}"
    return " + ".join(f"{one.site} by {one.service} ({', '.join(one.skus)})" for one in decision.chosen)


def _planned(before: Before) -> Promise:
    if before.promise is None:
        raise Conflict("the order has no plan that could be overridden")
    return before.promise
