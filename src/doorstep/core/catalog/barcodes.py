"""Bar codes of products: what stands on one unit, by which it is found when it is scanned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doorstep.core.catalog.models import Barcode, Product
from doorstep.domain.catalog import ProductCode
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.gs1 import barcode_key
from doorstep.domain.rights import Scope

BATCH = 2_000


def add_barcodes(brand_id: int, products: Mapping[str, int], codes: Iterable[ProductCode]) -> None:
    """Add the bar codes of products that are new; `products` are row ids by sku."""
    Barcode.objects.bulk_create(
        (
            Barcode(brand_id=brand_id, product_id=products[one.sku], code=one.code, key=barcode_key(one.code))
            for one in codes
        ),
        batch_size=BATCH,
    )


def barcodes_of(scope: Scope, products: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Give the bar codes of products of the scope, by row id; those without any are left out. One query."""
    rows = Barcode.objects.filter(product__in=list(products), brand__in=scope.brands).order_by("pk")
    found: dict[int, list[str]] = {}
    for product, code in rows.values_list("product_id", "code"):
        found.setdefault(product, []).append(code)
    return {product: tuple(codes) for product, codes in found.items()}


def replace_barcodes(brand_id: int, sku: str, codes: Mapping[str, str]) -> int:
    """Let a product have these bar codes and no others, codes by key; returns its row id. Call in a transaction.

    Raises NotFound for a sku that the brand has not, Conflict for a code that stands for another product.
    """
    keys = list(codes)
    row = Product.objects.select_for_update().filter(brand_id=brand_id, sku=sku).first()
    if row is None:
        raise NotFound(f"no product {sku}")
    taken = Barcode.objects.filter(brand_id=brand_id, key__in=keys).exclude(product=row).order_by("pk")
    other = taken.values_list("code", "product__sku").first()
    if other is not None:
        raise Conflict(f"the bar code {other[0]} is that of {other[1]}")
    named = Product.objects.filter(brand_id=brand_id, sku__in=codes.values()).exclude(pk=row.pk).order_by("sku")
    clash = named.values_list("sku", flat=True).first()
    if clash is not None:
        raise Conflict(f"the bar code {clash} is the sku of another product")
    Barcode.objects.filter(product=row).delete()
    Barcode.objects.bulk_create(
        Barcode(brand_id=brand_id, product=row, code=code, key=key) for key, code in codes.items()
    )
    return row.pk
