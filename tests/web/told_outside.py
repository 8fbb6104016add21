"""An endpoint of a brand, and deliveries to it: one taken, one that waits, one given up."""

from __future__ import annotations

from datetime import datetime, timedelta

from doorstep.core.accounts.models import Brand
from doorstep.core.webhooks.models import Attempt, Delivery, Endpoint
from doorstep.core.webhooks.outbox import NOT_SENT
from doorstep.flows.webhooks import body_of
from doorstep.plugins.webhooks.signing import new_secret

URL = "https://hooks.tea.example/doorstep"


def tell_outside(brand: Brand, order: int, code: str, now: datetime) -> Endpoint:
    endpoint = Endpoint.objects.create(
        operator_id=brand.operator_id, brand=brand, url=URL, secret=new_secret(),
        created_at=now - timedelta(days=9), last_delivered_at=now,
    )  # fmt: skip
    taken = _delivery(endpoint, order, code, "order.placed", now, state="delivered", ended_at=now, status=200)
    waits = _delivery(
        endpoint, order, code, "order.promised", now, status=503, failures=1, next_at=now + timedelta(hours=1),
        error="answered 503",
    )  # fmt: skip
    _delivery(endpoint, order, code, "order.released", now, state="dead", ended_at=now, attempts=0, error=NOT_SENT)
    Attempt.objects.create(delivery=taken, number=1, at=now, status=200, duration_ms=41)
    Attempt.objects.create(
        delivery=waits, number=1, at=now, status=503, duration_ms=1_041, error="answered 503", response="<b>busy</b>"
    )
    return endpoint


def _delivery(endpoint: Endpoint, order: int, code: str, type: str, now: datetime, **more: object) -> Delivery:
    said = {"attempts": 1, "next_at": now, **more}
    return Delivery.objects.create(
        endpoint=endpoint,
        fact=endpoint.deliveries.count() + 1,
        subject=f"order:{order}",
        type=type,
        body=body_of(type, now, {"brand": endpoint.brand.code, "order": code}),
        created_at=now,
        **said,
    )
