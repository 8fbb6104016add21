"""Units are known by their sku, by any bar code, and by strings of GS1, which also name the lot."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.core_fixtures import NOW, House, make_brand, make_product, scope_of
from tests.record.on_the_floor import carton, picked, planned, released

from doorstep.core.catalog.models import Barcode
from doorstep.core.catalog.queries import products
from doorstep.core.catalog.scanning import scanned
from doorstep.core.events.models import Fact
from doorstep.core.floor.models import PutBack, Tote
from doorstep.core.stock import actions as stock
from doorstep.core.stock.models import Level
from doorstep.domain.errors import Conflict, NotFound
from doorstep.flows import pack, pick
from doorstep.flows.define_barcodes import set_barcodes
from doorstep.flows.stock import Receipt, receive
from doorstep.flows.take_back import confirm_put_back, take_back

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand, Operator
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site
    from doorstep.domain.rights import Scope

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
EAN, UPC, OTHER = "4006381333931", "036000291452", "96385074"
CODE = f"]d2010{EAN}17270331" + "10L-7\x1d21S1"


@pytest.fixture
def coded(brand: Brand, product: Product, scope: Scope) -> Product:
    set_barcodes(scope, brand.pk, "assam", [EAN, UPC, "X00-Assam"], now=NOW)
    return product


@pytest.mark.parametrize(
    "text", ["assam", f"]C0{'assam'}", EAN, f"]E0{EAN}", f"0{EAN}", UPC, f"0{UPC}", f"00{UPC}", "x00-assam", CODE]
)
def test_every_code_of_a_product_finds_it(coded: Product, brand: Brand, text: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        seen = scanned([brand.pk], text, today=TODAY)
    assert dict(seen.skus) == {coded.pk: "assam"}
    assert len(asked) <= 2


def test_a_code_is_looked_for_in_the_brands_that_are_asked_for(
    coded: Product, brand: Brand, operator: Operator, scope: Scope
) -> None:
    other = make_brand(operator, "mugs")
    mug = make_product(other, "mug")
    set_barcodes(scope_of(operator, other), other.pk, "mug", [EAN], now=NOW)
    assert dict(scanned([other.pk], EAN, today=TODAY).skus) == {mug.pk: "mug"}
    assert set(scanned([brand.pk, other.pk], EAN, today=TODAY).skus) == {coded.pk, mug.pk}
    assert not scanned([other.pk], UPC, today=TODAY).skus
    assert [one.sku for one in products(scope, search=f"0{EAN}").rows] == ["assam"]


def test_a_sku_comes_before_a_bar_code_and_capitals_do_not_matter_to_what_is_wanted(
    brand: Brand, product: Product, scope: Scope
) -> None:
    digits = make_product(brand, OTHER)
    assert dict(scanned([brand.pk], OTHER, today=TODAY).skus) == {digits.pk: OTHER}
    assert not scanned([brand.pk], "ASSAM", today=TODAY).skus
    assert scanned([brand.pk], "ASSAM", today=TODAY, wanted=[product.pk]).names(product.pk)
    with pytest.raises(Conflict, match="the sku of another product"):
        set_barcodes(scope, brand.pk, "assam", [OTHER], now=NOW)


def test_bar_codes_are_set_as_a_whole(coded: Product, brand: Brand, scope: Scope, foreigner: House) -> None:
    make_product(brand, "mug")
    with pytest.raises(Conflict, match=f"the bar code {EAN} is that of assam"):
        set_barcodes(scope, brand.pk, "mug", [f"0{EAN}"], now=NOW)
    for codes, words in (
        (["4006381333932"], "4006381333932 has a wrong check digit: 1 would be right"),
        ([UPC, f"0{UPC}"], "named twice"),
        (["12"] * 21, "at most 20"),
    ):
        with pytest.raises(Conflict, match=words):
            set_barcodes(scope, brand.pk, "assam", codes, now=NOW)
    for _ in range(2):
        set_barcodes(scope, brand.pk, "assam", [OTHER], now=NOW)
    assert list(Barcode.objects.values_list("product", "code", "key")) == [(coded.pk, OTHER, OTHER.zfill(14))]
    assert Fact.objects.filter(kind="BarcodesSet").latest("id").data == {"sku": "assam", "barcodes": [OTHER]}
    with pytest.raises(NotFound):
        set_barcodes(foreigner.scope, brand.pk, "assam", [], now=NOW)
    with pytest.raises(NotFound):
        set_barcodes(scope, brand.pk, "none", [], now=NOW)


def test_a_unit_is_picked_by_its_code_unless_it_is_of_another_lot(
    coded: Product, brand: Brand, site: Site, scope: Scope
) -> None:
    stock.receive(brand.pk, site.pk, coded.pk, 1, "A1", "L-7", date(2027, 3, 31), at=NOW, actor="user:1")
    mug = make_product(brand, "mug")
    set_barcodes(scope, brand.pk, "mug", [OTHER], now=NOW)
    planned(brand, site, "W-1", {coded: 1})
    task = pick.next_pick(scope, released(scope).waves[0], now=NOW)
    assert task is not None
    assert not pick.scan(scope, task.pk, "]C0a1", now=NOW).refused

    def refused(code: str) -> str:
        return pick.scan(scope, task.pk, code, now=NOW).refused

    assert refused(CODE.replace("L-7", "L-8")) == "This is lot L-8: take lot L-7."
    assert refused("4006381333932").startswith("4006381333932 was misread")
    assert refused(OTHER) == f"{OTHER} (mug) is not the product: take assam."
    assert refused(f"(01)0{EAN}(310)1") == (
        "This code tells something under (310), which is not read here. Scan a plain bar code."
    )
    assert refused("A1") == "A1 is the bin: now scan the product, assam."
    assert refused("") == "Nothing is not the product: take assam."
    assert pick.scan(scope, task.pk, CODE, now=NOW).done
    assert mug.pk != coded.pk


def test_units_are_packed_by_their_codes(coded: Product, brand: Brand, site: Site, operator: Operator) -> None:
    other = make_brand(operator, "mugs")
    mug = make_product(other, "mug")
    both = scope_of(operator, brand, other)
    set_barcodes(both, other.pk, "mug", [OTHER], now=NOW)
    for one, product in ((brand, coded), (other, mug)):
        carton(one)
        stock.receive(one.pk, site.pk, product.pk, 2, "A1", "L-7", None, at=NOW, actor="user:1")
        planned(one, site, f"W-{one.code}", {product: 2})
    picked(both, released(both).waves[0])
    tote, theirs = Tote.objects.get(brand=brand), Tote.objects.get(brand=other)
    pack.open_tote(both, tote.pk)

    def refused(code: str) -> str:
        return pack.scan(both, tote.pk, code, now=NOW).refused

    assert refused(OTHER) == f"{OTHER} (mug) does not belong here: tote {theirs.code} wants it."
    assert refused(CODE.replace("L-7", "L-8")) == "This is lot L-8: take lot L-7."
    assert refused("4006381333932").startswith("4006381333932 was misread")
    assert refused("cup") == "cup is none of the units of this parcel."
    assert [refused(CODE), refused(f"]E0{EAN}")] == ["", ""]
    assert refused(EAN) == f"{EAN} is no carton of this brand; S is planned."  # all units are in
    assert refused("]C0s") == ""


def test_units_without_a_bin_are_put_back_by_their_code(coded: Product, brand: Brand, site: Site, scope: Scope) -> None:
    stock.receive(brand.pk, site.pk, coded.pk, 1, lot="L-7", at=NOW, actor="user:1")
    order = planned(brand, site, "W-1", {coded: 1})
    picked(scope, released(scope).waves[0])
    take_back(scope, brand.pk, order.pk, now=NOW)
    waiting = PutBack.objects.get()
    told = confirm_put_back(scope, waiting.pk, CODE.replace("L-7", "L-8"), now=NOW)
    assert told == "This is lot L-8: take lot L-7."
    assert confirm_put_back(scope, waiting.pk, "4006381333932", now=NOW).startswith("4006381333932 was misread")
    assert confirm_put_back(scope, waiting.pk, OTHER, now=NOW) == f"{OTHER} is not the product: assam is."
    assert confirm_put_back(scope, waiting.pk, CODE, now=NOW) == ""


def test_goods_are_received_with_the_lot_and_the_day_that_their_code_tells(
    coded: Product, brand: Brand, site: Site, scope: Scope
) -> None:
    assert site.code == "north"
    receive(scope, brand.pk, Receipt("north", "", 5, "A1", scan=CODE), now=NOW)
    level = Level.objects.get()
    assert (level.product_id, level.lot, level.expires_on, level.quantity) == (coded.pk, "L-7", date(2027, 3, 31), 5)
    assert Fact.objects.get(kind="StockReceived").data["sku"] == "assam"
    receive(scope, brand.pk, Receipt("north", "", 1, "A1", "L-9", date(2026, 6, 1), scan=EAN), now=NOW)
    assert Level.objects.get(lot="L-9").expires_on == date(2026, 6, 1)
    for goods, words in (
        (Receipt("north", "", 1, lot="L-8", scan=CODE), "tells the lot L-7, and L-8 is entered"),
        (Receipt("north", "", 1, expires_on=TODAY, scan=CODE), "tells the last day of sale 2027-03-31"),
        (Receipt("north", "mug", 1, scan=CODE), "tells the sku assam, and mug is entered"),
        (Receipt("north", "", 1, scan="4006381333932"), "was misread"),
        (Receipt("north", "", 1, scan=OTHER), f"no product {OTHER}"),
    ):
        with pytest.raises(Conflict, match=words):
            receive(scope, brand.pk, goods, now=NOW)
