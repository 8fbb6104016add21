"""The outbox: facts on their way to the subscribers, each told once, in their order.

`Pending` rows come from a trigger of the database, in the transaction of their facts. What a subscriber writes, and
that the fact is pending no more, are committed together: so each has its effect once, and none is lost. A fact that
was committed later than one with a higher number is told later; those of one order are written under its lock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min

from doorstep.core.events.models import Fact, Pending, Stuck
from doorstep.core.events.queries import Told, told
from doorstep.domain.errors import said

BACKOFF_S = (1, 10, 60, 600, 3_600, 21_600)  # then a person has to look
MOST_ERROR = 500
_RELAY = 0x0D00_0001  # the lock of whoever hands facts over


@dataclass(frozen=True, slots=True)
class Lag:
    """Facts that nobody was told yet, and when the oldest of them happened."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class StuckRow:
    pk: int
    subscriber: str
    attempts: int
    next_at: datetime | None
    since: datetime
    error: str
    fact: int
    kind: str
    subject: str


def hand_over(tell: Callable[[tuple[Told, ...]], None], most: int = 500) -> int:
    """Give the next facts to `tell` within one transaction, after which they are pending no more; returns how many.

    One at a time: 0 also when another is at it, which PostgreSQL tells at once.
    """
    if not Pending.objects.exists():
        return 0
    with transaction.atomic():
        if not _alone():
            return 0
        pks = list(Pending.objects.order_by("pk").values_list("pk", flat=True)[:most])
        tell(told(Fact.objects.filter(pk__in=pks)))
        Pending.objects.filter(pk__in=pks).delete()
    return len(pks)


def set_aside(fact: int, subscriber: str, now: datetime, error: str) -> None:
    """Let a fact wait by itself that a subscriber could not take."""
    Stuck.objects.create(fact_id=fact, subscriber=subscriber, next_at=_later(1, now), since=now, error=_cut(error))


def to_try(subscribers: Collection[str], now: datetime, most: int = 50) -> tuple[tuple[int, str], ...]:
    """Row ids of what is stuck at these and due, and at whom. One query."""
    rows = Stuck.objects.filter(subscriber__in=list(subscribers), next_at__lte=now).order_by("next_at", "pk")
    return tuple(rows.values_list("pk", "subscriber")[:most])


def try_again(pk: int, now: datetime, tell: Callable[[tuple[Told, ...]], None]) -> bool:
    """Give a stuck fact to `tell` once more; whether it was taken. Raises nothing that `tell` raises."""
    try:
        with transaction.atomic():
            rows = Stuck.objects.filter(pk=pk, next_at__lte=now)
            row = (rows.select_for_update() if connection.features.has_select_for_update else rows).first()
            if row is None:
                return False
            tell(told(Fact.objects.filter(pk=row.fact_id)))
            row.delete()
            return True
    except Exception as error:
        row = Stuck.objects.filter(pk=pk).first()
        if row is not None:
            attempts = row.attempts + 1
            Stuck.objects.filter(pk=pk, attempts=row.attempts).update(
                attempts=attempts, next_at=_later(attempts, now), error=_cut(said(error))
            )
        return False


def free(operator: int, pk: int, now: datetime) -> bool:
    """Have a stuck fact tried again soon, as if for the first time; False: the operator has none such."""
    return Stuck.objects.filter(pk=pk, fact__operator_id=operator).update(attempts=1, next_at=now) == 1


def stuck(operator: int, limit: int = 200) -> tuple[StuckRow, ...]:
    """What could not be told, the newest first. One query."""
    rows = Stuck.objects.filter(fact__operator_id=operator).order_by("-pk")
    names = (
        "pk", "subscriber", "attempts", "next_at", "since", "error", "fact_id", "fact__kind", "fact__subject",
    )  # fmt: skip
    return tuple(StuckRow(*one) for one in rows.values_list(*names)[:limit])


def stuck_count() -> int:
    """Facts that wait by themselves, of all operators."""
    return Stuck.objects.count()


def lag() -> Lag:
    """How far behind the telling is."""
    oldest = Pending.objects.aggregate(least=Min("pk"))["least"]
    if oldest is None:
        return Lag(0, None)
    return Lag(Pending.objects.count(), Fact.objects.filter(pk=oldest).values_list("at", flat=True).first())


def _alone() -> bool:
    """Have the relay for this transaction. SQLite lets one transaction write at a time: there it is always alone."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_RELAY])
        return bool(cursor.fetchone()[0])


def _later(attempts: int, now: datetime) -> datetime | None:
    return None if attempts > len(BACKOFF_S) else now + timedelta(seconds=BACKOFF_S[attempts - 1])


def _cut(text: str) -> str:
    return text[:MOST_ERROR]
