"""Goods on their way are never promised twice, whoever orders at the same moment. Needs PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from tests.concurrency.test_last_units import crowd
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked

from doorstep.core.orders.models import Order
from doorstep.core.stock.models import InboundClaim
from doorstep.flows.accept import Accepted, accept_order
from doorstep.flows.fill_back_orders import fill_back_orders
from doorstep.flows.standing import forget
from doorstep.flows.stock import Receipt, announce, receive

ROUNDS, CROWD = 3, 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql(transactional_db: None) -> Iterator[None]:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    forget()
    yield
    assert_moves_add_up()
    forget()


def test_announced_goods_are_promised_once() -> None:
    """Of 8 orders of 3 teapots at once, goods for 4 are announced; each round those of the round before have come."""
    scope, brand_id = loaded()
    for number in range(ROUNDS):
        inbound = announce(scope, brand_id, "munich", "teapot", 12, NOW + timedelta(days=7), now=NOW)

        def order(one: int, number: int = number) -> Accepted:
            code = f"B-{number}-{one}"
            return accept_order(scope, brand_id, asked(code, "teapot", 3), now=NOW, on_shortage="back_order")

        answers = crowd([lambda one=one: order(one) for one in range(CROWD)])  # type: ignore[misc]
        reasons = sorted(one.reason for one in answers if isinstance(one, Accepted))
        assert reasons == ["back_order"] * 4 + ["stock_out"] * 4, answers
        assert InboundClaim.objects.filter(inbound=inbound).aggregate(units=Sum("quantity"))["units"] == 12
        receive(scope, brand_id, Receipt("munich", "teapot", 12, inbound=inbound), now=NOW)
        fillers = crowd([lambda: fill_back_orders(scope, brand_id, now=NOW)] * 3)
        assert all(isinstance(one, int) for one in fillers), fillers
        assert Order.objects.filter(code__startswith=f"B-{number}-", state="planned").count() == 4
        assert not InboundClaim.objects.exists()
