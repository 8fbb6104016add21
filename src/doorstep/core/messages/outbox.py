"""Messages on their way out. Claimed before they are sent, so that a crash may leave one unsent and never sends two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max

from doorstep.core.counting import count_up_to
from doorstep.core.messages.models import Message
from doorstep.domain.rights import Scope

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))


@dataclass(frozen=True, slots=True)
class NewMessage:
    order: int
    template: str
    cause: str
    data: dict[str, Any]  # ids, numbers and dates
    expected_by: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A message with what it needs to be written; the address is read now, and kept nowhere."""

    pk: int
    operator: int
    brand_id: int
    brand: str
    order_id: int
    order: str
    template: str
    data: dict[str, Any]
    to: str
    attempts: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    pk: int
    brand: str
    order: str
    template: str
    state: str
    attempts: int
    created_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Written:
    """A message of an order, and what became of it."""

    pk: int
    template: str
    cause: str
    data: dict[str, Any]
    state: str
    created_at: datetime
    ended_at: datetime | None


def of_order(scope: Scope, order_pk: int) -> tuple[Written, ...]:
    """Messages to the shopper of an order, the oldest first. One query."""
    rows = Message.objects.filter(brand_id__in=scope.brands, order_id=order_pk).order_by("pk")
    names = ("pk", "template", "cause", "data", "state", "created_at", "ended_at")
    return tuple(Written(*row) for row in rows.values_list(*names))


def add(brand_id: int, messages: Iterable[NewMessage], *, at: datetime) -> int:
    """Write messages of the transaction's facts; one of the same order, template and cause is there already."""
    made = Message.objects.bulk_create(
        (
            Message(
                brand_id=brand_id,
                order_id=one.order,
                template=one.template,
                cause=one.cause,
                data=one.data,
                expected_by=one.expected_by,
                next_at=at,
                created_at=at,
            )
            for one in messages
        ),
        ignore_conflicts=True,
        batch_size=500,
    )
    return len(made)


def told(orders: Iterable[int], template: str) -> dict[int, date]:
    """The latest date that each order's shopper was told, or will be. One query."""
    rows = Message.objects.filter(order_id__in=list(orders), template=template, expected_by__isnull=False)
    return dict(rows.values_list("order_id").annotate(latest=Max("expected_by")))


def due(now: datetime, limit: int = 20) -> tuple[int, ...]:
    """The next ones; few, so that a worker that should end soon does."""
    rows = Message.objects.filter(state="waiting", next_at__lte=now).order_by("next_at", "pk")
    return tuple(rows.values_list("pk", flat=True)[:limit])


def due_count(now: datetime) -> int:
    """How many are due and not sent; one more than the most that is counted: or more. One query."""
    return count_up_to({"due": Message.objects.filter(state="waiting", next_at__lte=now)})["due"]


def claim(one: Due, now: datetime, message_id: str) -> bool:
    """Take a message for sending; False: another worker has it. Commit before sending."""
    as_read = Message.objects.filter(pk=one.pk, state="waiting", attempts=one.attempts - 1)
    return as_read.update(state="sending", claimed_at=now, attempts=F("attempts") + 1, message_id=message_id) == 1


def read(pk: int) -> Due | None:
    """A message that waits, to be written before it is claimed; None: another worker has it."""
    row = Message.objects.select_related("brand", "order__person").filter(pk=pk, state="waiting").first()
    if row is None:
        return None
    person = row.order.person
    return Due(
        row.pk,
        row.brand.operator_id,
        row.brand_id,
        row.brand.code,
        row.order_id,
        row.order.code,
        row.template,
        row.data,
        person.email if person else "",
        row.attempts + 1,  # this one, too
    )


def ended(pk: int, state: str, now: datetime, error: str = "") -> bool:
    """Record what became of a message that is being sent; False: a sweep was faster."""
    rows = Message.objects.filter(pk=pk, state="sending")
    return rows.update(state=state, ended_at=now, error=error[:300]) == 1


def again(pk: int, attempts: int, now: datetime, error: str) -> bool:
    """Let it wait for another try; after the last one it is refused."""
    if attempts > len(BACKOFF):
        return ended(pk, "refused", now, error)
    rows = Message.objects.filter(pk=pk, state="sending")
    return rows.update(state="waiting", next_at=now + BACKOFF[attempts - 1], error=error[:300]) == 1


def sweep(before: datetime, now: datetime) -> int:
    """Those found in sending long after their claim: nobody knows. A person looks at them; they are not sent again."""
    lost = Message.objects.filter(state="sending", claimed_at__lt=before)
    return lost.update(state="unknown", ended_at=now, error="the sender ended before it was recorded")


def unsettled(scope: Scope, limit: int = 200) -> tuple[MessageRow, ...]:
    """Messages that a person should look at, the newest first. One query."""
    rows = Message.objects.filter(brand_id__in=scope.brands, state__in=("unknown", "refused")).order_by("-pk")
    names = ("pk", "brand__code", "order__code", "template", "state", "attempts", "created_at", "error")
    return tuple(MessageRow(*row) for row in rows.values_list(*names)[:limit])
