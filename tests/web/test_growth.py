"""What a page and an endpoint ask of the database does not grow with the orders that are in it.

All that may be read is walked, as the resolver knows it: each page and endpoint, and of each list its second page, too.
At 100 and 10,000 orders with everything else; DOORSTEP_STORM=1 adds 1,000,000 and tells how long each took.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html import unescape
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.addresses import UNKNOWN, operations, route_of, served
from tests.api.asking import HOW, NOT_HERE
from tests.api.routes import routes
from tests.growth import grow
from tests.web.filled import Filled, fill
from tests.web.test_tenancy import OPEN_TO_ALL, POSTED, arguments, entered, names

from doorstep.core.accounts.actions import add_key
from doorstep.core.catalog.models import KitPart, Product
from doorstep.core.decisions.models import Quote
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.stock.models import Transfer
from doorstep.core.webhooks.models import Delivery, Endpoint
from doorstep.flows.track_page import token_of

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db
STORM = bool(os.environ.get("DOORSTEP_STORM"))
SIZES = (100, 10_000, 1_000_000) if STORM else (100, 10_000)
NOT_WALKED = {  # route -> why it is not asked here; what the API and the pages take by POST alone needs no word
    "login": "knows nobody yet",
    "login/code": "knows nobody yet",
    "login/provider": "leads elsewhere, and only where a provider is set up",
    "login/provider/back": "is where that provider sends people back to",
    "logout": "is posted to",
    "hooks/carriers/<int:account>": "is posted to, by carriers",
    "t/<str:token>/answer": "is posted to, by shoppers",
    "t/<str:token>/return": "is posted to, by shoppers",
    "t/<str:token>/returns/<str:rma>/label.pdf": "is not there without a carrier that sells one",
    "t/<str:token>/<path:rest>": "is not there",
    "t/": "is not there",
    "v1/test-clock": "is that of a test installation",
    UNKNOWN: "is not there",
}
NEXT = re.compile(r'<a class="button" rel="next" href="([^"]+)"')


@pytest.fixture
def much() -> Filled:
    """The record of the pages, and a row of each kind that only the API names."""
    made = fill(timezone.now(), orders=90)
    origin, destination = Site.objects.filter(operator=made.operator).order_by("pk")
    Transfer.objects.create(brand=made.brand, reference="T-1", origin=origin, destination=destination, sent_at=made.now)
    Quote.objects.create(brand=made.brand, state="offered", made_at=made.now, cart={}, options=[])
    kit = Product.objects.create(
        brand=made.brand, sku="SET", length_mm=9, width_mm=9, height_mm=9, weight_g=9, value_micros=9
    )
    KitPart.objects.create(kit=kit, component=Product.objects.get(brand=made.brand, sku="TEA-1"), quantity=2)
    return made


def known(filled: Filled) -> dict[str, object]:
    """What the paths of the API name."""
    return {
        "order": filled.planned.code,
        "parcel": f"{filled.planned.code}-1",
        "sku": "TEA-1",
        "site": "lille",
        "brand": filled.brand.code,
        "number": filled.left.tracking,
        "manifest": filled.left.manifest_id,
        "wave": filled.wave.code,
        "rma": "R-7",
        "reference": "T-1",
        "quote": Quote.objects.get().pk,
        "webhook_id": Endpoint.objects.get().pk,
        "message_id": str(Delivery.objects.earliest("pk")),
        "pick": filled.wave.picks.get(stop=0).pk,
        "tote": filled.wave.totes.get().code,
    }


def addresses(filled: Filled) -> list[str]:
    rows = known(filled)
    pages = [reverse(name, kwargs=arguments(name, filled)) for name in names() if name not in POSTED | OPEN_TO_ALL]
    questions = [
        one.path.format(**rows | ({"sku": "SET"} if one.path.endswith("/kit") else {}))
        + HOW[str(one)][0].replace("munich", "lille").replace("order=N-1", f"order={filled.planned.code}")
        for one in routes()
        if one.method == "GET" and str(one) not in NOT_HERE
    ]
    about = ["/v1/openapi.json", "/v1/docs", "/v1/docs.css"]
    link = f"/t/{token_of(Order.objects.get(returns__rma='R-7').pk, 1)}"
    return [*pages, *questions, *about, link, f"{link}/logo.png", f"{link}/returns/R-7.pdf"]


def next_pages(address: str, response: Response) -> Iterator[str]:
    """Where a list goes on, as its page's link or its answer's cursor says."""
    kind = response.headers["Content-Type"]
    if kind == "application/json" and (cursor := response.json().get("next")):
        yield f"{address}{'&' if '?' in address else '?'}after={cursor}"
    elif kind.startswith("text/html") and (found := NEXT.search(response.content.decode())):
        yield urljoin(address, unescape(found[1]))


def test_all_that_may_be_read_is_walked(much: Filled) -> None:
    walked = {route_of(address) for address in addresses(much)}
    posted = {route for route, name in served().items() if name in POSTED}
    posted |= operations("POST", "PUT", "PATCH", "DELETE") - operations("GET")
    assert set(served()) - walked - posted == set(NOT_WALKED)


def test_queries_do_not_grow(much: Filled, capsys: pytest.CaptureFixture[str]) -> None:
    templates = list(Order.objects.filter(brand=much.brand).order_by("pk"))
    person = entered(much.admin)
    key = add_key(much.operator.pk, None, "growth", "operator_admin", at=much.now)[1]
    program = Client(headers={"Authorization": f"Bearer {key}"})
    counts: dict[str, list[int]] = {}
    seconds: dict[str, list[float]] = {}

    def ask(address: str, called: str) -> Response:
        client = program if address.startswith("/v1/") else person
        for again in range(3):  # what is asked once, such as the first use of a key in a minute, is no matter of size
            with CaptureQueriesContext(connection) as asked:
                began = perf_counter()
                response = client.get(address)
                took = perf_counter() - began
            if again and len(asked) == counts.get(called, [len(asked)])[0]:
                break
        seconds.setdefault(called, []).append(took)
        assert response.status_code == 200, address
        counts.setdefault(called, []).append(len(asked))
        return response

    for size in SIZES:
        grow(templates, size - Order.objects.filter(brand=much.brand).count())
        assert Order.objects.filter(brand=much.brand).count() == size
        for address in addresses(much):
            for following in next_pages(address, ask(address, address)):
                ask(following, f"{address}, second page")
    if STORM:
        with capsys.disabled():
            for called, took in sorted(seconds.items(), key=lambda one: -one[1][-1]):
                print(f"{called:50} {counts[called][0]:3} queries", *(f"{1000 * one:9.1f} ms" for one in took))
    assert {"/orders, second page", "/shipments, second page", "/v1/orders?brand=tea, second page"} <= counts.keys()
    assert {called: several for called, several in counts.items() if len(set(several)) > 1} == {}
