"""Workers, and when they were last heard of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from doorstep.core.jobs.actions import LEASE
from doorstep.core.jobs.models import Worker

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Beat:
    """When a worker was last heard of; `alive`: so lately that it still holds what it took."""

    worker: str
    host: str
    started_at: datetime
    at: datetime
    alive: bool


def beat(name: str, host: str, now: datetime) -> None:
    """Say that a worker is there."""
    if not Worker.objects.filter(name=name).update(beat_at=now, ended_at=None):
        Worker.objects.update_or_create(
            name=name, defaults={"host": host, "beat_at": now}, create_defaults=_new(host, now)
        )


def database_ahead(clock: Callable[[], datetime]) -> timedelta | None:
    """By how much the database's clock is ahead of this one; None: it has none of its own.

    Leases must mean the same to all workers, whatever their machines' clocks say.
    """
    if connection.vendor != "postgresql":
        return None
    connection.ensure_connection()  # what that takes is no part of the difference
    with connection.cursor() as cursor:
        before = clock()
        cursor.execute("SELECT clock_timestamp()")
        told: datetime = cursor.fetchone()[0]
    return told - (before + (clock() - before) / 2)


def leave(name: str, now: datetime) -> None:
    """Say good-bye, and forget those that are long gone."""
    Worker.objects.filter(name=name).update(ended_at=now)
    Worker.objects.filter(beat_at__lt=now - FORGOTTEN_AFTER).delete()


def workers(now: datetime) -> tuple[Beat, ...]:
    """Those that have not said good-bye, the one heard of last first. One query."""
    rows = Worker.objects.filter(ended_at=None, beat_at__gt=now - FORGOTTEN_AFTER).order_by("-beat_at", "name")
    return tuple(Beat(one.name, one.host, one.started_at, one.beat_at, one.beat_at > now - LEASE) for one in rows)


def _new(host: str, now: datetime) -> dict[str, object]:
    return {"host": host, "started_at": now, "beat_at": now}
