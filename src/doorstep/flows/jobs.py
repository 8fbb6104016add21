"""The kinds of work that the queue knows. A job may be done twice, and what it does here bears that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from doorstep.core.jobs.actions import Taken
from doorstep.core.parcels.labels import was_given_back
from doorstep.core.parcels.shipping import shipping_of
from doorstep.domain.errors import Conflict, DoorstepError
from doorstep.domain.rights import Scope
from doorstep.flows.fill_back_orders import fill_back_orders
from doorstep.flows.insights import JOB, learn_insight
from doorstep.flows.learn import learn
from doorstep.flows.plan_day import plan_day
from doorstep.flows.reckon_commitments import JOB as RECKON
from doorstep.flows.reckon_commitments import reckon_commitments
from doorstep.flows.ship import buy_label
from doorstep.flows.watch_carriers import watch_carriers
from doorstep.kernels.run import Run
from doorstep.plugins.carriers.base import CarrierUnreachable

Data = Mapping[str, Any]
Do = Callable[[Scope, Data, datetime], object]


class NotKnown(DoorstepError):
    """A job of a kind that this version does not know."""

    code = "job_not_known"


def _fill(scope: Scope, data: Data, now: datetime) -> object:
    return fill_back_orders(scope, data["brand"], now=now)


def _plan(scope: Scope, data: Data, now: datetime) -> object:
    return plan_day(scope, data["brand"], now=now, run=Run(), leaving_from=now)


def _learn(scope: Scope, data: Data, now: datetime) -> object:
    return learn(scope, data["brand"], now=now, run=Run())


def _watch(scope: Scope, data: Data, now: datetime) -> object:  # noqa: ARG001
    return watch_carriers(scope.operator, now=now, run=Run())


def _insight(scope: Scope, data: Data, now: datetime) -> object:
    return learn_insight(scope, data["brand"], data["kind"], now=now, run=Run())


def _reckon(scope: Scope, data: Data, now: datetime) -> object:  # noqa: ARG001
    return reckon_commitments(scope.operator, now=now, run=Run(), actor=scope.actor)


def _label(scope: Scope, data: Data, now: datetime) -> object:
    """One that has left the bench needs none, nor one whose label somebody gave back; what is refused a person sees."""
    found = shipping_of(scope, data["parcel"])
    if found is None or found.state != "packed" or was_given_back(found.pk):
        return None
    try:
        return buy_label(scope, found.pk, now=now)
    except CarrierUnreachable:
        raise
    except Conflict:
        return None


KINDS: Mapping[str, Do] = {
    "fill back-orders": _fill,
    "plan day": _plan,
    "learn durations": _learn,
    JOB: _insight,
    RECKON: _reckon,
    "buy label": _label,
    "watch carriers": _watch,
}


def do(job: Taken, now: datetime) -> None:
    """Do a job; by its data, of which `brand` says whose rows it may touch. Raises whatever goes wrong with it."""
    work = KINDS.get(job.kind)
    if work is None or job.operator is None:
        raise NotKnown(f"no work of the kind {job.kind} is known here")
    brands = frozenset({job.data["brand"]})
    work(Scope(job.operator, brands, "operator_admin", job.data.get("actor", "system")), job.data, now)
