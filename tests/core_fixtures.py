"""An operator with a brand, a site and a product in the database, and another that has nothing to do with it.

Models are imported inside the fixtures: the suite is collected without Django, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from doorstep.domain.rights import Scope

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from doorstep.core.accounts.models import Brand, Operator
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday


@pytest.fixture(scope="module")
def kept_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:  # noqa: ARG001
    """Rows that the fixtures of a module write after this one stay for all its tests, each in a savepoint of its own.

    Not for tests that need transactions of their own.
    """
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True, slots=True)
class House:
    """An operator and one of its brands, with a site, a product, and the scope of its administrator."""

    operator: Operator
    brand: Brand
    site: Site
    product: Product
    scope: Scope


def make_operator(code: str) -> Operator:
    from doorstep.core.accounts.models import Operator

    return Operator.objects.create(code=code, name=code.title())


def make_brand(operator: Operator, code: str) -> Brand:
    from doorstep.core.accounts.models import Brand

    return Brand.objects.create(
        operator=operator,
        code=code,
        name=code.title(),
        currency="EUR",
        country="DE",
        on_time_target_ppm=950_000,
        late_cost_micros=5_000_000,
        unplanned_cost_micros=50_000_000,
    )


def make_site(operator: Operator, code: str) -> Site:
    from doorstep.core.network.models import Site

    return Site.objects.create(
        operator=operator,
        code=code,
        kind="fulfilment_centre",
        name=code.title(),
        country="DE",
        city="Kassel",
        postcode="34117",
        latitude=51.31,
        longitude=9.48,
        time_zone="Europe/Berlin",
        working_days=0b0011111,
        order_cutoff_s=14 * 3600,
        pick_cost_per_order_micros=600_000,
        pick_cost_per_unit_micros=100_000,
    )


def make_product(brand: Brand, sku: str) -> Product:
    from doorstep.core.catalog.models import Product

    return Product.objects.create(
        brand=brand,
        sku=sku,
        name=sku.title(),
        length_mm=200,
        width_mm=150,
        height_mm=80,
        weight_g=400,
        value_micros=12_000_000,
    )


def make_kit(brand_id: int, sku: str, parts: dict[str, int]) -> None:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.kits import write_kit

    write_kit(make_product(Brand.objects.get(pk=brand_id), sku).pk, parts)


def scope_of(operator: Operator, *brands: Brand) -> Scope:
    return Scope(operator.pk, frozenset(brand.pk for brand in brands), "operator_admin", "user:1")


@pytest.fixture
def operator(db: None) -> Operator:  # noqa: ARG001
    return make_operator("harbour")


@pytest.fixture
def brand(operator: Operator) -> Brand:
    return make_brand(operator, "tea")


@pytest.fixture
def site(operator: Operator) -> Site:
    return make_site(operator, "north")


@pytest.fixture
def product(brand: Brand) -> Product:
    return make_product(brand, "assam")


@pytest.fixture
def scope(operator: Operator, brand: Brand) -> Scope:
    return scope_of(operator, brand)


@pytest.fixture
def foreigner(db: None) -> House:  # noqa: ARG001
    """Another operator, whose rows nobody of the first may see; its codes are the same, which must not help."""
    operator = make_operator("elsewhere")
    brand = make_brand(operator, "tea")
    return House(operator, brand, make_site(operator, "north"), make_product(brand, "assam"), scope_of(operator, brand))
