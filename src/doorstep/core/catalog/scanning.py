"""What a scan of goods stands for: the one place where a scan finds its product."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from doorstep.core.catalog.models import Barcode, Product
from doorstep.domain import gs1


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan and the products that it stands for; in one brand that is at most one."""

    text: str  # as it is told to a person
    skus: Mapping[int, str]  # by row id
    lot: str = ""
    expires_on: date | None = None
    fault: str = ""  # why it stands for none, where that can be told

    def names(self, product: int) -> bool:
        return product in self.skus

    @property
    def told(self) -> str:
        """The scan, and the sku if it says something else."""
        sku = next(iter(self.skus.values()), "")
        return f"{self.text} ({sku})" if sku and sku.casefold() != self.text.casefold() else self.text or "Nothing"


def scanned(brands: Collection[int], text: str, *, today: date, wanted: Collection[int] = ()) -> Seen:
    """Find what a scan stands for among the products of these brands.

    A sku comes before a bar code. The skus of what is `wanted` (row ids) are known in capitals and small letters alike;
    others as they are written. At most two queries.
    """
    scan = gs1.read(text, today)
    said = {scan.text, text.strip(" \t\r\n")} - {""}
    if not said:
        return Seen("", {})
    of_brands = Product.objects.filter(brand_id__in=brands)
    found = dict(of_brands.filter(Q(sku__in=said) | Q(pk__in=wanted)).order_by("pk").values_list("pk", "sku"))
    folded = {one.casefold() for one in said}
    skus = {pk: sku for pk, sku in found.items() if pk in wanted and sku.casefold() in folded}
    skus = skus or {pk: sku for pk, sku in found.items() if sku in said}
    if skus:
        return Seen(scan.text, skus)
    if scan.fault:
        return Seen(scan.text, {}, fault=scan.fault)
    rows = Barcode.objects.filter(brand_id__in=brands, key=scan.key).order_by("product_id")
    return Seen(scan.text, dict(rows.values_list("product_id", "product__sku")), scan.lot, scan.expires_on)
