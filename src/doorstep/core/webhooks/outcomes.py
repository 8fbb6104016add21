"""What became of tries: delivered, to be tried again, given up; and how an endpoint fares over time."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet

from doorstep.core.webhooks.models import MOST_ATTEMPTS_KEPT, Attempt, Delivery, Endpoint
from doorstep.core.webhooks.outbox import Claimed, stop

# Between tries: together just under three days. Each is lengthened or shortened by up to a tenth, so that what failed
# together does not come back together.
BACKOFF = tuple(
    timedelta(seconds=one) for one in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 72_000, 86_400)
)
GIVEN_UP_AFTER = timedelta(days=3)  # of nothing but failures an endpoint is disabled
LONGEST_WAIT = timedelta(days=1)  # that an endpoint may ask for
TO_WITHIN = timedelta(seconds=5)  # of when something was last taken: senders need not queue for the row of an endpoint
Lost = Literal["failing", "gone"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try; `wait` is what the endpoint asks for, `gone` says that it wants nothing more."""

    of: Claimed
    at: datetime
    taken: bool
    status: int | None
    error: str
    duration_ms: int
    response: str
    wait: timedelta | None = None
    gone: bool = False


def settle(outcomes: Iterable[Outcome]) -> dict[int, Lost]:
    """Record what became of tries; commits. Gives the endpoints to be given up, and why.

    A try whose claim has run out counts for nothing: somebody else is at it. It stands in the log all the same.
    """
    told = sorted(outcomes, key=lambda one: one.of.pk)
    with transaction.atomic():
        # Endpoints first, as whoever disables one has them: else the two could wait for each other.
        ids = {one.of.endpoint for one in told}
        list(Endpoint.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
        ours = _held(told)
        _end([one for one in ours if one.taken], "delivered")
        for one in ours:
            if not one.taken:
                _fail(one)
        _log(told)
        return _health(ours)


def delay(failures: int, seed: str) -> timedelta:
    """How long to wait after so many failures: the same for the same message, and different for others."""
    told = hashlib.sha256(f"{seed}.{failures}".encode()).digest()
    return BACKOFF[failures - 1] * (0.9 + 0.2 * int.from_bytes(told[:4]) / 2**32)


def _held(told: Sequence[Outcome]) -> list[Outcome]:
    """Those whose claim holds still; nobody can take it from here on."""
    rows = Delivery.objects.filter(pk__in=[one.of.pk for one in told], state="sending").order_by("pk")
    held = dict(rows.select_for_update().values_list("pk", "attempts"))
    return [one for one in told if held.get(one.of.pk) == one.of.attempt]


def _fail(one: Outcome) -> None:
    failures = one.of.failures + 1
    if failures > len(BACKOFF):
        _end([one], "dead")
        return
    when = one.at + max(delay(failures, one.of.message_id), min(one.wait or timedelta(0), LONGEST_WAIT))
    Delivery.objects.filter(pk=one.of.pk).update(
        state="waiting", claimed_until=None, failures=failures, next_at=when, status=one.status, error=one.error[:300]
    )
    _behind(one).filter(next_at__lt=when).update(next_at=when)  # what comes after it need not be looked at before


def _end(several: Sequence[Outcome], state: Literal["delivered", "dead"]) -> None:
    same: dict[tuple[datetime, int | None, str], list[int]] = defaultdict(list)
    for one in several:
        same[one.at, one.status, one.error[:300]].append(one.of.pk)
    for (at, status, error), ids in same.items():
        rows = Delivery.objects.filter(pk__in=ids)
        rows.update(state=state, claimed_until=None, ended_at=at, status=status, error=error)
    for one in several:  # what comes after it may have waited with it, or before it was sent anew
        _behind(one).filter(next_at__gt=one.at).update(next_at=one.at)


def _behind(one: Outcome) -> QuerySet[Delivery]:
    """Those of the same endpoint and subject that wait for their first try."""
    return Delivery.objects.filter(
        endpoint_id=one.of.endpoint, subject=one.of.subject, state="waiting", failures=0
    ).exclude(pk=one.of.pk)


def _log(told: Sequence[Outcome]) -> None:
    Attempt.objects.bulk_create(
        (
            Attempt(
                delivery_id=one.of.pk,
                number=one.of.attempt,
                at=one.at,
                status=one.status,
                duration_ms=one.duration_ms,
                error=one.error[:300],
                response=one.response[:1000],
            )
            for one in told
        ),
        ignore_conflicts=True,
    )
    for one in told:
        if one.of.attempt > MOST_ATTEMPTS_KEPT:
            too_old = one.of.attempt - MOST_ATTEMPTS_KEPT
            Attempt.objects.filter(delivery_id=one.of.pk, number__lte=too_old).delete()


def _health(told: Sequence[Outcome]) -> dict[int, Lost]:
    """Note of each endpoint whether anything came through; gives those that only fail, and for too long."""
    of: dict[int, list[Outcome]] = defaultdict(list)
    for one in told:
        of[one.of.endpoint].append(one)
    lost: dict[int, Lost] = {}
    for endpoint, several in sorted(of.items()):
        latest = max(one.at for one in several)
        row = Endpoint.objects.filter(pk=endpoint)
        if any(one.gone for one in several):
            lost[endpoint] = "gone"
        if any(one.taken for one in several):
            stale = Q(last_delivered_at=None) | Q(last_delivered_at__lt=latest - TO_WITHIN)
            row.filter(stale | Q(failing_since__isnull=False)).update(last_delivered_at=latest, failing_since=None)
            continue
        row.filter(failing_since=None).update(failing_since=latest)
        state, since = row.values_list("state", "failing_since").get()
        if state != "active":  # it was disabled while these were under way
            stop(endpoint, latest)
        elif since is not None and since <= latest - GIVEN_UP_AFTER:
            lost.setdefault(endpoint, "failing")
    return lost
