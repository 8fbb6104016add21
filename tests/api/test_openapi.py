"""The description of the API: true to what is served, stable, and readable without anything from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from pydantic import BaseModel
from tests.api.routes import routes

from doorstep.api.application import api
from doorstep.api.openapi import described
from doorstep.api.order_in import EXAMPLE, OrderIn
from doorstep.files.order_stream import OrderStream

IDS = {
    "GET /v1/stock": "listStock",
    "GET /v1/stock/health": "listStockHealth",
    "GET /v1/stock/prices": "listBidPrices",
    "GET /v1/stock/changes": "listStockChanges",
    "POST /v1/stock/receipts": "receiveStock",
    "POST /v1/stock/adjustments": "adjustStock",
    "GET /v1/stock/transfers": "listTransfers",
    "POST /v1/stock/transfers": "sendTransfer",
    "POST /v1/stock/transfers/{reference}/receive": "receiveTransfer",
    "GET /v1/stock/inbound": "listInbound",
    "POST /v1/stock/inbound": "announceInbound",
    "GET /v1/orders": "listOrders",
    "POST /v1/orders": "placeOrder",
    "POST /v1/orders/bulk": "takeInOrders",
    "GET /v1/orders/{order}": "getOrder",
    "GET /v1/orders/{order}/decision": "getDecision",
    "PATCH /v1/orders/{order}": "editOrder",
    "POST /v1/orders/{order}/cancel": "cancelOrder",
    "POST /v1/orders/{order}/release-hold": "releaseHold",
    "GET /v1/orders/{order}/options": "listOptions",
    "POST /v1/orders/{order}/override": "overridePlan",
    "POST /v1/quotes": "quoteCart",
    "GET /v1/quotes/{quote}": "getQuote",
    "POST /v1/quotes/{quote}/accept": "acceptQuote",
    "GET /v1/parcels": "listParcels",
    "GET /v1/parcels/{parcel}": "getParcel",
    "GET /v1/waves": "listWaves",
    "POST /v1/waves": "releaseWaves",
    "GET /v1/waves/{wave}": "getWave",
    "GET /v1/waves/{wave}/picks": "listPicks",
    "DELETE /v1/waves/{wave}": "withdrawWave",
    "POST /v1/parcels/{parcel}/label": "buyLabel",
    "DELETE /v1/parcels/{parcel}/label": "voidLabel",
    "GET /v1/departures": "listDepartures",
    "GET /v1/departures/parcels": "listDepartureParcels",
    "POST /v1/departures/stage": "stageParcel",
    "POST /v1/departures/unstage": "unstageParcel",
    "GET /v1/manifests/{manifest}/sheet": "getManifestSheet",
    "POST /v1/scans": "enterScans",
    "GET /v1/surveys": "listSurveys",
    "POST /v1/surveys/{token}": "answerSurvey",
    "PATCH /v1/disruptions/{disruption_id}": "changeDisruption",
    "POST /v1/waves/{wave}/picks/next": "takeNextPick",
    "GET /v1/waves/{wave}/totes": "listTotes",
    "GET /v1/picks/{pick}": "getPick",
    "POST /v1/picks/{pick}/scan": "scanPick",
    "POST /v1/picks/{pick}/short": "reportShort",
    "POST /v1/picks/{pick}/leave": "leavePick",
    "GET /v1/totes": "findTotes",
    "GET /v1/totes/{tote}": "getTote",
    "POST /v1/totes/{tote}/open": "openTote",
    "POST /v1/totes/{tote}/scan": "scanTote",
    "POST /v1/totes/{tote}/close": "closeTote",
    "POST /v1/totes/{tote}/begin-again": "beginToteAgain",
    "POST /v1/totes/{tote}/leave": "leaveTote",
    "POST /v1/totes/{tote}/refill": "refillTote",
    "GET /v1/put-backs": "listPutBacks",
    "POST /v1/put-backs/{put_back}/scan": "scanPutBack",
    "GET /v1/carrier-accounts": "listCarrierAccounts",
    "GET /v1/missing": "listMissing",
    "POST /v1/missing/{missing}/settle": "settleMissing",
    "GET /v1/parcels/{parcel}/label": "getLabel",
    "GET /v1/parcels/{parcel}/tracking": "getParcelTracking",
    "GET /v1/tracking/{number}": "getTracking",
    "GET /v1/manifests": "listManifests",
    "GET /v1/manifests/{manifest}": "getManifest",
    "POST /v1/manifests": "closeManifest",
    "GET /v1/returns": "listReturns",
    "POST /v1/returns": "askReturn",
    "GET /v1/returns/{rma}": "getReturn",
    "POST /v1/returns/{rma}/receive": "receiveReturn",
    "POST /v1/returns/{rma}/grade": "gradeReturn",
    "GET /v1/commitments": "getCommitments",
    "PUT /v1/commitments/prices": "putAccountPrices",
    "PUT /v1/commitments/contracts": "putContracts",
    "GET /v1/disruptions": "listDisruptions",
    "GET /v1/jobs": "listJobs",
    "POST /v1/jobs": "putJob",
    "POST /v1/jobs/{job}/retry": "retryJob",
    "POST /v1/jobs/{job}/drop": "dropJob",
    "GET /v1/jobs/stuck-facts": "listStuckFacts",
    "POST /v1/jobs/stuck-facts/{stuck}/retry": "retryStuckFact",
    "POST /v1/disruptions": "declareDisruption",
    "POST /v1/disruptions/{disruption_id}/end": "endDisruption",
    "GET /v1/products": "listProducts",
    "GET /v1/products/{sku}": "getProduct",
    "GET /v1/products/{sku}/kit": "getKit",
    "PUT /v1/products/{sku}/kit": "putKit",
    "DELETE /v1/products/{sku}/kit": "deleteKit",
    "PUT /v1/products/{sku}/barcodes": "putBarcodes",
    "GET /v1/sites": "listSites",
    "GET /v1/sites/{site}": "getSite",
    "GET /v1/brands": "listBrands",
    "PATCH /v1/brands/{brand}": "changeBrand",
    "GET /v1/brands/{brand}/steering": "getSteering",
    "PATCH /v1/brands/{brand}/steering": "changeSteering",
    "GET /v1/returns/{rma}/label": "getReturnLabel",
    "POST /v1/orders/{order}/plan": "planOrder",
    "GET /v1/keys": "listKeys",
    "GET /v1/orders/{order}/trail": "getTrail",
    "GET /v1/epcis/events": "exportEpcis",
    "POST /v1/shoppers/export": "exportShopper",
    "POST /v1/shoppers/erase": "eraseShopper",
    "POST /v1/keys": "createKey",
    "POST /v1/keys/{key_id}/rotate": "rotateKey",
    "DELETE /v1/keys/{key_id}": "revokeKey",
    "PUT /v1/keys/{key_id}/rate": "setKeyRate",
    "GET /v1/test-clock": "getTestClock",
    "POST /v1/test-clock": "setTestClock",
    "GET /v1/webhooks": "listWebhooks",
    "POST /v1/webhooks": "createWebhook",
    "GET /v1/webhooks/{webhook_id}": "getWebhook",
    "PATCH /v1/webhooks/{webhook_id}": "changeWebhook",
    "DELETE /v1/webhooks/{webhook_id}": "removeWebhook",
    "POST /v1/webhooks/{webhook_id}/rotate": "rotateWebhook",
    "POST /v1/webhooks/{webhook_id}/test": "testWebhook",
    "GET /v1/webhooks/{webhook_id}/deliveries": "listWebhookDeliveries",
    "GET /v1/webhooks/deliveries/{message_id}": "getWebhookDelivery",
    "POST /v1/webhooks/deliveries/{message_id}/replay": "replayWebhookDelivery",
    "POST /v1/webhooks/{webhook_id}/replay": "replayDeadWebhookDeliveries",
}


BY_LINK = {"POST /v1/surveys/{token}"}  # what it opens is in its path


def operations() -> dict[str, dict[str, Any]]:
    paths = described()["paths"]
    return {f"{method.upper()} {path}": one for path, found in paths.items() for method, one in found.items()}


def test_the_ids_of_operations_stay() -> None:
    assert {name: one["operationId"] for name, one in operations().items()} == IDS
    assert {str(route) for route in routes()} == set(IDS)


def test_it_is_served_as_it_is() -> None:
    answer = Client().get("/v1/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == described()
    assert answer.json()["openapi"] == "3.1.0"


def test_every_reference_leads_somewhere() -> None:
    schemas = described()["components"]["schemas"]
    names = re.findall(r"#/components/schemas/(\w+)", str(described()))
    assert names
    assert set(names) <= set(schemas)


@pytest.mark.parametrize("name", IDS)
def test_every_operation_says_its_right_and_its_problems(name: str) -> None:
    one = operations()[name]
    if name in BY_LINK:
        assert "Needs no key" in one["description"]
        assert not {"401", "403", "429"} & set(one["responses"])
        assert "security" not in one
    else:
        assert re.search(r"[Nn]eeds (the right )?`\w+`", one["description"])
        assert {"401", "403", "422", "429"} <= set(one["responses"])
        assert one["security"] == [{"ApiKey": []}]
    assert ("400" in one["responses"]) == ("requestBody" in one)


def test_a_parameter_that_is_there_is_not_null() -> None:
    assert "null" not in str([one["parameters"] for one in operations().values()])


def test_what_is_sent_and_told_has_an_example() -> None:
    schemas = described()["components"]["schemas"]
    shown = {name for name, schema in schemas.items() if "examples" in schema}
    told = {"OrderIn", "OrderBrief", "OrderOut", "AcceptedOut", "ParcelBrief", "ParcelOut", "DecisionOut", "StockOut",
            "MoveOut", "ProductOut", "SiteOut", "KeyOut", "NewKey", "BrandIn", "BrandOut", "Problem",
            "WaveOut", "PickOut", "WaveIn", "ReleasedOut",
            "TrackingOut", "ManifestBrief", "ManifestOut", "ClosingIn", "ClosedOut"}  # fmt: skip
    assert told <= shown


def test_the_examples_have_the_fields_of_their_schema() -> None:
    for name, schema in described()["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            assert set(example) <= set(schema["properties"]), name
            assert set(schema.get("required", ())) <= set(example), name
    OrderIn.model_validate(EXAMPLE)


def bodies() -> dict[str, type[BaseModel]]:
    """What each operation reads from the body of a request."""
    found = {}
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for one in view.operations:
                for model in one.models:
                    if model.__ninja_param_source__ == "body":
                        (field,) = model.model_fields.values()
                        found[f"{one.methods[0]} /v1{router.prefix}{re.sub(r'{path:', '{', path)}"] = field.annotation
    return found


def test_every_body_has_an_example_that_its_operation_takes() -> None:
    schemas, asked = described()["components"]["schemas"], operations()
    assert set(bodies()) == {name for name, one in asked.items() if "requestBody" in one} - {"POST /v1/orders/bulk"}
    for name, model in bodies().items():
        schema = schemas[asked[name]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]
        assert schema["examples"], name
        assert set(schema["properties"]) == set(model.model_fields), f"{name}: two bodies have one name"
        for example in schema["examples"]:
            model.model_validate(example)
    for kind in asked["POST /v1/orders/bulk"]["requestBody"]["content"].values():
        assert kind["example"]


def test_the_examples_of_many_orders_are_taken() -> None:
    content = operations()["POST /v1/orders/bulk"]["requestBody"]["content"]
    (one,) = OrderStream(StringIO(content["text/csv"]["example"]))
    assert (one.order is not None, one.wrong) == (True, ())
    OrderIn.model_validate_json(content["application/x-ndjson"]["example"])


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")


def test_the_page_needs_nothing_from_elsewhere_and_keeps_to_the_policy() -> None:
    answer = Client().get("/v1/docs")
    assert answer.status_code == 200
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]
    page = Page()
    page.feed(answer.content.decode())
    assert not page.tags & {"script", "style", "img", "iframe"}
    assert not any(name == "style" or name.startswith("on") for name in page.attributes)
    assert all(link.startswith(("/v1/", "#")) for link in page.links)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert set(IDS.values()) <= set(page.ids)


def test_the_page_brings_its_own_styles() -> None:
    answer = Client().get("/v1/docs.css")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert b"url(" not in answer.content


def test_only_reading_is_for_everybody() -> None:
    answer = Client(enforce_csrf_checks=True).post("/v1/docs")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
