"""/v1/epcis: what happened, as events of GS1 EPCIS 2.0."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from doorstep.api.auth import allowed, brand_of
from doorstep.api.fields import Code, Instant
from doorstep.api.order_changes import found_order
from doorstep.api.problems import Fault, Invalid
from doorstep.documents.epcis import document
from doorstep.flows.export_epcis import CONTENT_TYPE, epcis_document, epcis_events

router = Router(tags=["epcis"])
SCHEMA = {"type": "object", "description": "an EPCISDocument of EPCIS 2.0 in JSON-LD"}
EXAMPLE = document(datetime.fromisoformat("2024-05-09T08:00Z"))
ANSWER: dict[str, Any] = {
    "responses": {
        200: {
            "description": "the events in the order in which they were recorded",
            "content": {CONTENT_TYPE: {"schema": SCHEMA, "example": EXAMPLE}},
        }
    }
}


@router.get("/events", operation_id="exportEpcis", summary="Events of EPCIS 2.0", openapi_extra=ANSWER)
def events(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None, description="needed when the key acts for several brands")],
    order: Annotated[Code | None, Query(None, description="of this order alone")],
    since: Annotated[Instant | None, Query(None, alias="from", description="inclusive; needed without an order")],
    until: Annotated[Instant | None, Query(None, alias="to", description="exclusive; needed without an order")],
) -> StreamingHttpResponse:
    """One document, streamed, of one order or of what happened between two instants. Needs the right `see`."""
    caller = allowed(request, "see")
    if order is None and (since is None or until is None):
        raise Invalid([Fault("query", "/from", "and `to` are needed, unless an order is named")])
    row = brand_of(caller, brand or "", "query")
    found = None if order is None else found_order(caller, order, row.code).row.pk
    told = epcis_events(caller.scope, row.id, order=found, since=since, until=until)
    return StreamingHttpResponse(epcis_document(told, caller.now), content_type=CONTENT_TYPE)
