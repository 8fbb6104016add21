"""What was given up is tried anew, or forgotten, because somebody says so; and work is put before the workers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from doorstep.core.events import pending
from doorstep.core.events.actions import record
from doorstep.core.jobs import actions as jobs
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope

Work = Literal["plan day", "learn durations", "fill back-orders"]  # kinds that people and programs may put


def put_job(scope: Scope, kind: Work, brand: int, *, now: datetime) -> None:
    """Have a worker do it. One of the kind and brand that waits already does for both. Raises NotFound."""
    if brand not in scope.brands:
        raise NotFound("no such brand")
    data = {"brand": brand, "actor": scope.actor}
    jobs.put(kind, key=f"brand:{brand}", data=data, operator=scope.operator, at=now)


def retry_job(scope: Scope, pk: int, *, now: datetime) -> None:
    """Let a job that was given up be tried anew. Raises NotFound."""
    with transaction.atomic():
        _noted(scope, "JobRetried", pk, jobs.put_back(scope.operator, pk, now), now)


def drop_job(scope: Scope, pk: int, *, now: datetime) -> None:
    """Forget a job that was given up. Raises NotFound."""
    with transaction.atomic():
        _noted(scope, "JobDropped", pk, jobs.drop(scope.operator, pk), now)


def retry_fact(scope: Scope, pk: int, *, now: datetime) -> None:
    """Let a subscriber be told once more what it could not take. Raises NotFound."""
    if not pending.free(scope.operator, pk, now):
        raise NotFound("no such fact is stuck")


def _noted(scope: Scope, kind: str, pk: int, work: str, now: datetime) -> None:
    if not work:
        raise NotFound("no such job was given up")
    record(scope.operator, None, kind=kind, subject=f"job:{pk}", data={"work": work}, at=now, actor=scope.actor)
