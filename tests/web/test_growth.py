"""What a page and an endpoint ask of the database does not grow with the orders that are in it.

At 100 and 10,000 orders with everything else; DOORSTEP_STORM=1 adds 1,000,000 and tells how long each took.
"""

from __future__ import annotations

import os
from time import perf_counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.api.routes import routes
from tests.api.test_tenancy import HOW, ONE_OF_A_KIND
from tests.growth import grow
from tests.web.filled import Filled, fill
from tests.web.test_tenancy import OPEN_TO_ALL, POSTED, arguments, entered, names

from doorstep.core.accounts.actions import add_key
from doorstep.core.catalog.models import KitPart, Product
from doorstep.core.decisions.models import Quote
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.stock.models import Transfer

pytestmark = pytest.mark.django_db
STORM = bool(os.environ.get("DOORSTEP_STORM"))
SIZES = (100, 10_000, 1_000_000) if STORM else (100, 10_000)


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
    }


def addresses(filled: Filled) -> list[str]:
    rows = known(filled)
    pages = [reverse(name, kwargs=arguments(name, filled)) for name in names() if name not in POSTED | OPEN_TO_ALL]
    questions = [
        one.path.format(**rows | ({"sku": "SET"} if one.path.endswith("/kit") else {}))
        + HOW[str(one)][0].replace("munich", "lille")
        for one in routes()
        if one.method == "GET" and str(one) not in ONE_OF_A_KIND
    ]
    return [*pages, *questions]


def test_queries_do_not_grow(capsys: pytest.CaptureFixture[str]) -> None:
    filled = fill(timezone.now(), orders=90)
    templates = list(Order.objects.filter(brand=filled.brand).order_by("pk"))
    person = entered(filled.admin)
    sites = Site.objects.filter(operator=filled.operator).order_by("pk")
    Transfer.objects.create(
        brand=filled.brand, reference="T-1", origin=sites[0], destination=sites[1], sent_at=filled.now
    )
    Quote.objects.create(brand=filled.brand, state="offered", made_at=filled.now, cart={}, options=[])
    kit = Product.objects.create(
        brand=filled.brand, sku="SET", length_mm=9, width_mm=9, height_mm=9, weight_g=9, value_micros=9
    )
    KitPart.objects.create(kit=kit, component=Product.objects.get(brand=filled.brand, sku="TEA-1"), quantity=2)
    key = add_key(filled.operator.pk, None, "growth", "operator_admin", at=filled.now)[1]
    program = Client(headers={"Authorization": f"Bearer {key}"})
    counts: dict[str, list[int]] = {}
    seconds: dict[str, list[float]] = {}
    for size in SIZES:
        grow(templates, size - Order.objects.filter(brand=filled.brand).count())
        assert Order.objects.filter(brand=filled.brand).count() == size
        for address in addresses(filled):
            client = program if address.startswith("/v1/") else person
            client.get(address)  # what is asked once, such as the first use of a key, is no matter of size
            with CaptureQueriesContext(connection) as asked:
                began = perf_counter()
                response = client.get(address)
                seconds.setdefault(address, []).append(perf_counter() - began)
            assert response.status_code == 200, address
            counts.setdefault(address, []).append(len(asked))
    if STORM:
        with capsys.disabled():
            for address, took in sorted(seconds.items(), key=lambda one: -one[1][-1]):
                print(f"{address:50} {counts[address][0]:3} queries", *(f"{1000 * one:9.1f} ms" for one in took))
    assert {address: several for address, several in counts.items() if len(set(several)) > 1} == {}
