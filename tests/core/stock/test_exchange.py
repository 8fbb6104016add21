"""What a reference holds is exchanged for what it wants, and nothing else moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.core.stock.ledger import assert_moves_add_up, quantities
from tests.core_fixtures import NOW, make_product

from doorstep.core.stock.actions import Wanted, post, receive, reserve
from doorstep.core.stock.exchange import exchange, held, picked
from doorstep.core.stock.models import Move
from doorstep.domain.errors import NotEnough
from doorstep.domain.ledger import Shelf, Shift

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

REFERENCE = "order:1"


def stocked(brand: Brand, site: Site, product: Product) -> None:
    for bin, units in (("a", 3), ("b", 3)):
        receive(brand.pk, site.pk, product.pk, units, bin, at=NOW, actor="user:1")


def exchanged(brand: Brand, *wanted: Wanted) -> int:
    return exchange(brand.pk, REFERENCE, wanted, at=NOW, actor="user:1")


def test_only_the_difference_moves(brand: Brand, site: Site, product: Product) -> None:
    stocked(brand, site, product)
    reserve(brand.pk, [Wanted(site.pk, product.pk, 4)], REFERENCE, at=NOW, actor="user:1")
    moves = Move.objects.count()
    exchanged(brand, Wanted(site.pk, product.pk, 5))
    assert [(one.reason, one.quantity) for one in Move.objects.order_by("pk")[moves:]] == [("reservation", 1)]
    exchanged(brand, Wanted(site.pk, product.pk, 1), Wanted(site.pk, product.pk, 1))
    assert held(brand.pk, REFERENCE) == {(site.pk, product.pk): 2}
    assert {one.reason for one in Move.objects.order_by("pk")[moves + 1 :]} == {"release"}
    assert_moves_add_up()


def test_what_is_held_already_is_not_moved_at_all(brand: Brand, site: Site, product: Product) -> None:
    stocked(brand, site, product)
    version = exchanged(brand, Wanted(site.pk, product.pk, 6))
    assert exchanged(brand, Wanted(site.pk, product.pk, 6)) == version


def test_one_product_is_given_back_for_another_in_one_posting(brand: Brand, site: Site, product: Product) -> None:
    stocked(brand, site, product)
    other = make_product(brand, "darjeeling")
    receive(brand.pk, site.pk, other.pk, 1, at=NOW, actor="user:1")
    exchanged(brand, Wanted(site.pk, product.pk, 6))
    version = exchanged(brand, Wanted(site.pk, other.pk, 1))
    assert held(brand.pk, REFERENCE) == {(site.pk, other.pk): 1}
    assert {one.reason for one in Move.objects.filter(version=version)} == {"reservation", "release"}
    exchanged(brand)
    assert held(brand.pk, REFERENCE) == {}
    assert_moves_add_up()


def test_what_is_not_there_leaves_everything_as_it_was(brand: Brand, site: Site, product: Product) -> None:
    stocked(brand, site, product)
    other = make_product(brand, "darjeeling")
    exchanged(brand, Wanted(site.pk, product.pk, 2))
    before = quantities()
    with pytest.raises(NotEnough):
        exchanged(brand, Wanted(site.pk, product.pk, 1), Wanted(site.pk, other.pk, 1))
    with pytest.raises(NotEnough):
        exchanged(brand, Wanted(site.pk, product.pk, 7))
    assert quantities() == before


def test_others_keep_what_they_hold(brand: Brand, site: Site, product: Product) -> None:
    stocked(brand, site, product)
    reserve(brand.pk, [Wanted(site.pk, product.pk, 3)], "order:2", at=NOW, actor="user:1")
    exchanged(brand, Wanted(site.pk, product.pk, 3))
    exchanged(brand)
    assert held(brand.pk, "order:2") == {(site.pk, product.pk): 3}


def test_picked_units_are_counted(brand: Brand, site: Site, product: Product) -> None:
    stocked(brand, site, product)
    exchanged(brand, Wanted(site.pk, product.pk, 2))
    shelf = Shelf(site.pk, product.pk, "a", "", "reserved")
    taken = Shift(shelf, Shelf(site.pk, product.pk, "a", "", "picked"), 2, "pick", reference=REFERENCE)
    assert picked(brand.pk, REFERENCE) == 0
    post(brand.pk, [taken], at=NOW, actor="user:1")
    assert (picked(brand.pk, REFERENCE), held(brand.pk, REFERENCE)) == (2, {})
