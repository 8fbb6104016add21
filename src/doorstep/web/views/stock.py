from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from doorstep.core.accounts.queries import brand_id
from doorstep.core.network.queries import sites
from doorstep.core.stock.health import health
from doorstep.core.stock.queries import stock
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.flows.bids import Price, prices
from doorstep.web.asked import Asked
from doorstep.web.room import came_at, furnished, room

PAGE = 50
RISKY = 0.05  # chance of running out from which a row stands out
MOST_ROOM = 20  # prices of room told


@dataclass(frozen=True, slots=True)
class Worth:
    """A bid price as it is shown."""

    price: Price

    @property
    def minor(self) -> int:
        return Currency(self.price.currency).minor(self.price.price_micros)


@room("see_stock")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    asked, now = Asked(request.GET), came_at(request)
    search, brand = asked.text("q"), asked.text("brand")
    places = sites(scope)
    site = asked.one_of("site", [place.site for place in places])
    of_brand = None if brand is None else brand_id(scope, brand) or 0  # no such brand: no rows
    page = asked.page(
        lambda after: stock(scope, at=now, brand=of_brand, site=site, search=search, after=after, limit=PAGE)
    )
    worth = prices(scope, now, {row.brand for row in page.rows}) if page.rows else ()
    of_goods = {(one.brand, one.site, one.sku): Worth(one) for one in worth if one.sku}
    fares = {(row.brand, row.site, row.sku): row for row in health(scope, now, site=site)}
    context = {
        "asked": asked,
        "rows": [
            (row, fares.get((row.brand, row.site, row.sku)), of_goods.get((row.brand, row.site, row.sku)))
            for row in page.rows
        ],
        "learned_at": max((one.learned_at for one in worth), default=None),
        "room": [Worth(one) for one in worth if not one.sku and site in (None, one.site)][:MOST_ROOM],
        "next": asked.next_link(page),
        "sites": places,
        "site": site,
        "search": search or "",
        "brand": brand,
        "risky": RISKY,
        "endangered": sum(row.stock_out_risk >= RISKY for row in fares.values()),
        "dead": sum(row.dead for row in fares.values()),
        "positions": len(fares),
    }
    return furnished(request, scope, "stock.html", context, current="stock")
