"""Many orders by CSV and by JSON Lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from tests.api.shop import Shop, order

from doorstep.api import bulk
from doorstep.core.orders.models import Order

pytestmark = pytest.mark.django_db
HEADER = "order,channel,placed_at,customer,country,region,city,postcode,address_1,line,sku,quantity,unit_price"
FIRST = "C-1,web,2026-11-16T11:00:00+01:00,ann,DE,BY,Munich,80331,Marktweg 1"


def send(shop: Shop, body: str | bytes, kind: str = "text/csv", query: str = "") -> Any:
    content = body.encode() if isinstance(body, str) else body
    headers = {"Authorization": f"Bearer {shop.key}"}
    return Client(headers=headers).post(f"/v1/orders/bulk{query}", content, content_type=kind)


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def test_a_row_for_each_line_of_an_order(shop: Shop) -> None:
    body = f"{HEADER}\n{FIRST},1,mug,2,9.00\n{FIRST},2,teapot,1,29.00\nC-2,web,yesterday,bo,DE,,,80331,,1,mug,0,1\n"
    found = rows(send(shop, body))
    assert [(one["row"], one["order"], one["result"], one["state"]) for one in found] == [
        (2, "C-1", "accepted", "open"),
        (4, "C-2", "refused", ""),
    ]
    assert {one["field"] for one in found[1]["errors"]} == {"placed_at", "quantity"}
    assert {one["pointer"] for one in found[1]["errors"]} == {"/placed_at", "/quantity"}
    lines = Order.objects.get(code="C-1").lines.order_by("id").values_list("sku", "quantity", "unit_price_micros")
    assert list(lines) == [("mug", 2, 9_000_000), ("teapot", 1, 29_000_000)]
    assert [one["result"] for one in rows(send(shop, body))] == ["exists", "refused"]


def test_a_wrong_header_is_refused_whole_with_all_its_faults(shop: Shop) -> None:
    answer = send(shop, f"{HEADER.replace('sku', 'skuu')},order\nC-1\n")
    assert answer.status_code == 422
    whys = {one["pointer"]: one["why"] for one in answer.json()["errors"]}
    assert whys == {
        "/skuu": "is not a column of orders; is sku meant?",
        "/order": "is there twice",
        "/sku": "is missing among the columns",
    }


def test_rows_that_are_no_rows_are_told(shop: Shop) -> None:
    found = rows(send(shop, f'{HEADER}\nC-1,web\n{FIRST.replace("C-1", "C-2")},1,mug,1,9\nC-3,"x\n'))
    assert [(one["order"], one["result"]) for one in found] == [
        ("C-1", "refused"),
        ("C-2", "accepted"),
        ("", "refused"),
    ]
    differs = f"{HEADER}\n{FIRST},1,mug,2,9.00\n{FIRST.replace('Munich', 'Berlin')},1,mug,1,9\n"
    assert {one["field"] for one in rows(send(shop, differs))[0]["errors"]} == {"city", "line"}


def test_a_line_of_json_for_each_order(shop: Shop) -> None:
    good, odd = order("J-1"), order("J-2", quantity=0)
    body = f"{json.dumps(good)}\n\n{{\n{json.dumps(odd)}\n{json.dumps(order('J-3', brand='coffee'))}\n"
    found = rows(send(shop, body, "application/x-ndjson", "?plan=true"))
    assert [(one["row"], one["result"], one["state"]) for one in found] == [
        (1, "accepted", "open"),
        (3, "refused", ""),
        (4, "refused", ""),
        (5, "refused", ""),
        (1, "planned", "planned"),
    ]
    assert found[2]["errors"][0]["field"] == found[2]["errors"][0]["pointer"] == "/lines/0/quantity"
    assert found[1]["errors"] == [{"field": "", "pointer": "", "why": "is not JSON"}]


def test_what_is_too_large_or_of_another_kind_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_BYTES", 10)
    answer = send(shop, HEADER)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert send(shop, HEADER, "application/json").status_code == 422


def test_text_that_is_not_utf_8_is_told(shop: Shop) -> None:
    assert send(shop, HEADER.encode("utf-16")).status_code == 422


def test_a_row_says_what_becomes_of_it_when_it_is_short(shop: Shop) -> None:
    header, line = f"{HEADER},on_shortage", f"{FIRST},1,teapot,4,29.00"
    found = rows(send(shop, f"{header}\n{line},refuse\n{line.replace('C-1', 'C-2')},\n", query="?plan=true"))
    assert [(one["order"], one["result"], one["state"], one["reason"]) for one in found] == [
        ("C-1", "accepted", "open", ""),
        ("C-2", "accepted", "open", ""),
        ("C-1", "planned", "cancelled", "out_of_stock"),
        ("C-2", "planned", "open", "stock_out"),
    ]
    odd = rows(send(shop, f"{header}\n{line.replace('C-1', 'C-3')},never\n"))
    assert [one["pointer"] for one in odd[0]["errors"]] == ["/on_shortage"]
    body = json.dumps(order("J-1", "teapot", 4, on_shortage="refuse"))
    found = rows(send(shop, f"{body}\n", "application/x-ndjson", "?plan=true"))
    assert [one["state"] for one in found] == ["open", "cancelled"]
    again = rows(send(shop, f"{header}\n{line},back_order\n"))
    assert [(one["result"], one["state"]) for one in again] == [("exists", "cancelled")]
