"""What a request costs the database does not grow with what is in it."""

from __future__ import annotations

from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.shop import NOW, Place, Shop, order

from doorstep.api.stock import forget
from doorstep.core.accounts import actions
from doorstep.core.accounts.models import Brand
from doorstep.core.catalog.models import Product
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.models import Clock, Level, Move

pytestmark = pytest.mark.django_db
# With who asks; two of stock are of the version and the page's keys. A page of 200 rows costs what one of 1 does.
MOST = {
    "/v1/stock?limit=200": 5,
    "/v1/stock?limit=200&kits=true": 7,
    "/v1/stock/health?limit=200": 6,
    "/v1/stock/prices?limit=200": 2,
    "/v1/stock/changes?limit=500": 4,
    "/v1/stock/transfers?limit=200": 3,
    "/v1/stock/inbound?limit=200": 2,
    "/v1/orders?limit=200": 2,
    "/v1/orders/N-1": 8,
    "/v1/orders/N-1/decision": 4,
    "/v1/parcels?limit=200": 2,
    "/v1/manifests?limit=200": 2,
    "/v1/products?limit=200": 3,
    "/v1/sites": 3,
    "/v1/brands": 3,
}


def cost(shop: Shop, path: str) -> int:
    forget()  # what was answered before
    with CaptureQueriesContext(connection) as asked:
        assert shop.get(path).status_code == 200
    return len(asked)


def fill(place: Place, rows: int) -> None:
    """Put orders, parcels, products, levels, moves and sites into the record."""
    operator = Brand.objects.get(pk=place.brand).operator
    site = Site.objects.get(operator=operator, code="munich")
    taken = Site.objects.count()
    sites = []
    for number in range(rows):
        site.pk, site.code = None, f"s{taken + number}"
        sites.append(copy(site))
    Site.objects.bulk_create(sites)
    site = Site.objects.get(operator=operator, code="munich")
    products = Product.objects.bulk_create(
        Product(brand_id=place.brand, sku=f"p{n}", length_mm=9, width_mm=9, height_mm=9, weight_g=9, value_micros=9)
        for n in range(rows)
    )
    levels = Level.objects.bulk_create(
        Level(brand_id=place.brand, site=site, product=one, state="available", quantity=1, received_at=NOW)
        for one in products
    )
    clock = Clock.objects.get(pk=place.brand)
    Move.objects.bulk_create(
        Move(
            brand_id=place.brand, version=clock.version + n, at=NOW, actor="t", reason="receipt", target=one, quantity=1
        )
        for n, one in enumerate(levels, 1)
    )
    Clock.objects.filter(pk=clock.pk).update(version=clock.version + rows)
    orders = Order.objects.bulk_create(
        Order(brand_id=place.brand, code=f"q{n}", placed_at=NOW + timedelta(seconds=n), country="DE", state="planned")
        for n in range(rows)
    )
    model = Parcel.objects.first()
    assert model is not None
    for number, one in enumerate(orders):
        model.pk, model.order, model.code = None, one, f"q{number}-1"
        model.save(force_insert=True)


@pytest.mark.parametrize("path", MOST)
def test_a_request_costs_the_same_at_10_and_500_rows(place: Place, path: str) -> None:
    shop = place.with_key("brand_writer")
    shop.post("/v1/orders", order(), idempotency_key="1")
    fill(place, 10)
    few = cost(shop, path)
    Parcel.objects.exclude(code__startswith="N-1").delete()
    Order.objects.exclude(code="N-1").delete()
    Move.objects.filter(target__product__sku__startswith="p").delete()
    Level.objects.filter(product__sku__startswith="p").delete()
    Product.objects.filter(sku__startswith="p").delete()
    fill(place, 500)
    assert cost(shop, path) == few <= MOST[path]


def test_keys_cost_the_same(place: Place) -> None:
    admin = place.with_key("operator_admin")
    few = cost(admin, "/v1/keys?limit=200")
    for _ in range(30):
        actions.add_key(place.operator, place.brand, "more", "brand_viewer", at=NOW)
    assert cost(admin, "/v1/keys?limit=200") in (few, few - 1)  # the first use of the key was noted
