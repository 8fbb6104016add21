"""How to ask each operation of the API for what is the tea shop's, and what may be expected of the answer."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from tests.api.shop import order
from tests.api.travelling import TRACKING
from tests.api.webhook_rows import WEBHOOKS
from tests.contracts import said

BRAND = "tea"
CART = {"to": {"country": "DE", "region": "BY", "postcode": "80331"}, "lines": [{"sku": "mug", "quantity": 1}]}
NEW_KEY = {"name": "x", "role": "brand_viewer", "brand": BRAND}
STORM = {"kind": "weather", "site": "munich", "starts_on": "2026-11-16", "ends_on": "2026-11-20", "delay_days": 1}
GATE = {"site": "munich", "carrier": "Postbird", "departs_at": "2026-11-20T15:00:00Z"}
SCANNED = {"tracking": "T2", "milestone": "in_transit", "at": "2026-11-16T09:00:00Z"}
AGREED = {
    "carrier": "Postbird", "account": "", "currency": "EUR", "prices": [{"price_micros": -1}], "why": "agreed",
}  # fmt: skip
TERMS = {"currency": "EUR", "why": "signed", "contracts": [said()]}
# How to ask each operation for what is the tea shop's: the query and the body that go with the path's own parameters.
# Lists are asked without naming the brand, too.
HOW: dict[str, tuple[str, Any]] = {
    "GET /v1/stock": (f"?brand={BRAND}", None),
    "GET /v1/stock/health": (f"?brand={BRAND}", None),
    "GET /v1/stock/prices": (f"?brand={BRAND}", None),
    "GET /v1/stock/changes": (f"?brand={BRAND}", None),
    "POST /v1/stock/receipts": ("", {"site": "munich", "sku": "mug", "quantity": 1, "brand": BRAND}),
    "POST /v1/stock/adjustments": (
        "",
        {"site": "munich", "sku": "mug", "quantity": 1, "reason": "found", "brand": BRAND},
    ),
    "GET /v1/stock/transfers": (f"?brand={BRAND}", None),
    "POST /v1/stock/transfers": (
        "",
        {
            "reference": "T-2",
            "origin": "munich",
            "destination": "berlin",
            "brand": BRAND,
            "goods": [{"sku": "mug", "quantity": 1}],
        },
    ),
    "POST /v1/stock/transfers/{reference}/receive": ("", {"brand": BRAND}),
    "GET /v1/stock/inbound": (f"?brand={BRAND}", None),
    "POST /v1/stock/inbound": (
        "",
        {"site": "munich", "sku": "mug", "quantity": 9, "expected_at": "2026-11-20T08:00:00Z", "brand": BRAND},
    ),
    "GET /v1/orders": (f"?brand={BRAND}", None),
    "POST /v1/orders": ("", order("F-1", brand=BRAND)),
    "POST /v1/orders/bulk": (f"?brand={BRAND}", json.dumps(order("F-2")).encode()),
    "GET /v1/orders/{order}": ("", None),
    "GET /v1/orders/{order}/decision": ("", None),
    "PATCH /v1/orders/{order}": ("", {"gift_note": "Enjoy"}),
    "POST /v1/orders/{order}/cancel": ("", {"reason": "other"}),
    "POST /v1/orders/{order}/release-hold": ("", {"settled": ["review"]}),
    "POST /v1/orders/{order}/plan": ("", None),
    "GET /v1/orders/{order}/options": ("", None),
    "POST /v1/orders/{order}/override": ("", {"site": "munich", "reason": "asked for"}),
    "POST /v1/quotes": ("", {**CART, "brand": BRAND}),
    "GET /v1/quotes/{quote}": ("", None),
    "POST /v1/quotes/{quote}/accept": ("", {"option": 0}),
    "GET /v1/parcels": (f"?brand={BRAND}", None),
    "GET /v1/parcels/{parcel}": ("", None),
    "GET /v1/waves": ("?state=open", None),
    "POST /v1/waves": ("", {"site": "munich", "leaves_until": "2026-12-31T00:00:00Z"}),
    "GET /v1/waves/{wave}": ("", None),
    "GET /v1/waves/{wave}/picks": ("", None),
    "DELETE /v1/waves/{wave}": ("", None),
    "POST /v1/parcels/{parcel}/label": ("", None),
    "DELETE /v1/parcels/{parcel}/label": ("", None),
    "GET /v1/departures": ("?site=munich", None),
    "GET /v1/departures/parcels": (f"?{urlencode(GATE)}", None),
    "POST /v1/departures/stage": ("", {"number": "N-1-ready", **GATE}),
    "POST /v1/departures/unstage": ("", {"number": TRACKING}),
    "GET /v1/manifests/{manifest}/sheet": ("", None),
    "POST /v1/scans": ("", {"account": "post", "scans": [SCANNED]}),
    "GET /v1/surveys": (f"?brand={BRAND}", None),
    "POST /v1/surveys/{token}": ("", {"wish": "faster"}),
    "PATCH /v1/disruptions/{disruption_id}": ("", {"delay_days": 2}),
    "POST /v1/waves/{wave}/picks/next": ("", {}),
    "GET /v1/waves/{wave}/totes": ("", None),
    "GET /v1/picks/{pick}": ("", None),
    "POST /v1/picks/{pick}/scan": ("", {"code": "mug"}),
    "POST /v1/picks/{pick}/short": ("", {"there": 0, "reason": "not_there"}),
    "POST /v1/picks/{pick}/leave": ("", {}),
    "GET /v1/totes": ("?code=W-1", None),
    "GET /v1/totes/{tote}": ("", None),
    "POST /v1/totes/{tote}/open": ("", {}),
    "POST /v1/totes/{tote}/scan": ("", {"code": "mug"}),
    "POST /v1/totes/{tote}/close": ("", {"weight_g": 500}),
    "POST /v1/totes/{tote}/begin-again": ("", {}),
    "POST /v1/totes/{tote}/leave": ("", {}),
    "POST /v1/totes/{tote}/refill": ("", {}),
    "GET /v1/put-backs": ("", None),
    "POST /v1/put-backs/{put_back}/scan": ("", {"code": "mug"}),
    "GET /v1/carrier-accounts": ("", None),
    "GET /v1/commitments": ("", None),
    "PUT /v1/commitments/prices": ("", AGREED),
    "PUT /v1/commitments/contracts": ("", TERMS),
    "GET /v1/missing": ("", None),
    "POST /v1/missing/{missing}/settle": ("", {"found": 0, "reason": "lost"}),
    "GET /v1/parcels/{parcel}/label": ("?format=zpl", None),
    "GET /v1/parcels/{parcel}/tracking": ("", None),
    "GET /v1/tracking/{number}": ("", None),
    "GET /v1/manifests": ("?site=munich", None),
    "GET /v1/manifests/{manifest}": ("", None),
    "POST /v1/manifests": ("", {"site": "munich", "carrier": "Postbird", "departs_at": "2026-11-20T15:00:00Z"}),
    "GET /v1/returns": (f"?brand={BRAND}", None),
    "POST /v1/returns": ("", {"order": "N-4", "reason": "late", "lines": [{"line": "1", "quantity": 1}]}),
    "GET /v1/returns/{rma}": ("", None),
    "GET /v1/returns/{rma}/label": ("", None),
    "POST /v1/returns/{rma}/receive": ("", {"site": "munich"}),
    "POST /v1/returns/{rma}/grade": ("", {"units": [{"line": "1", "grade": "A", "quantity": 1}]}),
    "GET /v1/disruptions": ("", None),
    "GET /v1/jobs": ("", None),
    "POST /v1/jobs": ("", {"work": "plan day", "brand": BRAND}),
    "POST /v1/jobs/{job}/retry": ("", None),
    "POST /v1/jobs/{job}/drop": ("", None),
    "GET /v1/jobs/stuck-facts": ("", None),
    "POST /v1/jobs/stuck-facts/{stuck}/retry": ("", None),
    "POST /v1/disruptions": ("", STORM),
    "POST /v1/disruptions/{disruption_id}/end": ("", None),
    "GET /v1/products": (f"?brand={BRAND}", None),
    "GET /v1/products/{sku}": ("", None),
    "GET /v1/products/{sku}/kit": ("", None),
    "PUT /v1/products/{sku}/kit": ("", {"parts": [{"sku": "mug", "quantity": 2}]}),
    "DELETE /v1/products/{sku}/kit": ("", None),
    "PUT /v1/products/{sku}/barcodes": ("", {"barcodes": ["4006381333931"]}),
    "GET /v1/sites": ("", None),
    "GET /v1/sites/{site}": ("", None),
    "GET /v1/brands": ("", None),
    "PATCH /v1/brands/{brand}": ("", {"company": "Tea GmbH", "colour": "#204060"}),
    "GET /v1/brands/{brand}/steering": ("", None),
    "PATCH /v1/brands/{brand}/steering": ("", {"values": [{"worth": "day_sooner", "value_micros": 420_000}]}),
    "GET /v1/orders/{order}/trail": ("", None),
    "GET /v1/epcis/events": (f"?brand={BRAND}&order=N-1", None),
    "POST /v1/shoppers/export": ("", {"order": "N-1", "brand": BRAND}),
    "POST /v1/shoppers/erase": ("", {"order": "N-1", "brand": BRAND, "when_done": True}),
    "GET /v1/keys": ("", None),
    "POST /v1/keys": ("", NEW_KEY),
    "POST /v1/keys/{key_id}/rotate": ("", {}),
    "DELETE /v1/keys/{key_id}": ("", None),
    "PUT /v1/keys/{key_id}/rate": ("", {"per_s": 7}),
    "GET /v1/test-clock": ("", None),
    "POST /v1/test-clock": ("", {"advance_s": 60}),
    **WEBHOOKS,
}
NOT_HERE = {"GET /v1/test-clock", "POST /v1/test-clock"}  # of a test installation, where it is everybody's
SHARED = {"GET /v1/sites", "GET /v1/sites/{site}"}  # the operator's, for all of its brands
NAMED = {  # asked for another row than the others
    "POST /v1/orders/{order}/release-hold": {"order": "H-1"},
    "POST /v1/orders/{order}/cancel": {"order": "N-3"},
    "POST /v1/orders/{order}/plan": {"order": "T-1"},
    "POST /v1/orders/{order}/override": {"order": "N-3"},
    "PATCH /v1/orders/{order}": {"order": "N-3"},
}
NAMED |= {f"{method} /v1/parcels/{{parcel}}/label": {"parcel": "N-1-ready"} for method in ("POST", "DELETE")}
NAMED |= {f"{method} /v1/products/{{sku}}/kit": {"sku": "set"} for method in ("GET", "PUT", "DELETE")}
NDJSON = {"POST /v1/orders/bulk": "application/x-ndjson"}
FINDS = {
    f"POST /v1/orders/{{order}}/{step}" for step in ("cancel", "release-hold", "plan", "override")
}  # and make nothing
OPERATORS_OWN = {"POST /v1/waves", "DELETE /v1/waves/{wave}"}  # no key of a brand may
ONE_OF_A_KIND = {
    *(f"GET /v1/{one}" for one in ("departures/parcels", "parcels/{parcel}/label", "totes", "epcis/events"))
}  # no list, though something follows the question mark
OF_THE_OPERATOR = {"POST /v1/manifests"}  # work of the floor, for which keys of a brand lack the right
OPERATORS = {"POST /v1/returns/{rma}/receive", "POST /v1/returns/{rma}/grade", "POST /v1/disruptions"}
OPERATORS |= {"GET /v1/disruptions", "POST /v1/disruptions/{disruption_id}/end"}  # no role of a brand has the right
MOVES = {route for route in HOW if route.startswith("POST /v1/stock/")}  # goods: no key of a brand may
MAKES = {"POST": 201, "POST /v1/quotes": 200, "POST /v1/orders/bulk": 200}
MAKES |= dict.fromkeys(("GET", "DELETE", "PATCH", "PUT"), 200) | {"POST /v1/jobs": 202}
GATES = {f"POST /v1/departures/{step}" for step in ("stage", "unstage")}
LABELS = {f"{method} /v1/parcels/{{parcel}}/label" for method in ("POST", "DELETE")}
OPERATORS |= {"POST /v1/scans", "PATCH /v1/disruptions/{disruption_id}"} | GATES | LABELS
FINDS |= {"POST /v1/surveys/{token}", "POST /v1/shoppers/export", "POST /v1/shoppers/erase"} | GATES
BY_LINK = {"POST /v1/surveys/{token}"}  # whoever has the link may; so it is asked by one that was not given out
FLOOR = {route for route in HOW if re.match("POST /v1/(picks|totes|put-backs|missing)/|POST .*/picks/next", route)}
JOBS = {route for route in HOW if "/v1/jobs" in route}
FINDS |= JOBS - {"POST /v1/jobs"}
OPERATORS |= FLOOR | JOBS | {"GET /v1/carrier-accounts", "GET /v1/commitments"}
FINDS |= FLOOR
# What the asking key itself must have done before it is served.
TAKEN = {f"POST /v1/picks/{{pick}}/{step}" for step in ("scan", "short", "leave")}
OPENED = {f"POST /v1/totes/{{tote}}/{step}" for step in ("scan", "close", "begin-again", "leave")}
