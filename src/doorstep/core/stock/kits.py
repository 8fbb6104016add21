"""How many kits the components at a site make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from doorstep.core.catalog.models import KitPart
from doorstep.core.stock.expiry import expired
from doorstep.core.stock.models import Level
from doorstep.domain.demand import Part
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class KitRow:
    """Units of a kit that could be put together at a site now."""

    brand: str
    site: str
    sku: str
    available: int


def availability(
    scope: Scope, kits: Mapping[int, Sequence[Part]], *, at: datetime, site: str | None = None
) -> dict[int, list[tuple[str, int]]]:
    """By row id of the kit: sites and the kits that the fewest component there makes, without sites of none.

    Kits share components: those of one are not set aside for another. One query.
    """
    rows = Level.objects.filter(
        brand__in=scope.brands, state="available", quantity__gt=0, product__part_of__kit__in=list(kits)
    )
    if site is not None:
        rows = rows.filter(site__code=site)
    there: dict[tuple[int, str], dict[str, int]] = {}
    grouped = rows.order_by("site__code").values_list(
        "product__part_of__kit_id", "site__code", "product__sku", "site__time_zone", "expires_on"
    )
    for kit, code, sku, zone, day, units in grouped.annotate(units=Sum("quantity")):
        if not expired(day, zone, at):
            here = there.setdefault((kit, code), {})
            here[sku] = here.get(sku, 0) + units
    found: dict[int, list[tuple[str, int]]] = {kit: [] for kit in kits}
    for (kit, code), units_of in there.items():
        whole = min(units_of.get(part.sku, 0) // part.units for part in kits[kit])
        if whole:
            found[kit].append((code, whole))
    return found


def kits(
    scope: Scope, *, at: datetime, brand: int | None = None, site: str | None = None, sku: str | None = None, limit: int
) -> tuple[KitRow, ...]:
    """The first kits by sku, and how many of each could be put together where. Two queries."""
    rows = KitPart.objects.filter(kit__brand__in=scope.brands)
    if brand is not None:
        rows = rows.filter(kit__brand=brand)
    if sku is not None:
        rows = rows.filter(kit__sku=sku)
    known: dict[int, tuple[str, str]] = {}
    parts: dict[int, list[Part]] = {}
    values = rows.order_by("kit__sku", "kit_id", "id")
    for kit, of, name, component, units in values.values_list(
        "kit_id", "kit__brand__code", "kit__sku", "component__sku", "quantity"
    ):
        if len(known) == limit and kit not in known:
            break
        known[kit] = (of, name)
        parts.setdefault(kit, []).append(Part(component, units))
    there = availability(scope, parts, at=at, site=site)
    return tuple(KitRow(known[kit][0], code, known[kit][1], units) for kit in known for code, units in there[kit])
