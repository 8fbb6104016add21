"""A quote says its parcels by the names that an order's parcels have."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api.shop import Shop, opened, order
from tests.files.bordered_brand import ABROAD, bordered_brand

from doorstep.files.folder import read_folder

pytestmark = pytest.mark.django_db
CART = {"to": {"country": "DE", "region": "BY", "postcode": "80331"}, "lines": [{"sku": "mug", "quantity": 2}]}


def test_a_quoted_parcel_has_the_names_of_an_orders_parcel(shop: Shop) -> None:
    quoted = shop.post("/v1/quotes", CART).json()
    told = quoted["options"][0]["parcels"][0]
    placed = shop.post("/v1/orders", order(quantity=2), idempotency_key="1").json()["parcels"][0]
    assert told["currency"] == placed["currency"] == quoted["currency"]
    assert set(told["cost_parts_minor"]) == set(placed["cost_parts_minor"])
    assert told["cost_parts_minor"] == {name.removesuffix("_minor"): minor for name, minor in told["cost"].items()}
    assert told["cost_minor"] == sum(told["cost"].values())
    assert told["goods"] == [{"sku": "mug", "quantity": 2}]
    assert told["contents"] == [["mug", 2]]
    assert shop.get(f"/v1/quotes/{quoted['quote']}").json()["options"] == quoted["options"]


def test_a_quote_over_a_border_tells_what_is_owed_there_and_who_pays(tmp_path: Path) -> None:
    bordered_brand(tmp_path / "brand", 60, 5)
    shop = opened("harbour", tmp_path / "brand").with_key()
    abroad = [one for one in read_folder(tmp_path / "brand").orders if one.place.country in ABROAD]
    told = []
    for one in abroad[:12]:
        to = {"country": one.place.country, "region": one.place.region, "postcode": one.place.postcode}
        lines = [{"sku": line.sku, "quantity": line.quantity} for line in one.lines]
        quote = shop.post("/v1/quotes", {"to": to, "lines": lines}).json()
        assert shop.get(f"/v1/quotes/{quote['quote']}").json()["options"] == quote["options"]
        told += [parcel for option in quote["options"] for parcel in option["parcels"]]
    crossing = [parcel for parcel in told if parcel["at_border"]]
    assert {parcel["at_border"]["incoterm"] for parcel in crossing} == {"DDP", "DAP"}
    for parcel in crossing:
        border = parcel["at_border"]
        paid = border["duty_minor"] + border["tax_minor"] if border["incoterm"] == "DDP" else 0
        assert parcel["cost_parts_minor"]["duty_tax"] == paid
        assert "tax" in border["why"]


def test_a_shop_is_told_how_to_show_options(shop: Shop) -> None:
    told = shop.post("/v1/quotes", CART).json()
    assert told["display"] == list(range(len(told["options"])))
    assert told["propensity"] == 1.0
    again = shop.get(f"/v1/quotes/{told['quote']}").json()
    assert (again["display"], again["propensity"]) == (told["display"], 1.0)
    asked = [250] * len(told["options"])
    path = f"/v1/quotes/{told['quote']}/accept"
    assert shop.post(path, {"option": 0, "asked_minor": [-1]}, idempotency_key="1").status_code == 422
    assert shop.post(path, {"option": 0, "asked_minor": asked}, idempotency_key="2").status_code == 201
