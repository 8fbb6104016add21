"""What users ask of orders and addresses. Numbers are those of docs/asks.md."""

from __future__ import annotations

import pytest
from tests.api.shop import opened, order

TO = {"name": "Ana", "address_1": "Rua das Flores 12b", "city": "curitiba", "region": "paraná", "country": "BR"}


@pytest.mark.django_db
def test_ask_65_what_the_check_of_an_address_changes_is_shown() -> None:
    shop = opened().with_key()
    shop.post("/v1/orders", order(to={**TO, "postcode": "80010 000"}), idempotency_key="1")
    told = shop.get("/v1/orders/N-1").json()
    assert (told["region"], told["postcode"]) == ("PR", "80010000")
    assert told["standing"]["address_changes"] == [
        {"field": "region", "before": "paraná", "after": "PR"},
        {"field": "postcode", "before": "80010 000", "after": "80010000"},
    ]
    assert (told["to"]["address_1"], told["city"]) == ("Rua das Flores 12b", "curitiba")
