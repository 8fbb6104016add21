"""Orders changed, released, cancelled and overridden by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.shop import Place, Shop, order

pytestmark = pytest.mark.django_db


def placed(shop: Shop, code: str = "N-1", **more: Any) -> None:
    assert shop.post("/v1/orders", order(code, **more), idempotency_key=code).status_code == 201


def test_wishes_come_in_with_the_order(shop: Shop) -> None:
    placed(shop, priority=3, gift_note="Enjoy", payment="paid", safe_place="porch", signed_for=False)
    told = shop.get("/v1/orders/N-1").json()
    assert (told["priority"], told["gift_note"], told["safe_place"]) == (3, "Enjoy", "porch")
    standing = told["standing"]
    assert (standing["payment"], standing["address_precision"], standing["revision"]) == ("paid", "coordinates", 0)
    assert [(one["parcel"], one["state"]) for one in standing["parcel_states"]] == [("N-1-1", "planned")]


def test_what_the_check_of_an_address_changed_is_shown(shop: Shop) -> None:
    to = {"address_1": "Rua 1", "city": "Curitiba", "region": "Paraná", "postcode": "80010000", "country": "BR"}
    told = shop.post("/v1/orders", order(to=to), idempotency_key="a").json()
    assert told["state"] == "held"
    assert [one["reason"] for one in told["faults"]] == ["no_zone", "customs_data_missing"]
    standing = shop.get("/v1/orders/N-1").json()["standing"]
    assert standing["address_changes"] == [{"field": "region", "before": "Paraná", "after": "PR"}]
    assert standing["address_precision"] == "nowhere"


def test_an_order_is_changed_in_part(shop: Shop) -> None:
    placed(shop, speed="standard")
    body = {"revision": 0, "to": {"name": "Bea", "phone": "1"}, "speed": None, "gift_note": "Hi"}
    answer = shop.ask("PATCH", "/v1/orders/N-1", body)
    assert answer.status_code == 200
    told = shop.get("/v1/orders/N-1").json()
    assert (told["to"]["name"], told["to"]["address_1"], told["speed"], told["gift_note"]) == (
        "Bea",
        "Ring 1",
        "",
        "Hi",
    )
    assert [one["kind"] for one in told["timeline"]][2] == "OrderEdited"
    assert told["timeline"][2]["data"] == {"changed": ["gift_note", "name", "phone", "speed"]}
    stale = shop.ask("PATCH", "/v1/orders/N-1", body)
    assert (stale.status_code, stale.json()["code"]) == (409, "conflict")


def test_lines_are_changed_as_a_whole(shop: Shop) -> None:
    placed(shop)
    lines = [{"line": "1", "sku": "mug", "quantity": 2, "unit_price_minor": 900}]
    told = shop.ask("PATCH", "/v1/orders/N-1", {"lines": lines}).json()
    assert told["after"]["cost_minor"] > told["before"]["cost_minor"]
    assert [one["quantity"] for one in told["parcels"][0]["contents"]] == [2]
    states = shop.get("/v1/orders/N-1").json()
    assert [one["parcel"] for one in states["parcels"]] == ["N-1-2"]
    assert [(one["state"], one["reason"]) for one in states["standing"]["parcel_states"]] == [
        ("cancelled", "replaced"),
        ("planned", ""),
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"to": {"latitude": 1.0}}, "/to/latitude"),
        ({"lines": []}, "/lines"),
        ({"not_before": "2026-12-02", "promised_by": "2026-12-01"}, "/not_before"),
        ({"priority": 10}, "/priority"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_change_that_cannot_be_is_told_where(shop: Shop, body: object, pointer: str) -> None:
    placed(shop)
    answer = shop.ask("PATCH", "/v1/orders/N-1", body)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_a_payment_that_arrives_lets_the_order_go(shop: Shop) -> None:
    placed(shop, payment="pending")
    fault = shop.get("/v1/orders/N-1").json()["standing"]["faults"][0]
    assert (fault["reason"], fault["settled_by"]) == ("payment_pending", "payment")
    told = shop.post("/v1/orders/N-1/release-hold", {"settled": ["payment"]}).json()
    assert (told["state"], told["before"], told["after"]["parcels"]) == ("planned", None, 1)
    again = shop.post("/v1/orders/N-1/release-hold", {"settled": ["payment"]})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_cancellation_is_answered_the_same_twice(shop: Shop) -> None:
    placed(shop)
    first = shop.post("/v1/orders/N-1/cancel", {"reason": "customer_request", "note": "too late"})
    again = shop.post("/v1/orders/N-1/cancel", {"reason": "fraud"})
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert shop.post("/v1/orders/N-1/cancel", {"reason": "boredom"}).status_code == 422
    assert shop.get("/v1/orders?state=cancelled").json()["data"][0]["reason"] == "customer_request"


def test_an_override_is_weighed_before_it_is_done(place: Place, shop: Shop) -> None:
    placed(shop)
    planner = place.with_key("supervisor")
    listed = planner.get("/v1/orders/N-1/options").json()["data"]
    other = next(one for one in listed[1:] if one["open"])
    dry = planner.post("/v1/orders/N-1/override", {"option": other["option"], "dry_run": True}).json()
    assert dry["after"]["cost_minor"] == other["cost_minor"]
    assert planner.get("/v1/orders/N-1").json()["standing"]["revision"] == 0
    assert planner.post("/v1/orders/N-1/override", {"option": other["option"]}).status_code == 409
    done = planner.post("/v1/orders/N-1/override", {"option": other["option"], "reason": "asked for"}).json()
    assert done["after"] == dry["after"]
    assert "PlanOverridden" in [one["kind"] for one in planner.get("/v1/orders/N-1").json()["timeline"]]
    decision = planner.get("/v1/orders/N-1/decision").json()
    assert decision["override"]["reason"] == "asked for"
    assert decision["override"]["before_minor"] == done["before"]["cost_minor"]
    assert shop.post("/v1/orders/N-1/override", {"site": "munich", "reason": "x"}).status_code == 403


def test_options_that_do_not_exist_are_refused(place: Place, shop: Shop) -> None:
    placed(shop)
    planner = place.with_key("supervisor")
    for body in ({}, {"option": "by dove"}, {"site": "atlantis"}, {"site": "munich", "service": "dove"}):
        assert planner.post("/v1/orders/N-1/override", {**body, "reason": "x"}).status_code == 409


def test_a_look_at_an_order_costs_the_same_whatever_it_went_through(shop: Shop) -> None:
    placed(shop)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            shop.get("/v1/orders/N-1")
        return len(queries)

    asked()  # the first use of a key is noted
    before = asked()
    lines = [{"sku": "mug", "quantity": 2, "unit_price_minor": 900}]
    shop.ask("PATCH", "/v1/orders/N-1", {"lines": lines})
    assert asked() == before
