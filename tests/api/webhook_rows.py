"""An endpoint of the tea shop, what it was told, and how to ask each operation for them."""

from __future__ import annotations

from typing import Any

from tests.api.shop import NOW, Place

from doorstep.core.webhooks.models import Delivery

BRAND = "tea"
WEBHOOKS: dict[str, tuple[str, Any]] = {
    "GET /v1/webhooks": (f"?brand={BRAND}", None),
    "POST /v1/webhooks": ("", {"url": "https://hooks.invalid/", "brand": BRAND}),
    "GET /v1/webhooks/{webhook_id}": ("", None),
    "PATCH /v1/webhooks/{webhook_id}": ("", {"types": ["order.placed"]}),
    "DELETE /v1/webhooks/{webhook_id}": ("", None),
    "POST /v1/webhooks/{webhook_id}/rotate": ("", None),
    "POST /v1/webhooks/{webhook_id}/test": ("", None),
    "POST /v1/webhooks/{webhook_id}/replay": ("", {"since": "2026-11-01T00:00:00Z"}),
    "GET /v1/webhooks/{webhook_id}/deliveries": ("", None),
    "GET /v1/webhooks/deliveries/{message_id}": ("", None),
    "POST /v1/webhooks/deliveries/{message_id}/replay": ("", None),
}


def told_outside(place: Place) -> dict[str, str]:
    """An endpoint of the shop, and what it was told."""
    said = {"url": "https://hooks.invalid/", "brand": BRAND}
    pk = int(place.with_key("operator_admin").post("/v1/webhooks", said).json()["id"])
    told = {"fact": 1, "subject": "order:1", "type": "order.placed", "body": "{}", "next_at": NOW, "created_at": NOW}
    made = Delivery.objects.create(endpoint_id=pk, state="delivered", ended_at=NOW, **told)
    return {"webhook_id": str(pk), "message_id": str(made)}
