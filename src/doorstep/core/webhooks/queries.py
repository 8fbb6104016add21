"""Endpoints and deliveries as people see them. Secrets are not among it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.webhooks.models import DELIVERY_STATES as DELIVERY_STATES
from doorstep.core.webhooks.models import Attempt, Delivery, Endpoint
from doorstep.core.webhooks.outbox import signing_secrets
from doorstep.domain.rights import Scope

State = Literal["waiting", "sending", "delivered", "dead"]
_ID = re.compile(r"msg_([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class EndpointRow:
    pk: int
    brand_id: int
    brand: str
    url: str
    types: tuple[str, ...]  # wanted; none: all
    state: str
    why: str
    disabled_at: datetime | None
    failing_since: datetime | None
    last_delivered_at: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    waiting: bool = False  # something is on its way
    dead: bool = False  # something was given up

    @property
    def host(self) -> str:
        """What may be shown to those who do not manage it: paths may hold what is secret."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    pk: int
    fact: int
    id: str
    endpoint: int
    type: str
    state: State
    attempts: int
    status: int | None
    error: str
    created_at: datetime
    next_at: datetime | None  # of one that waits
    ended_at: datetime | None
    body: str


@dataclass(frozen=True, slots=True)
class AttemptRow:
    number: int
    at: datetime
    status: int | None
    duration_ms: int
    error: str
    response: str


def list_endpoints(
    scope: Scope, *, brand: int | None = None, after: str | None = None, limit: int = 50
) -> Page[EndpointRow]:
    """The oldest first, disabled ones too. One query."""
    last = int(read_cursor(after, int)[0]) if after else 0
    rows = _endpoints(scope).filter(pk__gt=last)
    rows = rows.filter(brand_id=brand) if brand is not None else rows
    return page(list(rows.order_by("pk")[: reach(limit)]), limit, _endpoint, lambda one: (one.pk,))


def get_endpoint(scope: Scope, pk: int) -> EndpointRow | None:
    row = _endpoints(scope).filter(pk=pk).first()
    return _endpoint(row) if row else None


def given_up(scope: Scope, limit: int = 20) -> tuple[EndpointRow, ...]:
    """Endpoints that were disabled without anybody asking for it, the latest first. One query."""
    rows = _endpoints(scope).filter(state="disabled").exclude(why="asked").order_by("-disabled_at", "pk")
    return tuple(map(_endpoint, rows[:limit]))


def secrets_of(scope: Scope, pk: int, now: datetime) -> tuple[str, ...]:
    """For signing, and for nothing else."""
    row = _endpoints(scope).filter(pk=pk).first()
    return signing_secrets(row, now) if row else ()


def list_deliveries(
    scope: Scope,
    endpoint: int,
    *,
    state: str | None = None,
    subject: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[DeliveryRow]:
    """Deliveries of an endpoint, the newest fact first. One query."""
    rows = _deliveries(scope).filter(endpoint_id=endpoint)
    if state:
        rows = rows.filter(state=state)
    if subject:
        rows = rows.filter(subject=subject)
    if after:
        rows = rows.filter(fact__lt=int(read_cursor(after, int)[0]))
    return page(list(rows.order_by("-fact")[: reach(limit)]), limit, _delivery, lambda one: (one.fact,))


def get_delivery(scope: Scope, message_id: str) -> DeliveryRow | None:
    row = _deliveries(scope).filter(uid=uid) if (uid := uid_of(message_id)) else Delivery.objects.none()
    found = row.first()
    return _delivery(found) if found else None


def attempts(delivery: int) -> tuple[AttemptRow, ...]:
    """What became of each try that is kept, the latest first. One query."""
    names = ("number", "at", "status", "duration_ms", "error", "response")
    rows = Attempt.objects.filter(delivery_id=delivery).order_by("-number")
    return tuple(AttemptRow(*row) for row in rows.values_list(*names))


def uid_of(message_id: str) -> UUID | None:
    match = _ID.fullmatch(message_id)
    return UUID(match[1]) if match else None


def _endpoints(scope: Scope) -> QuerySet[Endpoint]:
    rows = Endpoint.objects.filter(operator_id=scope.operator, brand_id__in=scope.brands).exclude(state="removed")
    return rows.select_related("brand").annotate(
        has_waiting=Exists(Delivery.objects.filter(endpoint=OuterRef("pk"), state="waiting")),
        has_dead=Exists(Delivery.objects.filter(endpoint=OuterRef("pk"), state="dead")),
    )


def _deliveries(scope: Scope) -> QuerySet[Delivery]:
    theirs = Delivery.objects.filter(endpoint__operator_id=scope.operator, endpoint__brand_id__in=scope.brands)
    return theirs.exclude(endpoint__state="removed")


def _endpoint(row: Endpoint) -> EndpointRow:
    return EndpointRow(
        row.pk,
        row.brand_id,
        row.brand.code,
        row.url,
        tuple(row.types),
        row.state,
        row.why,
        row.disabled_at,
        row.failing_since,
        row.last_delivered_at,
        row.old_secret_until,
        row.created_at,
        vars(row)["has_waiting"],  # as annotated
        vars(row)["has_dead"],
    )


def _delivery(row: Delivery) -> DeliveryRow:
    return DeliveryRow(
        row.pk,
        row.fact,
        str(row),
        row.endpoint_id,
        row.type,
        cast(State, row.state),
        row.attempts,
        row.status,
        row.error,
        row.created_at,
        row.next_at if row.state == "waiting" else None,
        row.ended_at,
        row.body,
    )
