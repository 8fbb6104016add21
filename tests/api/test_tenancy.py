"""Nobody sees or touches what is somebody else's: every operation, asked with foreign keys for rows that are there.

Operations are found in the router. A new one fails here until it is told how to ask it for a row of the tea shop.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.serializers import serialize
from tests.api.routes import Route, routes
from tests.api.shop import NOW, Answer, Place, Shop, opened, order
from tests.api.travelling import TRACKING, travelling
from tests.api.webhook_rows import WEBHOOKS, told_outside
from tests.core_fixtures import make_brand, make_kit, make_operator

from doorstep.core.accounts import actions
from doorstep.core.accounts.models import ApiKey, Operator
from doorstep.core.floor.models import Missing, PutBack, Tote
from doorstep.core.learned.bids import Learned
from doorstep.core.learned.bids import keep as keep_prices
from doorstep.core.orders.models import Order
from doorstep.core.parcels.carriers import set_company_prefix
from doorstep.core.parcels.models import Label, Parcel
from doorstep.core.stock.actions import post
from doorstep.domain.bids import BidPrice
from doorstep.domain.ledger import Shelf, Shift
from doorstep.domain.rights import Scope
from doorstep.flows.stock import Sending, announce, send_transfer
from doorstep.flows.survey import answer_survey
from doorstep.flows.track_page import followed, token_of
from doorstep.server import clock

pytestmark = pytest.mark.django_db

BRAND = "tea"
CART = {"to": {"country": "DE", "region": "BY", "postcode": "80331"}, "lines": [{"sku": "mug", "quantity": 1}]}
NEW_KEY = {"name": "x", "role": "brand_viewer", "brand": BRAND}
STORM = {"kind": "weather", "site": "munich", "starts_on": "2026-11-16", "ends_on": "2026-11-20", "delay_days": 1}
GATE = {"site": "munich", "carrier": "Postbird", "departs_at": "2026-11-20T15:00:00Z"}
SCANNED = {"tracking": "T2", "milestone": "in_transit", "at": "2026-11-16T09:00:00Z"}
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
    "GET /v1/keys": ("", None),
    "POST /v1/keys": ("", NEW_KEY),
    "POST /v1/keys/{key_id}/rotate": ("", {}),
    "DELETE /v1/keys/{key_id}": ("", None),
    **WEBHOOKS,
}
SHARED = {"GET /v1/sites", "GET /v1/sites/{site}"}  # the operator's, for all of its brands
NAMED = {  # asked for another row than the others
    "POST /v1/orders/{order}/release-hold": {"order": "H-1"},
    "POST /v1/orders/{order}/cancel": {"order": "N-3"},
    "POST /v1/orders/{order}/plan": {"order": "T-1"},
    "POST /v1/orders/{order}/override": {"order": "N-3"},
    "PATCH /v1/orders/{order}": {"order": "N-3"},
}
NAMED["DELETE /v1/parcels/{parcel}/label"] = {"parcel": "N-1-ready"}
NAMED["POST /v1/parcels/{parcel}/label"] = {"parcel": "N-1-ready"}
NAMED |= {f"{method} /v1/products/{{sku}}/kit": {"sku": "set"} for method in ("GET", "PUT", "DELETE")}
NDJSON = {"POST /v1/orders/bulk": "application/x-ndjson"}
FINDS = {
    f"POST /v1/orders/{{order}}/{step}" for step in ("cancel", "release-hold", "plan", "override")
}  # and make nothing
OPERATORS_OWN = {"POST /v1/waves", "DELETE /v1/waves/{wave}"}  # no key of a brand may
ONE_OF_A_KIND = {
    "GET /v1/departures/parcels",
    "GET /v1/parcels/{parcel}/label",
    "GET /v1/totes",
}  # no list, though something follows the question mark
OF_THE_OPERATOR = {"POST /v1/manifests"}  # work of the floor, for which keys of a brand lack the right
OPERATORS = {"POST /v1/returns/{rma}/receive", "POST /v1/returns/{rma}/grade", "POST /v1/disruptions"}
OPERATORS |= {"GET /v1/disruptions", "POST /v1/disruptions/{disruption_id}/end"}  # no role of a brand has the right
MOVES = {route for route in HOW if route.startswith("POST /v1/stock/")}  # goods: no key of a brand may
MAKES = {"POST": 201, "GET": 200, "DELETE": 200, "PATCH": 200, "POST /v1/quotes": 200, "POST /v1/orders/bulk": 200}
MAKES |= {"PUT": 200}
GATES = {f"POST /v1/departures/{step}" for step in ("stage", "unstage")}
LABELS = {f"{method} /v1/parcels/{{parcel}}/label" for method in ("POST", "DELETE")}
OPERATORS |= {"POST /v1/scans", "PATCH /v1/disruptions/{disruption_id}"} | GATES | LABELS
FINDS |= {"POST /v1/surveys/{token}"} | GATES
BY_LINK = {"POST /v1/surveys/{token}"}  # whoever has the link may; so it is asked by one that was not given out
FLOOR = {route for route in HOW if re.match("POST /v1/(picks|totes|put-backs|missing)/|POST .*/picks/next", route)}
OPERATORS |= FLOOR | {"GET /v1/carrier-accounts"}
FINDS |= FLOOR
# What the asking key itself must have done before it is served.
TAKEN = {f"POST /v1/picks/{{pick}}/{step}" for step in ("scan", "short", "leave")}
OPENED = {f"POST /v1/totes/{{tote}}/{step}" for step in ("scan", "close", "begin-again", "leave")}


@pytest.fixture(scope="module")
def place(kept_rows: None) -> Place:  # noqa: ARG001
    return opened()


@pytest.fixture(scope="module")
def own(place: Place) -> dict[str, str]:
    """What the paths name: rows of the tea shop, made once for all who ask."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        return tea_shop(place) | told_outside(place)


def tea_shop(place: Place) -> dict[str, str]:
    shop = place.with_key("brand_writer")
    parcel = shop.post("/v1/orders", order(), idempotency_key="own").json()["parcels"][0]
    shop.post("/v1/orders", order("H-1", review=True), idempotency_key="held")
    operator = place.with_key("supervisor")
    leaving = {"site": "munich", "leaves_until": parcel["ship_at"]}
    operator.post("/v1/waves", leaving)
    manifest = travelling(place, parcel["parcel"])
    for code in ("N-2", "N-4"):
        shop.post("/v1/orders", order(code), idempotency_key=code)
    rma = came_back(place)
    shop.post("/v1/orders", order("W-1"), idempotency_key="wave")
    wave = operator.post("/v1/waves", leaving).json()["data"][0]["wave"]
    shop.post("/v1/orders", order("N-3"), idempotency_key="untouched")
    mover = Scope(place.operator, frozenset({place.brand}), "supervisor", "user:1")
    send_transfer(mover, place.brand, Sending("T-1", "munich", "berlin", {"mug": 1}), now=NOW)
    make_kit(place.brand, "set", {"mug": 2})
    announce(mover, place.brand, "munich", "mug", 9, NOW, now=NOW)
    keep_prices(place.brand, Learned(NOW, 9, (BidPrice("munich", "mug", "", 1_000_000),)), "user:1", NOW)
    ready = Parcel.objects.get(code=parcel["parcel"])
    ready.pk, ready.code, ready.state, ready.tracking, ready.sscc = None, "N-1-ready", "labelled", "T3", ""
    ready.save(force_insert=True)
    account = Label.objects.earliest("pk").account_id
    Label.objects.create(parcel=ready, key="3", account_id=account, state="bought", label="l3", asked_at=NOW)
    delivered = Order.objects.get(code="N-4")
    link = token_of(delivered.pk, 1)
    answer_survey(followed(link), "cheaper", None, now=NOW)
    picked = Tote.objects.get(parcel__code=parcel["parcel"])
    back = {"brand_id": place.brand, "site_id": picked.wave.site_id, "product": picked.checks.get().product}
    tote = Tote.objects.get(wave__code=wave, parcel__order__code="W-1")
    return {
        "token": link,
        "tote": tote.code,
        "pick": str(tote.picks.get().pk),
        "put_back": str(PutBack.objects.create(**back, tote=picked, quantity=1, asked_at=NOW).pk),
        "missing": str(lacking(place, tote)),
        "rma": rma,
        "disruption_id": str(place.with_key("supervisor").post("/v1/disruptions", STORM).json()["id"]),
        "reference": "T-1",
        "order": "N-1",
        "parcel": parcel["parcel"],
        "number": TRACKING,
        "manifest": str(manifest),
        "sku": "mug",
        "site": "munich",
        "wave": wave,
        "quote": shop.post("/v1/quotes", CART).json()["quote"],
        "brand": BRAND,
        "key_id": str(ApiKey.objects.order_by("pk")[0].pk),
    }


def lacking(place: Place, tote: Tote) -> int:
    """A unit that the bin of the tote's pick lacked before."""
    pick = tote.picks.get()
    shelf = Shelf(tote.wave.site_id, pick.product_id, pick.bin, pick.lot, "quarantined")
    post(place.brand, [Shift(None, shelf, 1, "quarantine")], at=NOW, actor="user:1")
    said = {"quantity": 1, "reason": "not_there", "at": NOW, "worker": "user:1"}
    return Missing.objects.create(brand_id=place.brand, pick=pick, product_id=pick.product_id, **said).pk


def came_back(place: Place) -> str:
    """Deliver two orders, of which one came back and waits for its grades; gives its number."""
    shop = place.with_key("operator_admin")
    Parcel.objects.filter(order__code__in=("N-2", "N-4")).update(state="delivered", ended_at=NOW)
    set_company_prefix(place.operator, "4012345")  # the carrier has no API: its labels are named by SSCC
    asked = {"order": "N-2", "reason": "late", "lines": [{"line": "1", "quantity": 1}]}
    rma = str(shop.post("/v1/returns", asked, idempotency_key="back").json()["rma"])
    shop.post(f"/v1/returns/{rma}/receive", {"site": "munich"})
    return rma


@pytest.fixture
def sister(place: Place) -> Shop:
    """Another brand of the same operator; nobody of a brand may do more than its key."""
    brand = make_brand(Operator.objects.get(pk=place.operator), "coffee")
    return Shop(actions.add_key(place.operator, brand.pk, "sister", "brand_admin", at=NOW)[1])


@pytest.fixture
def stranger() -> Shop:
    """Another operator's administrator, with a brand of its own."""
    operator = make_operator("south")
    make_brand(operator, "coffee")
    return Shop(actions.add_key(operator.pk, None, "stranger", "operator_admin", at=NOW)[1])


def ask(who: Shop, route: Route, own: dict[str, str], query: str | None = None) -> Answer:
    how, body = HOW[str(route)]
    path = route.path.format(**own | NAMED.get(str(route), {})) + (how if query is None else query)
    kind = NDJSON.get(str(route), "application/json")
    return who.ask(route.method, path, body, idempotency_key=str(route), content_type=kind)


def prepare(who: Shop, route: Route, own: dict[str, str]) -> None:
    """Take the pick, or have the tote at one's bench with everything in it."""
    if str(route) in TAKEN | OPENED:
        while (task := who.post(f"/v1/waves/{own['wave']}/picks/next", {}).json()["pick"]) is not None:
            if str(route) in TAKEN and str(task["pick"]) == own["pick"]:
                return
            who.post(f"/v1/picks/{task['pick']}/scan", {"code": "mug"}, idempotency_key=str(task["pick"]))
    if str(route) in OPENED:
        who.post(f"/v1/totes/{own['tote']}/open", {}, idempotency_key="open")
    if str(route) == "POST /v1/totes/{tote}/close":
        for code in ("mug", "small"):
            who.post(f"/v1/totes/{own['tote']}/scan", {"code": code}, idempotency_key=code)


def everything() -> str:
    """Every row of the record that a request could change."""
    models = [
        model for app in apps.get_app_configs() if app.name.startswith("doorstep.core") for model in app.get_models()
    ]
    rows = [row for model in models if model is not ApiKey for row in model._default_manager.order_by("pk")]
    keys = ApiKey.objects.order_by("pk").values_list("pk", "digest", "expires_at", "revoked_at")
    return f"{serialize('json', rows)} {list(keys)}"


def test_every_operation_is_walked() -> None:
    assert {str(route) for route in routes()} == set(HOW)


@pytest.mark.parametrize("route", routes(), ids=str)
def test_the_tea_shop_itself_is_served(place: Place, own: dict[str, str], route: Route) -> None:
    """Without this the refusals below would prove nothing."""
    admin = place.with_key("operator_admin")
    prepare(admin, route, own)
    answer = ask(admin, route, own)
    assert answer.status_code == (200 if str(route) in FINDS else MAKES.get(str(route), MAKES[route.method]))
    assert answer.content not in (b"", b'{"data":[],"next":null}')
    assert answer.content != b'{"data":[],"next":null}'


@pytest.mark.parametrize("route", routes(), ids=str)
@pytest.mark.parametrize("who", ["sister", "stranger"])
def test_somebody_else_is_told_nothing_and_changes_nothing(
    who: str, own: dict[str, str], route: Route, request: pytest.FixtureRequest
) -> None:
    asking: Shop = request.getfixturevalue(who)
    if who == "sister" and str(route) in SHARED:
        assert ask(asking, route, own).status_code == 200
        return
    if who == "sister" and str(route) in OF_THE_OPERATOR:
        assert ask(asking, route, own).status_code == 403
        return
    if str(route) in BY_LINK:
        own = own | {"token": "1.1~forged"}
    before = everything()
    answer = ask(asking, route, own)
    assert everything() == before
    if who == "sister" and str(route) in OPERATORS_OWN | OPERATORS | MOVES:
        assert answer.status_code == 403
    elif answer.status_code == 404:
        assert answer.json()["code"] == "not_found"
    else:
        assert answer.status_code == 200
        assert nothing_of_the_tea_shop(route, answer)


@pytest.mark.parametrize(
    "route",
    [one for one in routes() if HOW[str(one)][0] and one.method == "GET" and str(one) not in ONE_OF_A_KIND],
    ids=str,
)
@pytest.mark.parametrize("who", ["sister", "stranger"])
def test_a_list_without_a_brand_named_is_empty(
    who: str, own: dict[str, str], route: Route, request: pytest.FixtureRequest
) -> None:
    answer = ask(request.getfixturevalue(who), route, own, query="")
    if who == "sister" and str(route) in OPERATORS:
        assert answer.status_code == 403
        return
    assert answer.status_code == 200
    assert nothing_of_the_tea_shop(route, answer)


def test_a_cursor_of_somebody_else_opens_nothing(place: Place, own: dict[str, str], stranger: Shop) -> None:
    del own
    cursor = place.with_key("supervisor").get("/v1/products?limit=1").json()["next"]
    assert stranger.get(f"/v1/products?after={cursor}").json() == {"data": [], "next": None}


def nothing_of_the_tea_shop(route: Route, answer: Answer) -> bool:
    rows = answer.json()["data"]
    if str(route) == "GET /v1/brands":
        return [one["brand"] for one in rows] == ["coffee"]
    if str(route) == "GET /v1/keys":
        return [one["name"] for one in rows] in (["sister"], ["stranger"])
    return bool(rows == [])
