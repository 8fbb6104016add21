"""An order is cancelled when it is picked or packed already: the goods go back to their bins, and to nobody before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.core.stock.ledger import assert_moves_add_up
from tests.core_fixtures import NOW
from tests.record.on_the_floor import carton, facts, packed, picked, planned, released, state, stocked, units

from doorstep.core.floor import queries
from doorstep.core.floor.models import Tote
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.flows.cancel import cancel_order
from doorstep.flows.take_back import confirm_put_back

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("how_far", ["released", "picked", "packed"])
def test_goods_come_back_by_hand(brand: Brand, site: Site, product: Product, scope: Scope, how_far: str) -> None:
    carton(brand)
    stocked(brand, site, product, A1=2, B1=9)
    order = planned(brand, site, "W-1", {product: 3})
    wave = released(scope).waves[0]
    if how_far != "released":
        picked(scope, wave)
    if how_far == "packed":
        packed(scope, Tote.objects.get().pk)
    cancel_order(scope, brand.pk, order.pk, "customer_request", now=NOW)
    assert state(order) == ("cancelled", ["cancelled"])
    assert facts(order)[-2:] == ["OrderTakenBack", "OrderCancelled"]
    waiting = queries.put_backs(scope)
    if how_far == "released":
        assert waiting == ()
    else:
        assert units(product) == {"A1 picked": 2, "B1 picked": 1, "B1 available": 8}
    for one in waiting:
        assert confirm_put_back(scope, one.pk, one.bin, now=NOW) == ""
    assert units(product) == {"A1 available": 2, "B1 available": 9}
    assert_moves_add_up()
    cancel_order(scope, brand.pk, order.pk, "other", now=NOW)
    assert facts(order).count("OrderCancelled") == 1


def test_what_is_staged_is_not_cancelled(brand: Brand, site: Site, product: Product, scope: Scope) -> None:
    carton(brand)
    stocked(brand, site, product, A1=3)
    order = planned(brand, site, "W-1", {product: 3})
    picked(scope, released(scope).waves[0])
    packed(scope, Tote.objects.get().pk)
    order.parcels.update(state="staged")
    with pytest.raises(Conflict, match="off the dock"):
        cancel_order(scope, brand.pk, order.pk, "customer_request", now=NOW)
    assert state(order) == ("packed", ["staged"])
    assert units(product) == {"A1 picked": 3}
