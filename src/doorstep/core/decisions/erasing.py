"""Decisions stay, with all that was weighed; a person's own words, and where a cart would go, do not.

Call within a transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from doorstep.core.decisions.models import Decision, Quote
from doorstep.domain.place import area_of, region_code

ERASED = "erased"


def blank(orders: Collection[int]) -> dict[str, int]:
    overridden = [
        one for one in Decision.objects.filter(order_id__in=orders).order_by("pk") if "override" in one.record
    ]
    for one in overridden:
        one.record["override"]["reason"] = ERASED
    Decision.objects.bulk_update(overridden, ["record"], batch_size=200)
    quotes = list(Quote.objects.filter(order_id__in=orders).order_by("pk"))
    for quote in quotes:
        country, region, postcode = quote.cart["to"]
        quote.cart |= {"to": [country, region_code(region), area_of(postcode)], "pickup_point": "", "segment": ""}
        quote.why = {}
    Quote.objects.bulk_update(quotes, ["cart", "why"], batch_size=200)
    return {"decisions": len(overridden), "quotes": len(quotes)}
