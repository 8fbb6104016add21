"""Endpoints are added, changed, disabled, removed; deliveries are sent again. Whoever calls has checked the rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from doorstep.core.webhooks.models import Delivery, Endpoint
from doorstep.core.webhooks.outbox import stop


def owner_of(pk: int) -> tuple[int, int]:
    """Operator and brand of an endpoint."""
    return Endpoint.objects.values_list("operator_id", "brand_id").get(pk=pk)


def count_of(brand: int) -> int:
    return Endpoint.objects.filter(brand_id=brand).exclude(state="removed").count()


def add(operator: int, brand: int, url: str, secret: str, types: Sequence[str], at: datetime) -> int:
    row = Endpoint.objects.create(
        operator_id=operator, brand_id=brand, url=url, secret=secret, types=list(types), created_at=at
    )
    return row.pk


def change(pk: int, url: str, types: Sequence[str]) -> None:
    Endpoint.objects.filter(pk=pk).update(url=url, types=list(types))


def rotate(pk: int, secret: str, at: datetime, grace: timedelta) -> None:
    """Put a new secret in force; the one before signs beside it for as long as `grace`."""
    Endpoint.objects.filter(pk=pk).update(old_secret=F("secret"), old_secret_until=at + grace, secret=secret)


def disable(pk: int, why: str, at: datetime) -> bool:
    """Send nothing more there; False: it was disabled already, or removed."""
    row = Endpoint.objects.filter(pk=pk, state="active")
    if row.update(state="disabled", why=why, disabled_at=at) == 0:
        return False
    stop(pk, at)
    return True


def enable(pk: int) -> bool:
    """Begin anew, as if nothing had failed; what was missed meanwhile is not sent by itself."""
    row = Endpoint.objects.filter(pk=pk, state="disabled")
    return row.update(state="active", why="", disabled_at=None, failing_since=None) == 1


def remove(pk: int) -> None:
    """Out of sight at once, and out of use; its rows go in the background."""
    Endpoint.objects.filter(pk=pk).update(state="removed", secret="", old_secret="", old_secret_until=None)


def replay(endpoint: int, uid: UUID, at: datetime) -> bool:
    """Send one again under the same id, or at once what waits for its next try; False: it is being sent."""
    return _again(Delivery.objects.filter(endpoint_id=endpoint, uid=uid), at) == 1


def replay_dead(endpoint: int, since: datetime, at: datetime) -> int:
    """Send all that was given up since an instant, each order's in its order; gives how many."""
    return _again(Delivery.objects.filter(endpoint_id=endpoint, state="dead", created_at__gte=since), at)


def _again(rows: QuerySet[Delivery], at: datetime) -> int:
    return rows.exclude(state="sending").update(state="waiting", failures=0, next_at=at, ended_at=None)
