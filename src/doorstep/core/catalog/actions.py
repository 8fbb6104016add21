from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from doorstep.core.catalog.models import Carton, Product
from doorstep.domain import catalog

BATCH = 2_000


def add_products(brand_id: int, products: Iterable[catalog.Product]) -> dict[str, int]:
    """Add products; returns the row id of each sku of the brand."""
    Product.objects.bulk_create((Product(brand_id=brand_id, **asdict(one)) for one in products), batch_size=BATCH)
    return dict(Product.objects.filter(brand_id=brand_id).values_list("sku", "id"))


def add_cartons(brand_id: int, cartons: Iterable[catalog.Carton]) -> None:
    Carton.objects.bulk_create(
        Carton(
            brand_id=brand_id,
            code=one.carton,
            **dict(zip(("inner_length_mm", "inner_width_mm", "inner_height_mm"), one.inner_mm, strict=True)),
            **dict(zip(("outer_length_mm", "outer_width_mm", "outer_height_mm"), one.outer_mm, strict=True)),
            tare_g=one.tare_g,
            max_weight_g=one.max_weight_g,
            cost_micros=one.cost_micros,
            site=one.site,
            mailer=one.mailer,
            padding_mm=one.padding_mm,
        )
        for one in cartons
    )
