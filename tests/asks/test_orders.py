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


@pytest.mark.django_db
def test_ask_41_a_missing_customs_code_is_told_when_the_order_comes_in() -> None:
    shop = opened().with_key()
    zurich = {"name": "Ana", "address_1": "Gasse 1", "city": "Zürich", "region": "ZH", "postcode": "8001"}
    shop.post("/v1/orders", order(to={**zurich, "country": "CH"}), idempotency_key="1")
    told = shop.get("/v1/orders/N-1").json()
    assert told["state"] == "held"
    (fault,) = [one for one in told["standing"]["faults"] if one["reason"] == "customs_data_missing"]
    assert "mug" in fault["detail"]
    assert fault["remedy"]


@pytest.mark.django_db
def test_ask_63_no_address_is_refused_and_a_word_settles_it() -> None:
    shop = opened().with_key()
    odd = {**order()["to"], "postcode": "8033"}
    made = shop.post("/v1/orders", order(to=odd), idempotency_key="1")
    assert (made.status_code, made.json()["state"]) == (201, "held")
    (fault,) = shop.get("/v1/orders/N-1").json()["standing"]["faults"]
    assert "80" in fault["detail"]
    settled = shop.post("/v1/orders/N-1/release-hold", {"settled": [fault["settled_by"]]})
    assert (settled.status_code, settled.json()["state"]) == (200, "planned")
    assert shop.get("/v1/orders/N-1").json()["postcode"] == "8033"
