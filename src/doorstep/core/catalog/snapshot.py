"""Rows to the nouns of the domain, in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import starmap

from doorstep.core.catalog.models import Carton, KitPart, Product
from doorstep.core.versions import Rows
from doorstep.domain import catalog

OF_BRAND = (
    Rows(Product, "brand_id = %s"),
    Rows(Carton, "brand_id = %s"),
    Rows(KitPart, f"kit_id IN (SELECT id FROM {Product._meta.db_table} WHERE brand_id = %s)"),
)
_PRODUCT = (
    "sku", "name", "category", "length_mm", "width_mm", "height_mm", "weight_g", "value_micros", "hs_code",
    "origin_country", "this_side_up", "fragile", "max_load_g", "hazmat_class", "ships_in_own_box", "soft",
    "padding_mm",
)  # fmt: skip


def products(brand_id: int, skus: Iterable[str] | None = None) -> tuple[catalog.Product, ...]:
    """All products of a brand, or those of these skus."""
    rows = Product.objects.filter(brand_id=brand_id).order_by("id")
    if skus is not None:
        rows = rows.filter(sku__in=list(skus))
    return tuple(starmap(catalog.Product, rows.values_list(*_PRODUCT)))


def product_ids(brand_id: int, skus: Iterable[str] | None = None) -> dict[str, int]:
    """Row ids of all products of a brand, or of those of these skus."""
    rows = Product.objects.filter(brand_id=brand_id)
    if skus is not None:
        rows = rows.filter(sku__in=list(skus))
    return dict(rows.values_list("sku", "id"))


def cartons(brand_id: int) -> tuple[catalog.Carton, ...]:
    return tuple(
        catalog.Carton(
            row.code,
            (row.inner_length_mm, row.inner_width_mm, row.inner_height_mm),
            (row.outer_length_mm, row.outer_width_mm, row.outer_height_mm),
            row.tare_g,
            row.max_weight_g,
            row.cost_micros,
            row.site,
            row.mailer,
            row.padding_mm,
        )
        for row in Carton.objects.filter(brand_id=brand_id).order_by("id")
    )
