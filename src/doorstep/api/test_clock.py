"""/v1/test-clock: the time of a test installation, so that an order can be walked through its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import ConfigDict, Field, StrictInt, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Instant
from doorstep.api.order_in import Fields
from doorstep.api.problems import Fault, Invalid
from doorstep.flows import test_clock

router = Router(tags=["test clock"])
EXAMPLE = {"now": "2024-05-02T07:00:00Z"}
MOST_S = 3660 * 24 * 3600


class TestClockIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(EXAMPLE))

    now: Instant | None = Field(None, description="what the clock is to say; not before what it says")
    advance_s: StrictInt | None = Field(None, ge=0, le=MOST_S, description="or by how many seconds it goes forward")


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class TestClockOut:
    now: Annotated[datetime, Field(description="it goes on from there")]


@router.get("", response=TestClockOut, operation_id="getTestClock", summary="Read the test clock")
def get_test_clock(request: HttpRequest) -> HttpResponse:
    """404 unless the server runs with `DOORSTEP_TEST_CLOCK=1`. Needs the right `see`."""
    caller = allowed(request, "see")
    test_clock.must_be_there()
    return json_answer(TestClockOut(caller.now))


@router.post("", response=TestClockOut, operation_id="setTestClock", summary="Turn the test clock forward")
def set_test_clock(request: HttpRequest, payload: TestClockIn) -> HttpResponse:
    """For everybody on this server, its workers too, and never back. `Doorstep-Test-Clock` in every answer says the
    time. 404 unless the server runs with `DOORSTEP_TEST_CLOCK=1`. Needs the right `manage`, for the operator.
    """
    caller = allowed(request, "manage")
    test_clock.must_be_there()
    if (payload.now is None) == (payload.advance_s is None):
        raise Invalid([Fault("body", "/now", "say either now or advance_s")])
    by = timedelta(seconds=payload.advance_s or 0) if payload.now is None else payload.now - caller.now
    return json_answer(TestClockOut(test_clock.advance(caller.scope, by, now=caller.now)))
