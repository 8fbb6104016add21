"""The marketplace as tables of a brand folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from doorstep.domain.place import Place, distance_m
from doorstep.files.importers.olist.assumptions import Assumptions
from doorstep.files.importers.olist.brazil import TIME_ZONE_OF
from doorstep.files.importers.olist.demand import Ints
from doorstep.files.importers.olist.market import CatalogueItem, Market, PastOrder
from doorstep.files.importers.olist.sites import PlacedSite

Row = Sequence[object]
TableRows = tuple[Sequence[str], Iterable[Row]]
LineRow = tuple[str, int, str, int, str]  # order, line, sku, quantity, unit price
STATUS = {"canceled": "cancelled"}  # the word of the formats
FITTED_SERVICE = "standard"


def brand_table(assumptions: Assumptions) -> TableRows:
    rules = assumptions.brand
    columns = ("brand", "name", "currency", "country", "on_time_target", "late_cost", "unplanned_cost")
    row = ("olist", "Olist marketplace", "BRL", "BR", rules.on_time_target, rules.late_cost, rules.unplanned_cost)
    return columns, [row]


def own_boxes(products: Sequence[CatalogueItem], assumptions: Assumptions) -> npt.NDArray[np.bool_]:
    """Which products no carton holds."""
    sides = np.sort(np.array([product.sides_mm for product in products]), axis=1)
    weight = np.array([product.weight_g for product in products])
    held = np.zeros(len(products), dtype=np.bool_)
    for carton in assumptions.cartons:
        held |= (sides <= sorted(carton.inner_mm)).all(axis=1) & (weight + carton.tare_g <= carton.max_weight_g)
    return ~held


def product_table(market: Market, values_cents: Ints, own_box: npt.NDArray[np.bool_]) -> TableRows:
    columns = (
        *("sku", "name", "category", "length_mm", "width_mm", "height_mm", "weight_g", "value", "origin_country"),
        "ships_in_own_box",
    )
    rows = [
        (
            product.sku,
            f"{product.category.replace('_', ' ').capitalize()} {product.sku[:6]}",
            product.category,
            *product.sides_mm,
            product.weight_g,
            money(value),
            "BR",
            int(own),
        )
        for product, value, own in zip(market.products, values_cents.tolist(), own_box.tolist(), strict=True)
    ]
    return columns, rows


def site_table(sites: Sequence[PlacedSite], assumptions: Assumptions) -> TableRows:
    columns = (
        *("site", "kind", "name", "country", "region", "city", "postcode", "latitude", "longitude", "time_zone"),
        *("working_days", "holiday_calendar", "order_cutoff", "pick_cost_per_order", "pick_cost_per_unit"),
    )
    rules = assumptions.sites
    rows = [
        (
            site.site,
            "fulfilment_centre",
            f"Fulfilment centre {site.place.city}",
            *place_cells(site.place),
            TIME_ZONE_OF[site.place.region],
            rules.working_days,
            f"BR-{site.place.region}",
            rules.order_cutoff,
            rules.pick_cost_per_order,
            rules.pick_cost_per_unit,
        )
        for site in sites
    ]
    return columns, rows


def collection_table(sites: Sequence[PlacedSite], assumptions: Assumptions) -> TableRows:
    rules = assumptions.sites
    rows = [
        (site.site, service.service, rules.collection_time, rules.working_days)
        for site in sites
        for service in assumptions.services
    ]
    return ("site", "service", "collection_time", "working_days"), rows


def stock_table(products: Sequence[CatalogueItem], sites: Sequence[PlacedSite], held: Ints) -> TableRows:
    rows = [
        (sites[site].site, products[product].sku, units)
        for product, of_product in enumerate(held.tolist())
        for site, units in enumerate(of_product)
        if units
    ]
    return ("site", "sku", "on_hand"), rows


def carton_table(assumptions: Assumptions) -> TableRows:
    sides = ("length", "width", "height")
    columns = (
        "carton",
        *(f"inner_{side}_mm" for side in sides),
        *(f"outer_{side}_mm" for side in sides),
        *("tare_g", "max_weight_g", "cost"),
    )
    rows = [
        (
            carton.carton,
            *carton.inner_mm,
            *(side + 2 * carton.wall_mm for side in carton.inner_mm),
            carton.tare_g,
            carton.max_weight_g,
            carton.cost,
        )
        for carton in assumptions.cartons
    ]
    return columns, rows


def order_table(orders: Iterable[PastOrder]) -> TableRows:
    """The date really promised goes with each order: what the plan has to keep."""
    columns = (
        *("order", "channel", "placed_at", "customer", "country", "region", "city", "postcode"),
        *("latitude", "longitude", "residential", "promised_by"),
    )
    return columns, (
        (order.order, "marketplace", order.placed_at, order.customer, *place_cells(order.place), 1, order.promised_by)
        for order in orders
    )


def order_lines(market: Market, orders: Iterable[PastOrder]) -> Iterator[LineRow]:
    """Equal products at equal prices are one line."""
    for order in orders:
        counts: dict[tuple[int, int], int] = {}
        for unit in order.units:
            key = unit.product, unit.price_cents
            counts[key] = counts.get(key, 0) + 1
        for line, ((product, cents), quantity) in enumerate(counts.items(), start=1):
            yield order.order, line, market.products[product].sku, quantity, money(cents)


def line_table(lines: Sequence[LineRow]) -> TableRows:
    return ("order", "line", "sku", "quantity", "unit_price"), lines


def history_table(market: Market, assumptions: Assumptions) -> TableRows:
    """One parcel per order, from the seller of the greatest value in it: the times of the source are by order."""
    columns = (
        *("parcel", "order", "service", "seller", "origin_country", "origin_postcode", "origin_latitude"),
        *("origin_longitude", "destination_country", "destination_region", "destination_postcode"),
        *("destination_latitude", "destination_longitude", "distance_m", "category", "weight_g", "placed_at"),
        *("approved_at", "handed_over_at", "delivered_at", "promised_by", "status", "freight_paid", "review_score"),
        "sample_weight",
    )
    return columns, (_history_row(market, order, assumptions) for order in market.orders)


def _history_row(market: Market, order: PastOrder, assumptions: Assumptions) -> Row:
    value: dict[str, int] = {}
    for unit in order.units:
        value[unit.seller] = value.get(unit.seller, 0) + unit.price_cents
    seller = max(value, key=lambda each: (value[each], each))
    origin, target = market.sellers[seller], order.place
    dearest = max(order.units, key=lambda unit: (unit.price_cents, unit.product))
    delivered = order.status == "delivered"
    return (
        order.order,
        order.order,
        FITTED_SERVICE,
        seller,
        origin.country,
        origin.postcode,
        origin.latitude,
        origin.longitude,
        target.country,
        target.region,
        target.postcode,
        target.latitude,
        target.longitude,
        _distance(origin, target),
        market.products[dearest.product].category,
        sum(market.products[unit.product].weight_g for unit in order.units),
        order.placed_at,
        order.approved_at,
        order.handed_over_at,
        order.delivered_at,
        order.promised_by,
        STATUS.get(order.status, order.status),
        money(sum(unit.freight_cents for unit in order.units)),
        order.review_score,
        assumptions.sampling.delivered_weight if delivered else assumptions.sampling.other_weight,
    )


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def place_cells(place: Place) -> tuple[object, ...]:
    return place.country, place.region, place.city, place.postcode, place.latitude, place.longitude


def _distance(origin: Place, target: Place) -> int | None:
    if origin.latitude is None or origin.longitude is None or target.latitude is None or target.longitude is None:
        return None
    return distance_m(origin.latitude, origin.longitude, target.latitude, target.longitude)
