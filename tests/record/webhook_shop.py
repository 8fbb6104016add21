"""A shop with an endpoint, and facts that it is told of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from tests.core_fixtures import NOW, make_brand, make_operator
from tests.plugins.webhook_receiver import Receiver

from doorstep.core.accounts.models import Brand
from doorstep.core.events.actions import record
from doorstep.core.events.models import Fact
from doorstep.core.events.queries import Told
from doorstep.core.orders.models import Order
from doorstep.core.webhooks.models import Delivery, Endpoint
from doorstep.domain.rights import Scope
from doorstep.flows.webhook_endpoints import add_endpoint
from doorstep.flows.webhooks import announce


@dataclass(frozen=True, slots=True)
class WebhookShop:
    brand: Brand
    scope: Scope

    def endpoint(self, url: str, types: Sequence[str] = (), now: datetime = NOW) -> Endpoint:
        made = add_endpoint(self.scope, brand=self.brand.code, url=url, types=types, now=now)
        return Endpoint.objects.get(pk=made.pk)

    def order(self, code: str) -> Order:
        return Order.objects.create(brand=self.brand, code=code, placed_at=NOW, country="DE", state="planned")

    def tell(self, *kinds: str, order: Order, now: datetime = NOW, data: dict[str, object] | None = None) -> None:
        """Write facts about an order, and hand them on as the relay does."""
        facts: list[Told] = []
        with transaction.atomic():
            for kind in kinds:
                told = {"number": len(facts)} if data is None else data
                subject = f"order:{order.pk}"
                pk = record(
                    self.scope.operator, self.brand.pk, kind=kind, subject=subject, data=told, at=now, actor="user:1"
                )
                facts.append(handed(Fact.objects.get(pk=pk)))
            announce(facts, now)


def handed(row: Fact) -> Told:
    return Told(
        row.pk,
        row.at,
        row.kind,
        row.version,
        row.actor,
        row.cause_id,
        row.subject,
        row.data,
        row.operator_id,
        row.brand_id,
    )


def webhook_shop(operator: str = "north", brand: str = "tea") -> WebhookShop:
    owner = make_operator(operator)
    made = make_brand(owner, brand)
    return WebhookShop(made, Scope(owner.pk, frozenset({made.pk}), "operator_admin", "user:1"))


def told(receiver: Receiver) -> list[tuple[str, str]]:
    said = [json.loads(one) for one in receiver.bodies]
    return [(one["data"].get("order", ""), one["type"]) for one in said]


def states() -> list[str]:
    return list(Delivery.objects.order_by("fact").values_list("state", flat=True))
