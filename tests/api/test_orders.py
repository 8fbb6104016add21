"""/v1/orders and the decision on one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.api.shop import NOW, Place, Shop, order

from doorstep.core.events.models import Answered
from doorstep.core.learned.bids import Learned, keep
from doorstep.core.orders.models import Order
from doorstep.domain.bids import BidPrice

pytestmark = pytest.mark.django_db


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(one["place"], one["pointer"]) for one in answer.json()["errors"]]


def test_an_order_is_placed_planned_and_found_again(shop: Shop) -> None:
    placed = shop.post("/v1/orders", order(), idempotency_key="1")
    assert placed.status_code == 201
    told = placed.json()
    assert (told["order"], told["state"], told["reason"]) == ("N-1", "planned", "")
    assert [one["site"] for one in told["parcels"]] == ["munich"]
    assert told["promised_by"] == max(one["promised_by"] for one in told["parcels"])
    found = shop.get(placed.headers["Location"])
    assert found.status_code == 200
    seen = found.json()
    assert seen["parcels"] == told["parcels"]
    assert seen["placed_at"] == "2026-11-16T10:00:00Z"
    assert seen["lines"][0]["unit_price_minor"] == 900
    assert seen["to"]["name"] == "Ann"
    assert [one["kind"] for one in seen["timeline"]] == ["OrderPlaced", "OrderPromised"]


def test_the_decision_says_what_was_chosen_and_what_lost(shop: Shop) -> None:
    placed = shop.post("/v1/orders", order(), idempotency_key="1").json()
    told = shop.get("/v1/orders/N-1/decision").json()
    assert told["cost_minor"] == sum(one["cost_minor"] for one in placed["parcels"])
    assert [one["site"] for one in told["chosen"]] == ["munich"]
    assert told["rejected"]
    assert told["lower_bound_minor"] <= told["cost_minor"]


def test_an_order_without_a_decision_has_none(shop: Shop) -> None:
    shop.post("/v1/orders", order(sku="samovar"), idempotency_key="1")
    assert shop.get("/v1/orders/N-1/decision").status_code == 404
    assert shop.get("/v1/orders/nothing/decision").status_code == 404


def test_a_fault_is_accepted_on_hold(shop: Shop) -> None:
    placed = shop.post("/v1/orders", order(sku="samovar"), idempotency_key="1")
    assert placed.status_code == 201
    assert (placed.json()["state"], placed.json()["reason"]) == ("held", "unknown_sku")


def test_goods_that_are_not_there_are_waited_for_or_refused(shop: Shop) -> None:
    many = order(sku="teapot", quantity=3)
    refused = shop.post("/v1/orders", many | {"on_shortage": "refuse"}, idempotency_key="1")
    assert (refused.status_code, refused.json()["code"]) == (409, "out_of_stock")
    assert not Order.objects.filter(code="N-1").exists()
    waits = shop.post("/v1/orders", many, idempotency_key="2")
    assert (waits.status_code, waits.json()["state"]) == (201, "open")


def test_the_same_request_is_answered_the_same_and_acts_once(shop: Shop) -> None:
    first = shop.post("/v1/orders", order(), idempotency_key="1")
    again = shop.post("/v1/orders", json.dumps(order(), indent=4).encode(), idempotency_key="1")
    assert again.content == first.content
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert Order.objects.filter(code="N-1").count() == 1


def test_a_key_used_for_another_body_is_refused(shop: Shop) -> None:
    shop.post("/v1/orders", order(), idempotency_key="1")
    other = shop.post("/v1/orders", order("N-2"), idempotency_key="1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert not Order.objects.filter(code="N-2").exists()


def test_two_shops_may_use_the_same_idempotency_key(place: Place, shop: Shop) -> None:
    assert shop.post("/v1/orders", order(), idempotency_key="1").status_code == 201
    assert place.with_key().post("/v1/orders", order("N-2"), idempotency_key="1").status_code == 201


def test_an_error_leaves_no_claim_behind(shop: Shop) -> None:
    shop.post("/v1/orders", order(), idempotency_key="1")
    twice = shop.post("/v1/orders", order(), idempotency_key="2")
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")
    assert Answered.objects.count() == 1
    assert shop.post("/v1/orders", order("N-2"), idempotency_key="2").status_code == 201


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"order": ""}, "/order"),
        ({"order": "a b"}, "/order"),
        ({"order": "x" * 101}, "/order"),
        ({"order": "nul\0"}, "/order"),
        ({"customer": " x"}, "/customer"),
        ({"placed_at": "2026-11-16T11:00:00"}, "/placed_at"),
        ({"placed_at": 5}, "/placed_at"),
        ({"placed_at": "0001-01-01T00:00:00Z"}, "/placed_at"),
        ({"not_before": "2026-02-30"}, "/not_before"),
        ({"lines": []}, "/lines"),
        ({"lines": [{"sku": "mug", "quantity": 0, "unit_price_minor": 1}]}, "/lines/0/quantity"),
        ({"lines": [{"sku": "mug", "quantity": True, "unit_price_minor": 1}]}, "/lines/0/quantity"),
        ({"lines": [{"sku": "mug", "quantity": "1", "unit_price_minor": 1}]}, "/lines/0/quantity"),
        ({"lines": [{"sku": "mug", "quantity": 1, "unit_price_minor": 1.5}]}, "/lines/0/unit_price_minor"),
        ({"lines": [{"sku": "mug", "quantity": 1, "unit_price_minor": 1, "line": "a"}] * 2}, "/lines/1/line"),
        ({"to": {"country": "XX"}}, "/to/country"),
        ({"to": {}}, "/to/country"),
        ({"to": {"country": "DE", "latitude": 91, "longitude": 0}}, "/to/latitude"),
        ({"to": {"country": "DE", "latitude": 9}}, "/to/latitude"),
        ({"promised_by": "2026-11-14"}, "/promised_by"),
        ({"promised_by": "2026-11-18", "not_before": "2026-11-19"}, "/not_before"),
        ({"speed": "fast"}, "/speed"),
        ({"residential": 1}, "/residential"),
        ({"a/b~c": 1}, "/a~1b~0c"),
    ],
)
def test_what_cannot_be_is_refused_and_pointed_at(shop: Shop, change: dict[str, Any], pointer: str) -> None:
    answer = shop.post("/v1/orders", order() | change, idempotency_key="1")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert faults(answer) == [("body", pointer)]
    assert not Answered.objects.exists()


def test_all_faults_are_told_at_once(shop: Shop) -> None:
    answer = shop.post("/v1/orders", order() | {"speed": "fast", "order": ""})
    assert sorted(faults(answer)) == [("body", "/order"), ("body", "/speed"), ("header", "/Idempotency-Key")]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"order": NaN}', b"[" * 100_000])
def test_what_is_not_json_is_refused(shop: Shop, body: bytes) -> None:
    answer = shop.post("/v1/orders", body, idempotency_key="1")
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"[]", b"5", b"null", b'"text"'])
def test_json_that_is_no_object_is_refused(shop: Shop, body: bytes) -> None:
    assert shop.post("/v1/orders", body, idempotency_key="1").status_code == 422


def test_a_body_too_large_is_refused(shop: Shop) -> None:
    answer = shop.post("/v1/orders", b" " * 3_000_000, idempotency_key="1")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_orders_are_listed_and_filtered(shop: Shop) -> None:
    for number in range(3):
        shop.post(
            "/v1/orders",
            order(f"N-{number}", placed_at=f"2027-01-0{number + 1}T00:00:00Z"),
            idempotency_key=str(number),
        )
    shop.post("/v1/orders", order("N-9", sku="samovar", placed_at="2027-01-04T00:00:00Z"), idempotency_key="9")

    def codes(query: str) -> list[str]:
        return [one["order"] for one in shop.get(f"/v1/orders?placed_from=2027-01-01T00:00:00Z&{query}").json()["data"]]

    assert codes("") == ["N-9", "N-2", "N-1", "N-0"]
    assert codes("state=planned") == ["N-2", "N-1", "N-0"]
    assert codes("state=held&reason=unknown_sku") == ["N-9"]
    assert codes("placed_to=2027-01-03T00:00:00Z") == ["N-1", "N-0"]
    assert codes("search=n-2") == ["N-2"]
    assert codes("brand=other") == []


def test_pages_follow_one_another(shop: Shop) -> None:
    whole = [one["order"] for one in shop.get("/v1/orders?limit=200").json()["data"]]
    assert len(whole) > 3
    seen: list[str] = []
    path = "/v1/orders?limit=2"
    while True:
        page = shop.get(path).json()
        assert len(page["data"]) <= 2
        seen += [one["order"] for one in page["data"]]
        if page["next"] is None:
            break
        path = f"/v1/orders?limit=2&after={page['next']}"
    assert seen == whole


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("state=lost", "/state"),
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=x", "/limit"),
        ("after=nonsense", "/after"),
        ("after=WzEsMl0x", "/after"),
        ("placed_from=2026-01-01", "/placed_from"),
        ("placed_to=yesterday", "/placed_to"),
        ("search=%00", "/search"),
        ("brand=", "/brand"),
        ("stat=held", "/stat"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(shop: Shop, query: str, pointer: str) -> None:
    answer = shop.get(f"/v1/orders?{query}")
    assert answer.status_code == 422
    assert faults(answer) == [("query", pointer)]


@pytest.mark.parametrize("code", ["nothing", "%00", "x" * 300, "a%0Ab", "a/b"])
def test_an_order_that_is_not_there_is_not_found(shop: Shop, code: str) -> None:
    answer = shop.get(f"/v1/orders/{code}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_code_with_a_slash_is_found(shop: Shop) -> None:
    placed = shop.post("/v1/orders", order("2026/1"), idempotency_key="1")
    assert placed.headers["Location"] == "/v1/orders/2026%2F1"
    assert shop.get("/v1/orders/2026%2F1").json()["order"] == "2026/1"
    assert shop.get("/v1/orders/2026%2F1/decision").json()["order"] == "2026/1"


def test_a_key_of_several_brands_names_one(place: Place) -> None:
    from doorstep.core.accounts.models import Brand

    other = Brand.objects.get(pk=place.brand)
    other.pk, other.code = None, "other"
    other.save()
    supervisor = place.with_key("supervisor")
    unnamed = supervisor.post("/v1/orders", order(), idempotency_key="1")
    assert faults(unnamed) == [("body", "/brand")]
    unknown = supervisor.post("/v1/orders", order(brand="whose"), idempotency_key="1")
    assert unknown.status_code == 404
    code = Brand.objects.get(pk=place.brand).code
    assert supervisor.post("/v1/orders", order(brand=code), idempotency_key="1").status_code == 201


def test_an_order_without_a_plan_tells_what_each_way_out_would_take(shop: Shop) -> None:
    shop.post("/v1/orders", order(sku="teapot", quantity=3), idempotency_key="1")
    (conflict,) = shop.get("/v1/orders/N-1").json()["conflicts"]
    assert conflict.pop("fix").startswith("bring ")
    assert conflict == {
        "constraint": "stock",
        "detail": "3 x teapot asked, 1 left at berlin, 1 left at munich",
        "group": 1,
        "enough": True,
    }


def test_a_decision_tells_the_changes_that_a_program_can_make(shop: Shop) -> None:
    shop.post("/v1/orders", order(sku="teapot"), idempotency_key="1")
    told = shop.get("/v1/orders/N-1/decision").json()
    assert told["flips"]
    assert {one["kind"] for one in told["flips"]} <= {"stock", "capacity", "cut_off", "collection", "rate", "weight"}
    assert all(one["by"] > 0 and one["unit"] for one in told["flips"])
    assert told["flip"]["change"] == told["flips"][0]["change"]
    assert shop.get("/v1/orders/N-1").json()["conflicts"] == []


def test_a_decision_under_prices_tells_what_weighed(shop: Shop, place: Place) -> None:
    rows = tuple(BidPrice(site, "teapot", "", 12_000_000) for site in ("berlin", "munich"))
    keep(place.brand, Learned(NOW, 9, rows), "system", NOW)
    shop.post("/v1/orders", order(), idempotency_key="1")
    told = shop.get("/v1/orders/N-1/decision").json()
    assert (told["weights"], told["weights_minor"], told["bid_prices"]) == ([], 0, None)
    shop.post("/v1/orders", order("N-2", sku="teapot"), idempotency_key="2")
    told = shop.get("/v1/orders/N-2/decision").json()
    site = told["chosen"][0]["site"]
    assert told["weights"] == [{"what": f"1 x teapot at {site}", "amount_minor": 1200}]
    assert told["bid_prices"] == {"learned_at": "2026-11-16T10:00:00Z"}
    assert told["flips"] == []
    assert told["lower_bound_minor"] == told["cost_minor"] + told["weights_minor"]
