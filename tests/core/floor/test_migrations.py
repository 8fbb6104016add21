"""The app's migrations run on a database that is in use, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from tests.core_fixtures import NOW
from tests.record.on_the_floor import LEAVES, planned, stocked

from doorstep.core.floor.models import Pick
from doorstep.domain.rights import Scope
from doorstep.flows.release import release

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

TABLES = {"floor_wave", "floor_tote", "floor_pick", "floor_check", "floor_missing", "floor_putback"}


@pytest.mark.django_db(transaction=True)
def test_migrations_go_back_to_nothing_and_forward_again_on_a_filled_database(
    brand: Brand, site: Site, product: Product, scope: Scope
) -> None:
    stocked(brand, site, product, A1=9)
    planned(brand, site, "W-1", {product: 1})
    release(scope, site="north", until=LEAVES, now=NOW)
    try:
        call_command("migrate", "floor", "zero", verbosity=0)
        assert not TABLES & set(connection.introspection.table_names())
    finally:
        call_command("migrate", "floor", verbosity=0)
    assert set(connection.introspection.table_names()) >= TABLES
    planned(brand, site, "W-2", {product: 1})
    release(scope, site="north", until=LEAVES, now=NOW)
    assert Pick.objects.count() == 1


@pytest.mark.django_db
def test_models_and_migrations_say_the_same() -> None:
    call_command("makemigrations", "floor", check=True, dry_run=True, verbosity=0)
