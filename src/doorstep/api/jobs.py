"""/v1/jobs: work that nobody waits for, and what was given up of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import ConfigDict, Field, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import Caller, allowed, brand_of
from doorstep.api.once import Key, once_told
from doorstep.api.order_in import Fields
from doorstep.core.events import pending
from doorstep.core.jobs import queries
from doorstep.flows.retry import Work, drop_job, put_job, retry_fact, retry_job

router = Router(tags=["jobs"])
JobId = Annotated[int, Path(ge=1, le=2**63 - 1)]
JOB = {
    "job": 12, "work": "plan day", "state": "dead", "attempts": 7, "due_at": "2024-05-01T17:40:00Z",
    "put_at": "2024-05-01T17:30:00Z", "error": "OperationalError: the database was away",
}  # fmt: skip
STUCK = {
    "stuck": 3, "subscriber": "webhooks", "fact": 4711, "kind": "OrderPromised", "subject": "order:17", "attempts": 2,
    "next_at": "2024-05-01T17:40:00Z", "error": "ValueError: no such order",
}  # fmt: skip


class JobIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"work": "plan day", "brand": "tea"}))

    work: Work
    brand: Annotated[str, Field(max_length=100, description="may be left out by a key of one brand")] = ""


@with_config(shown(JOB))
@dataclass(frozen=True, slots=True)
class JobOut:
    job: int
    work: str
    state: Annotated[str, Field(description="`waiting`, `running`, or `dead`: given up after the last attempt")]
    attempts: int
    due_at: datetime
    put_at: datetime
    error: Annotated[str, Field(description="of the last attempt")]


@dataclass(frozen=True, slots=True)
class JobPage:
    data: list[JobOut]


@with_config(shown(STUCK))
@dataclass(frozen=True, slots=True)
class StuckOut:
    stuck: int
    subscriber: Annotated[str, Field(description="who could not take the fact; others were told")]
    fact: int
    kind: str
    subject: str
    attempts: int
    next_at: Annotated[datetime | None, Field(description="null: it is not tried any more unless somebody asks")]
    error: str


@dataclass(frozen=True, slots=True)
class StuckPage:
    data: list[StuckOut]


@dataclass(frozen=True, slots=True)
class Noted:
    noted: bool


@router.post("", response={202: Noted}, operation_id="putJob", summary="Have a worker do something")
def put(request: HttpRequest, payload: JobIn, idempotency_key: Key) -> HttpResponse:
    """Put before the workers; done soon, and tried again if it fails. Needs the right `plan`."""
    caller = allowed(request, "plan")
    brand = brand_of(caller, payload.brand, "body")
    act = partial(put_job, caller.scope, payload.work, brand.id, now=caller.now)
    return _noted(request, caller, idempotency_key, act, 202)


@router.get("", response=JobPage, operation_id="listJobs", summary="List jobs")
def list_jobs(request: HttpRequest, state: Literal["waiting", "running", "dead"] = "dead") -> HttpResponse:
    """Those in a state, the newest first, 100 at most; what is done is gone. Needs the right `plan`."""
    caller = allowed(request, "plan")
    rows = queries.jobs(caller.scope, state)
    return json_answer(
        {"data": [JobOut(one.pk, one.kind, one.state, one.attempts, one.due_at, one.put_at, one.error) for one in rows]}
    )


@router.post("/{job}/retry", response=Noted, operation_id="retryJob", summary="Try a job anew")
def retry(request: HttpRequest, job: JobId, idempotency_key: Key) -> HttpResponse:
    """One that was given up. Needs the right `plan`."""
    caller = allowed(request, "plan")
    return _noted(request, caller, idempotency_key, partial(retry_job, caller.scope, job, now=caller.now))


@router.post("/{job}/drop", response=Noted, operation_id="dropJob", summary="Forget a job")
def drop(request: HttpRequest, job: JobId, idempotency_key: Key) -> HttpResponse:
    """One that was given up. Needs the right `plan`."""
    caller = allowed(request, "plan")
    return _noted(request, caller, idempotency_key, partial(drop_job, caller.scope, job, now=caller.now))


@router.get("/stuck-facts", response=StuckPage, operation_id="listStuckFacts", summary="List facts that are stuck")
def list_stuck(request: HttpRequest) -> HttpResponse:
    """Facts that a subscriber could not take, the newest first, 200 at most. Needs the right `plan`."""
    caller = allowed(request, "plan")
    rows = pending.stuck(caller.scope.operator)
    return json_answer(
        {
            "data": [
                StuckOut(one.pk, one.subscriber, one.fact, one.kind, one.subject, one.attempts, one.next_at, one.error)
                for one in rows
            ]
        }
    )


@router.post(
    "/stuck-facts/{stuck}/retry", response=Noted, operation_id="retryStuckFact", summary="Tell a stuck fact anew"
)
def retry_stuck(
    request: HttpRequest, stuck: Annotated[int, Path(ge=1, le=2**63 - 1)], idempotency_key: Key
) -> HttpResponse:
    """Its subscriber is told within seconds. Needs the right `plan`."""
    caller = allowed(request, "plan")
    return _noted(request, caller, idempotency_key, partial(retry_fact, caller.scope, stuck, now=caller.now))


def _noted(request: HttpRequest, caller: Caller, key: str, act: Callable[[], None], status: int = 200) -> HttpResponse:
    def work() -> Noted:
        act()
        return Noted(True)

    return once_told(request, caller, key, work, status)
