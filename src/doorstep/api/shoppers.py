"""/v1/shoppers: what is on record of a shopper, and to have it erased. An e-mail address stands in no address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import ConfigDict, Field, StrictBool, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import Caller, allowed, brand_of
from doorstep.api.fields import OneLine
from doorstep.api.order_in import Fields
from doorstep.api.problems import Fault, Invalid
from doorstep.domain.shopper import Shopper
from doorstep.flows.erase import erase as flow
from doorstep.flows.export_person import FORMAT, export_person

router = Router(tags=["shoppers"])
ASKED = {"email": "ana@example.com"}
ERASED = {"orders": ["W-1001"], "waiting": [], "rows": {"orders": 1, "people": 1, "scans": 2}}
EXPORT = {"format": FORMAT, "made_at": "2024-05-09T08:00:00Z", "asked_for": ASKED, "orders": []}


class ShopperIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(ASKED))

    email: OneLine = Field("", max_length=320, description="all of its orders; or else name one order")
    order: OneLine = Field("", max_length=100, description="the shopper's data of this order alone")
    brand: OneLine = Field("", max_length=100, description="needed when the key acts for several brands")


class EraseIn(ShopperIn):
    model_config = ConfigDict(extra="forbid", **shown({**ASKED, "when_done": True}))

    when_done: StrictBool = Field(False, description="erase orders under way when they have ended; else they refuse it")


@with_config(shown(ERASED))
@dataclass(frozen=True, slots=True)
class ErasedOut:
    orders: Annotated[list[str], Field(description="whose data are erased now; none: nothing was left to erase")]
    waiting: Annotated[list[str], Field(description="under way: their data are erased when they have ended")]
    rows: Annotated[Mapping[str, int], Field(description="rows that were changed or deleted, by what they are")]


@with_config(shown(EXPORT))
@dataclass(frozen=True, slots=True)
class ExportOut:
    format: Literal["doorstep.shopper/1"]
    made_at: str
    asked_for: Mapping[str, str]
    orders: Annotated[list[Mapping[str, Any]], Field(description="as docs/guides/privacy.md tells")]


@router.post("/export", response=ExportOut, operation_id="exportShopper", summary="All that is known of a shopper")
def export(request: HttpRequest, payload: ShopperIn) -> HttpResponse:
    """By an e-mail address, in whatever case it was written, or by an order. An unknown address has no orders.

    Needs the right `manage`.
    """
    caller = allowed(request, "manage")
    brand, who = _named(caller, payload)
    return json_answer(export_person(caller.scope, [brand], who, now=caller.now))


@router.post("/erase", response=ErasedOut, operation_id="eraseShopper", summary="Erase a shopper")
def erase(request: HttpRequest, payload: EraseIn) -> HttpResponse:
    """For good. What is left of an order: its number, goods, amounts, facts, country and beginning of the postcode.

    409 names the orders that are under way, unless `when_done` lets them wait. Asked again it does nothing.
    Needs the right `manage`.
    """
    caller = allowed(request, "manage")
    brand, who = _named(caller, payload)
    done = flow(caller.scope, [brand], who, now=caller.now, when_done=payload.when_done)
    return json_answer(ErasedOut(list(done.orders), list(done.waiting), done.rows))


def _named(caller: Caller, payload: ShopperIn) -> tuple[int, Shopper]:
    if bool(payload.email) == bool(payload.order):
        raise Invalid([Fault("body", "/email", "or else `order` names the shopper: one of them, and not both")])
    return brand_of(caller, payload.brand, "body").id, Shopper(payload.email, payload.order)
