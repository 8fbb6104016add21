"""The pack bench: units, carton and weight are proved, and what is wrong is named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.core_fixtures import NOW, make_product
from tests.record.on_the_floor import carton, picked, planned, released, stocked

from doorstep.core.floor import bench
from doorstep.core.floor.models import Tote
from doorstep.core.parcels.models import Parcel
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.flows import pack

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(brand: Brand) -> Product:
    return make_product(brand, "mug")


def test_the_bench_names_what_is_wrong(brand: Brand, site: Site, product: Product, mug: Product, scope: Scope) -> None:
    carton(brand)
    carton(brand, "L", tare_g=300)
    carton(brand, "XS", max_weight_g=400)
    stocked(brand, site, product, A1=9)
    stocked(brand, site, mug, A2=9)
    planned(brand, site, "W-1", {product: 2})
    planned(brand, site, "W-2", {mug: 1})
    wave = released(scope).waves[0]
    tote = Tote.objects.get(parcel__code="W-1-1").pk
    pack.open_tote(scope, tote)
    with pytest.raises(Conflict, match="not everything is picked"):
        pack.scan(scope, tote, "assam", now=NOW)
    picked(scope, wave)
    other = replace(scope, actor="user:2", role="floor_worker")
    with pytest.raises(Conflict, match="another bench has it: user:1"):
        pack.open_tote(other, tote, take_over=True)
    with pytest.raises(Conflict, match="not at your bench"):
        pack.scan(other, tote, "assam", now=NOW)

    def told(code: str, reason: str = "") -> str:
        return pack.scan(scope, tote, code, reason=reason, now=NOW).refused

    assert told("mug") == f"mug does not belong here: tote {wave}-02 wants it."
    assert told("nonsense") == "nonsense is none of the units of this parcel."
    assert told("assam") == told("ASSAM") == ""
    assert told("") == "Nothing is no carton of this brand; S is planned."
    assert told("XS") == "XS bears 400 g, and this parcel weighs 900 g."
    assert told("L") == "S is planned: say why it is L, and scan it again."
    assert told("l", "S has run out") == ""
    assert told("heavy") == "heavy is not a weight; write grams, such as 640, or 0.64 kg."
    assert told("1.5 kg") == "1500 g, and 1100 g is planned. Look into the box; if it is right, enter 1500 again."
    row = bench.get_tote(scope, tote)
    assert row is not None
    assert (row.wrong_scans, row.stage, row.weight_g) == (6, "weight", 1_500)
    assert pack.scan(scope, tote, "1500 g", now=NOW).packed
    assert Parcel.objects.get(code="W-1-1").packed_carton == "L"
    with pytest.raises(Conflict, match="packed already"):
        told("1500")


def test_one_too_many_is_refused(brand: Brand, site: Site, product: Product, mug: Product, scope: Scope) -> None:
    carton(brand)
    stocked(brand, site, product, A1=9)
    stocked(brand, site, mug, A2=9)
    planned(brand, site, "W-1", {product: 1, mug: 1})
    picked(scope, released(scope).waves[0])
    tote = Tote.objects.get().pk
    pack.open_tote(scope, tote)
    assert not pack.scan(scope, tote, "assam", now=NOW).refused
    assert (
        pack.scan(scope, tote, "assam", now=NOW).refused
        == "One too many: 1 unit belongs in here of assam, and no more."
    )
    pack.begin_again(scope, tote)
    assert not pack.scan(scope, tote, "assam", now=NOW).refused


def test_a_product_in_its_own_box_needs_no_carton(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    stocked(brand, site, product, A1=1)
    planned(brand, site, "W-1", {product: 1}, carton="own-box")
    picked(scope, released(scope).waves[0])
    tote = Tote.objects.get().pk
    pack.open_tote(scope, tote)
    pack.scan(scope, tote, "assam", now=NOW)
    assert pack.scan(scope, tote, "500", now=NOW).packed
    assert Parcel.objects.get().packed_carton == "own-box"


@pytest.mark.parametrize(
    ("text", "grams"),
    [("640", 640), ("640 g", 640), ("0,64 kg", 640), ("0.64KG", 640), ("0.5", None), ("0", None), ("", None),
     ("1e3", None), ("9999999 kg", None)],
)  # fmt: skip
def test_weights_are_read_as_scales_write_them(text: str, grams: int | None) -> None:
    assert pack.read_weight_g(text) == grams
