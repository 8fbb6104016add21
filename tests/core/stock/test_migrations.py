"""The app's migrations run on a database that is in use, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from tests.core.stock.ledger import quantities
from tests.core_fixtures import NOW

from doorstep.core.stock import actions
from doorstep.core.stock.actions import Wanted

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

TABLES = {"stock_level", "stock_move", "stock_clock", "stock_inbound"}


@pytest.mark.django_db(transaction=True)
def test_migrations_go_back_to_nothing_and_forward_again_on_a_filled_database(
    brand: Brand, site: Site, product: Product
) -> None:
    def fill() -> None:
        actions.receive(brand.pk, site.pk, product.pk, 5, at=NOW, actor="user:1")
        actions.reserve(brand.pk, [Wanted(site.pk, product.pk, 2)], "order:1", at=NOW, actor="user:1")
        actions.expect(brand.pk, site.pk, product.pk, 5, NOW)

    fill()
    try:
        call_command("migrate", "stock", "zero", verbosity=0)
        assert not TABLES & set(connection.introspection.table_names())
    finally:
        call_command("migrate", "stock", verbosity=0)
    assert set(connection.introspection.table_names()) >= TABLES
    assert quantities() == {}
    fill()
    assert sorted(quantities().values()) == [2, 3]


@pytest.mark.django_db
def test_models_and_migrations_say_the_same() -> None:
    call_command("makemigrations", "stock", check=True, dry_run=True, verbosity=0)
