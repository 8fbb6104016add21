"""Products and cartons as people and programs read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from doorstep.core.catalog.models import Barcode, Carton, Product
from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.domain.gs1 import is_gtin, scan_key
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class ProductRow:
    pk: int
    brand: str
    sku: str
    name: str
    category: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    value_minor: int
    currency: str
    hs_code: str
    origin_country: str
    this_side_up: bool
    fragile: bool
    max_load_g: int | None
    hazmat_class: str
    ships_in_own_box: bool
    soft: bool  # may be folded
    padding_mm: int  # wrapped around every side


@dataclass(frozen=True, slots=True)
class CartonRow:
    brand: str
    carton: str
    inner_mm: tuple[int, int, int]
    outer_mm: tuple[int, int, int]
    tare_g: int
    max_weight_g: int
    cost_micros: int  # a unit rate: cartons cost fractions of a cent
    currency: str
    site: str  # empty: at every site
    mailer: bool
    padding_mm: int  # kept free along every wall


def products(
    scope: Scope,
    *,
    brand: str | None = None,
    search: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ProductRow]:
    """List products by sku. Raises InvalidCursor.

    `search` begins the sku, stands anywhere in name or category, or is a bar code.
    """
    found = Product.objects.filter(brand_id__in=scope.brands).select_related("brand")
    if brand is not None:
        found = found.filter(brand__code=brand)
    if search:
        coded = Barcode.objects.filter(brand_id__in=scope.brands, key=scan_key(search)).values("product")
        found = found.filter(
            Q(sku__istartswith=search) | Q(name__icontains=search) | Q(category__icontains=search) | Q(pk__in=coded)
        )
    if after is not None:
        sku, last = read_cursor(after, str, int)
        found = found.filter(sku__gte=sku).filter(Q(sku__gt=sku) | Q(id__gt=last))
    listed = list(found.order_by("sku", "id")[: reach(limit)])
    return page(listed, limit, _product, lambda product: (product.sku, product.pk))


def product(scope: Scope, sku: str, brand: str | None = None) -> ProductRow | None:
    found = Product.objects.filter(brand_id__in=scope.brands, sku=sku).select_related("brand")
    if brand is not None:
        found = found.filter(brand__code=brand)
    first = found.order_by("id").first()
    return None if first is None else _product(first)


def cartons(scope: Scope, *, brand: str | None = None, codes: Collection[str] | None = None) -> tuple[CartonRow, ...]:
    """Give cartons by brand and code; `codes` only those named."""
    found = Carton.objects.filter(brand_id__in=scope.brands).select_related("brand")
    if brand is not None:
        found = found.filter(brand__code=brand)
    if codes is not None:
        found = found.filter(code__in=codes)
    return tuple(_carton(carton) for carton in found.order_by("brand__code", "code"))


def gtins(brands: Collection[int]) -> dict[tuple[str, str], str]:
    """GTINs of 14 digits by brand and sku, of products that have one. One query.

    A product with several has the one that was set first; codes of the house are none.
    """
    found: dict[tuple[str, str], str] = {}
    rows = Barcode.objects.filter(brand_id__in=brands).order_by("pk").values_list("brand__code", "product__sku", "key")
    for brand, sku, key in rows:
        if is_gtin(key):
            found.setdefault((brand, sku), key)
    return found


def _product(one: Product) -> ProductRow:
    return ProductRow(
        pk=one.pk,
        brand=one.brand.code,
        sku=one.sku,
        name=one.name,
        category=one.category,
        length_mm=one.length_mm,
        width_mm=one.width_mm,
        height_mm=one.height_mm,
        weight_g=one.weight_g,
        value_minor=Currency(one.brand.currency).minor(one.value_micros),
        currency=one.brand.currency,
        hs_code=one.hs_code,
        origin_country=one.origin_country,
        this_side_up=one.this_side_up,
        fragile=one.fragile,
        max_load_g=one.max_load_g,
        hazmat_class=one.hazmat_class,
        ships_in_own_box=one.ships_in_own_box,
        soft=one.soft,
        padding_mm=one.padding_mm,
    )


def _carton(one: Carton) -> CartonRow:
    return CartonRow(
        brand=one.brand.code,
        carton=one.code,
        inner_mm=(one.inner_length_mm, one.inner_width_mm, one.inner_height_mm),
        outer_mm=(one.outer_length_mm, one.outer_width_mm, one.outer_height_mm),
        tare_g=one.tare_g,
        max_weight_g=one.max_weight_g,
        cost_micros=one.cost_micros,
        currency=one.brand.currency,
        site=one.site,
        mailer=one.mailer,
        padding_mm=one.padding_mm,
    )
