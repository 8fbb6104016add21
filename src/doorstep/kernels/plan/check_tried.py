"""Verifier of orders that try a service: drawn by their ids alone, as soon, as sure, and within their bound."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from doorstep.domain.exploration import Exploration, ServiceTrial, Tried
from doorstep.domain.parcel import Parcel
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.check_parcel import chance_of, parcel_faults, ready_at
from doorstep.kernels.plan.problem import PlanProblem

SIZE = 1 << 64


def trial_faults(problem: PlanProblem, plan: Plan) -> Iterator[str]:
    """List orders that try what they do not draw, that come later or less surely for it, or beyond the bound."""
    exploration = problem.exploration or Exploration()
    names = [one.order for one in plan.tried]
    if len(set(names)) < len(names):
        yield "an order tries two services"
    for one in plan.tried:
        mine = [parcel for parcel in plan.parcels if one.order in parcel.orders]
        trial = _lot(exploration, one.order)
        if trial is None or trial.service != one.service:
            yield f"{one.order} tries {one.service}, and draws {'nothing' if trial is None else trial.service}"
        elif len(mine) != 1 or mine[0].orders != (one.order,):
            yield f"{one.order} tries {one.service}, and does not go in one parcel of its own"
        else:
            yield from _kept(problem, one, trial, mine[0])


def _kept(problem: PlanProblem, one: Tried, trial: ServiceTrial, parcel: Parcel) -> Iterator[str]:
    """What is sent, beside what would have been; that must have been possible, too."""
    usual, extra = one.instead, parcel.cost.total_minor - one.instead.cost.total_minor
    yield from (f"without its trial: {fault}" for fault in parcel_faults(problem, usual))
    if parcel.service != trial.service or usual.service == trial.service:
        yield f"{one.order} goes by {parcel.service} in place of {usual.service}, to try {trial.service}"
    if (usual.orders, usual.site, usual.contents) != (parcel.orders, parcel.site, parcel.contents):
        yield f"{one.order} would have been sent otherwise than by another service alone"
    if parcel.promised_by > usual.promised_by or _chance(problem, parcel, usual) < usual.on_time_ppm:
        yield f"{one.order} is promised later, or less surely, to try {trial.service}"
    if parcel.cost.lateness_minor > usual.cost.lateness_minor:
        yield f"{one.order} keeps the day that it asks for less surely, to try {trial.service}"
    if (one.extra_minor, one.propensity_ppm) != (extra, trial.share_ppm):
        yield f"{one.order} costs {extra} more to try {trial.service}, and does so in {trial.share_ppm} ppm of cases"
    if extra * problem.brand.currency.micros_per_minor > trial.most_extra_micros:
        yield f"{one.order} costs {extra} more to try {trial.service}, which is beyond the bound"


def _chance(problem: PlanProblem, parcel: Parcel, usual: Parcel) -> int:
    """How probably a parcel arrives by the day that another would have been promised for."""
    if parcel.promised_by == usual.promised_by:
        return parcel.on_time_ppm
    order = next(one for one in problem.orders if one.order == parcel.orders[0])
    instants = ready_at(problem, order, parcel)
    return max(chance_of(problem, order, parcel, ready, usual.promised_by) for ready in instants)


def _lot(exploration: Exploration, order: str) -> ServiceTrial | None:
    """What an order draws: services divide the first part of a line among them, by name; its hash is a point there."""
    point, end = int.from_bytes(sha256(f"{exploration.seed} {order}".encode()).digest()[:8]), 0
    for trial in sorted(exploration.trials, key=lambda one: one.service):
        end += trial.share_ppm
        if point * 1_000_000 < end * SIZE:
            return trial
    return None
