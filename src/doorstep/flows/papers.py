"""Which of many orders want goods that lack the papers to leave one of the sites for them."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.core.catalog.snapshot import products
from doorstep.core.network.snapshot import sites
from doorstep.domain.demand import Order
from doorstep.domain.holds import crosses_customs
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.flows.customs import without_papers
from doorstep.flows.kits import needs_of


def lacking_papers(operator_id: int, brand_id: int, found: Mapping[int, Order]) -> set[int]:
    """Row ids of such orders. No plan of many orders can offer a site to some of them and not to the others."""
    wanted = {sku for order in found.values() for sku in needs_of(order)}
    bare = set(without_papers(products(brand_id, wanted)))
    if not bare:
        return set()
    origins = {site.place.country for site in sites(operator_id) if site.kind in SHIPPING_KINDS}
    return {
        pk
        for pk, order in found.items()
        if any(crosses_customs(origin, order.place.country) for origin in origins)
        and not bare.isdisjoint(needs_of(order))
    }
