"""The API put together: its resources, its errors, its addresses."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.parser import Parser

from doorstep.api import (
    barcodes,
    bid_prices,
    brands,
    bulk,
    carrier_accounts,
    commitments,
    decisions,
    departures,
    disruptions,
    epcis,
    jobs,
    keys,
    kits,
    labels,
    manifests,
    missing,
    order_changes,
    orders,
    parcels,
    picks,
    problems,
    products,
    put_backs,
    quotes,
    rates,
    returns,
    scans,
    shoppers,
    sites,
    steering,
    stock,
    stock_health,
    stock_moves,
    surveys,
    test_clock,
    totes,
    tracking,
    trails,
    waves,
    webhook_deliveries,
    webhooks,
)
from doorstep.api.auth import QUERY_NAMES, ApiKey

VERSION = "1.0.0"
ABOUT = """\
Promise a date, keep it, say why. Send `Authorization: Bearer ds_...` with every request. Amounts are integers in minor
units of the currency named beside them, instants are UTC, and every error is a problem of RFC 9457.
"""


class OrjsonParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


api = NinjaAPI(
    title="Doorstep",
    version=VERSION,
    description=ABOUT,
    openapi_url=None,  # ours says the problems too, and its page needs nothing from elsewhere
    docs_url=None,
    urls_namespace="api",
    auth=ApiKey(),
    parser=OrjsonParser(),
)
api.add_router("/stock", stock.router)
api.add_router("/stock", stock_moves.router)
# Codes of orders and parcels may contain a slash: what is more than a code comes before those that take any.
api.add_router("/orders", decisions.router)
api.add_router("/orders", order_changes.router)
api.add_router("/orders", trails.router)
api.add_router("/orders", bulk.router)
api.add_router("/orders", orders.router)
api.add_router("/quotes", quotes.router)
api.add_router("/parcels", tracking.of_parcels)
api.add_router("/parcels", labels.router)
api.add_router("/parcels", parcels.router)
api.add_router("/waves", picks.of_waves)
api.add_router("/waves", totes.of_waves)
api.add_router("/waves", waves.router)
api.add_router("/picks", picks.router)
api.add_router("/totes", totes.router)
api.add_router("/put-backs", put_backs.router)
api.add_router("/missing", missing.router)
api.add_router("/departures", departures.router)
api.add_router("/manifests", manifests.router)
api.add_router("/scans", scans.router)
api.add_router("/carrier-accounts", carrier_accounts.router)
api.add_router("/commitments", commitments.router)
api.add_router("/tracking", tracking.router)
api.add_router("/surveys", surveys.router)
api.add_router("/returns", returns.router)
api.add_router("/disruptions", disruptions.router)
api.add_router("/stock", stock_health.router)
api.add_router("/stock", bid_prices.router)
api.add_router("/products", kits.router)  # before the products, whose path would take the kit for a part of the sku
api.add_router("/products", barcodes.router)
api.add_router("/products", products.router)
api.add_router("/sites", sites.router)
api.add_router("/brands", steering.router)  # before the brands, whose path would take it for a part of the code
api.add_router("/brands", brands.router)
api.add_router("/keys", keys.router)
api.add_router("/test-clock", test_clock.router)
api.add_router("/jobs", jobs.router)
api.add_router("/shoppers", shoppers.router)
api.add_router("/epcis", epcis.router)
api.add_router("/webhooks", webhook_deliveries.router)
api.add_router("/webhooks", webhooks.router)
for handled in problems.HANDLED:
    api.add_exception_handler(handled, problems.on_error)


def patterns() -> list[URLPattern]:
    """Addresses of all operations, each knowing the names that may follow its question mark."""
    routers = api._get_bound_routers()
    views = [view for router in routers for view in router.path_operations.values() for _ in view.operations]
    found = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern, view in zip(found, views, strict=True):
        callback = rates.told(problems.refusing(pattern.callback))
        asked = {method: _query_names(one) for one in view.operations for method in one.methods}
        setattr(callback, QUERY_NAMES, asked)
        pattern.callback = callback
    return found


def _query_names(operation: Operation) -> frozenset[str]:
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return frozenset(name for model in models for name in model.__ninja_flatten_map__)
