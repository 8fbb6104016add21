"""What users ask of stock and of the floor while orders move; each test is named by the number of the ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.shop import NOW as MONDAY
from tests.api.shop import opened, order
from tests.core.stock.ledger import quantities
from tests.record.packed import House, house
from tests.record.test_dispatch import close, labelled, put

from doorstep.core.catalog.models import Product
from doorstep.core.parcels.models import Parcel
from doorstep.flows.standing import forget
from doorstep.server import clock

pytestmark = pytest.mark.django_db
UNTIL = "2026-12-31T00:00:00Z"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        yield here


def test_ask_23_an_order_is_split_by_itself_and_each_site_sees_its_own_work() -> None:
    """Trays lie in Berlin alone, mugs in Munich."""
    place = opened()
    lines = [{"sku": sku, "quantity": 1, "unit_price_minor": 900} for sku in ("tray", "mug")]
    told = place.with_key().post("/v1/orders", order(lines=lines), idempotency_key="1").json()
    assert sorted(one["site"] for one in told["parcels"]) == ["berlin", "munich"]
    floor = place.with_key("supervisor")
    for site, sku in (("berlin", "tray"), ("munich", "mug")):
        made = floor.post("/v1/waves", {"site": site, "leaves_until": UNTIL}).json()
        assert made["parcels"] == 1
        waves = [one["wave"] for one in made["data"]]
        assert [one["wave"] for one in floor.get(f"/v1/waves?site={site}").json()["data"]] == waves
        picks = [one for wave in waves for one in floor.get(f"/v1/waves/{wave}/picks").json()["data"]]
        assert [one["sku"] for one in picks] == [sku]


def test_ask_27_goods_are_sold_once() -> None:
    """Two see three trays and want two each. That holds for many at once, too: tests/concurrency, on PostgreSQL."""
    shop = opened().with_key()
    carts = [order(code, "tray", 2, on_shortage="refuse") for code in ("N-1", "N-2")]
    seen = [shop.post("/v1/quotes", {"to": {"country": "DE", "postcode": "80331"}, "lines": [
        {"sku": "tray", "quantity": 2}]}).json() for _ in carts]  # fmt: skip
    assert all(one["options"] for one in seen)
    first, second = (shop.post("/v1/orders", cart, idempotency_key=str(cart["order"])) for cart in carts)
    assert (first.status_code, first.json()["state"]) == (201, "planned")
    assert (second.status_code, second.json()["code"]) == (409, "out_of_stock")
    tray = Product.objects.get(sku="tray").pk
    assert sorted((one.state, units) for one, units in quantities().items() if one.product == tray) == [
        ("available", 1),
        ("reserved", 2),
    ]


def test_ask_28_what_has_left_is_allocated_no_more(at: House) -> None:
    parcel = labelled(at, "N-1")
    mug = Product.objects.get(sku="mug").pk
    assert sorted(one.state for one, units in quantities().items() if one.product == mug and units) == [
        "available",
        "picked",
    ]
    put(at, parcel)
    close(at, parcel)
    assert [(one.state, units) for one, units in quantities().items() if one.product == mug and units] == [
        ("available", 11)
    ]


def test_ask_61_what_is_said_to_have_left_has_left(at: House) -> None:
    *going, staying = [labelled(at, f"N-{n}") for n in range(3)]
    for parcel in going:
        put(at, parcel)
    closed = close(at, going[0])
    assert (closed.parcels, [one.parcel for one in closed.left_behind]) == (2, [staying.code])
    left = Parcel.objects.filter(state="handed_over").order_by("pk")
    assert [one.pk for one in left] == [one.pk for one in going]
    staying.refresh_from_db()
    assert (staying.state, staying.manifest, staying.order.state) == ("labelled", None, "packed")
