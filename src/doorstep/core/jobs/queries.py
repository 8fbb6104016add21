"""What waits, and what was given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from doorstep.core.jobs.models import Job
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class JobRow:
    pk: int
    kind: str
    state: str
    attempts: int
    due_at: datetime
    put_at: datetime
    ended_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many jobs of a kind stand so, and since when the oldest is due."""

    kind: str
    state: str
    count: int
    oldest: datetime


def jobs(scope: Scope, state: str, *, limit: int = 100) -> tuple[JobRow, ...]:
    """Jobs of an operator in a state, the newest first. One query."""
    rows = Job.objects.filter(operator_id=scope.operator, data__brand__in=list(scope.brands), state=state).order_by(
        "-pk"
    )
    names = ("pk", "kind", "state", "attempts", "due_at", "put_at", "ended_at", "error")
    return tuple(JobRow(*one) for one in rows.values_list(*names)[:limit])


def standing(operator: int | None = None) -> tuple[Waiting, ...]:
    """How many jobs there are, of an operator, or of all together. One query."""
    of = {} if operator is None else {"operator_id": operator}
    rows = Job.objects.filter(**of).values_list("kind", "state").annotate(count=Count("pk"), oldest=Min("due_at"))
    return tuple(Waiting(*one) for one in rows.order_by("kind", "state"))


def of_key(scope: Scope, kind: str, key: str) -> JobRow | None:
    """The newest job of the operator of a kind and key, however it stands; None: there is none. One query."""
    rows = Job.objects.filter(operator_id=scope.operator, kind=kind, key=key).order_by("-pk")
    names = ("pk", "kind", "state", "attempts", "due_at", "put_at", "ended_at", "error")
    found = rows.values_list(*names).first()
    return None if found is None else JobRow(*found)
