"""Endpoints of webhooks: who may add, change, try and remove them, and have deliveries sent again."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from doorstep.core.accounts.queries import brand_id
from doorstep.core.events.actions import record
from doorstep.core.orders.queries import order_id
from doorstep.core.paging import Page
from doorstep.core.webhooks import actions, queries
from doorstep.core.webhooks.queries import DeliveryRow, EndpointRow
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.event_types import EVENT_TYPES, TEST_TYPE
from doorstep.domain.rights import Scope
from doorstep.flows.webhooks import body_of
from doorstep.plugins.webhooks.addresses import AddressRefused, target_of
from doorstep.plugins.webhooks.post import Poster, Reply
from doorstep.plugins.webhooks.signing import new_secret, signed

MOST_ENDPOINTS = 20  # of a brand: every fact is written once for each
GRACE = timedelta(days=1)  # in which the secret before signs, too


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    pk: int
    secret: str  # shown once


def add_endpoint(scope: Scope, *, brand: str, url: str, types: Collection[str], now: datetime) -> NewEndpoint:
    """Add one; it is told what happens from now on. Raises NotFound, and Conflict for what cannot be."""
    _may_manage(scope)
    owner = brand_id(scope, brand)
    if owner is None:
        raise NotFound("no such brand")
    _check_url(url)
    wanted, secret = _checked(types), new_secret()
    with transaction.atomic():
        if actions.count_of(owner) >= MOST_ENDPOINTS:
            raise Conflict(f"a brand has at most {MOST_ENDPOINTS} endpoints")
        pk = actions.add(scope.operator, owner, url, secret, wanted, now)
        _tell(scope, owner, "WebhookAdded", pk, {"webhook": pk}, now)
    return NewEndpoint(pk, secret)


def change_endpoint(
    scope: Scope,
    pk: int,
    *,
    now: datetime,
    url: str | None = None,
    types: Collection[str] | None = None,
    active: bool | None = None,
) -> None:
    """Change where it is and what it is told, disable or enable it; what is not given stays. Raises NotFound, Conflict.

    What waits for an endpoint that is disabled is not sent; it can be replayed once it is enabled again.
    """
    row = _found(scope, pk)
    if url is not None:
        _check_url(url)
    wanted = row.types if types is None else _checked(types)
    with transaction.atomic():
        if (url or row.url, tuple(wanted)) != (row.url, row.types):
            actions.change(pk, url or row.url, wanted)
            _tell(scope, row.brand_id, "WebhookChanged", pk, {"webhook": pk}, now)
        if active is True and actions.enable(pk):
            _tell(scope, row.brand_id, "WebhookEnabled", pk, {"webhook": pk}, now)
        if active is False and actions.disable(pk, "asked", now):
            _tell(scope, row.brand_id, "WebhookDisabled", pk, {"webhook": pk, "why": "asked"}, now)


def remove_endpoint(scope: Scope, pk: int, *, now: datetime) -> None:
    """Nothing more goes there, and its log goes with it. Raises NotFound."""
    row = _found(scope, pk)
    with transaction.atomic():
        actions.remove(pk)
        _tell(scope, row.brand_id, "WebhookRemoved", pk, {"webhook": pk}, now)


def rotate_secret(scope: Scope, pk: int, *, now: datetime) -> NewEndpoint:
    """Give a new secret; for a day messages are signed with both. Raises NotFound."""
    row, secret = _found(scope, pk), new_secret()
    with transaction.atomic():
        actions.rotate(pk, secret, now, GRACE)
        _tell(scope, row.brand_id, "WebhookSecretRotated", pk, {"webhook": pk}, now)
    return NewEndpoint(pk, secret)


def try_endpoint(scope: Scope, pk: int, *, now: datetime) -> Reply:
    """Send a message of no meaning at once, and say what came back; it stands in no log. Raises NotFound."""
    row = _found(scope, pk)
    message_id = f"msg_{uuid.uuid4().hex}"
    body = body_of(TEST_TYPE, now, {"brand": row.brand, "webhook": pk})
    with Poster(settings.WEBHOOK_NETWORKS, at_once=1) as poster:
        return poster.post(row.url, body, signed(message_id, now, body, queries.secrets_of(scope, pk, now)))


def deliveries(
    scope: Scope, pk: int, *, state: str | None, order: str | None, after: str | None, limit: int
) -> Page[DeliveryRow]:
    """The log of an endpoint, all of it or of one order. Raises NotFound. Three queries at most."""
    row = _found(scope, pk)
    known = None if order is None else order_id(row.brand_id, order)
    subject = None if order is None else f"order:{known}"
    return queries.list_deliveries(scope, pk, state=state, subject=subject, after=after, limit=limit)


def replay(scope: Scope, message_id: str, *, now: datetime) -> None:
    """Send a delivery again, under the same id. Raises NotFound, and Conflict while it cannot be."""
    _may_manage(scope)
    found, uid = queries.get_delivery(scope, message_id), queries.uid_of(message_id)
    if found is None or uid is None:
        raise NotFound("no such delivery")
    row = _active(scope, found.endpoint)
    with transaction.atomic():
        if not actions.replay(row.pk, uid, now):
            raise Conflict("it is being sent just now")
        _tell(scope, row.brand_id, "WebhookReplayed", row.pk, {"webhook": row.pk, "deliveries": 1}, now)


def replay_dead(scope: Scope, pk: int, since: datetime, *, now: datetime) -> int:
    """Send all that was given up since an instant, what it missed while disabled too. Raises NotFound, Conflict."""
    row = _active(scope, pk)
    with transaction.atomic():
        number = actions.replay_dead(pk, since, now)
        if number:
            _tell(scope, row.brand_id, "WebhookReplayed", pk, {"webhook": pk, "deliveries": number}, now)
    return number


def _may_manage(scope: Scope) -> None:
    if not scope.may("manage"):
        raise NotFound("nothing to manage")


def _found(scope: Scope, pk: int) -> EndpointRow:
    _may_manage(scope)
    row = queries.get_endpoint(scope, pk)
    if row is None:
        raise NotFound("no such endpoint")
    return row


def _active(scope: Scope, pk: int) -> EndpointRow:
    row = _found(scope, pk)
    if row.state != "active":
        raise Conflict("the endpoint is disabled: enable it first")
    return row


def _check_url(url: str) -> None:
    try:
        target_of(url, settings.WEBHOOK_NETWORKS)
    except AddressRefused as refusal:
        raise Conflict(str(refusal)) from None


def _checked(types: Collection[str]) -> tuple[str, ...]:
    unknown = sorted(set(types) - set(EVENT_TYPES.values()))
    if unknown:
        raise Conflict(f"no event is of a type {unknown[0]}")
    return tuple(sorted(set(types)))


def _tell(scope: Scope, brand: int, kind: str, pk: int, data: Mapping[str, Any], now: datetime) -> None:
    record(scope.operator, brand, kind=kind, subject=f"webhook:{pk}", data=data, at=now, actor=scope.actor)
