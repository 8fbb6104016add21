"""What is warmed up is what a quote and an order need."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.record.brand import NOW, loaded

from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.place import Place
from doorstep.flows.accept import accept_order
from doorstep.flows.quote import quote_cart
from doorstep.flows.warm_up import warm_up


def signatures() -> dict[str, int]:
    """How many kinds of arguments each kernel is compiled for."""
    return {
        f"{module.__name__}.{name}": len(found.signatures)
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith("doorstep.kernels.")
        for name, found in vars(module).items()
        if hasattr(found, "py_func") and hasattr(found, "signatures")
    }


@pytest.mark.django_db
def test_a_quote_and_an_order_compile_nothing_more(tmp_path: Path) -> None:
    warm_up(tmp_path / "brand")
    warm = signatures()
    assert sum(warm.values()) > 20
    scope, brand_id = loaded()
    lines = (OrderLine("1", "mug", 1, 0), OrderLine("2", "teapot", 1, 0))
    at = datetime(NOW.year, NOW.month, NOW.day, 8, tzinfo=UTC)
    order = Order("W-1", "", at, "ann", Place("DE", "BY", "Munich", "80331", 48.137, 11.575), lines)
    assert quote_cart(scope, brand_id, order, now=NOW).options
    ordered = Order(order.order, "", at, "ann", order.place, lines, contact=Contact(name="Ann", address_1="Ring 1"))
    assert accept_order(scope, brand_id, ordered, now=NOW).state == "planned"
    assert signatures() == warm
