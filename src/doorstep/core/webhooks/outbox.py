"""Deliveries on their way out. Claimed for a while before they are sent, so that a crash leaves none unsent.

Whoever dies holding a claim loses it when it runs out, and somebody else sends the same again, under the same id. Of
one endpoint and subject nothing is claimed while something earlier is open: what is told of an order comes in order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef

from doorstep.core.webhooks.models import OPEN, Attempt, Delivery, Endpoint

LEASE = timedelta(seconds=30)  # longer than any answer is waited for
NOT_SENT = "the endpoint was disabled"
BATCH = 500
FORGOTTEN_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """An endpoint that wants to be told of a brand's facts; none of `types` named: all of them."""

    endpoint: int
    brand: int
    brand_code: str
    types: frozenset[str]
    active: bool


@dataclass(frozen=True, slots=True)
class NewDelivery:
    endpoint: int
    fact: int
    subject: str
    type: str
    body: str
    active: bool  # its endpoint; what a disabled one misses can be replayed


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send for a while, with all that it takes."""

    pk: int
    endpoint: int
    message_id: str
    url: str
    secrets: tuple[str, ...]
    subject: str
    body: str
    attempt: int  # whose claim it is
    failures: int


def wanted(brands: Collection[int]) -> tuple[Wanted, ...]:
    """Endpoints of these brands, those that are disabled too. One query."""
    rows = Endpoint.objects.filter(brand_id__in=brands).exclude(state="removed").order_by("pk")
    names = ("pk", "brand_id", "brand__code", "types", "state")
    return tuple(
        Wanted(pk, brand, code, frozenset(types), state == "active")
        for pk, brand, code, types, state in rows.values_list(*names)
    )


def add(deliveries: Sequence[NewDelivery], *, at: datetime) -> None:
    """Write deliveries of the transaction's facts; one of the same endpoint and fact is there already. Two queries.

    What follows something that waits for its next try waits as long, so that nobody looks at it in vain.
    """
    behind = _waits({one.endpoint for one in deliveries}, {one.subject for one in deliveries}, at)
    Delivery.objects.bulk_create(
        (
            Delivery(
                endpoint_id=one.endpoint,
                fact=one.fact,
                subject=one.subject,
                type=one.type,
                body=one.body,
                next_at=behind.get((one.endpoint, one.subject), at),
                created_at=at,
                **({} if one.active else {"state": "dead", "error": NOT_SENT, "ended_at": at}),
            )
            for one in deliveries
        ),
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def free_lost(now: datetime) -> int:
    """Let go of claims that have run out: their senders are dead, or as good as."""
    lost = Delivery.objects.filter(state="sending", claimed_until__lte=now)
    if not lost.exists():  # as nearly always; a transaction would keep SQLite's other writers out for it
        return 0
    with transaction.atomic():
        found = lost.select_for_update(skip_locked=True).order_by("pk")
        ids = list(found.values_list("pk", flat=True)[:BATCH])
        freed = lost.filter(pk__in=ids).update(state="waiting", claimed_until=None, next_at=now)
    for endpoint in Endpoint.objects.filter(state="disabled", deliveries__state="waiting").distinct():
        stop(endpoint.pk, now)  # written or freed in the moment in which it was disabled
    return freed


def endpoints_due(now: datetime) -> tuple[int, ...]:
    """Active endpoints for which something can be sent. One query, one look into an index for each endpoint."""
    due = Delivery.objects.filter(endpoint=OuterRef("pk"), state="waiting", next_at__lte=now)
    return tuple(Endpoint.objects.filter(Exists(due), state="active").values_list("pk", flat=True))


def claim(shares: Mapping[int, int], now: datetime) -> list[Claimed]:
    """Take deliveries for sending, of each endpoint at most its share; commits."""
    with transaction.atomic():
        found = [one for endpoint, share in shares.items() if share > 0 for one in _next(endpoint, share, now)]
        if not found:
            return []
        ours = Delivery.objects.filter(pk__in=[one.pk for one in found], state="waiting")  # locked by the reading
        ours.update(state="sending", claimed_until=now + LEASE, attempts=F("attempts") + 1)
        endpoints = Endpoint.objects.in_bulk({one.endpoint_id for one in found})
        return [_claimed(one, endpoints[one.endpoint_id], now) for one in found]


def stop(endpoint: int, now: datetime) -> int:
    """Send nothing more of what waits for a disabled endpoint; it is kept, and can be replayed."""
    rows = Delivery.objects.filter(endpoint_id=endpoint, state="waiting")
    return rows.update(state="dead", error=NOT_SENT, ended_at=now)


def forget(before: datetime) -> int:
    """Delete what was over before, and what is left of removed endpoints: a batch of each, with its tries."""
    over = Delivery.objects.filter(ended_at__lt=before).order_by("ended_at")
    orphans = Delivery.objects.filter(endpoint__state="removed").exclude(state="sending")
    ids = {pk for rows in (over, orphans) for pk in rows.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]}
    with transaction.atomic():
        Attempt.objects.filter(delivery_id__in=ids).delete()
        Delivery.objects.filter(pk__in=ids).delete()
    Endpoint.objects.filter(state="removed").exclude(Exists(Delivery.objects.filter(endpoint=OuterRef("pk")))).delete()
    return len(ids)


def _waits(endpoints: Collection[int], subjects: Collection[str], at: datetime) -> dict[tuple[int, str], datetime]:
    rows = Delivery.objects.filter(endpoint_id__in=endpoints, subject__in=subjects, state="waiting", next_at__gt=at)
    told = rows.values_list("endpoint_id", "subject").annotate(latest=Max("next_at"))
    return {(endpoint, subject): latest for endpoint, subject, latest in told}


def _next(endpoint: int, share: int, now: datetime) -> list[Delivery]:
    """Lock the next of an endpoint that nobody has, without waiting; nothing of which something earlier is open.

    SQLite has no such lock, and needs none: the transaction that reads this is its only writer.
    """
    earlier = Delivery.objects.filter(
        endpoint=OuterRef("endpoint"), subject=OuterRef("subject"), state__in=OPEN, fact__lt=OuterRef("fact")
    )
    rows = Delivery.objects.filter(~Exists(earlier), endpoint_id=endpoint, state="waiting", next_at__lte=now)
    return list(rows.order_by("next_at", "fact").select_for_update(skip_locked=True)[:share])


def _claimed(one: Delivery, endpoint: Endpoint, now: datetime) -> Claimed:
    return Claimed(
        one.pk,
        one.endpoint_id,
        str(one),
        endpoint.url,
        signing_secrets(endpoint, now),
        one.subject,
        one.body,
        one.attempts + 1,  # this one, too
        one.failures,
    )


def signing_secrets(endpoint: Endpoint, now: datetime) -> tuple[str, ...]:
    """Give the secret in force, and the one before while it has not run out."""
    old = endpoint.old_secret if endpoint.old_secret_until and endpoint.old_secret_until > now else ""
    return tuple(one for one in (endpoint.secret, old) if one)
