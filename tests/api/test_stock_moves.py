"""Goods come, go to another site, and are set right: once each, and refused by name when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.shop import Place, Shop

from doorstep.core.events.models import Fact

pytestmark = pytest.mark.django_db
HERE = "/v1/stock?sku=mug&site=munich"


@pytest.fixture
def mover(place: Place) -> Shop:
    return place.with_key("supervisor")


def units(shop: Shop, site: str = "munich") -> dict[str, Any]:
    found: list[dict[str, Any]] = shop.get(f"/v1/stock?sku=mug&site={site}").json()["data"]
    return found[0] if found else {"available": 0, "in_transit": 0, "expected": 0}


def receipt(**more: Any) -> dict[str, Any]:
    return {"site": "munich", "sku": "mug", "quantity": 5, **more}


def test_a_receipt_counts_once_however_often_it_is_sent(mover: Shop) -> None:
    before = units(mover)["available"]
    first = mover.post("/v1/stock/receipts", receipt(bin="A-1", lot="L7"), idempotency_key="r")
    again = mover.post("/v1/stock/receipts", receipt(lot="L7", bin="A-1"), idempotency_key="r")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert units(mover)["available"] == before + 5
    fact = Fact.objects.get(kind="StockReceived")
    assert fact.data == {"site": "munich", "sku": "mug", "quantity": 5, "lot": "L7", "inbound": None}
    other = mover.post("/v1/stock/receipts", receipt(quantity=6), idempotency_key="r")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_announced_goods_are_expected_until_they_have_come(mover: Shop) -> None:
    before = units(mover)
    due = {"site": "munich", "sku": "mug", "quantity": 8, "expected_at": "2026-11-20T08:00:00Z"}
    row = mover.post("/v1/stock/inbound", due, idempotency_key="i").json()
    assert row in mover.get("/v1/stock/inbound").json()["data"]
    assert units(mover)["expected"] == before["expected"] + 8
    mover.post("/v1/stock/receipts", receipt(inbound=row["id"]), idempotency_key="1")
    assert units(mover)["expected"] == before["expected"] + 3
    mover.post("/v1/stock/receipts", receipt(quantity=3, inbound=row["id"]), idempotency_key="2")
    assert units(mover)["expected"] == before["expected"]
    assert row["id"] not in [one["id"] for one in mover.get("/v1/stock/inbound").json()["data"]]
    listed = mover.get("/v1/stock/inbound?received=true").json()["data"]
    assert row["id"] in [one["id"] for one in listed if one["received_at"]]
    late = mover.post("/v1/stock/receipts", receipt(inbound=row["id"]), idempotency_key="3")
    assert (late.status_code, late.json()["detail"]) == (409, "these goods have been received already")


@pytest.mark.parametrize(
    ("reason", "quantity", "available", "damaged"), [("count", -2, -2, 0), ("damage", 1, -1, 1), ("found", 3, 3, 0)]
)
def test_an_adjustment_gives_its_reason(mover: Shop, reason: str, quantity: int, available: int, damaged: int) -> None:
    before = units(mover)
    said = receipt(quantity=quantity, reason=reason, note="seen")
    assert mover.post("/v1/stock/adjustments", said, idempotency_key="a").status_code == 201
    after = units(mover)
    assert (after["available"] - before["available"], after["damaged"] - before["damaged"]) == (available, damaged)
    assert Fact.objects.get(kind="StockAdjusted").data["reason"] == reason


@pytest.mark.parametrize(("reason", "state"), [("damage", "damaged"), ("quarantine", "quarantined")])
def test_what_cannot_be_sold_is_written_off(mover: Shop, reason: str, state: str) -> None:
    mover.post("/v1/stock/receipts", receipt(quantity=3), idempotency_key="1")
    mover.post("/v1/stock/adjustments", receipt(quantity=2, reason=reason), idempotency_key="2")
    before = units(mover)
    gone = receipt(quantity=2, reason="loss", state=state)
    assert mover.post("/v1/stock/adjustments", gone, idempotency_key="3").status_code == 201
    after = units(mover)
    assert (after[state] - before[state], after["available"] - before["available"]) == (-2, 0)
    assert Fact.objects.filter(kind="StockAdjusted").latest("pk").data["state"] == state
    assert mover.post("/v1/stock/adjustments", gone, idempotency_key="4").status_code == 409


def test_a_transfer_is_in_transit_until_it_is_received(mover: Shop) -> None:
    here, there = units(mover), units(mover, "berlin")
    sending = {"reference": "T-9", "origin": "munich", "destination": "berlin",
               "goods": [{"sku": "mug", "quantity": 2}]}  # fmt: skip
    sent = mover.post("/v1/stock/transfers", sending, idempotency_key="t").json()
    assert sent["in_transit"] == [{"sku": "mug", "lot": "", "quantity": 2}]
    assert units(mover)["available"] == here["available"] - 2
    assert units(mover, "berlin")["in_transit"] == there["in_transit"] + 2
    assert mover.get("/v1/stock/transfers?in_transit=true").json()["data"] == [sent]
    twice = mover.post("/v1/stock/transfers", sending, idempotency_key="u")
    assert (twice.status_code, twice.json()["detail"]) == (409, "there is a transfer T-9 already")
    got = mover.post("/v1/stock/transfers/T-9/receive", {"bin": "B-1"}, idempotency_key="v").json()
    assert got["received_at"] is not None
    assert got["in_transit"] == []
    after = units(mover, "berlin")
    assert (after["available"], after["in_transit"]) == (there["available"] + 2, there["in_transit"])
    assert mover.post("/v1/stock/transfers/T-9/receive", {}, idempotency_key="w").status_code == 409
    assert mover.get("/v1/stock/transfers?in_transit=true").json()["data"] == []
    assert [one.kind for one in Fact.objects.filter(subject="transfer:T-9").order_by("pk")] == [
        "TransferSent",
        "TransferReceived",
    ]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("receipts", receipt(quantity=0), "/quantity"),
        ("receipts", receipt(bin="x" * 41), "/bin"),
        ("receipts", receipt(expires_on="soon"), "/expires_on"),
        ("adjustments", receipt(reason="mood"), "/reason"),
        ("adjustments", receipt(reason="loss", quantity=-1), "/quantity"),
        ("adjustments", receipt(reason="count", quantity=0), "/quantity"),
        ("adjustments", receipt(reason="damage", state="quarantined"), "/state"),
        ("adjustments", receipt(reason="loss", state="reserved"), "/state"),
        ("transfers", {"reference": "r" * 32, "origin": "munich", "destination": "berlin",
                       "goods": [{"sku": "mug", "quantity": 1}]}, "/reference"),
        ("transfers", {"reference": "r", "origin": "munich", "destination": "munich",
                       "goods": [{"sku": "mug", "quantity": 1}]}, "/destination"),
        ("transfers", {"reference": "r", "origin": "munich", "destination": "berlin",
                       "goods": [{"sku": "mug", "quantity": 1}] * 2}, "/goods"),
        ("inbound", {"site": "munich", "sku": "mug", "quantity": 1, "expected_at": "soon"}, "/expected_at"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(mover: Shop, path: str, body: dict[str, Any], pointer: str) -> None:
    answer = mover.post(f"/v1/stock/{path}", body, idempotency_key="x")
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])
    assert not Fact.objects.filter(kind__in=("StockReceived", "StockAdjusted", "TransferSent")).exists()


def test_what_is_not_there_is_named(mover: Shop) -> None:
    answer = mover.post("/v1/stock/receipts", receipt(site="whose"), idempotency_key="x")
    assert (answer.status_code, answer.json()["detail"]) == (404, "no site whose")
    answer = mover.post("/v1/stock/receipts", receipt(sku="whose"), idempotency_key="x")
    assert (answer.status_code, answer.json()["detail"]) == (404, "no product whose")
    assert mover.post("/v1/stock/transfers/T-0/receive", {}, idempotency_key="x").status_code == 404
    lack = mover.post("/v1/stock/adjustments", receipt(quantity=10**6, reason="loss"), idempotency_key="x")
    assert (lack.status_code, lack.json()["code"]) == (409, "stock_moved")
    assert not Fact.objects.filter(kind="StockAdjusted").exists()


def test_a_brands_key_moves_nothing(shop: Shop) -> None:
    assert shop.post("/v1/stock/receipts", receipt(), idempotency_key="x").status_code == 403
