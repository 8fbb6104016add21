"""A day that was really planned, read back by the queries and shown by the pages."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.record.brand import NOW, loaded
from tests.web.test_tenancy import entered

from doorstep.core.accounts.actions import add_user
from doorstep.core.accounts.models import User
from doorstep.core.decisions.queries import history, latest
from doorstep.core.orders.queries import list_orders
from doorstep.core.parcels.queries import leaving, of_order, summaries
from doorstep.flows.plan_day import plan_day
from doorstep.kernels.run import Run


@pytest.mark.django_db
def test_what_was_planned_is_what_is_shown() -> None:
    scope, brand_id = loaded()
    plan_day(scope, brand_id, now=NOW, run=Run())
    user = add_user("ann@north.example", "Ann", "correct horse battery", "operator_admin", scope.operator)
    client = entered(User.objects.get(pk=user))
    rows = list_orders(scope).rows
    summed = summaries(scope, [row.pk for row in rows])
    planned = 0
    for row in rows:
        page = client.get(reverse("order", args=(row.brand, row.order))).content.decode()
        assert "What happened" in page
        receipt = latest(scope, row.pk)
        if receipt is None:
            assert row.state in ("open", "held")
            continue
        planned += 1
        assert history(scope, row.pk) == (receipt,)
        details = of_order(scope, row.pk)
        cost = sum(one.row.cost.total_minor for one in details)
        assert receipt.cost_minor == cost == summed[row.pk].cost_minor
        assert sum(choice.cost.total_minor for choice in receipt.chosen) == cost
        assert [choice.on_time_ppm for choice in receipt.chosen] == [one.row.on_time_ppm for one in details]
        assert receipt.lower_bound_minor <= cost
        assert page.count('class="mark') >= len(details)
        assert all(
            len(one.placements) >= sum(part.quantity for part in one.contents) or one.row.carton == "own-box"
            for one in details
        )
        days = {one.row.ship_at.date() for one in details}
        assert all(any(call.parcels for call in leaving(scope, day)) for day in days)
    assert planned == 3
    for name in ("today", "orders", "shipments", "stock", "products", "sites", "tariffs"):
        assert client.get(reverse(name)).status_code == 200
