"""/v1/stock: cheap to ask again, and what has changed since."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.shop import Place, Shop, order

pytestmark = pytest.mark.django_db


def test_stock_is_told_by_site_and_sku(shop: Shop) -> None:
    rows = shop.get("/v1/stock?limit=200").json()["data"]
    assert [(one["site"], one["sku"]) for one in rows] == sorted((one["site"], one["sku"]) for one in rows)
    mugs = shop.get("/v1/stock?sku=mug&site=munich").json()["data"]
    assert [(one["site"], one["sku"]) for one in mugs] == [("munich", "mug")]
    assert mugs[0] in rows


def test_an_order_takes_from_available_to_reserved(shop: Shop) -> None:
    path = "/v1/stock?sku=mug&site=munich"
    before = shop.get(path).json()["data"][0]
    shop.post("/v1/orders", order(quantity=2), idempotency_key="1")
    after = shop.get(path).json()["data"][0]
    assert (before["available"] - after["available"], after["reserved"] - before["reserved"]) == (2, 2)


def test_nothing_moved_is_told_by_304_at_the_cost_of_one_query(shop: Shop) -> None:
    tag = shop.get("/v1/stock").headers["ETag"]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        again = shop.get("/v1/stock", if_none_match=tag)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert len(asked) == 2  # who asks, and the version
    assert shop.get("/v1/stock", if_none_match=f'"other", W/{tag}').status_code == 304
    assert shop.get("/v1/stock", if_none_match='"other"').status_code == 200


def test_a_move_changes_the_tag(shop: Shop) -> None:
    tag = shop.get("/v1/stock").headers["ETag"]
    shop.post("/v1/orders", order(), idempotency_key="1")
    answer = shop.get("/v1/stock", if_none_match=tag)
    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag


def test_changes_are_told_once_and_in_order(shop: Shop) -> None:
    start = shop.get("/v1/stock/changes?limit=500").json()
    while start["more"]:
        start = shop.get(f"/v1/stock/changes?since={start['version']}").json()
    for number in range(3):
        shop.post("/v1/orders", order(f"N-{number}"), idempotency_key=str(number))
    seen = []
    since, more = start["version"], True
    while more:
        told = shop.get(f"/v1/stock/changes?since={since}&limit=1").json()
        seen += told["data"]
        since, more = told["version"], told["more"]
    assert [(one["reason"], one["quantity"]) for one in seen] == [("reservation", 1)] * 3
    assert [one["version"] for one in seen] == sorted({one["version"] for one in seen})
    assert seen[0]["source"] | {"state": "reserved"} == seen[0]["target"]
    nothing = shop.get(f"/v1/stock/changes?since={since}").json()
    assert nothing == {"data": [], "version": since, "more": False}


@pytest.mark.parametrize(
    ("query", "pointer"), [("since=-1", "/since"), (f"since={2**63}", "/since"), ("limit=501", "/limit")]
)
def test_changes_since_nonsense_are_refused(shop: Shop, query: str, pointer: str) -> None:
    answer = shop.get(f"/v1/stock/changes?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_brand_that_is_not_there_is_not_found(shop: Shop, place: Place) -> None:
    assert shop.get("/v1/stock/changes?brand=whose").status_code == 404
    assert shop.get("/v1/stock?brand=whose").status_code == 404
    assert place.with_key("supervisor").get("/v1/stock/changes").status_code == 200


def test_a_site_or_sku_that_is_not_there_has_no_stock(shop: Shop) -> None:
    assert shop.get("/v1/stock?site=whose").json() == {"data": [], "next": None, "kits": []}
    assert shop.get("/v1/stock?sku=whose").json() == {"data": [], "next": None, "kits": []}
