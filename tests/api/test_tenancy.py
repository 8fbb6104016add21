"""Nobody sees or touches what is somebody else's: every operation, asked with foreign keys for rows that are there.

Operations are found in the router. A new one fails here until it is told how to ask it for a row of the tea shop.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.serializers import serialize
from tests.api.asking import (
    BRAND,
    BY_LINK,
    CART,
    FINDS,
    HOW,
    MAKES,
    MOVES,
    NAMED,
    NDJSON,
    NOT_HERE,
    OF_THE_OPERATOR,
    ONE_OF_A_KIND,
    OPENED,
    OPERATORS,
    OPERATORS_OWN,
    SHARED,
    STORM,
    TAKEN,
)
from tests.api.routes import Route, routes
from tests.api.shop import NOW, Answer, Place, Shop, opened, order
from tests.api.travelling import TRACKING, travelling
from tests.api.webhook_rows import told_outside
from tests.core.behind import given_up, stuck
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
    link = token_of(Order.objects.get(code="N-4").pk, 1)
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
        **behind(place),
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


def behind(place: Place) -> dict[str, str]:
    """Work that went wrong."""
    return {"job": str(given_up(place.operator, NOW)), "stuck": str(stuck(place.operator, NOW))}


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
    if str(route) in NOT_HERE:
        assert answer.status_code == 404
        return
    assert answer.status_code == (200 if str(route) in FINDS else MAKES.get(str(route), MAKES[route.method]))
    assert answer.content not in (b"", b'{"data":[],"next":null}')
    assert answer.content != b'{"data":[],"next":null}'


@pytest.mark.once
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


@pytest.mark.once
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
