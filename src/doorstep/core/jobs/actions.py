"""One durable queue, in the tables of the record.

A job is put in the transaction that calls for it, so that neither is there without the other. Whoever takes one holds
a lease and renews it; a worker that dies lets it run out, and another does the job again. So a job is done at least
once, and what it does must bear that.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet

from doorstep.core.jobs.models import Job

LEASE = timedelta(seconds=30)  # a dead worker's jobs are others' after so long
BACKOFF_S = (2, 10, 60, 300, 1_800, 7_200)  # then it is given up, until somebody puts it back
MOST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """A job in somebody's hands; `attempt` tells this taking from any other."""

    pk: int
    operator: int | None
    kind: str
    key: str
    data: Mapping[str, Any]
    attempt: int
    worker: str


def put(
    kind: str,
    *,
    at: datetime,
    key: str = "",
    data: Mapping[str, Any] | None = None,
    operator: int | None = None,
    due_at: datetime | None = None,
) -> None:
    """Put a job. One of this kind and key that waits already does for both: it will see what there is to see."""
    put_many(kind, {key: data or {}}, at=at, operator=operator, due_at=due_at)


def put_many(
    kind: str,
    data: Mapping[str, Mapping[str, Any]],
    *,
    at: datetime,
    operator: int | None = None,
    due_at: datetime | None = None,
) -> None:
    """Put jobs of one kind by their keys, as `put` does each. One statement for a thousand of them."""
    rows = [
        Job(kind=kind, key=key, data=dict(one), operator_id=operator, due_at=due_at or at, put_at=at)
        for key, one in data.items()
    ]
    Job.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    if keys := [one for one in data if one]:
        _hasten(kind, keys, due_at or at)


def _hasten(kind: str, keys: Collection[str], due_at: datetime) -> None:
    """One that waits after a failure waits no longer: whoever puts it anew may have cured what was wrong.

    It stays ours until the caller commits, so that it sees what the caller writes.
    """
    waiting = Job.objects.filter(kind=kind, key__in=list(keys), state="waiting", due_at__gt=due_at)
    waiting.update(due_at=due_at, attempts=0)


def take(
    worker: str, now: datetime, kinds: Collection[str], *, most: int = 1, lease: timedelta = LEASE
) -> tuple[Taken, ...]:
    """Take the jobs that are due the longest, or whose worker was not heard of."""
    due = Q(state="waiting", due_at__lte=now) | Q(state="running", leased_until__lt=now)
    rows = Job.objects.filter(due, kind__in=list(kinds)).order_by("due_at", "pk")
    if not rows.exists():
        return ()
    lost = Job.objects.filter(state="running", leased_until__lt=now, attempts__gt=len(BACKOFF_S))
    lost.update(state="dead", leased_until=None, ended_at=now, error="whoever was at it died each time")
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)  # SQLite has one writer at a time
        found = list(rows[:most])
        Job.objects.filter(pk__in=[one.pk for one in found]).update(
            state="running", worker=worker, leased_until=now + lease, attempts=F("attempts") + 1
        )
    return tuple(Taken(one.pk, one.operator_id, one.kind, one.key, one.data, one.attempts + 1, worker) for one in found)


def renew(worker: str, pks: Collection[int], now: datetime, lease: timedelta = LEASE) -> int:
    """Keep the jobs that a worker is at; those that another has taken meanwhile are not among them."""
    return Job.objects.filter(pk__in=list(pks), worker=worker, state="running").update(leased_until=now + lease)


def finish(job: Taken) -> bool:
    """The job is done; False: it was taken for lost, and another is at it."""
    gone, _ = _held(job).delete()
    return gone == 1


def fail(job: Taken, now: datetime, error: str, *, for_good: bool = False) -> bool:
    """The job went wrong: it waits for another try, the longer the more often it has; True: it is given up."""
    if for_good or job.attempt > len(BACKOFF_S):
        _held(job).update(state="dead", leased_until=None, ended_at=now, error=error[:MOST_ERROR])
        return True
    wait = timedelta(seconds=BACKOFF_S[job.attempt - 1] * random.uniform(0.8, 1.2))  # apart from others that failed
    try:
        with transaction.atomic():
            _held(job).update(state="waiting", leased_until=None, due_at=now + wait, error=error[:MOST_ERROR])
    except IntegrityError:  # one of the same key waits: it will do
        _held(job).delete()
    return False


def put_back(operator: int, pk: int, now: datetime) -> str:
    """Let a job that was given up be tried anew; gives its kind, empty if the operator has no such job."""
    row = Job.objects.filter(pk=pk, operator_id=operator, state="dead")
    kind = row.values_list("kind", flat=True).first() or ""
    try:
        with transaction.atomic():
            row.update(state="waiting", attempts=0, due_at=now, ended_at=None)
    except IntegrityError:  # one of the same key waits: it will do
        row.delete()
    return kind


def drop(operator: int, pk: int) -> str:
    """Forget a job that was given up; gives its kind, empty if the operator has no such job."""
    row = Job.objects.filter(pk=pk, operator_id=operator, state="dead")
    kind = row.values_list("kind", flat=True).first() or ""
    return kind if row.delete()[0] else ""


def _held(job: Taken) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state="running", worker=job.worker, attempts=job.attempt)
