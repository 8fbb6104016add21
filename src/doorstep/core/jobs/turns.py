"""Whose turn it is: a chore is done by one worker at a time, and by another when that one dies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from doorstep.core.jobs.actions import LEASE, MOST_ERROR
from doorstep.core.jobs.models import Turn


@dataclass(frozen=True, slots=True)
class TurnRow:
    name: str
    next_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    worker: str
    running: bool
    done: int
    failures: int
    error: str


def enter(names: Collection[str], now: datetime) -> None:
    """Have a row for every chore; a new one is due at once."""
    there = set(Turn.objects.values_list("name", flat=True))
    new = [Turn(name=one, next_at=now) for one in names if one not in there]
    Turn.objects.bulk_create(new, ignore_conflicts=True)


def due(names: Collection[str], now: datetime) -> tuple[str, ...]:
    """Chores whose turn has come and that nobody is at, the longest overdue first. One query."""
    rows = Turn.objects.filter(_free(now), name__in=list(names), next_at__lte=now).order_by("next_at")
    return tuple(rows.values_list("name", flat=True))


def begin(name: str, worker: str, now: datetime, again_at: datetime) -> bool:
    """Take a turn; False: another has it. Whoever takes it says when the next one is."""
    row = Turn.objects.filter(_free(now), name=name, next_at__lte=now)
    return row.update(worker=worker, began_at=now, next_at=again_at, leased_until=now + LEASE) == 1


def renew(worker: str, names: Collection[str], now: datetime, lease: timedelta = LEASE) -> int:
    """Keep the turns that a worker is at."""
    rows = Turn.objects.filter(name__in=list(names), worker=worker, leased_until__isnull=False)
    return rows.update(leased_until=now + lease)


def end(name: str, worker: str, now: datetime, done: int, error: str = "") -> bool:
    """Give the turn back; False: it was taken for lost, and another has it."""
    row = Turn.objects.filter(name=name, worker=worker, leased_until__isnull=False)
    failures = F("failures") + 1 if error else 0
    told = error[:MOST_ERROR]
    return row.update(leased_until=None, ended_at=now, done=done, failures=failures, error=told) == 1


def turns() -> tuple[TurnRow, ...]:
    """All of them, by their names. One query."""
    return tuple(
        TurnRow(
            one.name,
            one.next_at,
            one.began_at,
            one.ended_at,
            one.worker,
            one.leased_until is not None,
            one.done,
            one.failures,
            one.error,
        )
        for one in Turn.objects.order_by("name")
    )


def next_of(name: str) -> datetime | None:
    """When a chore comes round next; None: no worker was ever there. One query."""
    return Turn.objects.filter(name=name).values_list("next_at", flat=True).first()


def _free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=now)
