"""/v1/orders/{order}/...: an order is changed, released from a hold, cancelled, or sent otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field, StrictBool, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, OneLine, Text
from doorstep.api.order_in import Fields
from doorstep.api.order_standing import FaultOut, fault
from doorstep.api.parcels import EXAMPLE as PARCEL_EXAMPLE
from doorstep.api.parcels import ParcelOut, planned
from doorstep.core.orders.queries import OrderDetail, get_order
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.holds import Family
from doorstep.domain.journey import OrderState
from doorstep.flows import override as flow
from doorstep.flows.cancel import CancelReason, cancel_order
from doorstep.flows.mend import release_hold
from doorstep.flows.plan_now import plan_now
from doorstep.flows.replan import Promise, Replanned

router = Router(tags=["orders"])
Named = Annotated[Code, Path()]
OfBrand = Annotated[Code | None, Query(None)]

PROMISE = {"promised_by": "2024-05-06", "parcels": 1, "cost_minor": 2310}
CHANGED = {
    "order": "W-1001", "brand": "tea", "state": "planned", "reason": "", "detail": "", "faults": [],
    "currency": "BRL", "before": PROMISE, "after": {**PROMISE, "cost_minor": 2480}, "parcels": [PARCEL_EXAMPLE],
}  # fmt: skip
CANCELLED = {"order": "W-1001", "brand": "tea", "state": "cancelled", "reason": "customer_request", "note": ""}
OPTIONS = {
    "order": "W-1001", "currency": "BRL",
    "data": [{"option": "CWB1 by express in S", "cost_minor": 3120, "constraint": "", "open": True}],
}  # fmt: skip


class CancelIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"reason": "customer_request", "note": "ordered twice"}))

    reason: CancelReason
    note: Text = Field("", max_length=500)


class ReleaseIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"settled": ["payment"]}))

    settled: list[Family] = Field(
        [], max_length=10, description="payment: it has arrived; address: it is right; review: approved"
    )


class OverrideIn(Fields):
    model_config = ConfigDict(
        extra="forbid",
        **shown({"site": "CWB1", "service": "express", "reason": "promised on the telephone", "dry_run": False}),
    )

    option: OneLine = Field("", max_length=500, description="as `options` calls it; or else say site and service")
    site: OneLine = Field("", max_length=100)
    service: OneLine = Field("", max_length=100, description="left out: any")
    carton: OneLine = Field("", max_length=100, description="left out: any")
    reason: OneLine = Field("", max_length=flow.LONGEST_REASON, description="why; not needed for a dry run")
    dry_run: StrictBool = Field(False, description="say what it would cost; nothing changes")


@dataclass(frozen=True, slots=True)
class PromiseOut:
    promised_by: Annotated[date, Field(description="of the last parcel")]
    parcels: int
    cost_minor: int


@with_config(shown(CHANGED))
@dataclass(frozen=True, slots=True)
class ChangedOut:
    order: str
    brand: str
    state: OrderState
    reason: str
    detail: str
    faults: list[FaultOut]
    currency: str
    before: Annotated[PromiseOut | None, Field(description="null: it had no plan")]
    after: Annotated[PromiseOut | None, Field(description="null: it has none now")]
    parcels: Annotated[list[ParcelOut], Field(description="of the new plan; empty: the plan before stays, or none is")]


@with_config(shown(CANCELLED))
@dataclass(frozen=True, slots=True)
class CancelledOut:
    order: str
    brand: str
    state: Literal["cancelled"]
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class OptionOut:
    option: str
    cost_minor: Annotated[int | None, Field(description="null: never priced")]
    constraint: Annotated[str, Field(description="what rules it out; empty: nothing does")]
    open: Annotated[bool, Field(description="it can be chosen")]


@with_config(shown(OPTIONS))
@dataclass(frozen=True, slots=True)
class OptionsOut:
    order: str
    currency: str
    data: list[OptionOut]


@router.post("/{path:order}/cancel", response=CancelledOut, operation_id="cancelOrder", summary="Cancel an order")
def cancel(request: HttpRequest, order: Named, payload: CancelIn, brand: OfBrand) -> HttpResponse:
    """Until its goods are picked; its stock is free again. Asked twice, it answers as the first time.

    Needs the right `order`.
    """
    caller, found = _asked(request, "order", order, brand)
    done = cancel_order(caller.scope, found.brand_id, found.row.pk, payload.reason, payload.note, now=caller.now)
    return json_answer(CancelledOut(done.code, found.row.brand, "cancelled", done.reason, done.note))


@router.post(
    "/{path:order}/release-hold", response=ChangedOut, operation_id="releaseHold", summary="Release an order from hold"
)
def release(request: HttpRequest, order: Named, payload: ReleaseIn, brand: OfBrand) -> HttpResponse:
    """What is said to be settled is settled, all else is looked for anew; without a fault it is planned at once.

    Needs the right `order`.
    """
    caller, found = _asked(request, "order", order, brand)
    done = release_hold(caller.scope, found.brand_id, found.row.pk, payload.settled, now=caller.now)
    return json_answer(changed(done, found))


@router.post("/{path:order}/plan", response=ChangedOut, operation_id="planOrder", summary="Plan an order now")
def plan(request: HttpRequest, order: Named, brand: OfBrand) -> HttpResponse:
    """An open order is planned on the stock of this moment; one that has a plan keeps it.

    When nothing is found it stays open, or is held if a person must mend it; `reason` says why.
    Needs the right `order` or `plan`.
    """
    caller, found = _asked(request, "see", order, brand)
    if not caller.scope.may("plan"):
        allowed(request, "order")
    return json_answer(changed(plan_now(caller.scope, found.brand_id, found.row.pk, now=caller.now), found))


@router.get("/{path:order}/options", response=OptionsOut, operation_id="listOptions", summary="How it could be sent")
def options(request: HttpRequest, order: Named, brand: OfBrand) -> HttpResponse:
    """At most 20 besides the best one, on the stock of this moment. Needs the right `see`."""
    caller, found = _asked(request, "see", order, brand)
    listed = flow.options(caller.scope, found.brand_id, found.row.pk, now=caller.now)
    told = [OptionOut(one.name, one.cost_minor, one.constraint, one.open) for one in listed]
    return json_answer(OptionsOut(found.row.order, found.row.currency, told))


@router.post("/{path:order}/override", response=ChangedOut, operation_id="overridePlan", summary="Override a plan")
def override(request: HttpRequest, order: Named, payload: OverrideIn, brand: OfBrand) -> HttpResponse:
    """Have it sent otherwise than decided, with a reason; a dry run says what that would cost.

    Needs the right `plan`.
    """
    caller, found = _asked(request, "plan", order, brand)
    where = caller.scope, found.brand_id, found.row.pk
    legs: Sequence[flow.Leg] = [flow.Leg(payload.site, payload.service, payload.carton)] if payload.site else ()
    if payload.option:
        listed = flow.options(*where, now=caller.now)
        legs = next((one.legs for one in listed if one.name == payload.option and one.open), ())
    if not legs:
        raise Conflict("that option cannot be chosen: name one that `options` lists as open, or a site")
    if not payload.dry_run:
        return json_answer(changed(flow.override(*where, legs, payload.reason, now=caller.now), found))
    seen = flow.weigh(*where, legs, now=caller.now)
    row = found.row
    parcels = [planned(one, row.brand, row.currency) for one in seen.parcels]
    told = ChangedOut(
        row.order,
        row.brand,
        row.state,
        row.reason,
        "",
        [],
        row.currency,
        _promise(seen.before),
        _promise(seen.after),
        parcels,
    )
    return json_answer(told)


def changed(done: Replanned, found: OrderDetail) -> ChangedOut:
    row = found.row
    return ChangedOut(
        done.code,
        row.brand,
        done.state,
        done.reason,
        done.detail,
        [fault(one) for one in done.faults],
        row.currency,
        _promise(done.before),
        _promise(done.after),
        [planned(one, row.brand, row.currency) for one in done.parcels],
    )


def found_order(caller: Caller, order: str, brand: str | None) -> OrderDetail:
    """Raise NotFound for an order that is not there, or is somebody else's."""
    found = get_order(caller.scope, order, brand)
    if found is None:
        raise NotFound(f"no order {order}")
    return found


def _asked(
    request: HttpRequest, right: Literal["see", "order", "plan"], order: str, brand: str | None
) -> tuple[Caller, OrderDetail]:
    """What is somebody else's is not there, whatever the caller's role."""
    caller = allowed(request, "see")
    found = found_order(caller, order, brand)
    return allowed(request, right), found


def _promise(one: Promise | None) -> PromiseOut | None:
    return None if one is None else PromiseOut(one.promised_by, one.parcels, one.cost_minor)
