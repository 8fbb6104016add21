"""Kits: products that consist of others. A kit is ordered as one and picked as its components."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from doorstep.core.catalog.models import KitPart, Product
from doorstep.domain.demand import Part
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope

MOST_PARTS = 50  # kinds of components in a kit


def kits(brand_id: int, skus: Collection[str] | None = None) -> dict[str, tuple[Part, ...]]:
    """What kits of a brand consist of, by sku: all of them, or those of these skus. One query."""
    rows = KitPart.objects.filter(kit__brand_id=brand_id)
    if skus is not None:
        rows = rows.filter(kit__sku__in=list(skus))
    found: dict[str, list[Part]] = {}
    for kit, sku, units in rows.order_by("id").values_list("kit__sku", "component__sku", "quantity"):
        found.setdefault(kit, []).append(Part(sku, units))
    return {kit: tuple(parts) for kit, parts in found.items()}


def is_kit(product: int) -> bool:
    return KitPart.objects.filter(kit_id=product).exists()


def parts_of(scope: Scope, products: Iterable[int]) -> dict[int, tuple[Part, ...]]:
    """What products of the scope consist of, by row id; those that are no kits are left out. One query."""
    rows = KitPart.objects.filter(kit__in=list(products), kit__brand__in=scope.brands)
    found: dict[int, list[Part]] = {}
    for kit, sku, units in rows.order_by("id").values_list("kit_id", "component__sku", "quantity"):
        found.setdefault(kit, []).append(Part(sku, units))
    return {kit: tuple(parts) for kit, parts in found.items()}


def lock_kit(brand_id: int, sku: str, parts: Mapping[str, int]) -> int:
    """Lock a product and the components it is to have, until the transaction ends; returns the row id of the kit.

    Raises NotFound for a sku that the brand has not, Conflict where a kit would hold a kit.
    """
    asked = {sku, *parts}
    rows = Product.objects.select_for_update().filter(brand_id=brand_id, sku__in=asked).order_by("id")
    ids = dict(rows.values_list("sku", "id"))
    for one in sorted(asked - ids.keys()):
        raise NotFound(f"no product {one}")
    if sku in parts:
        raise Conflict(f"{sku} cannot be a part of itself")
    nested = KitPart.objects.filter(kit__in=[ids[one] for one in parts]).order_by("kit__sku")
    inner = nested.values_list("kit__sku", flat=True).first()
    if inner is not None:
        raise Conflict(f"{inner} is a kit itself: a kit holds no kits; name its components instead")
    outer = KitPart.objects.filter(component=ids[sku]).values_list("kit__sku", flat=True).first()
    if parts and outer is not None:
        raise Conflict(f"{sku} is a part of {outer}: a kit holds no kits")
    return ids[sku]


def write_kit(kit: int, parts: Mapping[str, int]) -> None:
    """Let a product consist of these parts, units by sku; of none: it is no kit any more. Call after lock_kit."""
    KitPart.objects.filter(kit_id=kit).delete()
    brand = Product.objects.values_list("brand_id", flat=True).get(pk=kit)
    ids = dict(Product.objects.filter(brand_id=brand, sku__in=list(parts)).values_list("sku", "id"))
    KitPart.objects.bulk_create(
        KitPart(kit_id=kit, component_id=ids[sku], quantity=units) for sku, units in parts.items()
    )
