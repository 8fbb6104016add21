"""/v1/products, /v1/sites and /v1/parcels."""

from __future__ import annotations

import pytest
from tests.api.shop import Shop, order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("resource", ["products", "sites"])
def test_a_list_and_each_of_it_say_the_same(shop: Shop, resource: str) -> None:
    rows = shop.get(f"/v1/{resource}").json()["data"]
    assert rows
    code = resource.removesuffix("s") if resource == "sites" else "sku"
    assert [one[code] for one in rows] == sorted(one[code] for one in rows)
    for one in rows:
        assert shop.get(f"/v1/{resource}/{one[code]}").json() == one


@pytest.mark.parametrize("path", ["/v1/products/whose", "/v1/sites/whose", "/v1/parcels/whose", "/v1/sites/%00"])
def test_what_is_not_there_is_not_found(shop: Shop, path: str) -> None:
    answer = shop.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_products_are_searched(shop: Shop) -> None:
    assert [one["sku"] for one in shop.get("/v1/products?search=MU").json()["data"]] == ["mug"]
    assert shop.get("/v1/products?brand=whose").json()["data"] == []


def test_a_site_says_when_carriers_call(shop: Shop) -> None:
    site = shop.get("/v1/sites/munich").json()
    assert site["collections"]
    assert all(len(one["time"]) == 5 and one["working_days"] for one in site["collections"])


def test_parcels_are_listed_and_found(shop: Shop) -> None:
    placed = shop.post("/v1/orders", order(), idempotency_key="1").json()["parcels"][0]
    assert shop.get(f"/v1/parcels/{placed['parcel']}").json() == placed
    brief = {name: value for name, value in placed.items() if name not in ("contents", "placements")}
    assert shop.get("/v1/parcels").json() == {"data": [brief], "next": None}
    assert shop.get(f"/v1/parcels?site=munich&service={placed['service']}").json()["data"] == [brief]
    assert shop.get("/v1/parcels?site=whose").json()["data"] == []
    assert placed["cost_minor"] == sum(placed["cost_parts_minor"].values())
    assert shop.get("/v1/parcels?ship_date=1999-01-01").json()["data"] == []


@pytest.mark.parametrize("query", ["ship_date=soon", "limit=0", "after=x", "site=%0A"])
def test_a_filter_of_parcels_that_cannot_be_is_refused(shop: Shop, query: str) -> None:
    assert shop.get(f"/v1/parcels?{query}").status_code == 422


@pytest.mark.parametrize("query", ["limit=0", "after=x", "search=%00"])
def test_a_filter_of_products_that_cannot_be_is_refused(shop: Shop, query: str) -> None:
    assert shop.get(f"/v1/products?{query}").status_code == 422
