"""A tea shop whose sites handle a few orders a day, and what leaves them on which day."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from tests.record.brand import NOW, loaded

from doorstep.core.network.models import Collection, Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.actions import receive
from doorstep.core.stock.models import Level
from doorstep.domain.rights import Scope
from doorstep.flows.standing import forget


def limited(orders: int | None = 1, parcels: int | None = None, operator: str = "north") -> tuple[Scope, int]:
    """Load it with mugs for many; nobody has ordered yet."""
    scope, brand = loaded(operator=operator)
    Order.objects.filter(brand_id=brand).delete()
    for level in Level.objects.filter(brand_id=brand, product__sku="mug", state="available"):
        receive(brand, level.site_id, level.product_id, 500, at=NOW, actor="user:1")
    Site.objects.filter(operator_id=scope.operator).update(daily_order_capacity=orders)
    Collection.objects.filter(site__operator_id=scope.operator).update(daily_parcel_capacity=parcels)
    forget()
    return scope, brand


def leaving(scope: Scope) -> Counter[tuple[str, date]]:
    """Orders that leave each site on each of its days."""
    rows = Parcel.objects.exclude(state="cancelled").filter(site__operator_id=scope.operator).select_related("site")
    seen = {(one.site.code, one.ship_at.astimezone(ZoneInfo(one.site.time_zone)).date(), one.order_id) for one in rows}
    return Counter((site, day) for site, day, _ in seen)
