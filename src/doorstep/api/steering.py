"""/v1/brands/{brand}/steering: what a brand's choices go by beside money, and what was learned that could be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, ConfigDict, Field, StrictInt, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed, brand_of
from doorstep.api.fields import Code, Day, OneLine
from doorstep.api.problems import Fault, Invalid
from doorstep.core.learned import insights
from doorstep.core.learned.steering import in_force_of
from doorstep.domain.commitment import DatedCommitmentPrice
from doorstep.domain.exploration import MOST_TRYING_PPM, ServiceTrial
from doorstep.domain.steering import STEERING_KINDS, Put, Showing, Steering, SteeringKind
from doorstep.domain.units import PPM
from doorstep.domain.worth import LearnedValue, Worth
from doorstep.flows.steer import MOST_ROWS, Wished, faults_of, steer

router = Router(tags=["brands"])

VALUE = {"worth": "day_sooner", "segment": "", "country": "", "value_micros": 420_000}
PRICE = {"carrier": "Postbird", "service": "", "price_micros": -150_000, "valid_from": None, "valid_to": "2024-06-30"}
TRIAL = {"service": "Postbird Express", "share_ppm": 20_000, "most_extra_micros": 400_000}
SHOWING = {"most": 3, "borne_micros": 0, "margin_micros": 6_000_000, "surplus_ppm": 1_000_000}
PUT = {"version": 12, "put_at": "2024-05-01T07:30:01Z"}
CHANGE_EXAMPLE: dict[str, Any] = {"values": [VALUE], "showing": SHOWING}
EXAMPLE: dict[str, Any] = {
    "brand": "tea", "values": [VALUE], "values_put": PUT, "commitments": [PRICE], "commitments_put": PUT,
    "showing": SHOWING, "showing_put": PUT,
    "trials": [TRIAL], "trials_put": PUT, "learned": [VALUE], "learned_as_of": "2024-05-01",
    "proposed": [TRIAL], "proposed_as_of": "2024-05-01",
}  # fmt: skip
Micros = Annotated[StrictInt, Field(ge=-(10**12), le=10**12, description="in millionths of the brand's currency")]
Amount = Annotated[StrictInt, Field(ge=0, le=10**12, description="in millionths of the brand's currency")]
Share = Annotated[StrictInt, Field(ge=0, le=PPM)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ValueIn(_In):
    worth: Worth
    segment: OneLine = Field("", max_length=100, description="of these shoppers; empty: of all")
    country: Annotated[str, Field(pattern="^([A-Z]{2}|)$")] = ""
    value_micros: Micros


class CommitmentPriceIn(_In):
    carrier: Code
    service: OneLine = Field("", max_length=100, description="on top of its carrier's; empty: of all its services")
    price_micros: Micros
    valid_from: Day | None = None
    valid_to: Day | None = None


class ShowingIn(_In):
    most: StrictInt = Field(3, ge=1, le=8, description="options shown")
    borne_micros: Amount = 0
    margin_micros: Amount = 0
    surplus_ppm: Share = PPM


class TrialIn(_In):
    service: OneLine = Field(max_length=100)
    share_ppm: Annotated[StrictInt, Field(ge=1, le=MOST_TRYING_PPM, description="of the orders that may try it")]
    most_extra_micros: Amount = Field(description="that a parcel may cost more, expected lateness in it")


class SteeringIn(_In):
    """What is left out stays as it is; an empty list, or null, puts nothing in force any more."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CHANGE_EXAMPLE]})

    values: list[ValueIn] | None = Field(None, max_length=MOST_ROWS)
    commitments: list[CommitmentPriceIn] | None = Field(None, max_length=MOST_ROWS)
    showing: ShowingIn | None = None
    trials: list[TrialIn] | None = Field(None, max_length=MOST_ROWS)


@dataclass(frozen=True, slots=True)
class ValueOut:
    worth: str
    segment: str
    country: str
    value_micros: int


@dataclass(frozen=True, slots=True)
class CommitmentPriceOut:
    carrier: str
    service: str
    price_micros: int
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ShowingOut:
    most: int
    borne_micros: Annotated[int, Field(description="of an option's cost, which the shopper is not asked for")]
    margin_micros: Annotated[int, Field(description="what the shop earns of the goods")]
    surplus_ppm: Annotated[int, Field(description="of the shopper's surplus that counts beside what the shop earns")]


@dataclass(frozen=True, slots=True)
class TrialOut:
    service: str
    share_ppm: int
    most_extra_micros: Annotated[int, Field(description="that a parcel may cost more, expected lateness in it")]


@dataclass(frozen=True, slots=True)
class PutOut:
    """Decisions name the version that they went by."""

    version: int
    put_at: datetime


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class SteeringOut:
    brand: str
    values: Annotated[list[ValueOut], Field(description="learned values that weigh; empty: none does")]
    values_put: PutOut | None
    commitments: Annotated[list[CommitmentPriceOut], Field(description="what a parcel weighs beside its cost")]
    commitments_put: PutOut | None
    showing: Annotated[ShowingOut | None, Field(description="null: quotes show all options, the cheapest first")]
    showing_put: PutOut | None
    trials: Annotated[list[TrialOut], Field(description="services that are tried so that they get measured")]
    trials_put: PutOut | None
    learned: Annotated[list[ValueOut], Field(description="learned last out of the record; none of it weighs by itself")]
    learned_as_of: date | None
    proposed: Annotated[list[TrialOut], Field(description="services to be measured, proposed last; none by itself is")]
    proposed_as_of: date | None


@router.get(
    "/{path:brand}/steering", response=SteeringOut, operation_id="getSteering", summary="What its choices go by"
)
def get_steering(request: HttpRequest, brand: Annotated[Code, Path()]) -> HttpResponse:
    """Beside money: learned values, commitment prices, which options are shown. Needs the right `manage`."""
    return _told(request, brand)


@router.patch(
    "/{path:brand}/steering",
    response=SteeringOut,
    operation_id="changeSteering",
    summary="Set what its choices go by",
)
def change_steering(request: HttpRequest, brand: Annotated[Code, Path()], payload: SteeringIn) -> HttpResponse:
    """Takes effect within two seconds; decisions before it keep the version they went by. Needs the right `manage`."""
    caller = allowed(request, "manage")
    code = brand_of(caller, brand, "path").code
    wished = _wished(payload)
    if faults := faults_of(wished):
        raise Invalid([Fault("body", f"/{kind}", why) for kind, why in faults])
    steer(caller.scope, code, wished, now=caller.now)
    return _told(request, brand)


def _wished(payload: SteeringIn) -> Wished:
    """What is said of, and empty or null, is to be in force no more."""
    values = (LearnedValue(one.worth, one.value_micros, one.segment, one.country) for one in payload.values or ())
    prices = (
        DatedCommitmentPrice(one.carrier, one.service, one.price_micros, one.valid_from, one.valid_to)
        for one in payload.commitments or ()
    )
    return Wished(
        tuple(values),
        tuple(prices),
        Showing(**payload.showing.model_dump()) if payload.showing else None,
        tuple(ServiceTrial(one.service, one.share_ppm, one.most_extra_micros) for one in payload.trials or ()),
        frozenset(kind for kind in STEERING_KINDS if kind in payload.model_fields_set),
    )


def _told(request: HttpRequest, brand: str) -> HttpResponse:
    caller = allowed(request, "manage")
    row = brand_of(caller, brand, "path")
    found, kept = in_force_of(caller.scope, row.id), insights.kept(caller.scope, row.id, "customers")
    learned = () if kept is None else kept.document.get("values", ())
    carriers = insights.kept(caller.scope, row.id, "carriers")
    proposed = () if carriers is None else carriers.document.get("trials", ())
    shows = found.showing
    out = SteeringOut(
        row.code,
        [ValueOut(one.worth, one.segment, one.country, one.value_micros) for one in found.values],
        _put(found, "values"),
        [
            CommitmentPriceOut(one.carrier, one.service, one.price_micros, one.valid_from, one.valid_to)
            for one in found.commitments
        ],
        _put(found, "commitments"),
        ShowingOut(shows.most, shows.borne_micros, shows.margin_micros, shows.surplus_ppm) if shows else None,
        _put(found, "showing"),
        [TrialOut(one.service, one.share_ppm, one.most_extra_micros) for one in found.trials],
        _put(found, "trials"),
        [ValueOut(worth, segment, country, micros) for worth, micros, segment, country in learned],
        kept.as_of if kept and learned else None,
        list(starmap(TrialOut, proposed)),
        carriers.as_of if carriers and proposed else None,
    )
    return json_answer(out)


def _put(found: Steering, kind: SteeringKind) -> PutOut | None:
    put: Put | None = found.put.get(kind)
    return PutOut(put.version, put.at) if put else None
